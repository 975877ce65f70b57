// What a video waits for: the closed list of `waiting_reason`. Written by the coordinator, and by
// the catalog itself where there is none; people and programs read it.
#pragma once

#include <string_view>

namespace vodmill::waiting {

// Nobody coordinates it: no worker is there, or all have as many jobs as they may hold.
inline constexpr std::string_view kForWorker = "waiting_for_worker";
// No worker that runs has the engine that the video was begun with.
inline constexpr std::string_view kForEngine = "waiting_for_engine";
// Its next task was given up and is tried again at a moment still to come.
inline constexpr std::string_view kForRetry = "waiting_for_retry";
// Its tasks wait for cores: other mills have every slot, or leave too few for its next task or for
// one whose turn is before it.
inline constexpr std::string_view kForSlot = "waiting_for_slot";
// There are slots, but its next task, or one whose turn is before it, may need more memory than the
// others have left.
inline constexpr std::string_view kForMemory = "waiting_for_memory";
// The store's disk is full, or has less room than the worker keeps free.
inline constexpr std::string_view kDiskFull = "disk_full";
inline constexpr std::string_view kStorageUnavailable = "storage_unavailable";

}  // namespace vodmill::waiting
