#include "mq/work/ledger_record.h"

#include <charconv>

#include "mq/base/text.h"
#include "mq/wire/crypto.h"

namespace mq::work {

namespace {

constexpr std::string_view kHead = "minqing-ledger\t1";
constexpr std::pair<char, char> kEscapes[] = {{'\t', 't'}, {'\n', 'n'}, {'\r', 'r'}, {'\\', '\\'}};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto* escape = std::ranges::find(kEscapes, c, &std::pair<char, char>::first);
    if (escape != std::end(kEscapes)) out += '\\';
    out += escape != std::end(kEscapes) ? escape->second : c;
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    const auto* escape = std::ranges::find(kEscapes, text[i], &std::pair<char, char>::second);
    if (escape == std::end(kEscapes)) return std::nullopt;
    out += escape->first;
  }
  return out;
}

std::string cell_line(const LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return cat("i", *number);
  if (const auto* text = std::get_if<std::string>(&cell)) return cat("t", escaped(*text));
  if (const auto* money = std::get_if<Money>(&cell)) return cat("m", money->fen);
  if (const auto* date = std::get_if<Date>(&cell)) return cat("d", date->iso());
  if (const auto* ratio = std::get_if<Ratio>(&cell)) {
    return cat("q", ratio->numerator, "/", ratio->denominator);
  }
  return "-";
}

std::optional<std::int64_t> integer_in(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<LedgerCell> ratio_in(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto numerator = integer_in(text.substr(0, slash));
  const auto denominator = integer_in(text.substr(slash + 1));
  if (!numerator || !denominator) return std::nullopt;
  return LedgerCell(Ratio{*numerator, *denominator});
}

std::optional<LedgerCell> cell_in(std::string_view text) {
  if (text == "-") return LedgerCell();
  if (text.empty()) return std::nullopt;
  const std::string_view rest = text.substr(1);
  switch (text.front()) {
    case 't': {
      const auto words = unescaped(rest);
      return words ? std::optional<LedgerCell>(*words) : std::nullopt;
    }
    case 'd': {
      const auto date = Date::parse_iso(rest);
      return date ? std::optional<LedgerCell>(*date) : std::nullopt;
    }
    case 'q':
      return ratio_in(rest);
    case 'i':
    case 'm': {
      const auto number = integer_in(rest);
      if (!number) return std::nullopt;
      return text.front() == 'i' ? LedgerCell(*number) : LedgerCell(Money{*number});
    }
    default:
      return std::nullopt;
  }
}

void put_cells(std::string& out, std::string_view kind, const std::vector<LedgerCell>& cells) {
  out += kind;
  for (const LedgerCell& cell : cells) out += cat("\t", cell_line(cell));
  out += '\n';
}

void put_complete(std::string& out, const Completeness& one) {
  out += cat("complete\t", escaped(one.village));
  for (const Completeness::Part& part : one.parts) {
    out += cat("\t", part.people, ":", part.until ? part.until->iso() : std::string());
  }
  out += '\n';
}

Error damaged() {
  return Error{Code::kCorrupt, "签发的报表内容不完整,不能采用;请乡镇重新签发",
               "the signed report is damaged; have it signed again"};
}

// One line, split at its tabs, into the ledger.
class Reader {
 public:
  bool take(const std::vector<std::string>& parts) {
    const std::string& kind = parts.front();
    if (kind == "ledger" && parts.size() == 3) return take_name(parts);
    if (kind == "period" && parts.size() == 3) return take_period(parts, record_.ledger.period);
    if (kind == "basis" && parts.size() == 3) return take_basis(parts);
    if (kind == "complete" && parts.size() >= 2) return take_complete(parts);
    if (kind == "columns") return take_columns(parts);
    if (kind == "row") return take_cells(parts, 1, record_.ledger.rows.emplace_back());
    if (kind == "totals") return take_cells(parts, 1, record_.ledger.totals);
    if (kind == "earlier" && parts.size() >= 3) {
      EarlierTotals& earlier = record_.earlier.emplace_back();
      return take_period(parts, earlier.period) && take_cells(parts, 3, earlier.totals);
    }
    return false;
  }
  // Whether it is whole: named, with columns that every row fits.
  bool whole() const {
    const Ledger& ledger = record_.ledger;
    const auto fits = [&](const auto& row) { return row.size() <= ledger.columns.size(); };
    return !ledger.id.empty() && !ledger.columns.empty() && fits(ledger.totals) &&
           std::ranges::all_of(ledger.rows, fits);
  }
  LedgerRecord& record() { return record_; }

 private:
  bool take_name(const std::vector<std::string>& parts) {
    const auto title = unescaped(parts[2]);
    record_.ledger.id = parts[1];
    record_.ledger.title = title.value_or("");
    return title.has_value();
  }
  static bool take_period(const std::vector<std::string>& parts, Period& out) {
    const auto from = Date::parse_iso(parts[1]);
    const auto to = Date::parse_iso(parts[2]);
    if (!from || !to) return false;
    out = {*from, *to};
    return true;
  }
  bool take_basis(const std::vector<std::string>& parts) {
    const auto name = unescaped(parts[1]);
    const auto text = unescaped(parts[2]);
    if (!name || !text) return false;
    record_.ledger.basis.emplace_back(*name, *text);
    return true;
  }
  bool take_complete(const std::vector<std::string>& parts) {
    Completeness& one = record_.ledger.complete.emplace_back();
    const auto village = unescaped(parts[1]);
    one.village = village.value_or("");
    for (std::size_t i = 2; i < parts.size(); ++i) {
      const std::size_t colon = parts[i].find(':');
      const auto people = integer_in(parts[i].substr(0, colon));
      if (colon == std::string::npos || !people) return false;
      const std::string until = parts[i].substr(colon + 1);
      const auto date = Date::parse_iso(until);
      if (!date && !until.empty()) return false;
      one.parts.push_back({static_cast<int>(*people), date});
    }
    return village.has_value();
  }
  bool take_columns(const std::vector<std::string>& parts) {
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto name = unescaped(parts[i]);
      if (!name) return false;
      record_.ledger.columns.push_back(*name);
    }
    return true;
  }
  static bool take_cells(const std::vector<std::string>& parts, std::size_t first,
                         std::vector<LedgerCell>& out) {
    for (std::size_t i = first; i < parts.size(); ++i) {
      const auto cell = cell_in(parts[i]);
      if (!cell) return false;
      out.push_back(*cell);
    }
    return true;
  }

  LedgerRecord record_;
};

}  // namespace

std::string write_ledger(const LedgerRecord& record) {
  const Ledger& ledger = record.ledger;
  std::string out = cat(kHead, "\n", "ledger\t", ledger.id, "\t", escaped(ledger.title), "\n",
                        "period\t", ledger.period.from.iso(), "\t", ledger.period.to.iso(), "\n");
  for (const auto& [name, text] : ledger.basis) {
    out += cat("basis\t", escaped(name), "\t", escaped(text), "\n");
  }
  for (const Completeness& one : ledger.complete) put_complete(out, one);
  out += "columns";
  for (const std::string& column : ledger.columns) out += cat("\t", escaped(column));
  out += '\n';
  for (const auto& row : ledger.rows) put_cells(out, "row", row);
  if (!ledger.totals.empty()) put_cells(out, "totals", ledger.totals);
  for (const EarlierTotals& each : record.earlier) {
    put_cells(out, cat("earlier\t", each.period.from.iso(), "\t", each.period.to.iso()),
              each.totals);
  }
  return out;
}

Result<LedgerRecord> read_ledger(std::string_view text) {
  if (text.empty() || text.back() != '\n') return damaged();
  const std::vector<std::string> lines = split(text.substr(0, text.size() - 1), "\n");
  if (lines.front() != kHead) return damaged();
  Reader reader;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!reader.take(split(lines[i], "\t"))) return damaged();
  }
  // One ledger has one text, so that a digest says all there is to say.
  if (!reader.whole() || write_ledger(reader.record()) != text) return damaged();
  return std::move(reader.record());
}

std::string ledger_digest(std::string_view text) {
  return to_hex(wire::hash("mq/lr1", {view_of(text)}).view());
}

}  // namespace mq::work
