// Intervals: after how many days a household is to be seen again, by its class (DOMAIN A3).
//
// Rows of the quotas, so every township sets its own; a class without one has the ordinary
// interval.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

// By the class's Chinese name; 0 days: the ordinary interval again. kNotAllowed unless desk.
Status set_interval(const Workplace& place, const std::string& household_class, int days);

class Intervals {
 public:
  static Result<Intervals> load(const Workplace& place);
  // Of several classes the shortest; `otherwise` if none of them has one.
  Result<int> of(ByteView packed_classes, int otherwise) const;
  // By class, in the order of the classes.
  std::vector<std::pair<std::string, int>> all() const;

 private:
  explicit Intervals(const model::Field& field) : field_(&field) {}
  const model::Field* field_;
  std::map<std::int64_t, int> by_class_;
};

}  // namespace mq::work
