#include "table.h"

#include <algorithm>
#include <set>

#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::vault {

using model::Field;
using model::FieldType;
using model::OpKind;
using model::quoted;

namespace {

constexpr std::size_t kIdBytes = 16;

bool is_number(FieldType type) {
  return type == FieldType::kInteger || type == FieldType::kBool || type == FieldType::kEnum;
}

model::pb::Merge merge_of(OpKind kind) {
  switch (kind) {
    case OpKind::kText:
      return model::pb::MERGE_TEXT;
    case OpKind::kAdd:
      return model::pb::MERGE_SET;
    case OpKind::kAppend:
      return model::pb::MERGE_APPEND;
    case OpKind::kStep:
      return model::pb::MERGE_STEP;
    default:
      return model::pb::MERGE_REGISTER;
  }
}

bool same_form(const Field& a, const Field& b) {
  const auto form = [](const Field& f) {
    return is_number(f.type) ? FieldType::kInteger : f.type;  // an enum may become an integer
  };
  return form(a) == form(b) && a.repeated == b.repeated && a.op_kind() == b.op_kind();
}

}  // namespace

const Column* Table::column(const CellKey& key) const {
  const auto at = std::lower_bound(
      columns.begin(), columns.end(), key.field,
      [](const Column& c, std::uint32_t number) { return c.field.number < number; });
  return at != columns.end() && at->key() == key ? &*at : nullptr;
}

void Table::prepare() {
  const std::string table = quoted(name);
  std::string names, places;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Column& c = columns[k];
    const std::string column = quoted(c.field.name);
    names += cat(", ", column);
    places += cat(", ?", k + 5);
    c.select = cat("SELECT ", column, " FROM ", table, " WHERE rid = ?1");
    c.update = cat("UPDATE ", table, " SET ", column, " = ?2 WHERE rid = ?1");
    c.update_with_meta =
        cat("UPDATE ", table, " SET ", column, " = ?2, deleted = ?3, meta = ?4 WHERE rid = ?1");
  }
  select_state = cat("SELECT rid, deleted, meta FROM ", table, " WHERE id = ?1 AND stream = ?2");
  select_all = cat("SELECT rid, stream, deleted", names, " FROM ", table, " WHERE id = ?1");
  select_meta = cat("SELECT meta FROM ", table, " WHERE rid = ?1");
  insert = cat("INSERT INTO ", table, "(stream, id, deleted, meta", names,
               ") VALUES (?1, ?2, ?3, ?4", places, ")");
  insert_if_new = cat(insert, " ON CONFLICT(id, stream) DO NOTHING");
  update_meta = cat("UPDATE ", table, " SET deleted = ?2, meta = ?3 WHERE rid = ?1");
}

ColumnValue to_column(const Field& field, ByteView value) {
  if (value.empty()) return std::monostate{};
  if (is_number(field.type)) {
    ByteReader in(value);
    const std::int64_t number = in.zigzag();
    if (!in.done()) return Unfit{};
    return number;
  }
  if (field.type == FieldType::kBytes) return value;
  if (!is_utf8(text_of(value))) return Unfit{};
  return text_of(value);
}

Bytes from_column(const Field& field, const sqlite::Query& row, int column) {
  if (row.is_null(column)) return {};
  if (is_number(field.type)) {
    ByteWriter out;
    out.zigzag(row.integer(column));
    return out.take();
  }
  if (field.type == FieldType::kBytes) return to_bytes(row.blob(column));
  return to_bytes(row.text(column));
}

Bytes pack(const Field& field, std::vector<ByteView> elements) {
  std::erase_if(elements, [&](ByteView element) {
    return element.empty() || std::holds_alternative<Unfit>(to_column(field, element)) ||
           (field.type == FieldType::kBytes && element.size() != kIdBytes);
  });
  std::ranges::sort(elements, std::ranges::lexicographical_compare);
  const auto same = [](ByteView a, ByteView b) { return std::ranges::equal(a, b); };
  elements.erase(std::unique(elements.begin(), elements.end(), same), elements.end());
  ByteWriter out;
  for (const ByteView element : elements) model::pack_element(field, element, out);
  return out.take();
}

void bind(sqlite::Query& query, int index, const ColumnValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    query.bind(index, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    query.bind_kept(index, *text);
  } else if (const auto* bytes = std::get_if<ByteView>(&value)) {
    query.bind_kept(index, *bytes);
  } else {
    query.bind_null(index);
  }
}

Bytes encode_file_schema(const FileSchema& schema) {
  ByteWriter out;
  out.varint(schema.version);
  out.varint(schema.tables.size());
  for (const Table& table : schema.tables) {
    out.varint(table.entity);
    out.block(std::string_view(table.name));
    out.varint(table.columns.size());
    for (const Column& c : table.columns) {
      out.varint(c.field.number);
      out.block(std::string_view(c.field.name));
      out.varint(static_cast<std::uint64_t>(c.field.type));
      out.varint(c.field.repeated ? 1 : 0);
      out.varint(static_cast<std::uint64_t>(c.field.op_kind()));
    }
  }
  return out.take();
}

Result<FileSchema> decode_file_schema(ByteView bytes) {
  ByteReader in(bytes);
  FileSchema out;
  out.version = static_cast<std::uint32_t>(in.varint());
  for (std::uint64_t tables = in.varint(); tables > 0 && !in.failed(); --tables) {
    Table table;
    table.entity = static_cast<std::uint32_t>(in.varint());
    table.name = to_string(in.block());
    table.known = false;
    for (std::uint64_t columns = in.varint(); columns > 0 && !in.failed(); --columns) {
      Column c;
      c.known = false;
      c.field.number = static_cast<std::uint32_t>(in.varint());
      c.field.name = to_string(in.block());
      c.field.type = static_cast<FieldType>(in.varint());
      c.field.repeated = in.varint() != 0;
      c.field.rule.set_merge(merge_of(static_cast<OpKind>(in.varint())));
      table.columns.push_back(std::move(c));
    }
    out.tables.push_back(std::move(table));
  }
  if (!in.done()) {
    return Error{Code::kCorrupt, "读取库结构说明:内容不完整,请运行 doctor",
                 "reading the description of the tables: damaged, run doctor"};
  }
  return out;
}

namespace {

Status join_columns(Table& table, const model::Entity& entity,
                    std::vector<std::string>& statements) {
  for (const Field& field : entity.fields) {
    const auto at = std::find_if(table.columns.begin(), table.columns.end(),
                                 [&](const Column& c) { return c.field.number == field.number; });
    if (at == table.columns.end()) {
      statements.push_back(cat("ALTER TABLE ", quoted(table.name), " ADD COLUMN ",
                               quoted(field.name), " ", model::column_type(field)));
      table.columns.push_back({field, true, {}, {}, {}});
      continue;
    }
    if (!same_form(at->field, field)) {
      return Error{
          Code::kUnsupported,
          cat("打开库:字段 ", table.name, ".", field.name, " 的类型与本版本不同,请更新程序"),
          cat("opening the vault: field ", table.name, ".", field.name,
              " has another type than in this version, update the program")};
    }
    if (at->field.name != field.name) {
      statements.push_back(cat("ALTER TABLE ", quoted(table.name), " RENAME COLUMN ",
                               quoted(at->field.name), " TO ", quoted(field.name)));
      // Made again under its new name, if it was an index on the day.
      statements.push_back(
          cat("DROP INDEX IF EXISTS ", quoted(cat(table.name, "_by_", at->field.name))));
    }
    at->field = field;
    at->known = true;
  }
  std::sort(table.columns.begin(), table.columns.end(),
            [](const Column& a, const Column& b) { return a.field.number < b.field.number; });
  return {};
}

}  // namespace

Result<FileSchema> join_schemas(FileSchema file, const model::Schema& schema,
                                std::vector<std::string>& statements) {
  file.version = std::max(file.version, schema.version());
  for (const model::Entity& entity : schema.entities()) {
    const auto at = std::find_if(file.tables.begin(), file.tables.end(),
                                 [&](const Table& t) { return t.entity == entity.number; });
    if (at == file.tables.end()) {
      Table table{entity.number, entity.table, true, {}, {}, {}, {}, {}, {}, {}};
      for (const Field& field : entity.fields) table.columns.push_back({field, true, {}, {}, {}});
      for (std::string& sql : model::create_statements(entity))
        statements.push_back(std::move(sql));
      file.tables.push_back(std::move(table));
      continue;
    }
    at->known = true;
    if (at->name != entity.table) {
      statements.push_back(
          cat("ALTER TABLE ", quoted(at->name), " RENAME TO ", quoted(entity.table)));
      at->name = entity.table;
    }
    MQ_CHECK(join_columns(*at, entity, statements));
    // A file of an earlier version may lack some.
    for (model::Index& each : model::indexes(entity)) {
      statements.push_back(std::move(each.statement));
    }
  }
  std::sort(file.tables.begin(), file.tables.end(),
            [](const Table& a, const Table& b) { return a.entity < b.entity; });
  for (Table& table : file.tables) table.prepare();
  return file;
}

}  // namespace mq::vault
