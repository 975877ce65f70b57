// The pipes between this process and one child that it starts: three that the child keeps, and
// three for the time before its exec. Made and owned by start_child().
#pragma once

#include "base/error.h"
#include "base/fd.h"

namespace vodmill::sandbox {

struct Pair {
  Fd ours;
  Fd theirs;
};

// Every end is closed by an exec and has a number of 10 or above, clear of those that the child
// will have.
struct Pipes {
  Pair control;  // stream socket, both ways
  Pair output;   // the child writes, as to the next three
  Pair errors;
  Pair failure;  // an errno, if there is no exec
  Pair steps;    // Steps of the start, from the child and from this process
  Pair go;       // the child reads: a byte lets it go on
};

enum class Step : char {
  begun = 'b',  // the child runs, and waits for `go`
  over = 'o',   // the child has its program or has ended, or there is none
};

Result<Pipes> make_pipes();

// The same file under a number of 10 or above.
Result<Fd> raised(Fd fd);

}  // namespace vodmill::sandbox
