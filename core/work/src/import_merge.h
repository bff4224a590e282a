// ImportMerge: wishes of a file against what is here and what the file said last time.
//
// Three-way, per cell: what the file did not change is left alone; what only the file changed is
// written; what both the file and people changed is listed and left. What the file said is
// remembered per row as digests of its cells, in the vault, never as text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mq/work/import.h"

namespace mq::work {

struct WishCell {
  std::uint32_t field = 0;
  std::vector<model::Value> values;  // one, or the whole set of a repeated field
  std::string column;                // for faults
  bool provisional = false;          // could not be resolved yet: not remembered
};

// One row of the schema that the file wants to exist so.
struct Wish {
  const model::Entity* entity = nullptr;
  RowId row;
  vault::StreamIx stream = 0;  // 0: of a village that is made when the file is stored
  std::string village;         // its name then
  std::size_t line = 0;
  std::vector<WishCell> cells;
  std::vector<vault::Change> first;  // further changes when the row is new (an issue's first move)
  bool guarded = false;              // P3 facts: of the village's PRIVATE stream
};

class ImportMerge {
 public:
  ImportMerge(const Workplace& place, vault::View seen) : place_(place), seen_(seen) {}

  // Compares one wish; collects its changes, and faults where both sides changed a cell.
  // True if something is to be written.
  Result<bool> add(const Wish& wish, std::vector<ImportFault>& faults);
  // One durable commit of everything collected, with the memory of the file.
  Status commit();

 private:
  using Memory = std::map<std::uint32_t, std::array<std::uint8_t, 8>>;
  Result<Memory> remembered(const Wish& wish);
  const Workplace& place_;
  vault::View seen_;
  std::map<vault::StreamIx, std::vector<vault::Change>> changes_;
  std::vector<std::pair<std::string, Bytes>> memories_;
};

}  // namespace mq::work
