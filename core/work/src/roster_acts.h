// What the steps of the roster share: their form, the households and people they name.
#pragma once

#include "form.h"
#include "mq/base/text.h"
#include "record_parts.h"
#include "roster_step.h"

namespace mq::work {

// One step being typed: its RosterChange, and flags that are no fields of that.
class RosterForm {
 public:
  static Result<RosterForm> read(const Workplace& place, const Inputs& inputs,
                                 const std::vector<std::string_view>& flags);

  Form& form() { return form_; }
  std::string flag(std::string_view name) const { return std::string(trimmed(form_.extra(name))); }
  // The household named by a flag; a fault and nothing if there is none such.
  Result<std::optional<Household>> household(std::string_view flag);
  // The person among these whom a text names by id or by name; a fault if not exactly one does.
  const Resident* resident(std::string_view flag, std::string_view typed,
                           const std::vector<Resident>& all);
  Result<Outcome> refused() const;
  Result<Outcome> store(RosterStep& step, vault::StreamIx home, vault::View seen);
  bool faulty() { return !form_.faults().empty(); }

 private:
  RosterForm(const Workplace& place, Form form)
      : place_(place), form_(std::move(form)), row_(new_id<RowId>(place.clock, place.random)) {}
  const Workplace& place_;
  Form form_;
  RowId row_;
};

// The household of that row, as it counts. kNotFound if it is not here.
Result<Household> household_at(const Workplace& place, const RowId& row);

// The cadres of pairings with the household, or with a double of it, that have not ended.
Result<std::vector<RowId>> pairs_of_household(const Workplace& place, const RowId& household);

// 户主, or 本人 in the rosters that say so.
bool says_head(std::int64_t relation);

// Makes a person head of his household in words too; whoever was it before is 其他, with his words.
Status make_head(const Workplace& place, RosterStep& step, const RowAt& household,
                 const Resident& head, const std::vector<Resident>& residents);

// The row as it is, in the village it goes to, of that group there if one is said; the old row says
// where it went.
Status transplant(const Workplace& place, RosterStep& step, const RowAt& old, const Village& from,
                  const Village& to, const std::optional<model::Value>& group);

// The one row says where it came from, the other where it went.
Status say_moved(RosterStep& step, const RowAt& old, const Village& from, const Village& to);

Result<Outcome> split_household(const Workplace& place, const RowId& row, const Inputs& inputs);
Result<Outcome> merge_household(const Workplace& place, const RowId& row, const Inputs& inputs);
Result<Outcome> move_household(const Workplace& place, const RowId& row, const Inputs& inputs);
Result<Outcome> change_head(const Workplace& place, const RowId& row, const Inputs& inputs);

}  // namespace mq::work
