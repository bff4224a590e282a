// KnownRows: which rows of an entity the vault holds, for a reader that asks for many.
//
// Of a table not much longer than the number of questions all ids are read once, in the order of
// their index; a longer one is asked for each row. Rows made after the first question are not seen.
#pragma once

#include <optional>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

class KnownRows {
 public:
  // `questions`: about how often has() will be asked.
  KnownRows(vault::Vault& vault, const model::Entity& entity, std::size_t questions)
      : vault_(vault), entity_(entity), questions_(questions) {}

  // Vault::load, without asking the database for what is known not to be there.
  Result<std::optional<vault::RowData>> load(const RowId& row);

 private:
  Status look();

  vault::Vault& vault_;
  const model::Entity& entity_;
  std::size_t questions_;
  bool looked_ = false;
  std::optional<std::vector<RowId>> ids_;  // sorted; nothing: too many
};

}  // namespace mq::work
