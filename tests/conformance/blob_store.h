// What core/blob_store.h promises, as tests that run on every adapter. An adapter's test file says
//   INSTANTIATE_TEST_SUITE_P(Directory, BlobStoreConformance, testing::Values(open_directory));
// and is linked with blob_store.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/blob_store.h"

namespace vodmill {

// Opens an empty store. It is destroyed with whatever it needed on its disk or server.
using OpenBlobStore = std::function<std::shared_ptr<BlobStore>()>;

class BlobStoreConformance : public testing::TestWithParam<OpenBlobStore> {
 protected:
  void SetUp() override {
    store_ = GetParam()();
    ASSERT_TRUE(store_);
  }

  std::shared_ptr<BlobStore> store_;
};

}  // namespace vodmill
