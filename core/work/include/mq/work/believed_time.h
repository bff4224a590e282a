// Believed time: what a device can say of the time when its clock may be wrong (DOMAIN (b)).
//
// A deadline counts from the server's time where the device's is doubtful, and a person is shown
// both. Nothing is refused, dropped or ordered by it: that is PROTOCOL section 3.
#pragma once

#include <optional>

#include "mq/work/workplace.h"

namespace mq::work {

struct BelievedTime {
  WallTime device;
  std::optional<WallTime> server;  // when it was last heard of: it is at least that late
  // Before any release, before the server's time, or more than a year after it.
  bool doubtful = false;

  // What a deadline counts from.
  WallTime start() const { return doubtful && server ? *server : device; }
  // The same to the minute, as people read it: what two write down within one is equal.
  WallTime minute() const;
};
BelievedTime believed_time(const Workplace& place);

}  // namespace mq::work
