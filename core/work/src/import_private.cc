#include "import_private.h"

#include <algorithm>

#include "mq/base/text.h"
#include "needs.h"

namespace mq::work {

namespace {

// The number of a document has a column of its own, which makes the fingerprint too.
bool of_document(const model::Field& field) { return field.rule.gate() == "id_number"; }

}  // namespace

void PrivateColumns::list(const model::Entity& companion, std::vector<ColumnSpec>& columns) {
  for (const model::Field& field : companion.fields) {
    if (field.rule.system() || of_document(field)) continue;
    ColumnSpec column{{field.zh}, false};
    for (const std::string& other : field.rule.columns()) column.names.emplace_back(other);
    columns.push_back(std::move(column));
  }
}

bool PrivateColumns::used(std::string_view column) const {
  for (std::size_t row = 0; row < run_.table.size(); ++row) {
    if (!trimmed(run_.table.raw(row, column)).empty()) return true;
  }
  return false;
}

Status PrivateColumns::open() {
  MQ_TRY(needs_, needs_named(run_.place));
  for (const model::Field& field : companion_.fields) {
    if (field.rule.system() || of_document(field) || !run_.table.has(field.zh)) continue;
    if (field.rule.gate().empty() || named(field.rule.gate())) {
      taken_.push_back(&field);
    } else if (used(field.zh)) {
      const model::Fault fault = gate_fault(run_.place.vault.schema(), field);
      run_.result.refused_columns.push_back(run_.table.header_of(field.zh));
      run_.result.faults.push_back({run_.table.header_line(), run_.table.header_of(field.zh),
                                    Fate::kRefused, "", "", fault.zh, fault.en});
    }
  }
  return {};
}

void PrivateColumns::read(RowReader& reader, PrivateCells& into) const {
  for (const model::Field* field : taken_) {
    std::vector<model::Value> values = reader.values(field->zh, *field);
    if (values.empty()) continue;
    const auto [at, fresh] = into.try_emplace(field->number);
    WishCell& cell = at->second;
    if (fresh) {
      cell = {field->number, {}, std::move(values), field->zh, false};
      continue;
    }
    if (!field->repeated && cell.values != values) {
      reader.flag(field->zh, model::format_value(*field, cell.values.front()),
                  "同一户前面的行写的不一样,按前面的存",
                  "differs from an earlier row, which stands");
    }
    for (model::Value& value : values) {
      const bool known = std::ranges::find(cell.values, value) != cell.values.end();
      if (field->repeated && !known) cell.values.push_back(std::move(value));
    }
  }
}

}  // namespace mq::work
