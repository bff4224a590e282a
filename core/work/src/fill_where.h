// Conditions on the lines of a form: "户类型=低保", "家庭人口≥3", "现住址含河边".
#pragma once

#include <string>
#include <vector>

#include "fill_facts.h"
#include "mq/base/result.h"
#include "mq/tabular/template.h"

namespace mq::work {

enum class Relation { kIs, kIsNot, kAtLeast, kAtMost, kHolds };

struct Condition {
  const Fact* fact = nullptr;  // into the facts it was read with
  Relation relation = Relation::kIs;
  std::string text;   // a label in the form in which it is shown
  std::string typed;  // the whole, as it was typed
};

// Also <= >= != <> for the signs. kInvalidInput: no such fact, no sign, a value that is none of the
// fact's: no such label, no number, no day.
Result<Condition> read_condition(const std::vector<Fact>& facts, std::string_view typed);

// Nothing known is no value: it is neither this nor at least that, and it is not that.
bool holds(const Condition& condition, const tabular::FillCell& cell);

}  // namespace mq::work
