#include "mq/model/ddl.h"

#include <algorithm>
#include <optional>

#include "mq/base/text.h"

namespace mq::model {

namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::string_view kRegisteredOn = "registered_on";
constexpr std::string_view kHousehold = "household_id";
constexpr std::string_view kClosedOn = "closed_on", kCallback = "callback";

std::string column(const Field& field) {
  return cat(model::quoted(field.name), " ", column_type(field));
}

}  // namespace

std::string quoted(std::string_view identifier) { return cat('"', identifier, '"'); }

std::string_view column_type(const Field& field) {
  if (field.repeated) return "BLOB";
  switch (field.type) {
    case FieldType::kInteger:
    case FieldType::kBool:
    case FieldType::kEnum:
      return "INTEGER";
    case FieldType::kText:
      return "TEXT";
    case FieldType::kBytes:
      return "BLOB";
  }
  return "BLOB";
}

std::vector<std::string> create_statements(const Entity& entity) {
  std::string table = cat("CREATE TABLE IF NOT EXISTS ", model::quoted(entity.table),
                          "(rid INTEGER PRIMARY KEY, stream INTEGER NOT NULL, id BLOB NOT NULL, "
                          "deleted INTEGER NOT NULL DEFAULT 0");
  for (const Field& field : entity.fields) table += cat(", ", column(field));
  table += ", meta BLOB NOT NULL)";
  std::string index =
      cat("CREATE UNIQUE INDEX IF NOT EXISTS ", model::quoted(entity.table + "_by_id"), " ON ",
          model::quoted(entity.table), "(id, stream)");
  std::vector<std::string> out = {std::move(table), std::move(index)};
  for (Index& each : indexes(entity)) out.push_back(std::move(each.statement));
  return out;
}

namespace {

// The few rows that stand for another or stand elsewhere now: empty, and so free, until somebody
// merges or moves one. A query finds it by the very same condition.
std::optional<Index> tied_index(const Entity& entity) {
  if (entity.field("same_as") == nullptr) return std::nullopt;
  const std::string name = cat(entity.table, "_tied");
  return Index{
      name,
      cat("CREATE INDEX IF NOT EXISTS ", model::quoted(name), " ON ", model::quoted(entity.table),
          "(id) WHERE same_as IS NOT NULL OR moved_from IS NOT NULL OR moved_to IS NOT NULL")};
}

// What is open, and what is closed and still to be asked about: few of many, wanted every day.
void add_open_indexes(const Entity& entity, std::vector<Index>& out) {
  if (entity.field(kClosedOn) == nullptr) return;
  const auto add = [&](std::string_view what, std::string_view column, std::string_view where) {
    std::string name = cat(entity.table, what);
    std::string statement = cat("CREATE INDEX IF NOT EXISTS ", model::quoted(name), " ON ",
                                model::quoted(entity.table), "(", column, ") WHERE ", where);
    out.push_back({std::move(name), std::move(statement)});
  };
  add("_open", "stream", "closed_on IS NULL");
  if (entity.field(kCallback) == nullptr) return;
  add("_to_call_back", "state", "callback IS NULL AND closed_on IS NOT NULL");
}

}  // namespace

std::vector<Index> indexes(const Entity& entity) {
  std::vector<Index> out;
  if (auto tied = tied_index(entity)) out.push_back(*std::move(tied));
  add_open_indexes(entity, out);
  const auto add = [&](const std::string& field, const std::string& columns) {
    std::string name = cat(entity.table, "_by_", field);
    std::string statement = cat("CREATE INDEX IF NOT EXISTS ", model::quoted(name), " ON ",
                                model::quoted(entity.table), "(", columns, ")");
    out.push_back({std::move(name), std::move(statement)});
  };
  const auto day = std::find_if(entity.fields.begin(), entity.fields.end(), [](const Field& field) {
    if (field.rule.kind() != pb::KIND_DATE || field.repeated) return false;
    return field.rule.need() == pb::NEED_SAVE || field.name == kRegisteredOn;
  });
  if (day == entity.fields.end()) return out;
  const std::string quoted_day = model::quoted(day->name);
  add(day->name, cat("stream, ", quoted_day));
  if (entity.field(kHousehold) != nullptr) {
    add(std::string(kHousehold), cat(model::quoted(kHousehold), ", ", quoted_day));
  }
  return out;
}

std::vector<std::string> add_column_statements(const Entity& entity,
                                               const std::vector<std::string>& existing_columns) {
  std::vector<std::string> out;
  for (const Field& field : entity.fields) {
    const auto found = std::find(existing_columns.begin(), existing_columns.end(), field.name);
    if (found != existing_columns.end()) continue;
    out.push_back(cat("ALTER TABLE ", model::quoted(entity.table), " ADD COLUMN ", column(field)));
  }
  return out;
}

Bytes pack_repeated(const Field& field, const std::vector<Bytes>& elements) {
  ByteWriter out;
  for (const Bytes& element : elements) pack_element(field, element, out);
  return out.take();
}

void pack_element(const Field& field, ByteView element, ByteWriter& out) {
  if (field.type != FieldType::kBytes) return out.block(element);
  MQ_ASSERT(element.size() == kIdBytes);
  out.raw(element);
}

Result<std::vector<Bytes>> unpack_repeated(const Field& field, ByteView packed) {
  std::vector<Bytes> out;
  ByteReader in(packed);
  while (in.left() > 0 && !in.failed()) {
    out.push_back(to_bytes(field.type == FieldType::kBytes ? in.raw(kIdBytes) : in.block()));
  }
  if (in.failed()) {
    return Error{Code::kCorrupt, cat("本机库中“", field.rule.zh(), "”一栏的内容已损坏,无法读取"),
                 cat("The stored list of field ", field.name, " is damaged and cannot be read")};
  }
  return out;
}

}  // namespace mq::model
