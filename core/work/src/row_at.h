// A row in one stream: a row whose household has moved stands in two, under one id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

struct RowAt {
  const model::Entity* entity = nullptr;
  vault::StreamIx stream = 0;
  RowId row;
};
using Content = std::vector<model::Value>;  // of one cell: none, one, or those of a set

// What one cell of one row holds, in that very stream.
Result<Content> cell_of(const Workplace& place, const RowAt& at, const model::Field& field);
// Vault::load, which chooses between streams, for that very one.
Result<std::optional<vault::RowData>> load_at(const Workplace& place, const RowAt& at);
// "" and the content if it is of text; of numbers and references 0 and none.
std::string text_of(const Content& content);
std::int64_t integer_of(const Content& content);
std::optional<RowId> row_of(const Content& content);

}  // namespace mq::work
