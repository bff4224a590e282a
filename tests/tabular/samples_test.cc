// The files of the invented township, as a township would hand them over.
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::read_sheet;
using tabular::Sheet;

Sheet read_sample(const std::string& name) {
  auto sheet = read_sheet(sample(name));
  EXPECT_TRUE(sheet.ok()) << name << ": " << (sheet.ok() ? "" : sheet.error().zh);
  return sheet.ok() ? *std::move(sheet) : Sheet{};
}

TEST(Samples, CsvAndXlsxOfOneVillageHoldTheSameCells) {
  const Sheet csv = read_sample("roster-鱼泉村.csv");
  const Sheet xlsx = read_sample("roster-鱼泉村.xlsx");
  EXPECT_EQ(csv.encoding, "utf-8");
  EXPECT_EQ(xlsx.encoding, "xlsx");
  ASSERT_EQ(csv.rows.size(), 1541u);
  ASSERT_EQ(xlsx.rows.size(), csv.rows.size() + 2) << "two title rows stand above the header";
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    ASSERT_EQ(csv.rows[i].line, i + 1);
    ASSERT_EQ(xlsx.rows[i + 2].line, i + 3);
    ASSERT_EQ(csv.rows[i].cells, xlsx.rows[i + 2].cells) << "line " << i + 1;
  }
}

TEST(Samples, TitleOfTheXlsxIsPutTogetherFromItsRuns) {
  const Sheet xlsx = read_sample("roster-鱼泉村.xlsx");
  ASSERT_GE(xlsx.rows.size(), 3u);
  EXPECT_EQ(xlsx.rows[0].cell(0), "××县××镇鱼泉村花名册(2026年)");
  EXPECT_EQ(xlsx.rows[2].cell(3), "户编号");
}

TEST(Samples, Gb18030RosterOfAnOfficeDecodes) {
  const Sheet sheet = read_sample("roster-dirty-gb18030.csv");
  EXPECT_EQ(sheet.encoding, "gb18030");
  ASSERT_EQ(sheet.rows.size(), 205u);
  EXPECT_EQ(sheet.rows[0].cell(0), "××县××镇鱼泉村花名册(2026年)");
  EXPECT_EQ(sheet.rows[2].line, 3u);
  EXPECT_EQ(sheet.rows[2].cell(0), "序号");
  EXPECT_EQ(sheet.rows[2].cell(8), "证件号码");
}

// The dirty roster is the village's own, so apart from the planted faults the cells are those of
// the UTF-8 file; among them names that GBK does not have.
TEST(Samples, Gb18030NamesAreThoseOfTheUtf8Roster) {
  const Sheet dirty = read_sample("roster-dirty-gb18030.csv");
  const Sheet clean = read_sample("roster-鱼泉村.csv");
  ASSERT_EQ(dirty.rows.size(), 205u);
  std::size_t different = 0;
  std::size_t rare = 0;
  // The last row is a planted repetition.
  for (std::size_t i = 0; i + 3 < dirty.rows.size(); ++i) {
    different += dirty.rows[i + 2].cells != clean.rows[i].cells;
    for (const std::string& cell : dirty.rows[i + 2].cells) {
      rare += cell.find("㛃") != std::string::npos || cell.find("䶮") != std::string::npos ||
              cell.find("𬭚") != std::string::npos;
    }
  }
  EXPECT_EQ(different, 8u) << "the eight planted faults within rows";
  EXPECT_GT(rare, 0u);
}

TEST(Samples, EverySampleCsvIsRectangular) {
  const std::pair<const char*, std::size_t> files[] = {{"cadres.csv", 31},
                                                       {"visits-2026-03.csv", 1006},
                                                       {"roster-松树坪村.csv", 1780},
                                                       {"roster-清渭社区.csv", 1869}};
  for (const auto& [name, rows] : files) {
    const Sheet sheet = read_sample(name);
    ASSERT_EQ(sheet.rows.size(), rows) << name;
    for (const auto& row : sheet.rows) {
      ASSERT_LE(row.cells.size(), sheet.rows[0].cells.size()) << name << " line " << row.line;
    }
  }
}

}  // namespace
}  // namespace mq::testing
