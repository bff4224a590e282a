// The copy that a villager may ask for (PIPL Art. 45): all that is held of his household and of
// him.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "booklet_html.h"
#include "home.h"

namespace mq::cli {

// The household, its people, visits, issues and pairings, and who can read them. With a person
// named, of the others only name and relation. kNotFound: he is not of this household.
Result<BookletPart> copy_for_person(Home& home, const work::Workplace& place,
                                    const RowId& household, const std::optional<RowId>& person);

// Who can read a stream, one line each role: "干部 龚海、王礼娟", "干部 龚海 等 12 人" beyond
// names_max.
Result<std::vector<std::string>> reader_lines(const work::Workplace& place, const StreamId& stream,
                                              std::size_t names_max = 1000);

}  // namespace mq::cli
