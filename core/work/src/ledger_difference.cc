#include <algorithm>
#include <map>

#include "mq/base/text.h"
#include "mq/work/ledger_record.h"

namespace mq::work {

namespace {

using Row = std::vector<LedgerCell>;

// What names a row, by ledger: a record by all that it is called by, a sum by what it is the sum
// of. Never a number, which may be what has changed or is hidden upward.
struct Key {
  std::string_view report;
  std::vector<std::string_view> columns;
};
const std::vector<Key>& keys() {
  static const std::vector<Key> kKeys = {{"RP01", {"层级", "村/干部"}},
                                         {"RP02", {"编号"}},
                                         {"RP05", {"单位", "干部", "户主", "村组", "起止"}},
                                         {"RP07", {"承诺主体", "类型", "内容", "责任人"}},
                                         {"RP08", {"实事", "地点", "完成时间"}},
                                         {"RP10", {"层级", "日期", "领导", "形式", "事项"}},
                                         {"RP17", {"报表", "指标"}}};
  return kKeys;
}
constexpr std::string_view kRunning = "序号";  // changes with every row above

std::string word_of(const LedgerCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* date = std::get_if<Date>(&cell);
  return date == nullptr ? std::string() : date->iso();
}

// By the columns of its key; the first one, 村 or 单位 or 类别, where there is no other.
std::string name_of(const Ledger& ledger, const Row& row) {
  const auto key = std::ranges::find(keys(), ledger.id, &Key::report);
  if (key == keys().end()) return row.empty() ? "" : word_of(row.front());
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(row.size(), ledger.columns.size()); ++i) {
    if (std::ranges::find(key->columns, ledger.columns[i]) == key->columns.end()) continue;
    if (std::string word = word_of(row[i]); !word.empty()) words.push_back(std::move(word));
  }
  return join(words, " ");
}

bool alike(const Ledger& was, const Row& a, const Ledger& now, const Row& b) {
  if (was.columns != now.columns || a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool running = i < was.columns.size() && was.columns[i] == kRunning;
    if (!running && a[i] != b[i]) return false;
  }
  return true;
}

// Rows of one name, numbered from 1 where there are several.
struct Named {
  std::string name;
  const Row* row = nullptr;
};
using ByName = std::map<std::string, std::vector<Named>>;

ByName by_name(const Ledger& ledger) {
  ByName out;
  for (const Row& row : ledger.rows) {
    const std::string name = name_of(ledger, row);
    std::vector<Named>& all = out[name];
    all.push_back({all.empty() ? name : cat(name, " (", all.size() + 1, ")"), &row});
  }
  return out;
}

// Takes away, from both, the rows that are the same as before.
void leave_changed(const Ledger& was, std::vector<Named>& before, const Ledger& now,
                   std::vector<Named>& after) {
  std::erase_if(before, [&](const Named& one) {
    const auto same = std::ranges::find_if(
        after, [&](const Named& other) { return alike(was, *one.row, now, *other.row); });
    const bool found = same != after.end();
    if (found) after.erase(same);
    return found;
  });
}

void compare(const std::string& name, const Row& was, const Row& now, const Ledger& ledger,
             std::vector<LedgerChange>& out) {
  for (std::size_t i = 0; i < ledger.columns.size(); ++i) {
    const LedgerCell before = i < was.size() ? was[i] : LedgerCell();
    const LedgerCell after = i < now.size() ? now[i] : LedgerCell();
    if (before == after || ledger.columns[i] == kRunning) continue;
    out.push_back({name, ledger.columns[i], before, after, LedgerChange::Kind::kChanged});
  }
}

}  // namespace

std::vector<LedgerChange> differences(const Ledger& was, const Ledger& now) {
  ByName before = by_name(was), after = by_name(now);
  std::vector<LedgerChange> out;
  for (auto& [name, rows] : after) {
    std::vector<Named>& old = before[name];
    leave_changed(was, old, now, rows);
    const std::size_t both = std::min(old.size(), rows.size());
    for (std::size_t i = 0; i < both; ++i)
      compare(rows[i].name, *old[i].row, *rows[i].row, now, out);
    for (std::size_t i = both; i < rows.size(); ++i) {
      out.push_back({rows[i].name, "", {}, {}, LedgerChange::Kind::kCame});
    }
    old.erase(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(both));
  }
  for (const auto& [name, rows] : before) {
    for (const Named& one : rows) out.push_back({one.name, "", {}, {}, LedgerChange::Kind::kWent});
  }
  compare("合计", was.totals, now.totals, now, out);
  return out;
}

}  // namespace mq::work
