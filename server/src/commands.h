// What minqing-server does for each of its commands, with clock, random and files given to it.
#pragma once

#include "arguments.h"
#include "mq/base/clock.h"
#include "mq/base/file_system.h"
#include "mq/base/random.h"

namespace mq::server {

struct Outside {
  const Clock& clock;
  Random& random;
  FileSystem& files;
  bool english = false;
};

// Serves until SIGTERM or SIGINT, which must be blocked in every thread.
Status serve(const Arguments& arguments, const Outside& outside);
Status backup(const Arguments& arguments, const Outside& outside);
// kConflict if the folder has a database already.
Status restore(const Arguments& arguments, const Outside& outside);
// kCorrupt with every fault on standard output.
Status check(const Arguments& arguments, const Outside& outside);

}  // namespace mq::server
