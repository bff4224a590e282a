// The P3 columns of a file: fields of a companion, each under its gate.
//
// A column that holds something although no programme names its need is refused as a column, once,
// on the header's line: with --skip-refused the file is stored without it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "import_kinds.h"

namespace mq::work {

using PrivateCells = std::map<std::uint32_t, WishCell>;

class PrivateColumns {
 public:
  // Every header under which the companion's fields may stand in a file.
  static void list(const model::Entity& companion, std::vector<ColumnSpec>& columns);

  PrivateColumns(ImportRun& run, const model::Entity& companion)
      : run_(run), companion_(companion) {}

  // Once, before the rows: which columns are taken, which are refused.
  Status open();
  const model::Entity& entity() const { return companion_; }
  // Whether a programme names that need.
  bool named(const std::string& need) const { return needs_.contains(need); }
  // Rows may repeat a household: what an earlier row said stands, sets grow.
  void read(RowReader& reader, PrivateCells& into) const;

 private:
  bool used(std::string_view column) const;

  ImportRun& run_;
  const model::Entity& companion_;
  std::set<std::string> needs_;
  std::vector<const model::Field*> taken_;
};

}  // namespace mq::work
