// What the records that stand in a village share: finding the village, naming who wrote it down,
// and storing the form in one commit.
#pragma once

#include <vector>

#include "form.h"

namespace mq::work {

// Numbers of the fields that say where a record stands; household 0: it has none.
struct PlaceFields {
  std::uint32_t village = 0;
  std::uint32_t household = 0;
};
// The village of its household, the one named, or the only one here, put into the form; a fault and
// nothing if none of these.
Result<std::optional<Village>> village_for(const Workplace& place, const PlaceFields& fields,
                                           Form& form);
// The person at this device, unless somebody else is named.
Status default_recorder(const Workplace& place, std::uint32_t field, Form& form);

// 廉政 and 检举控告 among the fields `category` and `nature`, of an entity that has them.
void check_reserved(const model::Entity& entity, Form& form);

// The row that a form names. kNotFound if it is not here or cancelled.
Result<vault::RowData> standing_row(const Workplace& place, const model::Entity& entity,
                                    const RowId& row);
// 0 if the cell is empty.
std::int64_t number_of(const vault::RowData& data, std::uint32_t field);
std::optional<RowId> id_of(const vault::RowData& data, std::uint32_t field);
std::optional<RowId> id_of(const Form& form, std::uint32_t field);

// Refused with the faults of the form, or stored with `more` in one commit.
struct Storing {
  vault::StreamIx stream = 0;
  RowId row;
  vault::View seen;
  std::vector<vault::Change> more;
};
Result<Outcome> store_form(const Workplace& place, Form& form, Storing storing);

}  // namespace mq::work
