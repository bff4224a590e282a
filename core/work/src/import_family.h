// A household of a roster: what its lines say together.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import_roster_line.h"

namespace mq::work {

struct Family {
  std::string number, head_name, village;
  StreamId stream;  // the village's
  RowId id;
  std::size_t line = 0;  // of its first member
  std::int64_t group = 0;
  std::vector<model::Value> classes;
  std::optional<bool> away;
  std::vector<std::string> phones;
  std::vector<Member> members;
  PrivateCells guarded;
  bool met = false;  // it is here, or will be
};

// Who stands there twice, once with a number and once without, or once under another's: the line
// with the number counts, the other is a duplicate.
void drop_doubles(Family& family, std::vector<ImportFault>& faults);

// Nobody: the file does not say.
const Member* head_of(const Family& family);

// The twelve digits that all household numbers of the village share; empty if they share none.
std::string region_code(const std::vector<Family>& families, std::string_view village);

}  // namespace mq::work
