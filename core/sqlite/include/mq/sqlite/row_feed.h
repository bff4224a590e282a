// RowFeed: rows for one statement, which reads them as the table mq_feed(c0, c1, …):
//
//   INSERT INTO person(id, name) SELECT c0, c1 FROM mq_feed
//
// A statement a row opens and closes the table and its indexes for each of them; this one opens
// them once and binds nothing.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "mq/base/bytes.h"

namespace mq::sqlite {

class RowFeed {
 public:
  static constexpr int kColumnsMax = 128;
  // Nothing is NULL. What it views must stand until the statement has run.
  using Value = std::variant<std::monostate, std::int64_t, std::string_view, ByteView>;

  virtual ~RowFeed() = default;
  // To the first row, then to the one after it; false behind the last one.
  virtual bool next() = 0;
  // Of the row at hand, from 0.
  virtual Value value(int column) const = 0;
};

}  // namespace mq::sqlite
