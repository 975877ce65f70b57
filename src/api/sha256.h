// SHA-256 (FIPS 180-4) of bytes that come in pieces. Used by one coroutine.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace vodmill::api {

class Sha256 {
 public:
  Sha256();

  void update(ByteView bytes);

  // 64 lower-case hexadecimal digits. Nothing may follow.
  std::string hex();

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

std::string sha256_hex(ByteView bytes);

}  // namespace vodmill::api
