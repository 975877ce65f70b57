// What this machine, or the container we are in, lets us use. Asked by the commands as they start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vodmill::app {

// Its name on the network, "" where it has none.
std::string host_name();

// Processors this process may run on, a cgroup's CPU quota counted (rounded down, at least 1).
int usable_processors();

// Bytes of memory this process may use: of the machine, or of a cgroup it is in where that is less.
std::int64_t usable_memory();

// What is left for mills beside 0.5 GB for us; at least 1.
std::int64_t memory_for_mills(std::int64_t memory);

// Lets this process have so many files and sockets open at once, as far as the system's hard limit
// goes; gives the number that it may have now.
std::int64_t allow_open_files(std::int64_t wanted);

// Cores for mills: all processors, as far as memory allows at 0.6 GB for a mill, which keeps two of
// them busy, beside 0.5 GB for us; at least 1.
int default_slots(int processors, std::int64_t memory);

// The processors of a cgroup v2 "cpu.max" line ("200000 100000" is 2), 0 for no limit.
double quota_of(std::string_view cpu_max);

}  // namespace vodmill::app
