// Where a diary belongs: in the DIARY stream of its author, if this device may write there.
#pragma once

#include "mq/work/directory.h"

namespace mq::work {

// In the title of the row that is left where a diary was typed, once it went to its author.
inline constexpr std::string_view kCarriedHome = "已转入本人的日记";

// The author's stream; nothing if it is not held here, or not this person's to write.
std::optional<vault::StreamIx> stream_of_author(const Workplace& place, const Cadre& author);
// The same, else the own one of whoever types.
Result<vault::StreamIx> stream_for_diary(const Workplace& place,
                                         const std::optional<RowId>& author);

}  // namespace mq::work
