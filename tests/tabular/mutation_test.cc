// Thousands of damaged files, the same in every run: none crashes, each gives rows or an error.
#include <gtest/gtest.h>

#include <random>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::Limits;
using tabular::read_sheet;

constexpr std::uint32_t kSeeds = 2000;

Limits small_limits() {
  Limits limits;
  limits.unpacked_bytes_max = 4u << 20;
  limits.rows_max = 5000;
  limits.cells_max = 100'000;
  return limits;
}

void expect_rows_or_error(ByteView file, std::uint32_t seed) {
  const Limits limits = small_limits();
  const auto sheet = read_sheet(file, limits);
  if (!sheet.ok()) {
    const Code code = sheet.error().code;
    EXPECT_TRUE(code == Code::kInvalidInput || code == Code::kExhausted) << "seed " << seed;
    EXPECT_FALSE(sheet.error().zh.empty()) << "seed " << seed;
    EXPECT_TRUE(is_utf8(sheet.error().zh)) << "seed " << seed;
    return;
  }
  std::size_t line = 0;
  for (const tabular::Row& row : sheet->rows) {
    ASSERT_GT(row.line, line) << "seed " << seed;
    line = row.line;
    ASSERT_LE(row.cells.size(), limits.columns_max) << "seed " << seed;
    for (const std::string& cell : row.cells) ASSERT_TRUE(is_utf8(cell)) << "seed " << seed;
  }
}

// Flips, sets, cuts or doubles a few bytes.
Bytes damaged(Bytes file, std::mt19937& random) {
  for (auto left = 1 + random() % 4; left > 0 && !file.empty(); --left) {
    const std::size_t at = random() % file.size();
    const auto from = file.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end =
        from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(random() % 16, file.size() - at));
    switch (random() % 5) {
      case 0:
        file[at] = static_cast<std::uint8_t>(file[at] ^ 1u << random() % 8);
        break;
      case 1:
        file[at] = static_cast<std::uint8_t>(random());
        break;
      case 2:
        file[at] = std::string_view("\"\n,;<>/&\0\xff=PK", 14)[random() % 14];
        break;
      case 3:
        file.erase(from, end);
        break;
      default: {
        const Bytes copy(from, end);
        file.insert(from, copy.begin(), copy.end());
      }
    }
  }
  return file;
}

Bytes head_of(const Bytes& file, std::size_t size) {
  return Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
}

TEST(Mutation, DamagedCsvGivesRowsOrAnError) {
  const Bytes utf8 = head_of(sample("roster-鱼泉村.csv"), 3000);
  const Bytes gb18030 = head_of(sample("roster-dirty-gb18030.csv"), 3000);
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    expect_rows_or_error(damaged(utf8, random), seed);
    expect_rows_or_error(damaged(gb18030, random), seed);
  }
}

WorkbookBuilder workbook() {
  WorkbookBuilder builder;
  builder.format_codes({"yyyy\"年\"m\"月\"d\"日\"", "[h]:mm:ss", "0.00;[Red]-0.00"});
  builder.strings(
      "<si><t>姓名</t></si><si><r><t>张</t></r><r><t>三_x000D_</t></r><rPh><t>z</t></rPh></si>");
  builder.rows(
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>&#x7ec4;"
      "</t></is></c></row><row r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c><c r=\"B3\" s=\"1\">"
      "<v>46086</v></c><c r=\"C3\" s=\"2\"><v>1.5</v></c><c t=\"b\"><v>1</v></c><c s=\"3\">"
      "<v>9.9999919390614E+17</v></c><c t=\"e\"><v>#N/A</v></c></row>");
  return builder;
}

// The bytes of the zip itself: headers, directory, deflated data.
TEST(Mutation, DamagedZipGivesRowsOrAnError) {
  const Bytes file = workbook().bytes();
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    expect_rows_or_error(damaged(file, random), seed);
  }
}

// The checksums of a damaged zip stop most damage; here the parts are damaged before they are
// zipped, so that it reaches the readers behind.
TEST(Mutation, DamagedPartsGiveRowsOrAnError) {
  const WorkbookBuilder plain = workbook();
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    const Part& part = plain.parts()[random() % plain.parts().size()];
    WorkbookBuilder builder = plain;
    builder.part(part.name, to_string(damaged(to_bytes(part.content), random)));
    expect_rows_or_error(builder.bytes(), seed);
  }
}

// So that the two tests above are known to start from a file that is read whole.
TEST(Mutation, TheUndamagedWorkbookIsRead) {
  const std::vector<std::vector<std::string>> expected = {
      {"姓名", "组"}, {"张三\r", "2026-03-05", "36:00", "是", "9.9999919390614E+17", "#N/A"}};
  EXPECT_EQ(cells_of(workbook().bytes()), expected);
}

}  // namespace
}  // namespace mq::testing
