// After a contact: what this person has handed over or left, and what goes from this device for it.
#pragma once

#include "home.h"

namespace mq::cli {

// Says which streams may not be read here any more and what became of them; keeps his own diaries
// masked and lets the rest go, unless records of it were not delivered yet. Also says until when
// his service lasts, if that was announced. Adds "gone" and "service_to" to the object.
Status say_farewell(Call& call, Home& home);

// The author's name on his masked diaries once the township's own rows have gone.
inline constexpr std::string_view kAuthorName = "farewell.name";

}  // namespace mq::cli
