// The names of things. All opaque: nothing may parse one.
#pragma once

#include "base/named_type.h"
#include "base/random.h"

namespace vodmill {

using VideoId = NamedString<struct VideoIdTag>;
using TaskId = NamedString<struct TaskIdTag>;
using WorkerId = NamedString<struct WorkerIdTag>;  // one running worker process; new at every start
using EngineBuild = NamedString<struct EngineBuildTag>;  // whose chunks fit together; see Plan
using BlobKey = NamedString<struct BlobKeyTag>;          // '/'-separated path in the BlobStore

template <class Id>
Id new_id() {
  return Id(random_id());
}

}  // namespace vodmill
