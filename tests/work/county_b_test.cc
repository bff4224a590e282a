// County B of DOMAIN (f), whose report gives three figures only: 2,626 cadres, 2,996 households
// paired, quotas of 4, 2 and 1 by rank. One split of the ranks that fits: 40, 250, 2,336.
#include "mq/work/ledger.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

struct Rank {
  const char* name;
  int cadres, pairs;
};
constexpr Rank kRanks[] = {{"县级", 40, 4}, {"科级", 250, 2}, {"一般", 2336, 1}};
constexpr const char* kHouses[] = {"999999100201010001", "999999100201010002", "999999100201020003",
                                   "999999100001010001"};

std::string digits(int number, int width) {
  std::string out = cat(number);
  return std::string(static_cast<std::size_t>(width) - out.size(), '0') + out;
}

// 职级 干部数 应结对户 已结对户 达标干部数 缺口
TEST(CountyB, PairsAsItsReportSays) {
  Township town;
  town.import(ImportKind::kRoster, kRoster);
  std::string cadres = "姓名,职级,手机,包片村\n", pairings = "干部姓名,户编号,起始日期\n";
  int number = 0;
  for (const Rank& rank : kRanks) {
    for (int i = 0; i < rank.cadres; ++i) {
      const std::string name = cat("干部", digits(++number, 4));
      cadres += cat(name, ",", rank.name, ",1380000", digits(number, 4), ",鱼泉村\n");
      for (int pair = 0; pair < rank.pairs; ++pair) {
        pairings += cat(name, ",", kHouses[pair], ",2026-01-05\n");
      }
    }
  }
  EXPECT_EQ(town.import(ImportKind::kCadres, cadres).stored, 2626u);
  EXPECT_EQ(town.import(ImportKind::kPairings, pairings).stored, 2996u);
  const Date last = *Date::parse_iso("2026-03-31");
  const auto ledger = ledger_rp06(town.place(), {{*Date::parse_iso("2026-03-01"), last}, {}});
  ASSERT_TRUE(ledger.ok()) << ledger.error().en;
  const auto row = [](const std::vector<LedgerCell>& cells) {
    std::vector<std::int64_t> out;
    for (std::size_t i = 1; i < 6; ++i) out.push_back(std::get<std::int64_t>(cells[i]));
    return out;
  };
  using Row = std::vector<std::int64_t>;
  ASSERT_EQ(ledger->rows.size(), 3u);
  EXPECT_EQ(row(ledger->rows[0]), (Row{40, 160, 160, 40, 0}));
  EXPECT_EQ(row(ledger->rows[1]), (Row{250, 500, 500, 250, 0}));
  EXPECT_EQ(row(ledger->rows[2]), (Row{2336, 2336, 2336, 2336, 0}));
  EXPECT_EQ(row(ledger->totals), (Row{2626, 2996, 2996, 2626, 0}));
}

}  // namespace
}  // namespace mq::work::testing
