// Workbooks as handed up: read back by our own reader, and part by part for what it does not show.
#include "mq/tabular/book.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <limits>
#include <pugixml.hpp>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::Book;
using tabular::BookCell;
using tabular::Hundredths;
using tabular::Share;
using tabular::write_xlsx;
using Table = std::vector<std::vector<std::string>>;

constexpr WallTime kMade{1'774'952'828'999};  // 2026-03-31T10:27:08.999Z
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

Date day(int year, int month, int of_month) { return *Date::of(year, month, of_month); }

Book small() {
  Book book;
  book.tab = "RP01";
  book.title = "走访情况统计表";
  book.lead = "统计期：三月";
  book.header = {"村", "户数", "覆盖率", "慰问金", "日期"};
  book.rows = {{std::string("鱼泉村"), std::int64_t{480}, Share{157, 480}, Hundredths{20'050},
                day(2026, 3, 5)},
               {std::string("松树坪村"), std::int64_t{-3}, Share{0, 0}, Hundredths{-5}}};
  book.totals = {std::string("合计"), std::int64_t{477}, Share{157, 477}, BookCell(), BookCell()};
  book.notes = {"口径：甲", "签发人："};
  return book;
}

// One column of one row.
Book of_cell(BookCell cell) {
  Book book;
  book.tab = "a";
  book.title = "t";
  book.header = {"h"};
  book.rows = {{std::move(cell)}};
  return book;
}

Bytes made(const Book& book) {
  auto file = write_xlsx(book, kMade);
  EXPECT_TRUE(file.ok()) << file.error().en;
  return file.ok() ? *file : Bytes();
}

std::string read_back(BookCell cell) {
  const Table cells = cells_of(made(of_cell(std::move(cell))));
  return cells.size() < 3 || cells[2].empty() ? "" : cells[2][0];
}

std::string part_of(const Bytes& file, const std::string& name) {
  zip_source_t* source = zip_source_buffer_create(file.data(), file.size(), 0, nullptr);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  MQ_ASSERT(archive != nullptr);
  zip_stat_t stat;
  std::string out;
  if (zip_stat(archive, name.c_str(), 0, &stat) == 0) {
    out.resize(stat.size);
    zip_file_t* part = zip_fopen(archive, name.c_str(), 0);
    MQ_ASSERT(zip_fread(part, out.data(), out.size()) == static_cast<zip_int64_t>(out.size()));
    zip_fclose(part);
  }
  zip_discard(archive);
  return out;
}

// A part as XML; a document without root if it is none.
pugi::xml_document xml_of(const Bytes& file, const std::string& name) {
  pugi::xml_document out;
  EXPECT_TRUE(out.load_string(part_of(file, name).c_str())) << name;
  return out;
}

class Opened {
 public:
  explicit Opened(const Bytes& file)
      : sheet_(xml_of(file, "xl/worksheets/sheet1.xml")), styles_(xml_of(file, "xl/styles.xml")) {}

  pugi::xml_node sheet() const { return sheet_.child("worksheet"); }
  pugi::xml_node cell(const char* place) const {
    for (const pugi::xml_node& row : sheet().child("sheetData")) {
      const pugi::xml_node found = row.find_child_by_attribute("r", place);
      if (found) return found;
    }
    return {};
  }
  pugi::xml_node format(const char* place) const {
    const int number = cell(place).attribute("s").as_int();
    int at = 0;
    for (const pugi::xml_node& xf : styles_.child("styleSheet").child("cellXfs")) {
      if (at++ == number) return xf;
    }
    return {};
  }
  std::string number_format(const char* place) const {
    const pugi::xml_attribute id = format(place).attribute("numFmtId");
    const pugi::xml_node own = styles_.child("styleSheet")
                                   .child("numFmts")
                                   .find_child_by_attribute("numFmtId", id.value());
    return own ? own.attribute("formatCode").value() : cat("builtin ", id.as_int());
  }
  bool bold(const char* place) const {
    int at = format(place).attribute("fontId").as_int();
    for (const pugi::xml_node& font : styles_.child("styleSheet").child("fonts")) {
      if (at-- == 0) return static_cast<bool>(font.child("b"));
    }
    return false;
  }

 private:
  pugi::xml_document sheet_, styles_;
};

TEST(Book, OurReaderReadsBackEveryCell) {
  EXPECT_EQ(cells_of(made(small())),
            (Table{{"走访情况统计表"},
                   {"统计期：三月"},
                   {"村", "户数", "覆盖率", "慰问金", "日期"},
                   {"鱼泉村", "480", "0.32708333333333334", "200.5", "2026-03-05"},
                   {"松树坪村", "-3", "—", "-0.05"},
                   {"合计", "477", "0.32914046121593293"},
                   {"口径：甲"},
                   {"签发人："}}));
}

TEST(Book, CellsHaveTheTypeAndFormatOfTheirKind) {
  const Opened opened(made(small()));
  for (const auto& [place, format] :
       std::vector<std::pair<const char*, std::string>>{{"A4", "builtin 49"},
                                                        {"B4", "builtin 1"},
                                                        {"C4", "0.0%"},
                                                        {"D4", "builtin 2"},
                                                        {"E4", "yyyy\\-mm\\-dd"},
                                                        {"B6", "builtin 1"},
                                                        {"C6", "0.0%"}}) {
    EXPECT_EQ(opened.number_format(place), format) << place;
  }
  for (const char* place : {"B4", "C4", "D4", "E4", "B6"}) {
    EXPECT_FALSE(opened.cell(place).attribute("t")) << place;
  }
  for (const char* place : {"A3", "A4", "C5", "A6"}) {
    EXPECT_STREQ(opened.cell(place).attribute("t").value(), "s") << place;
  }
  EXPECT_STREQ(opened.cell("E4").child_value("v"), "46086");
  for (const char* place : {"A3", "A4", "E4", "E5", "E6"}) {
    EXPECT_EQ(opened.format(place).attribute("borderId").as_int(), 1) << place;
  }
  EXPECT_EQ(opened.format("A7").attribute("borderId").as_int(), 0);
  EXPECT_TRUE(opened.bold("A3") && opened.bold("A6") && opened.bold("C6"));
  EXPECT_FALSE(opened.bold("A4") || opened.bold("C4"));
}

TEST(Book, TheHeaderStaysInSightAndOnEveryPage) {
  const Bytes file = made(small());
  const Opened opened(file);
  const pugi::xml_node pane = opened.sheet().child("sheetViews").child("sheetView").child("pane");
  EXPECT_STREQ(pane.attribute("state").value(), "frozen");
  EXPECT_STREQ(pane.attribute("ySplit").value(), "3");
  EXPECT_STREQ(pane.attribute("topLeftCell").value(), "A4");
  const auto titles = [](const Bytes& of) {
    return std::string(xml_of(of, "xl/workbook.xml")
                           .child("workbook")
                           .child("definedNames")
                           .find_child_by_attribute("name", "_xlnm.Print_Titles")
                           .child_value());
  };
  EXPECT_EQ(titles(file), "'RP01'!$3:$3");
  Book other = small();
  other.lead.clear();
  other.tab = "甲'乙";
  EXPECT_EQ(titles(made(other)), "'甲''乙'!$2:$2");
  EXPECT_EQ(cells_of(made(other))[1][0], "村");
}

TEST(Book, PagesAreA4OneWideNumberedAndAcrossWhereItIsWide) {
  const auto orientation = [](const Book& book) {
    const Opened opened(made(book));
    const pugi::xml_node setup = opened.sheet().child("pageSetup");
    EXPECT_STREQ(setup.attribute("paperSize").value(), "9");
    EXPECT_STREQ(setup.attribute("fitToWidth").value(), "1");
    EXPECT_STREQ(setup.attribute("fitToHeight").value(), "0");
    EXPECT_STREQ(
        opened.sheet().child("sheetPr").child("pageSetUpPr").attribute("fitToPage").value(), "1");
    EXPECT_STREQ(opened.sheet().child("headerFooter").child_value("oddFooter"),
                 "&C第 &P 页 共 &N 页");
    return std::string(setup.attribute("orientation").value());
  };
  EXPECT_EQ(orientation(small()), "portrait");
  Book wide = small();
  for (int i = 0; i < 10; ++i) wide.header.emplace_back("一列一列");
  EXPECT_EQ(orientation(wide), "landscape");
}

TEST(Book, WidthsFitChineseTextAndTitlesSpanTheTable) {
  Book book = of_cell(std::string("一二三四五六七八"));
  book.header = {"h", "很长的一个表头名称", "n"};
  book.rows.push_back(
      {std::string("第一行\n第二行更长一些些些"), std::int64_t{1}, std::string(200, 'x')});
  const Opened opened(made(book));
  std::vector<int> widths;
  for (const pugi::xml_node& column : opened.sheet().child("cols")) {
    widths.push_back(column.attribute("width").as_int());
  }
  EXPECT_EQ(widths, (std::vector<int>{20, 12, 42}));
  EXPECT_STREQ(opened.sheet().child("mergeCells").child("mergeCell").attribute("ref").value(),
               "A1:C1");
  EXPECT_EQ(Opened(made(small())).sheet().child("mergeCells").attribute("count").as_int(), 4);
  EXPECT_FALSE(Opened(made(of_cell({}))).sheet().child("mergeCells"));
}

TEST(Book, ALongNoteHasTheHeightOfItsLines) {
  Book book = small();
  std::string note;
  for (int i = 0; i < 100; ++i) note += "口";
  book.notes = {"短", note};
  const Opened opened(made(book));
  const auto height = [&](const char* place) {
    return opened.cell(place).parent().attribute("ht").as_int();
  };
  EXPECT_EQ(height("A7"), 16);
  EXPECT_GE(height("A8"), 4 * 16);
}

TEST(Book, TextStaysTextAndNothingIsAFormula) {
  for (const std::string text : {"=1+1",
                                 "+1",
                                 "-1",
                                 "@SUM(A1)",
                                 "007",
                                 "622424198001010011",
                                 "1/2",
                                 "2026-03-05",
                                 "TRUE",
                                 " 两边有空格 ",
                                 "一行\n又一行",
                                 "一行\r\n又一行",
                                 "制表\t符",
                                 "<a>&amp;\"'</a>",
                                 "_x0041_",
                                 "_x004G_",
                                 "_",
                                 "𠮷野家",
                                 "\x01\x1f",
                                 "\xef\xbf\xbf",
                                 "]]>"}) {
    EXPECT_EQ(read_back(text), text);
    const Bytes file = made(of_cell(text));
    const Opened opened(file);
    EXPECT_STREQ(opened.cell("A3").attribute("t").value(), "s") << text;
    EXPECT_EQ(opened.number_format("A3"), "builtin 49") << text;
    EXPECT_EQ(part_of(file, "xl/worksheets/sheet1.xml").find("<f"), std::string::npos);
  }
  EXPECT_EQ(read_back(std::string()), "");
}

TEST(Book, WhatASpreadsheetCannotHoldExactlyComesAsText) {
  EXPECT_EQ(read_back(std::int64_t{999'999'999'999'999}), "999999999999999");
  const auto type = [](BookCell cell) {
    return std::string(Opened(made(of_cell(std::move(cell)))).cell("A3").attribute("t").value());
  };
  EXPECT_EQ(type(std::int64_t{999'999'999'999'999}), "");
  EXPECT_EQ(type(std::int64_t{1'000'000'000'000'000}), "s");
  EXPECT_EQ(read_back(kLargest), "9223372036854775807");
  EXPECT_EQ(read_back(-kLargest - 1), "-9223372036854775808");
  EXPECT_EQ(read_back(Hundredths{-kLargest - 1}), "-92233720368547758.08");
  EXPECT_EQ(read_back(Hundredths{999'999'999'999'999}), "9999999999999.99");
  EXPECT_EQ(read_back(day(1900, 3, 1)), "1900-03-01");
  EXPECT_EQ(type(day(1900, 3, 1)), "");
  EXPECT_EQ(read_back(day(1900, 2, 28)), "1900-02-28");
  EXPECT_EQ(type(day(1900, 2, 28)), "s");
  EXPECT_EQ(read_back(day(9999, 12, 31)), "9999-12-31");
  EXPECT_EQ(type(day(9999, 12, 31)), "");
  EXPECT_EQ(type(Date{day(9999, 12, 31).days + 1}), "s");
}

TEST(Book, SharesAreTheNumberItselfAndADashWithoutDenominator) {
  EXPECT_EQ(read_back(Share{1, 3}), "0.3333333333333333");
  EXPECT_EQ(read_back(Share{1467, 1472}), "0.9966032608695652");
  EXPECT_EQ(read_back(Share{5, 5}), "1");
  EXPECT_EQ(read_back(Share{0, 7}), "0");
  EXPECT_EQ(read_back(Share{7, 0}), "—");
  EXPECT_EQ(read_back(Share{7, -1}), "—");
}

TEST(Book, ManyColumnsAreLetteredAsSpreadsheetsDo) {
  Book book = of_cell({});
  book.header.assign(703, "x");
  const Opened opened(made(book));
  for (const char* place : {"Z2", "AA2", "AZ2", "BA2", "ZZ2", "AAA2"}) {
    EXPECT_TRUE(opened.cell(place)) << place;
  }
  tabular::Limits limits;
  limits.columns_max = 703;
  const auto sheet = tabular::read_sheet(made(book), limits);
  ASSERT_TRUE(sheet.ok());
  EXPECT_EQ(sheet->rows[1].cells.size(), 703u);
}

TEST(Book, TheSameBookAtTheSameTimeGivesTheSameBytes) {
  const Bytes first = made(small());
  EXPECT_EQ(first, made(small()));
  const Bytes first_day = {0, 0, 0x21, 0};  // 1980-01-01, whenever it was made
  ASSERT_GT(first.size(), 14u);
  EXPECT_EQ(Bytes(first.begin() + 10, first.begin() + 14), first_day);
  Book other = small();
  other.rows[0][1] = std::int64_t{481};
  EXPECT_NE(first, made(other));
}

TEST(Book, PropertiesSayTheTimeGivenAndNobody) {
  const Bytes file = made(small());
  const pugi::xml_document properties = xml_of(file, "docProps/core.xml");
  const pugi::xml_node all = properties.child("cp:coreProperties");
  EXPECT_STREQ(all.child_value("dcterms:created"), "2026-03-31T10:27:08Z");
  EXPECT_STREQ(all.child_value("dcterms:modified"), "2026-03-31T10:27:08Z");
  EXPECT_EQ(std::distance(all.begin(), all.end()), 2) << "nothing else, so no author either";
  EXPECT_EQ(part_of(file, "docProps/app.xml"), "");
  const auto before_1970 = write_xlsx(small(), WallTime{-1});
  ASSERT_TRUE(before_1970.ok());
  EXPECT_NE(part_of(*before_1970, "docProps/core.xml").find("1969-12-31T23:59:59Z"),
            std::string::npos);
}

TEST(Book, WhatTheFormatCannotHoldIsRefusedWhole) {
  const auto code = [](const Book& book) {
    const auto file = write_xlsx(book, kMade);
    return file.ok() ? std::optional<Code>() : file.error().code;
  };
  for (const std::string tab :
       {"", "a/b", "a[b", "'a", "a'", "a\nb", "\xff",
        "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二"}) {
    Book book = small();
    book.tab = tab;
    EXPECT_EQ(code(book), Code::kInvalidInput) << tab;
  }
  Book book = small();
  book.rows[0].emplace_back(std::int64_t{1});
  EXPECT_EQ(code(book), Code::kInvalidInput);
  book = small();
  book.header.clear();
  book.rows.clear();
  book.totals.clear();
  EXPECT_EQ(code(book), Code::kInvalidInput);
  EXPECT_EQ(code(of_cell(std::string("\xff"))), Code::kInvalidInput);
  EXPECT_EQ(code(of_cell(std::string(32'767, 'x'))), std::nullopt);
  EXPECT_EQ(code(of_cell(std::string(32'768, 'x'))), Code::kExhausted);
  book = small();
  book.rows.assign(1'048'576, {});
  EXPECT_EQ(code(book), Code::kExhausted);
  book = of_cell({});
  book.header.assign(16'385, "x");
  EXPECT_EQ(code(book), Code::kExhausted);
}

}  // namespace
}  // namespace mq::testing
