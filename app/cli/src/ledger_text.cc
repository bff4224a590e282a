#include "ledger_text.h"

#include "mq/base/text.h"

namespace mq::cli {

namespace {

// One decimal, rounded half up in integers so that every machine prints the same.
std::string percent(const work::Ratio& ratio) {
  if (ratio.denominator <= 0) return "—";
  const std::int64_t tenths =
      (ratio.numerator * 2000 + ratio.denominator) / (2 * ratio.denominator);
  return cat(ratio.numerator, "/", ratio.denominator, " ", tenths / 10, ".", tenths % 10, "%");
}

std::string cell_text(const work::LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return cat(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* ratio = std::get_if<work::Ratio>(&cell)) return percent(*ratio);
  if (const auto* money = std::get_if<work::Money>(&cell)) return work::yuan(*money);
  if (const auto* date = std::get_if<Date>(&cell)) return date->iso();
  return "";
}

Json cell_json(const work::LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* ratio = std::get_if<work::Ratio>(&cell)) {
    return {{"numerator", ratio->numerator}, {"denominator", ratio->denominator}};
  }
  if (const auto* money = std::get_if<work::Money>(&cell)) return money->fen;
  if (const auto* date = std::get_if<Date>(&cell)) return date->iso();
  return nullptr;
}

std::string completeness_text(const work::Completeness& one) {
  if (one.parts.empty()) return "还没有干部加入";
  int people = 0;
  std::string parts;
  for (const work::Completeness::Part& part : one.parts) {
    people += part.people;
    parts += cat(parts.empty() ? "" : ",", part.people, " 人",
                 part.until ? cat("收到 ", part.until->month(), " 月 ", part.until->day(), " 日")
                            : std::string("还没有收到"));
  }
  return cat(people, " 人中 ", parts, ",之后到的不在本表");
}

std::string completeness_name(const work::Completeness& one) { return cat("完整性 ", one.village); }

constexpr std::string_view kPeriodName = "统计期";
constexpr std::string_view kSignHere = "签发人：________________　　签发日期：________________";

constexpr std::size_t kDigestShown = 16;

bool is_chinese(std::string_view text, std::size_t at) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80;
}

// The wide form of an ASCII mark, or "".
std::string_view wide_mark(char mark) {
  constexpr std::string_view kNarrow = ",:;?!";
  constexpr std::string_view kWide[] = {"，", "：", "；", "？", "！"};
  const std::size_t at = kNarrow.find(mark);
  return at == std::string_view::npos ? std::string_view() : kWide[at];
}

// Marks beside a Chinese character, and brackets that such a one begins or stands before: "14:07"
// and "P1,P2" stay.
std::string wide_marks(std::string_view text) {
  std::string out;
  std::vector<bool> brackets;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool beside = is_chinese(text, at + 1) || (at > 0 && is_chinese(text, at - 1));
    if (text[at] == '(') {
      brackets.push_back(beside);
      out += beside ? "（" : "(";
    } else if (text[at] == ')' && !brackets.empty()) {
      out += brackets.back() ? "）" : ")";
      brackets.pop_back();
    } else if (beside && !wide_mark(text[at]).empty()) {
      out += wide_mark(text[at]);
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string paper_line(std::string_view name, std::string_view text) {
  return cat(name, "：", wide_marks(text));
}

std::vector<std::string> row_text(const std::vector<work::LedgerCell>& row) {
  std::vector<std::string> out;
  for (const work::LedgerCell& cell : row) out.push_back(cell_text(cell));
  return out;
}

Json signing_json(const work::Ledger& ledger) {
  if (!ledger.signing) return nullptr;
  const work::Signing& signing = *ledger.signing;
  return {{"version", signing.version},
          {"by", signing.signer},
          {"at", shanghai_minute(signing.at)},
          {"digest", signing.digest},
          {"reason", signing.reason}};
}

// Where to sign, or who has and what the paper can be compared with.
std::string signature_line(const work::Ledger& ledger) {
  if (!ledger.signing) return std::string(kSignHere);
  return cat("签发人：", ledger.signing->signer, "　　第 ", ledger.signing->version,
             " 版　　校验码：", ledger.signing->digest.substr(0, kDigestShown));
}

Json row_json(const work::Ledger& ledger, const std::vector<work::LedgerCell>& row) {
  Json out = Json::object();
  for (std::size_t i = 0; i < row.size() && i < ledger.columns.size(); ++i) {
    out[ledger.columns[i]] = cell_json(row[i]);
  }
  return out;
}

}  // namespace

Json ledger_value(const work::LedgerCell& cell) { return cell_json(cell); }
std::string ledger_words(const work::LedgerCell& cell) { return cell_text(cell); }

std::vector<std::vector<std::string>> ledger_head(const work::Ledger& ledger) {
  std::vector<std::vector<std::string>> out;
  out.push_back({cat(ledger.id, " ", ledger.title)});
  for (const auto& [name, text] : ledger.basis) out.push_back({cat(name, ":", text)});
  for (const work::Completeness& one : ledger.complete) {
    out.push_back({cat(completeness_name(one), ":", completeness_text(one))});
  }
  return out;
}

std::vector<std::vector<std::string>> ledger_rows(const work::Ledger& ledger) {
  std::vector<std::vector<std::string>> out;
  for (const auto& row : ledger.rows) out.push_back(row_text(row));
  if (!ledger.totals.empty()) out.push_back(row_text(ledger.totals));
  return out;
}

LedgerPaper ledger_paper(const work::Ledger& ledger) {
  LedgerPaper out;
  out.title = cat(ledger.id, " ", ledger.title);
  for (const auto& [name, text] : ledger.basis) {
    std::string line = paper_line(wide_marks(name), text);
    if (name == kPeriodName) {
      out.lead = std::move(line);
    } else {
      out.notes.push_back(std::move(line));
    }
  }
  for (const work::Completeness& one : ledger.complete) {
    out.notes.push_back(paper_line(completeness_name(one), completeness_text(one)));
  }
  out.notes.push_back(signature_line(ledger));
  return out;
}

Json ledger_json(const work::Ledger& ledger) {
  Json basis = Json::object();
  for (const auto& [name, text] : ledger.basis) basis[name] = text;
  Json complete = Json::object();
  for (const work::Completeness& one : ledger.complete) {
    Json parts = Json::array();
    for (const work::Completeness::Part& part : one.parts) {
      parts.push_back({{"people", part.people},
                       {"until", part.until ? Json(part.until->iso()) : Json(nullptr)}});
    }
    complete[one.village] = std::move(parts);
  }
  basis["complete"] = std::move(complete);
  Json rows = Json::array();
  for (const auto& row : ledger.rows) rows.push_back(row_json(ledger, row));
  return {{"report", ledger.id},
          {"title", ledger.title},
          {"period", {{"from", ledger.period.from.iso()}, {"to", ledger.period.to.iso()}}},
          {"basis", std::move(basis)},
          {"columns", ledger.columns},
          {"rows", std::move(rows)},
          {"totals", row_json(ledger, ledger.totals)},
          {"signed", signing_json(ledger)}};
}

}  // namespace mq::cli
