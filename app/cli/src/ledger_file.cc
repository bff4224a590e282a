#include "ledger_file.h"

#include "ledger_html.h"
#include "ledger_text.h"
#include "ledger_xlsx.h"
#include "mq/base/text.h"
#include "mq/tabular/sheet.h"

namespace mq::cli {

namespace {

std::string as_csv(const work::Ledger& ledger) {
  std::vector<std::vector<std::string>> rows = ledger_head(ledger);
  rows.push_back(ledger.columns);
  for (const auto& row : ledger_rows(ledger)) rows.push_back(row);
  return tabular::write_csv(rows);
}

std::string as_table(const work::Ledger& ledger) {
  std::string out;
  for (const auto& line : ledger_head(ledger)) out += cat(join(line, "  "), "\n");
  out += table_text(ledger.columns, ledger_rows(ledger));
  return out;
}

}  // namespace

Result<Bytes> ledger_file(const work::Ledger& ledger, std::string_view format, WallTime made) {
  if (format == "xlsx") return ledger_xlsx(ledger, made);
  if (format == "html") return to_bytes(ledger_html(ledger));
  if (format == "csv") return to_bytes(as_csv(ledger));
  if (format == "json") return to_bytes(ledger_json(ledger).dump(1) + "\n");
  return to_bytes(as_table(ledger));
}

Result<const work::LedgerEntry*> ledger_named(Call& call, std::string_view id) {
  std::string names;
  for (const work::LedgerEntry& entry : work::ledgers()) {
    if (entry.id == id) return &entry;
    names += cat(" ", entry.id);
  }
  return call.usage(
      cat(id.empty() ? "请写明哪张报表" : cat("没有报表 ", id), ";现有:", names),
      cat(id.empty() ? "say which report" : cat("no report ", id), "; there are:", names));
}

}  // namespace mq::cli
