// Today: what waits for me, computed offline. About oneself, never about others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/base/date.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct TodayItem {
  // kOverdue: none where the clock is doubtful, where overdue_by_unit goes by the server's time
  // kNotSeen: paired today, and in the scope of the ledgers
  // kPromised: a public promise of mine, due within the week or over
  // kIncomplete: kept on this device before it had joined, and to be completed before it can be a
  // record
  // kReturned: an issue that I wrote down came back for more
  enum class Kind {
    kOverdue,
    kDue,
    kNotSeen,
    kDraft,
    kCallback,
    kIncomplete,
    kPromised,
    kReturned
  };
  Kind kind = Kind::kDue;
  std::string entity;  // "issue", "dispute", "household", "diary", "visit"
  RowId row;
  std::string what;  // title, or household number and head
  std::optional<Date> when;
};

struct Today {
  Date date;  // by this device's clock
  bool clock_doubtful = false;
  std::optional<WallTime> server_time;  // when it was last heard of
  std::vector<TodayItem> items;
  int waiting = 0;  // issues that wait for the desk to accept them; on a desk's device
  std::optional<Date> waiting_since;
  int pairs_due = 0;  // by my rank
  int pairs = 0;
  std::uint64_t unsent = 0;  // transactions and local entries that stand on this device alone
};

// interval_days: a paired household not met for longer is listed; a programme may say otherwise for
// classes of households.
Result<Today> today(const Workplace& place, int interval_days = 30);

}  // namespace mq::work
