#include "fresh_merge.h"

#include <algorithm>
#include <map>

#include "fresh_feed.h"

namespace mq::vault {

using model::Transaction;

Stamp FreshMerge::stamp_of(const FreshRow& row) const {
  const Transaction& t = transactions_[row.transaction];
  return {line_, t.n, t.hlc, t.clock_class};
}

void FreshMerge::add(const FreshRow& row) {
  const RowId id = transactions_[row.transaction].ops[row.at].row;
  kept_.push_back({&row, id, encode_fresh_row(stamp_of(row), rows_.values(row))});
  ids_.insert(id);
}

Status FreshMerge::flush() {
  std::map<const Table*, std::vector<const Kept*>> by_table;
  for (const Kept& kept : kept_) by_table[kept.row->table].push_back(&kept);
  for (const auto& [table, kept] : by_table) {
    if (kept.size() >= kFedMin && FreshFeed::takes(*table)) {
      MQ_CHECK(store(*table, kept));
      continue;
    }
    for (const Kept* one : kept) MQ_CHECK(store_one(*one));
  }
  kept_.clear();
  ids_.clear();
  return {};
}

Status FreshMerge::store(const Table& table, const std::vector<const Kept*>& kept) {
  std::vector<FreshItem> items;
  items.reserve(kept.size());
  for (const Kept* one : kept) items.push_back({one->id, one->meta, rows_.values(*one->row)});
  FreshFeed feed(table, stream_, items);
  MQ_CHECK(state_.db.run_fed(feed.statement(FreshFeed::Held::kSkip), feed));
  if (state_.db.changes() == static_cast<std::int64_t>(kept.size())) return {};
  // Whose line and transaction a row names has stored it: the others were held.
  for (const Kept* one : kept) {
    bool stored = false;
    {
      MQ_TRY(sqlite::Query q, state_.db.query(table.select_state));
      q.bind(1, one->id.view()).bind(2, stream_);
      MQ_TRY(const bool found, q.step());
      stored = found && std::ranges::equal(q.blob(2), one->meta);
    }
    if (!stored) MQ_CHECK(merge(*one));
  }
  return {};
}

Status FreshMerge::store_one(const Kept& kept) {
  MQ_TRY(const bool stored,
         state_.insert_fresh(*kept.row, rows_.values(*kept.row), kept.id, stream_, kept.meta));
  return stored ? Status() : merge(kept);
}

// Only what had seen everything that it names is kept here, so that it is as it was then.
Status FreshMerge::merge(const Kept& kept) {
  const Transaction& t = transactions_[kept.row->transaction];
  const ResolvedContext seen = state_.resolve_cached(stream_, line_, t.n, t.context);
  MQ_TRY([[maybe_unused]] const std::size_t end,
         state_.merge_run(t, kept.row->at, stream_, stamp_of(*kept.row), seen, false));
  return {};
}

}  // namespace mq::vault
