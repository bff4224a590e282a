// Verbs of the sync tests: a visit recorded, the visits a device shows.
#pragma once

#include <string>
#include <vector>

#include "mq/model/schema.h"
#include "support/world.h"

namespace mq::testing {

inline vault::Change themed(const RowId& row, const std::string& theme) {
  const model::Entity& visit = *model::Schema::current().entity("Visit");
  vault::Change change;
  change.entity = visit.number;
  change.row = row;
  change.field = visit.field("theme")->number;
  change.value = theme;
  return change;
}

// In the first village.
inline RowId record_visit(World& world, SimDevice& device, const std::string& theme) {
  const auto row = new_id<RowId>(device.clock, device.random);
  const vault::StreamInfo* village = device.vault().stream(world.villages[0]);
  MQ_ASSERT(village != nullptr);
  const auto saved =
      device.vault().commit({{village->ix, {themed(row, theme)}}}, device.vault().view());
  if (!saved.ok()) ADD_FAILURE() << saved.error().en;
  return row;
}

inline void amend_visit(World& world, SimDevice& device, const RowId& row,
                        const std::string& theme) {
  const vault::StreamInfo* village = device.vault().stream(world.villages[0]);
  const auto saved =
      device.vault().commit({{village->ix, {themed(row, theme)}}}, device.vault().view());
  if (!saved.ok()) ADD_FAILURE() << saved.error().en;
}

// Themes shown, sorted.
inline std::vector<std::string> visits(SimDevice& device) {
  std::vector<std::string> out;
  auto query = device.vault().database().query(
      "SELECT theme FROM visit WHERE theme IS NOT NULL ORDER BY theme");
  if (!query.ok()) {
    ADD_FAILURE() << query.error().en;
    return out;
  }
  for (;;) {
    const auto row = query->step();
    if (!row.ok() || !*row) return out;
    out.emplace_back(query->text(0));
  }
}

// Every value of one visit's theme, concurrent ones too.
inline std::vector<std::string> claims_of(SimDevice& device, const RowId& row) {
  const vault::Change cell = themed(row, "");
  std::vector<std::string> out;
  const auto claims = device.vault().claims(cell.entity, row, cell.field);
  if (!claims.ok()) return out;
  for (const vault::Claim& claim : *claims) {
    if (const auto* text = std::get_if<std::string>(&claim.value)) out.push_back(*text);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What the person was told since his program started.
inline std::vector<std::string> told(SimDevice& device) {
  std::vector<std::string> out;
  for (const sync::Alarm& alarm : device.engine().report().alarms) out.push_back(alarm.zh);
  return out;
}

// Envelopes the server stores.
inline std::size_t stored(World& world) {
  std::size_t count = 0;
  for (const auto& [stream, placed] : world.server.store.copy().streams) count += placed.size();
  return count;
}

inline Hash state_of(World& world, SimDevice& device) {
  const auto hash = device.vault().state_hash(device.vault().stream(world.villages[0])->ix);
  if (!hash.ok()) ADD_FAILURE() << hash.error().en;
  return hash.ok() ? *hash : Hash{};
}

}  // namespace mq::testing
