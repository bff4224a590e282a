// The township's state in words: 筹备 until it opens, 正式启用 from then on, 试用 for practice.
#pragma once

#include "mq/wire/control.h"

namespace mq::cli {

struct TownshipState {
  const char* zh;
  const char* en;
};

inline TownshipState township_state(const wire::ControlState& control) {
  if (control.practice()) return {"试用", "practice"};
  if (control.setup()) return {"筹备", "in preparation"};
  return {"正式启用", "open"};
}

}  // namespace mq::cli
