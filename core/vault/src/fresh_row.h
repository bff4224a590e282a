// Rows seen for the first time, every cell written once: the path of a first sync. What they become
// is worked out from the tables alone, so that another thread may do it.
#pragma once

#include <list>
#include <span>
#include <vector>

#include "mq/vault/vault.h"
#include "row_codec.h"
#include "table.h"

namespace mq::vault {

struct FreshValue {
  FreshCell cell;
  int index = 0;  // of the statement's parameter
  ColumnValue value;
};

struct FreshRow {
  std::size_t transaction = 0;
  std::size_t at = 0;  // its ops
  std::size_t end = 0;
  const Table* table = nullptr;
  std::size_t first = 0;  // its values
  std::size_t last = 0;
};

struct Vault::Prepared {
  std::vector<FreshRow> rows;  // by transaction and op
  std::vector<FreshValue> values;
  std::list<Bytes> sets;  // a list, since values view its elements
};

// Adds the row whose ops begin at `at`; false if the general path must store it.
bool prepare_row(const Table& table, const model::Transaction& t, std::size_t at,
                 Vault::Prepared& out);

// Walks the rows in the order of the ops.
class FreshRows {
 public:
  explicit FreshRows(const Vault::Prepared& prepared) : prepared_(prepared) {}
  // The row whose ops begin here, if it is such a one.
  const FreshRow* at(std::size_t transaction, std::size_t op);
  std::span<const FreshValue> values(const FreshRow& row) const;

 private:
  const Vault::Prepared& prepared_;
  std::size_t next_ = 0;
};

}  // namespace mq::vault
