// Forms filled from a roster that lives: rows that are one, and rows that stand elsewhere now.
#include "mq/work/fill.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

class FillRosterTest : public RosterTest {
 protected:
  std::vector<std::string> lines(const std::string& header) {
    const auto form = tabular::Template::read(to_bytes(cat(header, "\n")));
    MQ_ASSERT(form.ok());
    FillOptions options;
    options.today = *Date::of(2026, 3, 25);
    options.basis = "民发〔2026〕1号";
    const auto filled = fill_form(place(), *form, options);
    EXPECT_TRUE(filled.ok()) << (filled.ok() ? "" : filled.error().en);
    std::vector<std::string> out;
    if (!filled.ok()) return out;
    for (const tabular::FillLine& line : filled->lines) {
      std::vector<std::string> cells;
      for (const tabular::FillCell& cell : line) cells.push_back(tabular::fill_text(cell));
      out.push_back(join(cells, " "));
    }
    return out;
  }
  std::vector<std::string> households() { return lines("户主姓名,走访次数,帮扶责任人,户编号"); }
  static std::string of(const std::string& head, const std::string& facts,
                        const std::string& number) {
    return cat(head, " ", facts, " ", number);
  }
  void pair(const std::string& name, const std::string& number, const char* from) {
    saved(add_pairing(place(), {{"cadre_id", name}, {"household_id", number}, {"from", from}}));
  }
};

TEST_F(FillRosterTest, OneHouseholdTwiceIsOneLineWithTheVisitsAndHelpersOfBoth) {
  met(kTwo);
  met(kFour);
  pair("甲", kTwo, "2026-03-01");
  pair("甲", kFour, "2026-03-03");
  pair("乙", kTwo, "2026-03-02");
  const RowId change = saved(step("merge", kTwo, {{"into", kFour}, {"same", "是"}}));
  EXPECT_THAT(households(), ElementsAre(of("王一", "0 ", kOne), of("赵四", "0 ", kThree),
                                        of("孙五", "2 甲、乙", kFour), of("周六", "0 ", kSix)));
  saved(undo(change));
  EXPECT_THAT(households(), ElementsAre(of("王一", "0 ", kOne), of("张三", "1 甲、乙", kTwo),
                                        of("赵四", "0 ", kThree), of("孙五", "1 甲", kFour),
                                        of("周六", "0 ", kSix)));
}

TEST_F(FillRosterTest, PeopleOfAHouseholdThatWasMergedAreInTheOther) {
  saved(step("merge", kTwo, {{"into", kFour}}));
  EXPECT_THAT(
      lines("姓名,户主姓名,户编号,与户主关系"),
      ElementsAre(::testing::_, ::testing::_, ::testing::_,
                  ::testing::StartsWith(cat("孙五 孙五 ", kFour)),
                  ::testing::StartsWith(cat("张三 孙五 ", kFour)), ::testing::_, ::testing::_));
}

TEST_F(FillRosterTest, PeopleOfAHouseholdTwiceAreInTheOneThatCounts) {
  saved(step("merge", kTwo, {{"into", kFour}, {"same", "是"}}));
  EXPECT_THAT(lines("姓名,户主姓名,户编号,与户主关系"),
              ::testing::AllOf(::testing::Contains(cat("张三 孙五 ", kFour, " 户主")),
                               ::testing::SizeIs(7)));
}

TEST_F(FillRosterTest, AHouseholdThatMovedIsFilledWhereItIsNow) {
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  EXPECT_THAT(lines("村(社区),户主姓名,户编号"),
              ElementsAre(cat("鱼泉村 张三 ", kTwo), cat("鱼泉村 赵四 ", kThree),
                          cat("鱼泉村 孙五 ", kFour), cat("清渭社区 周六 ", kSix),
                          cat("清渭社区 王一 ", kOne)));
}

}  // namespace
}  // namespace mq::work::testing
