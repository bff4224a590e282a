// CSV in every form that offices send it, and the CSV that we write.
#include <gtest/gtest.h>

#include <random>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::Limits;
using tabular::read_sheet;
using tabular::Row;
using tabular::write_csv;
using Table = std::vector<std::vector<std::string>>;

Table read(std::string_view text) { return cells_of(to_bytes(text)); }

std::string encoding_of(std::string_view bytes) {
  const auto sheet = read_sheet(view_of(bytes));
  return sheet.ok() ? sheet->encoding : sheet.error().zh;
}

Error error_of(std::string_view bytes, const Limits& limits = {}) {
  const auto sheet = read_sheet(view_of(bytes), limits);
  EXPECT_FALSE(sheet.ok());
  return sheet.ok() ? Error{} : sheet.error();
}

TEST(Csv, QuotesHoldSeparatorsNewlinesAndQuotes) {
  const Table expected = {{"a,b", "say \"hi\"", "two\nlines"}, {"", "", "x"}};
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n,,x\r\n"), expected);
}

TEST(Csv, AQuoteInsideAPlainCellIsText) { EXPECT_EQ(read("5\" 管,b\n"), (Table{{"5\" 管", "b"}})); }

TEST(Csv, EveryLineEndIsOneLine) {
  for (const std::string end : {"\r\n", "\n", "\r"}) {
    const auto sheet = read_sheet(view_of(cat("a,b", end, end, "\"c", end, "c\",d", end, "e,f")));
    ASSERT_TRUE(sheet.ok());
    ASSERT_EQ(sheet->rows.size(), 3u);
    EXPECT_EQ(sheet->rows[0].line, 1u);
    EXPECT_EQ(sheet->rows[1].line, 3u) << "the empty line stays counted";
    EXPECT_EQ(sheet->rows[1].cells[0], cat("c", end, "c"));
    EXPECT_EQ(sheet->rows[2].line, 5u) << "a record of two lines counts two";
  }
}

TEST(Csv, EmptyRowsAndTrailingEmptyCellsAreLeftOut) {
  EXPECT_EQ(read("a,b,,\n,,,\n\nc\n"), (Table{{"a", "b"}, {"c"}}));
}

TEST(Csv, TabAndSemicolonSeparateWhenTheyDoSoInMostLines) {
  EXPECT_EQ(read("姓名\t住址\n张三\t一组,坡上\n"),
            (Table{{"姓名", "住址"}, {"张三", "一组,坡上"}}));
  EXPECT_EQ(read("a;b;c\n1;2,5;3\n"), (Table{{"a", "b", "c"}, {"1", "2,5", "3"}}));
  EXPECT_EQ(read("说明\n先到一组;再到二组;再到三组\n完\n"),
            (Table{{"说明"}, {"先到一组;再到二组;再到三组"}, {"完"}}));
  EXPECT_EQ(read("a,b\n\"x;y;z;w\",\"1\t2\t3\"\n"), (Table{{"a", "b"}, {"x;y;z;w", "1\t2\t3"}}))
      << "what is quoted does not count";
}

TEST(Csv, ExcelsOwnSeparatorLineIsObeyedAndCounted) {
  const auto sheet = read_sheet(view_of("sep=;\r\na,b;c\r\n"));
  ASSERT_TRUE(sheet.ok());
  ASSERT_EQ(sheet->rows.size(), 1u);
  EXPECT_EQ(sheet->rows[0].line, 2u);
  EXPECT_EQ(sheet->rows[0].cells, (std::vector<std::string>{"a,b", "c"}));
}

TEST(Csv, NumbersWrappedAsFormulasAreUnwrapped) {
  EXPECT_EQ(read("=\"001\",=\"\",=1+1\n"), (Table{{"001", "", "=1+1"}}));
}

TEST(Csv, EncodingIsFoundByContent) {
  EXPECT_EQ(encoding_of("姓名,组\n"), "utf-8");
  EXPECT_EQ(encoding_of("\xef\xbb\xbf姓名,组\n"), "utf-8");
  EXPECT_EQ(encoding_of("\xd0\xd5\xc3\xfb,\xd7\xe9\n"), "gb18030");
  EXPECT_EQ(read("\xef\xbb\xbf姓名\n"), (Table{{"姓名"}})) << "the mark is no part of the cell";
}

// 𬭚 and 㛃 take four bytes, 䶮 moved from the private area to its own place.
TEST(Csv, RareNamesSurviveGb18030) {
  EXPECT_EQ(read("\xc1\xf5\x99\x33\xaa\x34,\xcd\xf5\x82\x30\xb7\x31,\xcd\xf5\xfe\x9f\n"),
            (Table{{"刘𬭚", "王㛃", "王䶮"}}));
}

TEST(Csv, Utf16OfExcelIsRead) {
  const std::string little(
      "\xff\xfe\xd3\x59\x09\x00\x0d\x54\x0d\x00\x0a\x00\x31\x00\x09\x00\x32\x00", 18);
  const std::string big("\xfe\xff\x59\xd3\x00\x09\x54\x0d\x00\x0d\x00\x0a\x00\x31\x00\x09\x00\x32",
                        18);
  EXPECT_EQ(encoding_of(little), "utf-16");
  EXPECT_EQ(read(little), (Table{{"姓", "名"}, {"1", "2"}}));
  EXPECT_EQ(read(big), read(little));
  const std::string half_a_pair("\xff\xfe\x31\x00\x0a\x00\x00\xd8", 8);
  EXPECT_EQ(error_of(half_a_pair).code, Code::kInvalidInput);
}

TEST(Csv, DamagedUtf8IsNotTakenForGb18030) {
  const std::string good = "姓名,住址\n张三,鱼泉村一组坡上\n李四,鱼泉村二组河边\n";
  const Error cut = error_of(good.substr(0, good.size() - 2));
  EXPECT_EQ(cut.code, Code::kInvalidInput);
  EXPECT_NE(cut.zh.find("第 3 行"), std::string::npos) << cut.zh;
  EXPECT_NE(cut.zh.find("UTF-8"), std::string::npos) << cut.zh;
  EXPECT_EQ(error_of("\xef\xbb\xbf"
                     "a,\xd0\xd5\n")
                .code,
            Code::kInvalidInput)
      << "the mark promises UTF-8";
}

TEST(Csv, BytesOfNoEncodingAreRefusedWithTheirLine) {
  const Error error = error_of("a,b\nc,\xff\xff\n");
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.zh.find("第 2 行"), std::string::npos) << error.zh;
}

TEST(Csv, NulBytesAreRefusedWithTheirLine) {
  const Error error = error_of(std::string_view("a\nb\nc\0d\n", 8));
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.zh.find("第 3 行"), std::string::npos) << error.zh;
}

TEST(Csv, BrokenQuotesAreRefusedWithTheLineOfTheRecord) {
  const Error open = error_of("a\nb,\"c\nd\ne\n");
  EXPECT_EQ(open.code, Code::kInvalidInput);
  EXPECT_NE(open.zh.find("第 2 行"), std::string::npos) << open.zh;
  const Error after = error_of("a\n\"他说\"好\"\n");
  EXPECT_EQ(after.code, Code::kInvalidInput);
  EXPECT_NE(after.zh.find("第 2 行 A 列"), std::string::npos) << after.zh;
}

TEST(Csv, OtherFilesUnderTheNameOfATableAreRefused) {
  EXPECT_EQ(error_of("").code, Code::kInvalidInput);
  EXPECT_EQ(error_of("\n <HTML><table><tr><td>1</td></tr></table></HTML>").code,
            Code::kInvalidInput);
  const Error xls = error_of("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook");
  EXPECT_EQ(xls.code, Code::kInvalidInput);
  EXPECT_NE(xls.zh.find("另存为 xlsx"), std::string::npos) << xls.zh;
  std::string encrypted = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
  for (const char c : std::string("EncryptedPackage")) encrypted += {c, '\0'};
  EXPECT_NE(error_of(encrypted).zh.find("文件加了密码"), std::string::npos);
}

TEST(Csv, EveryLimitIsKeptExactly) {
  Limits limits;
  limits.columns_max = 3;
  limits.rows_max = 2;
  limits.cell_bytes_max = 4;
  limits.cells_max = 5;
  EXPECT_TRUE(read_sheet(view_of("a,b,c,,,\n\n1234,\"12\"\"4\"\n"), limits).ok());
  const Error wide = error_of("a\n\n1,2,3,4\n", limits);
  EXPECT_EQ(wide.code, Code::kInvalidInput);
  EXPECT_NE(wide.zh.find("第 3 行"), std::string::npos) << wide.zh;
  EXPECT_EQ(error_of("a\nb\nc\n", limits).code, Code::kExhausted);
  EXPECT_EQ(error_of("12345\n", limits).code, Code::kExhausted);
  EXPECT_EQ(error_of("\"123\"\"5\"\n", limits).code, Code::kExhausted);
  EXPECT_EQ(error_of("a,b,c\n1,2,3\n", limits).code, Code::kExhausted);
  limits.file_bytes_max = 7;
  EXPECT_EQ(error_of("a,b,c,d\n", limits).code, Code::kExhausted);
}

TEST(WriteCsv, QuotesWhereNeededAndMarksUtf8) {
  EXPECT_EQ(write_csv({{"a", "b,c"}, {"d\"e", "f\ng"}, {"", " x"}}),
            "\xef\xbb\xbf"
            "a,\"b,c\"\r\n\"d\"\"e\",\"f\ng\"\r\n,\" x\"\r\n");
}

TEST(WriteCsv, NoCellCanRunAsAFormula) {
  const auto written = [](const std::string& cell) {
    const std::string whole = write_csv({{cell}});
    return whole.substr(3, whole.size() - 5);
  };
  EXPECT_EQ(written("=1+1"), "'=1+1");
  EXPECT_EQ(written("@sum"), "'@sum");
  EXPECT_EQ(written("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(written("-"), "'-");
  EXPECT_EQ(written("-2+3"), "'-2+3");
  EXPECT_EQ(written("\t=1"), "\"'\t=1\"");
  EXPECT_EQ(written("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(written("-3"), "-3");
  EXPECT_EQ(written("-3.50"), "-3.50");
  EXPECT_EQ(written("-3."), "'-3.");
  EXPECT_EQ(written("+8613900000000"), "+8613900000000");
}

std::string random_cell(std::mt19937& random) {
  const std::string pieces[] = {"a",  "张", "𬭚", ",",    ";", "\t", "\"",           "\n", "\r\n",
                                "\r", " ",  "1",    "sep=", "<", "'",  "\xef\xbb\xbf", "="};
  std::string cell;
  for (auto left = random() % 5; left > 0; --left) cell += pieces[random() % std::size(pieces)];
  // A leading sign would get its apostrophe, which reading rightly keeps.
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos) {
    cell.insert(0, "x");
  }
  return cell;
}

// What we write is read back cell by cell, apart from empty rows and trailing empty cells.
TEST(WriteCsv, WhatIsWrittenIsReadBack) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    Table rows;
    Table expected;
    for (auto row_count = random() % 5; row_count > 0; --row_count) {
      std::vector<std::string> row = {"r"};
      for (auto cell_count = random() % 5; cell_count > 0; --cell_count) {
        row.push_back(random_cell(random));
      }
      if (random() % 2 == 0) row[0] = random_cell(random);
      rows.push_back(row);
      while (!row.empty() && row.back().empty()) row.pop_back();
      if (!row.empty()) expected.push_back(row);
    }
    const std::string written = write_csv(rows);
    ASSERT_EQ(read(written), expected) << "seed " << seed << "\n" << written;
  }
}

}  // namespace
}  // namespace mq::testing
