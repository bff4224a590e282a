// When one cell of a row was last written, as far as its device and the server can say, and by
// whom.
//
// Read from the row's own `meta` (SCHEMA.md), for whoever lists many rows anyhow and asks this of
// few. It says nothing of what stood there before.
#pragma once

#include <optional>

#include "mq/vault/vault.h"

namespace mq::vault {

struct CellTime {
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  std::optional<WallTime> not_after;  // the server's log or receipt, if delivered
  bool with_row = false;              // in the commit that made the row: never edited since
};

// Of concurrent writings the latest. Nothing: the cell was never written. kCorrupt: no meta.
Result<std::optional<CellTime>> cell_time(Vault& vault, ByteView meta, std::uint32_t field);

// The devices whose words stand in the cell, each once: none that a later word of it had seen.
Result<std::vector<DeviceId>> cell_writers(Vault& vault, ByteView meta, std::uint32_t field);

}  // namespace mq::vault
