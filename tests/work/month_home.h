// A township whose months are closed and signed, for the tests of the month's end.
//
// 鱼泉村: 王一 (1), 张三 (2), 赵四 (3), 孙五 (4); 清渭社区: 周六 (6). 甲 is paired with 1. The
// clock stands on 2026-03-05.
#pragma once

#include "mq/work/month.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {

inline const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                         kThree = "999999100201020003", kFour = "999999100201020004",
                         kSix = "999999100001010001";

class MonthTest : public ::testing::Test {
 protected:
  MonthTest() {
    town.with_people();
    saved(add_pairing(town.place(),
                      {{"cadre_id", "甲"}, {"household_id", kOne}, {"from", "2026-01-05"}}));
    saved(add_cadre(town.place(), {{"name", "签发人"},
                                   {"rank_class", "一般"},
                                   {"role_kind", "村两委"},
                                   {"org_id", "鱼泉村"},
                                   {"phone", "13800000000"}}));
  }

  void visit(const std::string& house, const std::string& date) {
    saved(add_visit(town.place(), {{"visited_by", "甲"},
                                   {"household_id", house},
                                   {"date", date},
                                   {"recorded_on", date},
                                   {"outcome", "见到户主"}}));
  }
  MonthReview review(const char* label, const std::vector<std::string>& only = {"RP01"}) {
    auto made = review_month(town.place(), *parse_month(label, {}), only);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().en);
    return made.ok() ? *std::move(made) : MonthReview();
  }
  std::vector<SignedReport> sign(const MonthReview& made, const std::string& reason = "") {
    auto done = sign_month(town.place(), made, reason);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
    return done.ok() ? *std::move(done) : std::vector<SignedReport>();
  }
  static std::vector<std::string> late_of(const MonthReview& made) {
    std::vector<std::string> out;
    for (const LateArrival& each : made.late) {
      out.push_back(
          cat(each.period.from.iso().substr(0, 7), " ", each.column, " ", cell_line(each.more)));
    }
    return out;
  }
  static std::string basis_of(const Ledger& ledger, std::string_view name) {
    for (const auto& [each, text] : ledger.basis) {
      if (each == name) return text;
    }
    return "";
  }

  Township town;
};

}  // namespace mq::work::testing
