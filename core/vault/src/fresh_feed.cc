#include "fresh_feed.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::vault {

namespace {

constexpr int kFixed = 4;  // stream, id, deleted, meta

std::size_t column_of(const FreshValue& value) {
  return static_cast<std::size_t>(value.index - kFixed - 1);
}

sqlite::RowFeed::Value as_value(const ColumnValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string_view>(&value)) return *text;
  if (const auto* bytes = std::get_if<ByteView>(&value)) return *bytes;
  return {};
}

}  // namespace

FreshFeed::FreshFeed(const Table& table, StreamIx stream, std::span<const FreshItem> items)
    : table_(table), stream_(stream), items_(items) {
  std::vector<bool> used(table.columns.size());
  for (const FreshItem& item : items) {
    for (const FreshValue& value : item.values) used[column_of(value)] = true;
  }
  for (std::size_t k = 0; k < used.size(); ++k) {
    if (used[k]) columns_.push_back(k);
  }
}

bool FreshFeed::takes(const Table& table) { return table.columns.size() + kFixed <= kColumnsMax; }

std::string FreshFeed::statement(Held held) const {
  std::string names = "stream, id, deleted, meta", places = "c0, c1, c2, c3";
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    names += cat(", ", model::quoted(table_.columns[columns_[k]].field.name));
    places += cat(", c", kFixed + k);
  }
  // Without WHERE the words after it would be read as part of a join.
  return cat("INSERT OR FAIL INTO ", model::quoted(table_.name), "(", names, ") SELECT ", places,
             " FROM mq_feed",
             held == Held::kSkip ? " WHERE true ON CONFLICT(id, stream) DO NOTHING" : "");
}

bool FreshFeed::next() {
  if (at_ == items_.size()) return false;
  item_ = &items_[at_++];
  return true;
}

sqlite::RowFeed::Value FreshFeed::value(int column) const {
  if (column == 0) return stream_;
  if (column == 1) return ByteView(item_->id.view());
  if (column == 2) return std::int64_t{0};
  if (column == 3) return item_->meta;
  const std::size_t wanted = columns_[static_cast<std::size_t>(column - kFixed)];
  const auto found = std::ranges::find(item_->values, wanted, column_of);
  return found == item_->values.end() ? Value() : as_value(found->value);
}

}  // namespace mq::vault
