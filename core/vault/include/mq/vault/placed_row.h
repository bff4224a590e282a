// Which row counts of a record that stands in several streams, because it moved from one to
// another.
//
// By what the rows say and the names of streams alone: the same on every device that holds them.
// Vault::load reads by it, the roster counts by it.
#pragma once

#include <optional>
#include <vector>

#include "mq/base/ids.h"

namespace mq::vault {

struct PlacedRow {
  StreamId stream;
  bool deleted = false;
  bool moved = false;                // it says that the record went elsewhere,
  std::optional<StreamId> moved_to;  // and where, if that is known here
};

// Of those that stand and went nowhere one that another names, else the first by stream; of rows
// that all send the record to each other the first by stream. Nothing: it counts in none of them.
std::optional<std::size_t> counted_row(const std::vector<PlacedRow>& rows);
// The one to read: the same, else the last word that is held of it.
std::size_t row_to_read(const std::vector<PlacedRow>& rows);  // rows: not empty

}  // namespace mq::vault
