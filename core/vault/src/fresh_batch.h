// FreshBatch: the new rows of one draft, kept until they are stored by one statement a table.
//
// A row is worked out when it is added; only the bytes of its ops' values must stand until store().
#pragma once

#include "fresh_row.h"
#include "mq/base/ids.h"

namespace mq::vault {

class FreshBatch {
 public:
  // The row whose ops begin at `at`; the caller knows that it is not held yet. False: the general
  // path must store it.
  bool add(const Table& table, const model::Transaction& t, std::size_t at, const Stamp& stamp);
  // kConflict if one of the rows was there after all: nothing of the batch may then be kept.
  Status store(Vault::State& state, StreamIx stream);

 private:
  struct Row {
    RowId id;
    Bytes meta;
  };
  std::span<const FreshValue> values(std::size_t row) const;

  Vault::Prepared prepared_;
  std::vector<Row> rows_;  // one for each of the prepared ones
};

}  // namespace mq::vault
