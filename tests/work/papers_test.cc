// What papers ask of the roster: who is paired with whom, also through rows that are one, and whom
// a villager may ring.
#include "mq/work/papers.h"

#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PapersTest : public RosterTest {
 protected:
  RowId cadre(const std::string& name) { return Directory(place()).cadre(name)->id; }
  void pair(const std::string& name, const std::string& number) {
    saved(add_pairing(place(),
                      {{"cadre_id", name}, {"household_id", number}, {"from", "2026-03-01"}}));
  }
};

TEST_F(PapersTest, OneHouseholdTwiceIsPairedOnce) {
  pair("甲", kTwo);
  pair("乙", kFour);
  pair("乙", kSix);
  const RowId two = house_id(place(), kTwo), four = house_id(place(), kFour),
              six = house_id(place(), kSix);
  EXPECT_THAT(*paired_households(place(), cadre("乙"), {}), ElementsAre(six, four));
  EXPECT_THAT(*paired_households(place(), cadre("乙"), "鱼泉村"), ElementsAre(four));
  EXPECT_THAT(*paired_cadres(place(), four), ElementsAre(cadre("乙")));
  saved(step("merge", kTwo, {{"into", kFour}, {"same", "是"}}));
  EXPECT_THAT(*paired_households(place(), cadre("甲"), {}), ElementsAre(four));
  EXPECT_THAT(*paired_cadres(place(), four),
              ::testing::UnorderedElementsAre(cadre("甲"), cadre("乙")));
  EXPECT_THAT(*paired_cadres(place(), two),
              ::testing::UnorderedElementsAre(cadre("甲"), cadre("乙")));
}

TEST_F(PapersTest, VisitsOfRowsThatAreOneArePrintedTogether) {
  const auto visit = [&](const std::string& number, const char* on) {
    return saved(
        add_visit(place(), {{"household_id", number}, {"date", on}, {"outcome", "见到户主"}}));
  };
  const RowId first = visit(kTwo, "2026-03-02"), second = visit(kFour, "2026-03-03");
  visit(kSix, "2026-03-03");
  saved(step("merge", kTwo, {{"into", kFour}, {"same", "是"}}));
  const Period march{*Date::parse_iso("2026-03-01"), *Date::parse_iso("2026-03-31")};
  EXPECT_THAT(*visits_to_print(place(), {march, {}, kFour}), ElementsAre(first, second));
}

TEST_F(PapersTest, TheNewestProgrammeInForceSaysWhomToRing) {
  const Date day = *Date::parse_iso("2026-03-05");
  EXPECT_THAT(*complaint_phone(place(), day), IsEmpty());
  const auto programme = [&](const char* title, const char* from, const char* to,
                             const char* phone) {
    saved(add_programme(
        place(), {{"title", title}, {"from", from}, {"to", to}, {"complaint_phone", phone}}));
  };
  programme("旧的", "2026-01-01", "2026-12-31", "0719-5550001");
  programme("新的", "2026-03-01", "2026-12-31", "0719-5550002");
  programme("过去的", "2026-03-02", "2026-03-04", "0719-5550003");
  programme("以后的", "2026-03-06", "2026-12-31", "0719-5550004");
  EXPECT_EQ(*complaint_phone(place(), day), "07195550002");
}

}  // namespace
}  // namespace mq::work::testing
