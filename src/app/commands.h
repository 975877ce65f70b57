// The commands, each from its settings to its exit status. Called by main() on its thread, which
// becomes the event loop's: mills die with the thread that started them.
#pragma once

#include "app/settings.h"

namespace vodmill::app {

int serve(const Settings& settings);  // also `worker`: without the API
int transcode(const Settings& settings);
int probe(const Settings& settings);
int verify(const Settings& settings);
int doctor(const Settings& settings);

}  // namespace vodmill::app
