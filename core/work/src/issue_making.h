// How an Issue begins, whether typed on its own or raised at a visit or by an imported row.
#pragma once

#include <string>
#include <vector>

#include "form.h"
#include "minqing/model/v1/issue.pb.h"

namespace mq::work {

struct IssueSeed {
  RowId row;
  std::vector<vault::Change> changes;
  std::vector<model::Fault> faults;
};

struct IssueFacts {
  RowId row;
  std::optional<RowId> visit;
  RowId village;  // org unit
  std::string region_code;
  std::optional<RowId> household;
  std::optional<RowId> recorded_by;
  std::string reporter;
  std::string text;
  std::int64_t source = ::minqing::model::v1::ISSUE_SOURCE_VISIT;  // enum numbers
  std::int64_t category = 0;
  std::int64_t nature = 0;
  Date registered;        // the date of the visit or meeting
  bool answered = false;  // closes it as 解释说明
};

// Defaults of DOMAIN (g): nature 求助, title the first 20 characters, number = village code, year
// and 6 characters of its id; 当场答复=是 closes it as 解释说明 on the spot.
std::vector<vault::Change> begin_issue(const Workplace& place, const IssueFacts& facts);

// For a visit typed on a form; category and nature as typed, may be empty.
Result<IssueSeed> seed_from_visit(const Workplace& place, const RowId& visit, const Form& form,
                                  std::string_view category, std::string_view nature);

// As confidential(), for what a person typed beside a visit: by any of the value's names.
std::optional<model::Fault> confidential_as_typed(const model::Schema& schema,
                                                  std::string_view category,
                                                  std::string_view nature);

// One move of the issue's state machine, as a change.
vault::Change issue_move(const Workplace& place, const RowId& issue, std::int64_t to,
                         std::string_view reason);

}  // namespace mq::work
