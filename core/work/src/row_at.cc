#include "row_at.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace {

Content content_at(const model::Field& field, const sqlite::Query& q) {
  if (q.is_null(0)) return {};
  if (field.type == model::FieldType::kText) return {std::string(q.text(0))};
  if (field.type == model::FieldType::kBytes) return {to_bytes(q.blob(0))};
  return {q.integer(0)};
}

}  // namespace

Result<Content> cell_of(const Workplace& place, const RowAt& at, const model::Field& field) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(cat(
                              "SELECT ", model::quoted(field.name), " FROM ",
                              model::quoted(at.entity->table), " WHERE id = ?1 AND stream = ?2")));
  q.bind(1, at.row.view()).bind(2, at.stream);
  MQ_TRY(const bool found, q.step());
  if (!found) return Content{};
  if (!field.repeated) return content_at(field, q);
  MQ_TRY(const std::vector<Bytes> elements, model::unpack_repeated(field, q.blob(0)));
  Content out;
  for (const Bytes& element : elements) {
    MQ_TRY(model::Value value, model::decode_value(field, element));
    out.push_back(std::move(value));
  }
  return out;
}

std::string text_of(const Content& content) {
  const auto* text = content.empty() ? nullptr : std::get_if<std::string>(&content.front());
  return text == nullptr ? std::string() : *text;
}

std::int64_t integer_of(const Content& content) {
  const auto* number = content.empty() ? nullptr : std::get_if<std::int64_t>(&content.front());
  return number == nullptr ? 0 : *number;
}

std::optional<RowId> row_of(const Content& content) {
  const auto* bytes = content.empty() ? nullptr : std::get_if<Bytes>(&content.front());
  return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
}

Result<std::optional<vault::RowData>> load_at(const Workplace& place, const RowAt& at) {
  MQ_TRY(std::optional<vault::RowData> chosen, place.vault.load(at.entity->number, at.row));
  if (!chosen || chosen->stream == at.stream) return chosen;
  vault::RowData out;
  out.entity = at.entity->number;
  out.id = at.row;
  out.stream = at.stream;
  {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(cat("SELECT deleted FROM ", model::quoted(at.entity->table),
                                            " WHERE id = ?1 AND stream = ?2")));
    q.bind(1, at.row.view()).bind(2, at.stream);
    MQ_TRY(const bool found, q.step());
    if (!found) return std::optional<vault::RowData>();
    out.deleted = q.integer(0) != 0;
  }
  for (const model::Field& field : at.entity->fields) {
    MQ_TRY(Content content, cell_of(place, at, field));
    if (content.empty()) continue;
    vault::Cell& cell = out.cells.emplace_back();
    cell.field = field.number;
    if (field.repeated) {
      cell.values = std::move(content);
    } else {
      cell.value = std::move(content.front());
    }
  }
  std::ranges::sort(out.cells, {}, &vault::Cell::field);
  MQ_TRY(const std::vector<vault::Conflict> conflicts, place.vault.conflicts());
  out.contested = std::ranges::any_of(conflicts, [&](const vault::Conflict& one) {
    return one.entity == out.entity && one.row == out.id && one.stream == out.stream;
  });
  return std::optional(std::move(out));
}

}  // namespace mq::work
