// Who answers for an issue: the unit that it was handed to, else the village that has kept it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mq/work/directory.h"

namespace mq::work {

// In organisation order: villages that keep their own, then the units that were handed some.
class IssueUnits {
 public:
  static Result<IssueUnits> load(const Workplace& place, const std::vector<Village>& villages);

  // The place in names() of an issue's unit. `village` is one of those given to load().
  std::size_t of(const std::optional<RowId>& unit, const RowId& village) const;
  const std::vector<std::string>& names() const { return names_; }

 private:
  void add(const RowId& id, std::string name);
  std::vector<std::string> names_;
  std::map<RowId, std::size_t> at_;
};

}  // namespace mq::work
