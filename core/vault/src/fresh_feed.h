// FreshFeed: new rows of one table for one statement, with the columns that one of them has at
// least.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fresh_row.h"
#include "mq/sqlite/row_feed.h"

namespace mq::vault {

// Fewer rows are stored one by one: a statement of their own costs more than it saves.
inline constexpr std::size_t kFedMin = 8;

// What it views must stand until the statement has run.
struct FreshItem {
  RowId id;
  ByteView meta;
  std::span<const FreshValue> values;
};

class FreshFeed final : public sqlite::RowFeed {
 public:
  FreshFeed(const Table& table, StreamIx stream, std::span<const FreshItem> items);
  // Whether a table is not too wide for it.
  static bool takes(const Table& table);

  enum class Held { kFail, kSkip };
  // What becomes of a row that is held already: kConflict, or it stays as it is. No statement
  // journal is kept: after a failure the caller takes all of it back.
  std::string statement(Held held) const;

  bool next() override;
  Value value(int column) const override;

 private:
  const Table& table_;
  StreamIx stream_;
  std::span<const FreshItem> items_;
  std::vector<std::size_t> columns_;  // of the table
  std::size_t at_ = 0;
  const FreshItem* item_ = nullptr;
};

}  // namespace mq::vault
