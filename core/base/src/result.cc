#include "mq/base/result.h"

#include <cstdio>

namespace mq {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "minqing: broken assumption: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace mq
