// The four kinds of file. Each reads its rows into wishes; what becomes of them is import.cc's.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "import_merge.h"
#include "import_table.h"

namespace mq::work {

struct ImportRun {
  const Workplace& place;
  const ImportOptions& options;
  const ImportTable& table;
  ImportResult& result;
  std::vector<Wish> wishes;
  std::vector<std::pair<std::string, std::string>> new_villages;  // name, region code
  std::set<std::size_t> left;  // lines of what has ended here, or stands elsewhere
  // What is still to be flagged, found from what this holds alone while the rows are stored.
  std::function<std::vector<ImportFault>()> look_further;
};

const std::vector<ColumnSpec>& roster_columns();
const std::vector<ColumnSpec>& cadre_columns();
const std::vector<ColumnSpec>& pairing_columns();
const std::vector<ColumnSpec>& visit_columns();

Status read_roster(ImportRun& run);
Status read_cadres(ImportRun& run);
Status read_pairings(ImportRun& run);
Status read_visits(ImportRun& run);

// A cell of one value.
WishCell wish_cell(std::uint32_t field, model::Value value, std::string_view column);
WishCell wish_row(std::uint32_t field, const RowId& row, std::string_view column);

}  // namespace mq::work
