// FreshMerge: rows of an envelope that look new, kept until they are stored by one statement a
// table.
//
// One that turns out to be held goes the general way then. What happens to a row keeps its order as
// long as the caller flushes before anything else is merged into a row that this holds.
#pragma once

#include <unordered_set>
#include <vector>

#include "fresh_row.h"
#include "mq/base/id_hash.h"
#include "state.h"

namespace mq::vault {

class FreshMerge {
 public:
  // Borrows all.
  FreshMerge(Vault::State& state, StreamIx stream, LineIx line,
             const std::vector<model::Transaction>& transactions, const Vault::Prepared& prepared)
      : state_(state), stream_(stream), line_(line), transactions_(transactions), rows_(prepared) {}

  // The row whose ops begin here, if it looks new; rows are asked for in the order of the ops.
  const FreshRow* at(std::size_t transaction, std::size_t op) { return rows_.at(transaction, op); }
  void add(const FreshRow& row);
  bool holds(const RowId& id) const { return ids_.contains(id); }
  Status flush();

 private:
  struct Kept {
    const FreshRow* row = nullptr;
    RowId id;
    Bytes meta;
  };
  Stamp stamp_of(const FreshRow& row) const;
  Status store(const Table& table, const std::vector<const Kept*>& kept);
  Status store_one(const Kept& kept);
  Status merge(const Kept& kept);

  Vault::State& state_;
  StreamIx stream_;
  LineIx line_;
  const std::vector<model::Transaction>& transactions_;
  FreshRows rows_;
  std::vector<Kept> kept_;
  std::unordered_set<RowId, IdHash> ids_;
};

}  // namespace mq::vault
