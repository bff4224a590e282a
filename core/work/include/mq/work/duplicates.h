// Duplicates: rows that are likely one household or one person, and why. Nothing is ever merged by
// guess: a person looks, and says same (roster.h) or distinct.
//
// Found by keys, never by comparing everybody with everybody: 20,000 people take about a second.
// Looked at and said to be two is not asked again. Rows that do not count (canonical.h) are left
// out. The number of a document is compared where it is stored and may be read here, or is at hand.
// Errors are the database's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/work/entry.h"

namespace mq::work {

struct LikelyPair {
  RowId a, b;                    // people or households, the smaller id first
  std::string a_text, b_text;    // what a person would type or know it by
  std::string a_house, b_house;  // 户编号
  std::string why_zh, why_en;
};

// Of one VILLAGE stream if one is given: at least one of the two stands there.
Result<std::vector<LikelyPair>> likely_people(const Workplace& place,
                                              std::optional<vault::StreamIx> village = {});
Result<std::vector<LikelyPair>> likely_households(const Workplace& place,
                                                  std::optional<vault::StreamIx> village = {});

// Two rows that were looked at and are two: written down in the first one's village. kNotFound: no
// such row; kNotAllowed without the right to write there.
Result<Outcome> say_distinct(const Workplace& place, const model::Entity& entity, const RowId& a,
                             const RowId& b);

}  // namespace mq::work
