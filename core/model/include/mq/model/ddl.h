// Tables of the vault, one per entity, made from the schema.
//
// A column holds what is shown of a cell; merge data stands in `meta`. Identifiers are always
// quoted, since field names such as "from" and "class" are words of SQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/model/schema.h"

namespace mq::model {

// CREATE TABLE "visit"(rid, stream, id, deleted, <columns>, meta), its unique index on (id, stream)
// and those of indexes(); all IF NOT EXISTS.
std::vector<std::string> create_statements(const Entity& entity);

// Of (stream, day), which ledgers of a period read: the day is the first date which no row may
// lack, or the one on which a row was registered. And of the household to which something happened
// on that day: every morning asks when each was last seen. None of both for an entity without such
// a day. Of a household or a person those rows that stand for another or stand elsewhere now.
struct Index {
  std::string name;       // "visit_by_date"
  std::string statement;  // CREATE INDEX IF NOT EXISTS …
};
std::vector<Index> indexes(const Entity& entity);

// ALTER TABLE … ADD COLUMN for every field that the table of an older schema lacks.
std::vector<std::string> add_column_statements(const Entity& entity,
                                               const std::vector<std::string>& existing_columns);

// INTEGER, TEXT or BLOB; a repeated field is a BLOB.
std::string_view column_type(const Field& field);

// "visit" with its quotes. Call it as model::quoted: std has a template of that name.
std::string quoted(std::string_view identifier);

// The BLOB of a repeated field. elements are as encode_value makes them: 16-byte ids one after the
// other for bytes fields, else varint length and element. Order is kept.
Bytes pack_repeated(const Field& field, const std::vector<Bytes>& elements);
// One element behind the others.
void pack_element(const Field& field, ByteView element, ByteWriter& out);
// kCorrupt for bytes that pack_repeated cannot have made.
Result<std::vector<Bytes>> unpack_repeated(const Field& field, ByteView packed);

}  // namespace mq::model
