#include "book_styles.h"

#include <array>
#include <string_view>

#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr int kGeneral = 0, kInteger = 1, kTwoDecimals = 2, kTextOnly = 49;  // of every spreadsheet
constexpr int kPercent = 164, kIsoDate = 165;                                // of this file
constexpr int kRegular = 0, kBold = 1, kLarge = 2, kSmall = 3;

struct Format {
  int number, font;
  bool in_table;
  std::string_view horizontal;
  bool wrap;
};

// Text has the format "@", so that typing it again does not make a number or a formula of it.
constexpr std::array<Format, 11> kFormats = {{{kGeneral, kRegular, false, "general", false},
                                              {kGeneral, kLarge, false, "center", true},
                                              {kGeneral, kSmall, false, "center", true},
                                              {kGeneral, kSmall, false, "left", true},
                                              {kTextOnly, kBold, true, "center", true},
                                              {kTextOnly, kRegular, true, "left", true},
                                              {kInteger, kRegular, true, "right", false},
                                              {kTwoDecimals, kRegular, true, "right", false},
                                              {kPercent, kRegular, true, "right", false},
                                              {kIsoDate, kRegular, true, "center", false},
                                              {kTextOnly, kRegular, true, "center", false}}};
constexpr int kFirstOfTable = static_cast<int>(Look::kText);
constexpr int kTotalsAfter = static_cast<int>(kFormats.size()) - kFirstOfTable;

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<styleSheet "
    "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><numFmts count=\"2\">"
    "<numFmt numFmtId=\"164\" formatCode=\"0.0%\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>";
constexpr std::string_view kFillsAndBorders =
    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill><fill><patternFill patternType=\"solid\">"
    "<fgColor rgb=\"FFEDEDED\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>"
    "<borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border><border>"
    "<left style=\"thin\"><color auto=\"1\"/></left><right style=\"thin\"><color auto=\"1\"/>"
    "</right><top style=\"thin\"><color auto=\"1\"/></top><bottom style=\"thin\">"
    "<color auto=\"1\"/></bottom><diagonal/></border></borders><cellStyleXfs count=\"1\">"
    "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>";
constexpr std::string_view kTail =
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>"
    "</styleSheet>";

std::string font(int points, bool bold) {
  return cat("<font>", bold ? "<b/>" : "", "<sz val=\"", points,
             "\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>");
}

std::string xf(const Format& format, bool bold, bool shaded) {
  return cat("<xf numFmtId=\"", format.number, "\" fontId=\"", bold ? kBold : format.font,
             "\" fillId=\"", shaded ? 2 : 0, "\" borderId=\"", format.in_table ? 1 : 0,
             "\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" "
             "applyBorder=\"1\" applyAlignment=\"1\"><alignment horizontal=\"",
             format.horizontal, "\" vertical=\"center\"", format.wrap ? " wrapText=\"1\"" : "",
             "/></xf>");
}

}  // namespace

int format_of(Look look, bool total) {
  const int number = static_cast<int>(look);
  return total && number >= kFirstOfTable ? number + kTotalsAfter : number;
}

std::string styles_part() {
  std::string formats;
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    formats += xf(kFormats[i], false, static_cast<Look>(i) == Look::kHeader);
  }
  for (std::size_t i = kFirstOfTable; i < kFormats.size(); ++i) {
    formats += xf(kFormats[i], true, false);
  }
  return cat(kHead, "<fonts count=\"4\">", font(11, false), font(11, true), font(16, true),
             font(10, false), "</fonts>", kFillsAndBorders, "<cellXfs count=\"",
             kFormats.size() + static_cast<std::size_t>(kTotalsAfter), "\">", formats, "</cellXfs>",
             kTail);
}

}  // namespace mq::tabular
