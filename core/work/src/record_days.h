// The days of a record: those that a form fills by itself, and those that must follow one another.
//
// Nothing is compared with the device's clock (DOMAIN (g)): a day is held against the record's
// other days only.
#pragma once

#include <cstdint>
#include <string_view>

#include "form.h"

namespace mq::work {

// Today, unless a day was typed. Where the clock is doubtful it is the server's day, with a word to
// look at it; without a server's either the person is asked for the day.
void default_day(const Workplace& place, const model::Entity& entity, std::uint32_t field,
                 Form& form);

// Now, to the minute, as a deadline or a clock counts from it. Where this device's clock is
// doubtful it is the server's, and a flag of `field` shows both; without a server's it is this
// device's.
WallTime moment_now(const Workplace& place, std::string_view field, Form& form);

// Faults of an issue, dispute or commitment that becomes, or is in, `state`: a day that was typed
// or filled here before one that it follows, and a day of its end beside a state that is none, or
// the other way round; the 流转 of an issue, which its moves write; a new due day of a promise that
// was published, and a rating before its step. Asked only, of an issue: what was accepted before it
// was registered, due before it was accepted, planned for a day before, and a deadline that an
// extension hides; of a dispute: a moment of a step beside its days. `whole` is the row with what
// `form` holds.
void check_issue_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                      Form& form);
void check_dispute_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                        Form& form);
void check_commitment_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                           Form& form);
// The moments of a dispute, of an amendment: a step flags them, since its own is the clock's.
void check_dispute_moments(const model::Entity& entity, const Form& whole, Form& form);

}  // namespace mq::work
