// RosterThen: which households stood where at the end of a day, for the ledgers of a past period.
//
// By the day that was said where somebody said one of a change of the roster (move, merger, split).
// Of whatever has no day but that on which it was recorded (a status, a household found on the way,
// a change on the day of its recording) the signing of the period decides: what was written by then
// told how things were, what comes after it is news of a later day. What was one household all
// along, what was cancelled and what was taken back is a correction: it holds for every day.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mq/work/canonical.h"

namespace mq::work {

// 迁出, 死亡, 注销 and 空挂.
bool out_of_scope(std::int64_t status);

// Households in scope at the end of that day; those out of scope are left out and named.
struct Scope {
  std::set<RowId> households;
  std::map<std::string, int> left_out;  // by status label
};

class RosterThen {
 public:
  // `canonical` is of the same moment. One question to the changes, whatever the number of rows.
  static Result<RosterThen> at(const Workplace& place, Date last, Canonical canonical);

  // By stream; one pass over the households. Streams without any are left out.
  Result<std::map<vault::StreamIx, Scope>> scopes(const Workplace& place) const;
  // The row for which a visit of `row` counts: also the household it was not yet split from.
  RowId of(const RowId& row) const;
  // Whether the row of that stream is the one that stood.
  bool counts(const RowId& row, vault::StreamIx stream) const;
  // The stream in which a household stood that stands in `now`.
  vault::StreamIx stream(const RowId& row, vault::StreamIx now) const;
  // Who was its head, if it has had another one since; nothing where it has not, or had none.
  std::optional<RowId> former_head(const RowId& row) const;
  const Canonical& canonical() const { return canonical_; }

 private:
  struct Standing {
    RowId row;
    vault::StreamIx stream = 0;
    std::int64_t status = 0, rid = 0;
    Bytes meta;  // of those that are out only
  };
  Status read(const Workplace& place);
  // What was written once the period was signed is news; before that it told how things were.
  bool came_later(WallTime recorded) const { return signed_at_ && recorded > *signed_at_; }
  void take_move(const std::vector<RowId>& households, const std::optional<RowId>& from, Date on);
  void take_split(const std::vector<RowId>& from, const std::vector<RowId>& to, Date on);
  Status take_head(const Workplace& place, Date on, std::string_view before);
  Status take_merger(const Workplace& place, const std::vector<RowId>& from, Date on,
                     std::string_view before);
  Result<std::int64_t> status_then(const Workplace& place, const Standing& one) const;
  static Result<bool> of_a_roster(const Workplace& place, const Standing& one);
  Result<bool> stood(const Workplace& place, const Standing& one) const;

  Date last_;
  std::optional<WallTime> signed_at_;  // of that period, the first time
  Canonical canonical_;
  std::map<RowId, std::pair<Date, vault::StreamIx>> moved_later_;  // the first move after that day
  std::map<RowId, RowId> split_later_;                             // new one, old one
  std::map<RowId, std::pair<Date, RowId>> head_later_;  // the first change after that day
  std::set<RowId> split_before_, merged_before_;
  std::map<RowId, std::int64_t> merged_later_;  // the status that it had
  std::map<RowId, vault::StreamIx> streams_;    // of villages
};

}  // namespace mq::work
