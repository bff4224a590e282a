#include "fresh_batch.h"

#include <map>

#include "fresh_feed.h"
#include "state.h"

namespace mq::vault {

bool FreshBatch::add(const Table& table, const model::Transaction& t, std::size_t at,
                     const Stamp& stamp) {
  if (!FreshFeed::takes(table) || !prepare_row(table, t, at, prepared_)) return false;
  const FreshRow& row = prepared_.rows.back();
  // Now, since it goes by where the ops stand, and they move while others join them.
  const auto values = std::span<const FreshValue>(prepared_.values).subspan(row.first);
  rows_.push_back({t.ops[at].row, encode_fresh_row(stamp, values)});
  return true;
}

Status FreshBatch::store(Vault::State& state, StreamIx stream) {
  std::map<std::uint32_t, std::vector<std::size_t>> by_table;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    by_table[prepared_.rows[i].table->entity].push_back(i);
  }
  for (const auto& [entity, rows] : by_table) {
    if (rows.size() >= kFedMin) {
      std::vector<FreshItem> items;
      for (const std::size_t i : rows) items.push_back({rows_[i].id, rows_[i].meta, values(i)});
      FreshFeed feed(*prepared_.rows[rows.front()].table, stream, items);
      MQ_CHECK(state.db.run_fed(feed.statement(FreshFeed::Held::kFail), feed));
      continue;
    }
    for (const std::size_t i : rows) {
      const Row& row = rows_[i];
      MQ_TRY(const bool stored,
             state.insert_fresh(prepared_.rows[i], values(i), row.id, stream, row.meta));
      if (!stored) {
        return Error{Code::kConflict, "保存:新的一行本机已经有了,请运行 doctor",
                     "saving: a row that is new is held already, run doctor"};
      }
    }
  }
  return {};
}

std::span<const FreshValue> FreshBatch::values(std::size_t row) const {
  const FreshRow& fresh = prepared_.rows[row];
  return std::span(prepared_.values).subspan(fresh.first, fresh.last - fresh.first);
}

}  // namespace mq::vault
