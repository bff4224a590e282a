// The printed page of invitations: one slip a person, to be cut apart and handed over.
//
// It holds name, township, code and last day of each, nothing else of anybody; no script, nothing
// fetched from anywhere.
#pragma once

#include <string>
#include <vector>

#include "mq/base/date.h"
#include "mq/base/result.h"

namespace mq::cli {

struct Slip {
  std::string name, code;
  Date last_day;
};

// Three slips on a page of A4; fewer where a name needs more room or the paper is smaller.
Result<std::string> slips_html(const std::string& township, const std::vector<Slip>& slips);

}  // namespace mq::cli
