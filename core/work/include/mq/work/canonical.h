// Canonical: which rows of a table count, where several stand for one household or one person.
//
// same_as, moved_from, moved_to and the changes of the roster say so; the answer is the same on
// every device that holds the same rows, also where two desks merged a into b and b into a apart:
// then the smaller id is kept. Rows are never rewritten for it. One question to the table and one
// to the changes, whatever the number of rows; plain() if nothing of the kind was ever done.
// kCorrupt and whatever the database says. A value: it does not see what is written after it.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

class Canonical {
 public:
  using Place = std::pair<RowId, vault::StreamIx>;

  static Result<Canonical> households(const Workplace& place);
  static Result<Canonical> people(const Workplace& place);

  bool plain() const { return same_.empty() && home_.empty() && out_.empty(); }
  // The row for which a visit, pairing, issue or deed of `row` counts.
  RowId of(const RowId& row) const { return found(same_, row); }
  // The household in which the people of `row` are: also after it was merged into another.
  RowId home(const RowId& row) const { return found(home_, row); }
  // Every row whose people are in `row`, itself first.
  std::vector<RowId> folded(const RowId& row) const;
  // Every row whose visits count for `row`, itself first.
  std::vector<RowId> aliases(const RowId& row) const;
  // Neither the same as another nor moved out of that stream.
  bool counts(const RowId& row, vault::StreamIx stream) const {
    return !out_.contains({row, stream}) && !same_.contains(row);
  }
  // Two households merged into each other: this one is kept, although each is struck off.
  bool revived(const RowId& row) const { return revived_.contains(row); }
  // The rows that do not count, for a list to leave out.
  const std::set<Place>& left_out() const { return out_; }

 private:
  using Edges = std::multimap<RowId, RowId>;
  struct Reading;
  static RowId found(const std::map<RowId, RowId>& map, const RowId& row) {
    const auto at = map.find(row);
    return at == map.end() ? row : at->second;
  }
  static std::vector<RowId> behind(const std::map<RowId, RowId>& map, const RowId& row);
  std::map<RowId, RowId> same_, home_;
  std::set<RowId> revived_;
  std::set<Place> out_;
};

}  // namespace mq::work
