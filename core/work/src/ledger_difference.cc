#include <algorithm>
#include <map>

#include "mq/base/text.h"
#include "mq/work/ledger_record.h"

namespace mq::work {

namespace {

constexpr std::size_t kNaming = 2;  // texts of a row that name it: 村 鱼泉村, 单位 干部

using Row = std::vector<LedgerCell>;

std::string name_of(const Row& row) {
  std::vector<std::string> words;
  for (const LedgerCell& cell : row) {
    const auto* text = std::get_if<std::string>(&cell);
    if (text != nullptr && !text->empty() && words.size() < kNaming) words.push_back(*text);
  }
  return join(words, " ");
}

// Rows by name; of one name by their order, since one cadre may stand there once for each pairing.
std::map<std::string, const Row*> by_name(const Ledger& ledger) {
  std::map<std::string, const Row*> out;
  std::map<std::string, int> seen;
  for (const Row& row : ledger.rows) {
    const std::string name = name_of(row);
    const int before = seen[name]++;
    out[before == 0 ? name : cat(name, " (", before + 1, ")")] = &row;
  }
  return out;
}

void compare(const std::string& name, const Row& was, const Row& now, const Ledger& ledger,
             std::vector<LedgerChange>& out) {
  for (std::size_t i = 0; i < ledger.columns.size(); ++i) {
    const LedgerCell before = i < was.size() ? was[i] : LedgerCell();
    const LedgerCell after = i < now.size() ? now[i] : LedgerCell();
    if (before == after) continue;
    out.push_back({name, ledger.columns[i], before, after, LedgerChange::Kind::kChanged});
  }
}

}  // namespace

std::vector<LedgerChange> differences(const Ledger& was, const Ledger& now) {
  std::vector<LedgerChange> out;
  const auto before = by_name(was);
  const auto after = by_name(now);
  for (const auto& [name, row] : after) {
    const auto found = before.find(name);
    if (found == before.end()) {
      out.push_back({name, "", {}, {}, LedgerChange::Kind::kCame});
    } else {
      compare(name, *found->second, *row, now, out);
    }
  }
  for (const auto& [name, row] : before) {
    if (!after.contains(name)) out.push_back({name, "", {}, {}, LedgerChange::Kind::kWent});
  }
  compare("合计", was.totals, now.totals, now, out);
  return out;
}

}  // namespace mq::work
