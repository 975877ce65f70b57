// Objects as files below one folder: key "a/b" is the file "b" in the folder "a". Blocking calls
// on one open root folder, for DirectoryStore alone; each may be called from any thread.
//
// Folders come with their first object, or before it for one that is being written, and go with
// their last, also while other processes work in the same tree.
// Not fuzzed: prefixes and keys are checked before they come here.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/fd.h"
#include "core/blob_store.h"

namespace vodmill::blob {

// REQUIRES for all of them: a valid key.

// The folder that `key` lies in, made durably where it is missing, with `mode`. invalid_request
// when another object's key is in the way.
Result<Fd> make_parent(int root, const BlobKey& key, mode_t mode);

// The part of the key after its last slash: the file's name in the folder above.
std::string file_name(const BlobKey& key);

// The object, open for reading, and its size.
struct OpenObject {
  Fd fd;
  std::int64_t bytes = 0;
};
Result<OpenObject> open_object(int root, const BlobKey& key);

Result<BlobInfo> stat_object(int root, const BlobKey& key);

// As BlobStore::read.
Result<Bytes> read_object(int root, const BlobKey& key, std::int64_t offset, std::int64_t length);

// Removes the object if it is there, then each folder above it that holds nothing any more.
Result<> remove_object(int root, const BlobKey& key);

// The latter alone, for an object that is not to come after all.
void remove_empty_folders(int root, const BlobKey& key);

// As BlobStore::list. Reads only folders that can hold such keys.
Result<std::vector<BlobInfo>> list_objects(int root, std::string_view prefix,
                                           std::string_view after, int limit);

// The names in a folder, without "." and "..", in no order.
struct Entry {
  std::string name;
  bool folder = false;
  bool file = false;
};
Result<std::vector<Entry>> read_folder(int folder);

}  // namespace vodmill::blob
