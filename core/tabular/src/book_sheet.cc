#include "book_sheet.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "book_styles.h"
#include "mq/base/text.h"
#include "number.h"
#include "xml_text.h"

namespace mq::tabular {

namespace {

constexpr std::int64_t kExactMax = 999'999'999'999'999;  // fifteen digits
constexpr std::int32_t kEpochDays = 25'569;              // 1970-01-01 as a spreadsheet counts
constexpr std::int32_t kFirstDay = 61;                   // 1900-03-01, after the day only Excel has
constexpr int kLastYear = 9999;
constexpr std::size_t kNarrowest = 6, kWidest = 40, kShortHeader = 8;
constexpr std::size_t kPortraitColumns = 95;  // of A4 upright with these margins
constexpr std::size_t kTitlePoints = 30, kLinePoints = 16;
constexpr std::string_view kDash = "—";

// What a cell is in the file: its look, and its number or its text.
struct Shown {
  Look look = Look::kText;
  std::string number, text;
};

Shown as_text(std::string text) { return {Look::kText, "", std::move(text)}; }

Shown shown_count(std::int64_t value) {
  if (value > kExactMax || value < -kExactMax) return as_text(cat(value));
  return {Look::kCount, cat(value), ""};
}

Shown shown_hundredths(std::int64_t value) {
  const std::uint64_t size =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = cat(value < 0 ? "-" : "", size / 100, ".", size % 100 / 10, size % 10);
  if (value > kExactMax || value < -kExactMax) return as_text(std::move(digits));
  return {Look::kHundredths, std::move(digits), ""};
}

Shown shown_share(const Share& share) {
  if (share.denominator <= 0) return {Look::kDash, "", std::string(kDash)};
  const double value =
      static_cast<double>(share.numerator) / static_cast<double>(share.denominator);
  return {Look::kShare, number_text(value), ""};
}

Shown shown_date(Date date) {
  const std::int64_t serial = std::int64_t{date.days} + kEpochDays;
  if (serial < kFirstDay || date.year() > kLastYear) return as_text(date.iso());
  return {Look::kDate, cat(serial), ""};
}

Shown shown(const BookCell& cell) {
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return shown_count(*count);
  if (const auto* text = std::get_if<std::string>(&cell)) return as_text(*text);
  if (const auto* share = std::get_if<Share>(&cell)) return shown_share(*share);
  if (const auto* amount = std::get_if<Hundredths>(&cell)) return shown_hundredths(amount->value);
  if (const auto* date = std::get_if<Date>(&cell)) return shown_date(*date);
  return as_text("");
}

// A, B … Z, AA …
std::string letters(std::size_t column) {
  std::string out;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    out.insert(out.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return out;
}

std::size_t columns_of(const BookCell& cell) {
  if (std::holds_alternative<Share>(cell)) return kNarrowest;
  if (std::holds_alternative<Date>(cell)) return std::string_view("2026-03-05").size();
  const Shown each = shown(cell);
  return text_columns(each.number.empty() ? each.text : each.number);
}

// As wide as the widest cell; a long header breaks into two lines.
std::vector<std::size_t> widths_of(const Book& book) {
  std::vector<std::size_t> out;
  for (const std::string& name : book.header) {
    const std::size_t whole = text_columns(name);
    out.push_back(whole <= kShortHeader ? whole : std::max(kShortHeader, (whole + 3) / 4 * 2));
  }
  const auto widen = [&](const std::vector<BookCell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out[i] = std::max(out[i], columns_of(row[i]));
  };
  for (const auto& row : book.rows) widen(row);
  widen(book.totals);
  for (std::size_t& width : out) width = std::clamp(width, kNarrowest, kWidest) + 2;
  return out;
}

class SheetWriter {
 public:
  SheetWriter(const Book& book, SharedTexts& texts)
      : book_(book), texts_(texts), widths_(widths_of(book)) {
    for (const std::size_t width : widths_) wide_ += width;
  }

  std::string part() {
    banner(book_.title, Look::kTitle, kTitlePoints);
    if (!book_.lead.empty()) banner(book_.lead, Look::kLead, height_of(book_.lead));
    std::vector<BookCell> header(book_.header.begin(), book_.header.end());
    add_row(header, Look::kHeader, false);
    for (const auto& row : book_.rows) add_row(row, Look::kText, false);
    if (!book_.totals.empty()) add_row(book_.totals, Look::kText, true);
    for (const std::string& note : book_.notes) banner(note, Look::kNote, height_of(note));
    return cat(kHead, views(), columns(), "<sheetData>", rows_, "</sheetData>", merges(), page());
  }

 private:
  static constexpr std::string_view kHead =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet "
      "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetPr>"
      "<pageSetUpPr fitToPage=\"1\"/></sheetPr>";

  std::string last_column() const { return letters(book_.header.size() - 1); }
  std::size_t height_of(std::string_view text) const {
    return kLinePoints * text_lines(text, wide_ > 2 ? wide_ - 2 : 1);
  }

  void cell(std::size_t column, Look look, bool total, const Shown& value) {
    rows_ += cat("<c r=\"", letters(column), row_, "\" s=\"", format_of(look, total), "\"");
    if (!value.number.empty()) {
      rows_ += cat("><v>", value.number, "</v></c>");
    } else if (!value.text.empty()) {
      rows_ += cat(" t=\"s\"><v>", texts_.of(value.text), "</v></c>");
    } else {
      rows_ += "/>";
    }
  }

  // One text over all columns. Merged cells do not grow with their text, so the height is said.
  void banner(const std::string& text, Look look, std::size_t points) {
    rows_ += cat("<row r=\"", ++row_, "\" ht=\"", points, "\" customHeight=\"1\">");
    for (std::size_t i = 0; i < book_.header.size(); ++i) {
      cell(i, look, false, as_text(i == 0 ? text : std::string()));
    }
    rows_ += "</row>";
    if (book_.header.size() > 1) merged_.push_back(cat("A", row_, ":", last_column(), row_));
  }

  void add_row(const std::vector<BookCell>& cells, Look text_look, bool total) {
    rows_ += cat("<row r=\"", ++row_, "\">");
    for (std::size_t i = 0; i < book_.header.size(); ++i) {
      const Shown value = i < cells.size() ? shown(cells[i]) : as_text("");
      cell(i, value.look == Look::kText ? text_look : value.look, total, value);
    }
    rows_ += "</row>";
  }

  std::string views() const {
    const std::size_t below = header_row(book_);
    return cat("<dimension ref=\"A1:", last_column(), row_, "\"/>",
               "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"", below,
               "\" topLeftCell=\"A", below + 1, "\" activePane=\"bottomLeft\" state=\"frozen\"/>",
               "<selection pane=\"bottomLeft\" activeCell=\"A", below + 1, "\" sqref=\"A",
               below + 1, "\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"",
               kLinePoints, "\"/>");
  }

  std::string columns() const {
    std::string out = "<cols>";
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      out += cat("<col min=\"", i + 1, "\" max=\"", i + 1, "\" width=\"", widths_[i],
                 "\" customWidth=\"1\"/>");
    }
    return cat(out, "</cols>");
  }

  std::string merges() const {
    if (merged_.empty()) return "";
    std::string out = cat("<mergeCells count=\"", merged_.size(), "\">");
    for (const std::string& area : merged_) out += cat("<mergeCell ref=\"", area, "\"/>");
    return cat(out, "</mergeCells>");
  }

  std::string page() const {
    return cat(
        "<printOptions horizontalCentered=\"1\"/><pageMargins left=\"0.5\" right=\"0.5\" "
        "top=\"0.6\" bottom=\"0.7\" header=\"0.3\" footer=\"0.3\"/>"
        "<pageSetup paperSize=\"9\" orientation=\"",
        wide_ > kPortraitColumns ? "landscape" : "portrait",
        "\" fitToWidth=\"1\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;C第 &amp;P 页 "
        "共 &amp;N 页</oddFooter></headerFooter></worksheet>");
  }

  const Book& book_;
  SharedTexts& texts_;
  std::vector<std::size_t> widths_;
  std::size_t wide_ = 0, row_ = 0;
  std::string rows_;
  std::vector<std::string> merged_;
};

}  // namespace

std::size_t SharedTexts::of(const std::string& text) {
  ++uses_;
  const auto [at, is_new] = numbers_.try_emplace(text, numbers_.size());
  if (is_new) in_order_.push_back(&at->first);
  return at->second;
}

std::string SharedTexts::part() const {
  std::string out =
      cat("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<sst "
          "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
          "count=\"",
          uses_, "\" uniqueCount=\"", in_order_.size(), "\">");
  for (const std::string* text : in_order_) {
    out += cat("<si><t xml:space=\"preserve\">", xml_text(*text), "</t></si>");
  }
  return cat(out, "</sst>");
}

std::size_t header_row(const Book& book) { return book.lead.empty() ? 2 : 3; }

std::string sheet_part(const Book& book, SharedTexts& texts) {
  return SheetWriter(book, texts).part();
}

}  // namespace mq::tabular
