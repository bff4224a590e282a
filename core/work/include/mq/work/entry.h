// Entry: what a person types becomes validated changes, and then one durable commit.
//
// A form is refused whole, with every fault listed, or stored whole. References are resolved by
// what people call them (户编号, names). 廉政 and 检举控告 are refused before anything is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mq/model/schema.h"
#include "mq/work/workplace.h"

namespace mq::work {

// field: its DOMAIN identifier; several inputs of one repeated field make its set. Empty text
// clears.
struct Input {
  std::string field;
  std::string text;
};
using Inputs = std::vector<Input>;

// The P3 entity whose rows stand beside those of `entity`, in the PRIVATE stream; nullptr if none.
const model::Entity* companion_of(const model::Schema& schema, const model::Entity& entity);
// Where an input of that name goes, in the entity or its companion; nullptr if nowhere.
const model::Field* input_field(const model::Schema& schema, const model::Entity& entity,
                                std::string_view name);
// The P3 facts beside a row. Not readable: this person holds no key to them.
struct PrivateFacts {
  bool readable = true;
  std::optional<vault::RowData> row;
};
Result<PrivateFacts> private_facts(const Workplace& place, const vault::RowData& data);

struct Outcome {
  std::vector<model::Fault> faults;  // not empty: refused, nothing stored
  std::vector<model::Fault> flags;   // stored, worth a look
  RowId row;
  std::vector<std::pair<std::string, RowId>> also;  // further rows made, e.g. {"issue", id}
  bool ok() const { return faults.empty(); }
};

// Visit (A8). Further inputs: `village` for targets without household, `category`, `nature` for the
// Issue that a `demand` becomes. 走访人 defaults to me, 记录人 is me unless said otherwise.
Result<Outcome> add_visit(const Workplace& place, const Inputs& inputs);
// Diary (A9), as a draft (草稿); submit moves it to 已提交 and then asks for the ‡ fields.
Result<Outcome> add_diary(const Workplace& place, const Inputs& inputs);
Result<Outcome> submit_diary(const Workplace& place, const RowId& row);
// Issue (A10); `village` names its place, or `visit_id` the visit that raised it.
Result<Outcome> add_issue(const Workplace& place, const Inputs& inputs);
// 院坝会 (A14) and its opinions, each a row of its own; one that is 转办 becomes an Issue.
Result<Outcome> add_meeting(const Workplace& place, const Inputs& inputs);
Result<Outcome> add_opinion(const Workplace& place, const Inputs& inputs);
// 实事 (A11), once it is done; `village`, or `household_id` of a deed for one household.
Result<Outcome> add_deed(const Workplace& place, const Inputs& inputs);
// 接访下访 (A13), in the TOWNSHIP stream; kNotAllowed unless desk.
Result<Outcome> add_reception(const Workplace& place, const Inputs& inputs);
// A household found on the way: `village`, `head_name`; a local number is given if none is typed.
Result<Outcome> add_household(const Workplace& place, const Inputs& inputs);
Result<Outcome> add_person(const Workplace& place, const Inputs& inputs);

// Cadre (A2) and pairing (A7), in the TOWNSHIP stream; kNotAllowed unless desk. A change of pairing
// ends one row (amend: to, status, reason) and adds another.
Result<Outcome> add_cadre(const Workplace& place, const Inputs& inputs);
Result<Outcome> add_pairing(const Workplace& place, const Inputs& inputs);

// A unit that issues are handed to (A1), in the TOWNSHIP stream; kNotAllowed unless desk.
Result<Outcome> add_unit(const Workplace& place, const Inputs& inputs);
// Activity (A3), in the TOWNSHIP stream; kNotAllowed unless desk.
Result<Outcome> add_programme(const Workplace& place, const Inputs& inputs);

// The faults of an entry as one Error: how many, and each on its line.
Error refused(const std::vector<model::Fault>& faults);

// Any entity that has a command. The view taken when the form was loaded makes later edits
// concurrent. What a move of an issue or a promise writes is not gone round: a fault names the
// move. kNotAllowed: the deadline of an issue, and when it was accepted, are the desk's to correct.
Result<Outcome> amend(const Workplace& place, const model::Entity& entity, const RowId& row,
                      const Inputs& inputs, vault::View seen);
// A mistaken record: kept, not counted, its reason shown; a household goes with its people. A
// household of the roster, or one that visits, issues or pairings refer to, the head of a
// household, an issue that others were merged into and a promise that was published are faults.
Result<Outcome> cancel(const Workplace& place, const model::Entity& entity, const RowId& row,
                       std::string_view reason, vault::View seen);

}  // namespace mq::work
