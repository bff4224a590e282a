// One record as it stands on paper: what people call things, no internal ids, and what was amended.
#pragma once

#include "booklet_html.h"
#include "home.h"

namespace mq::cli {

// The end of an id: enough to name the record on a command line, and to write in a file.
std::string short_number(const RowId& row);
// Of a visit or a diary. Of one whose outcome is 请不要记 nothing else is printed, even where a
// colleague wrote something at the same time.
Result<BookletRecord> paper_record(Home& home, const work::Workplace& place,
                                   const vault::RowData& data);
// "编号 标题(状态)" of an issue.
Result<std::string> issue_line(const work::Workplace& place, const RowId& row);
// "鱼泉村 2组 户编号 户主" of a household, what there is of it.
Result<std::string> household_line(const work::Workplace& place, const RowId& row);

}  // namespace mq::cli
