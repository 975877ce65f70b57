#include "blob/directory_store.h"

#include "conformance/blob_store.h"
#include "fakes/scratch_folder.h"

namespace vodmill {
namespace {

struct StoreInScratch {
  ScratchFolder folder;
  std::unique_ptr<blob::DirectoryStore> store;
};

OpenBlobStore in_scratch_folder(blob::FileNames names) {
  return [names]() -> std::shared_ptr<BlobStore> {
    auto held = std::make_shared<StoreInScratch>();
    auto store =
        blob::DirectoryStore::open(held->folder.path() / "store", {.threads = 4, .names = names});
    if (!store) return nullptr;
    held->store = std::move(*store);
    return {held, held->store.get()};
  };
}

INSTANTIATE_TEST_SUITE_P(Directory, BlobStoreConformance,
                         testing::Values(in_scratch_folder(blob::FileNames::none_if_possible)));
INSTANTIATE_TEST_SUITE_P(DirectoryWithNamedTemporaries, BlobStoreConformance,
                         testing::Values(in_scratch_folder(blob::FileNames::always)));

}  // namespace
}  // namespace vodmill
