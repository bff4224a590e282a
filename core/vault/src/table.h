// Table: one entity's place in the database, with its statements written once.
//
// Columns are the fields of the file, which may be newer than the program's schema: a field that
// the program does not know still has its column, and is merged and kept, but never shown.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "merge.h"
#include "mq/base/result.h"
#include "mq/model/schema.h"
#include "mq/sqlite/database.h"

namespace mq::vault {

struct Column {
  model::Field field;
  bool known = true;  // in the program's schema
  std::string select, update, update_with_meta;
  CellKey key() const { return {field.number, field.op_kind()}; }
};

struct Table {
  std::uint32_t entity = 0;
  std::string name;             // "visit"
  bool known = true;            // in the program's schema
  std::vector<Column> columns;  // by field number
  std::string select_state, select_all, select_meta, insert, insert_if_new, update_meta;

  const Column* column(const CellKey& key) const;
  std::size_t index_of(const Column* column) const {
    return static_cast<std::size_t>(column - columns.data());
  }
  // Writes the statements from name and columns.
  void prepare();
};

// What a column can hold of an op's value: nothing, number, text or bytes; none of them if the
// bytes are not in the field's form, which then stay in `meta` only.
struct Unfit {};
using ColumnValue = std::variant<Unfit, std::monostate, std::int64_t, std::string_view, ByteView>;
ColumnValue to_column(const model::Field& field, ByteView value);
// The op's value again, exactly as received.
Bytes from_column(const model::Field& field, const sqlite::Query& row, int column);
// Repeated fields: the elements that fit, each once, in the order of their bytes.
Bytes pack(const model::Field& field, std::vector<ByteView> elements);
// What `value` views must stand until the statement has run.
void bind(sqlite::Query& query, int index, const ColumnValue& value);

// What the file says of its tables, in setting "vault.schema".
struct FileSchema {
  std::uint32_t version = 0;
  std::vector<Table> tables;
};
Bytes encode_file_schema(const FileSchema& schema);
Result<FileSchema> decode_file_schema(ByteView bytes);
// Statements that make the file hold the schema too, and the description after them.
// kUnsupported: a field of the schema has another type in the file.
Result<FileSchema> join_schemas(FileSchema file, const model::Schema& schema,
                                std::vector<std::string>& statements);

}  // namespace mq::vault
