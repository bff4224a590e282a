// Export profile: how one recipient wants numbers and names written, and in which encoding.
#pragma once

#include <string>
#include <vector>

#include "mq/tabular/csv_file.h"
#include "mq/work/entry.h"

namespace mq::work {

// In the order of the schema's WriteStyle; nothing said is 原样.
enum class WriteStyle { kPlain = 1, kMasked, kSpaced, kApostrophe };

struct Profile {
  std::string name;
  WriteStyle document = WriteStyle::kPlain, phone = WriteStyle::kPlain, person = WriteStyle::kPlain;
  tabular::CsvEncoding encoding = tabular::CsvEncoding::kUtf8;
  std::vector<std::string> columns;  // of a CSV file, in this order; empty: the form's own
  std::string basis;
};

// In the TOWNSHIP stream; kNotAllowed unless desk. A second one of the same name is a fault.
Result<Outcome> add_profile(const Workplace& place, const Inputs& inputs);
// kNotFound with those that there are.
Result<Profile> profile_named(const Workplace& place, std::string_view name);

}  // namespace mq::work
