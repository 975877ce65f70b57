// The instructions that run between clone and exec, in the memory of a process that goes on in its
// other threads meanwhile: nothing here may allocate, lock or throw, nor change what those threads
// see. Descriptors, signal actions, the working directory and the credentials are the child's own
// (a copy); variables, errno and the C library's state are the suspended thread's. Called by
// start_child() only.
#pragma once

namespace vodmill::sandbox {

// Everything prepared beforehand; every descriptor is 10 or above.
struct Launch {
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int executable = -1;
  int null = -1;
  int control = -1;
  int output = -1;
  int errors = -1;
  int parent = -1;     // pidfd of the process that starts
  int steps = -1;      // told Step::begun
  int go = -1;         // a byte arrives when namespaces are mapped
  int go_writer = -1;  // the other end's copy, to be closed
  int cpu_group = -1;  // the control group's file, or -1
  int failure = -1;    // errno is written here if the exec fails; close-on-exec otherwise
  int policy = 0;      // SCHED_...
  int nice = 0;
  bool keep_inherited = false;
};

[[noreturn]] void run_launch(const Launch& launch);

}  // namespace vodmill::sandbox
