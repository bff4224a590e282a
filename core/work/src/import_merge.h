// ImportMerge: wishes of a file against what is here and what the file said last time.
//
// Three-way, per cell: what the file did not change is left alone; what only the file changed is
// written; what both the file and people changed is listed and left.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "import_memory.h"
#include "known_rows.h"
#include "mq/work/import.h"

namespace mq::work {

struct WishCell {
  std::uint32_t field = 0;
  model::Value value;                // the only one, unless there are
  std::vector<model::Value> values;  // several: the whole set of a repeated field
  std::string_view column;           // for faults; of the program or the schema
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
  // Further rows that come with the row, or later with its cell first_with: an issue's first move.
  std::vector<vault::Change> first;
  std::uint32_t first_with = 0;
  bool guarded = false;                         // P3 facts: of the village's PRIVATE stream
  std::vector<std::size_t> further_lines = {};  // that say more of the same row
  std::string newcomer = {};  // who is here with this file only, of those whom its cells name
};

class ImportMerge {
 public:
  // `wishes` are those that add() will be given.
  ImportMerge(const Workplace& place, vault::View seen, const std::vector<Wish>& wishes);

  // Compares one wish; collects its changes, and faults where both sides changed a cell.
  // True if something is to be written.
  Result<bool> add(Wish wish, std::vector<ImportFault>& faults);
  // One durable commit of everything collected, with the memory of the file.
  Status commit();

 private:
  Result<bool> add_new(Wish& wish);
  Result<bool> compare(Wish& wish, const vault::RowData& data, std::vector<ImportFault>& faults);
  Status begin_later(Wish& wish);
  ByteView said(const WishCell& cell, const model::Field& field);
  ByteView held(const model::Field& field, const vault::Cell* shown);

  const Workplace& place_;
  vault::View seen_;
  std::map<std::uint32_t, KnownRows> known_;  // by entity
  Bytes file_, here_;                         // room for the cell at hand
  ImportMemory::Cells cells_;                 // of the row at hand
  std::map<vault::StreamIx, std::vector<vault::Change>> changes_;
  ImportMemory memory_;
};

}  // namespace mq::work
