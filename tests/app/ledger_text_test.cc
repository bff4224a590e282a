// Success rates as the reports of the townships print them, to one decimal.
#include "ledger_text.h"

#include <gtest/gtest.h>

namespace mq::cli {
namespace {

TEST(LedgerText, RatesKeepTheirCountsAndShowOneDecimal) {
  work::Ledger ledger;
  ledger.columns = {"成功率", "成功率", "成功率", "回收率", "成功率"};
  ledger.rows = {{work::Ratio{3475, 3484}, work::Ratio{3839, 3911}, work::Ratio{216, 227},
                  work::Ratio{1467, 1472}, work::Ratio{0, 0}}};
  const std::vector<std::string> expected = {"3475/3484 99.7%", "3839/3911 98.2%", "216/227 95.2%",
                                             "1467/1472 99.7%", "—"};
  EXPECT_EQ(ledger_rows(ledger).at(0), expected);
}

}  // namespace
}  // namespace mq::cli
