// Issues as ledgers count them: when each came, when it ended, by when it was due.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger_parts.h"

namespace mq::work {

struct IssueFact {
  RowId id;
  std::optional<RowId> unit;  // 办理机构
  std::optional<RowId> household;
  RowId village;
  int category = 0, state = 0, closure = 0;
  std::int64_t households = 0;  // 涉及户 as said; 1 if only its own household is known, else 0
  Date registered;
  // closed: never before it was registered, whatever two devices wrote apart. due: the extension,
  // if there is one.
  std::optional<Date> closed, due;
  std::optional<Date> accepted;  // what ended without it counts from that day
  bool extended = false;
  bool in_time = false;  // closed by then, to the minute where 流转 says when; also without a due

  // 撤回, 重复合并, 移送 and 依法导入: neither done nor left to do by whoever had it.
  bool left() const;
  // What it was at the end of that day.
  bool open_after(Date day) const { return !closed || *closed > day; }
  bool ended_before(Date day) const { return closed && *closed < day; }
};

// The last moment of an open issue, in SQL: an extension ends with its day in Shanghai.
inline constexpr std::string_view kIssueDueMsSql =
    "coalesce((extended_until + 1) * 86400000 - 28800001, due_at)";

// The same as whoever works on it goes by: one that is 挂起 (列入计划) waits until the day that it
// is planned for. Ledgers count its deadline as it was.
std::string issue_working_due_ms_sql();

// Registered by the last day, and either not ended before `from` or due within the period, by
// whenever it ended; cancelled ones and those without a day of registering are left out.
Status each_issue(const Workplace& place, const Period& period,
                  const std::vector<Village>& villages,
                  const std::function<void(const IssueFact&)>& take);

}  // namespace mq::work
