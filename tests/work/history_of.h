// What a device reads of a record's changes, oldest first.
#pragma once

#include "work/township.h"

namespace mq::work::testing {

inline std::vector<vault::HistoryEntry> history_of(Township& town, SimDevice& device,
                                                   std::string_view entity, const RowId& row) {
  const Workplace place = town.at(device);
  const auto open = [&](const wire::Envelope& envelope) -> Result<std::vector<model::Transaction>> {
    MQ_TRY(auto running,
           place.vault.chain_context(wire::chain_of(envelope.header), envelope.header.prev));
    model::Context context = running.value_or(model::Context{});
    return device.sealer().open(envelope, context);
  };
  auto all = place.vault.history(place.vault.schema().entity(entity)->number, row, open);
  EXPECT_TRUE(all.ok());
  return all.ok() ? *std::move(all) : std::vector<vault::HistoryEntry>{};
}

}  // namespace mq::work::testing
