// An import broken at every outside call in turn: all of the file or nothing, and a repeat ends it.
#include "mq/tabular/sheet.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

struct File {
  ImportKind kind;
  const std::string& csv;
};

// Rows of every table that an import writes: villages, households, people, visits, issues.
std::vector<std::int64_t> counts(Township& town) {
  std::vector<std::int64_t> out;
  for (const char* table : {"org_unit", "household", "person", "visit", "issue"}) {
    out.push_back(count(town.place(), table));
  }
  return out;
}

std::vector<std::int64_t> counts_after(const File& file, bool people_first) {
  Township town;
  if (people_first) town.with_people();
  EXPECT_FALSE(town.import(file.kind, file.csv).nothing_stored);
  return counts(town);
}

// Whatever call fails: after the next start the vault is good and holds all of the file or nothing.
void sweep(const File& file, bool people_first, std::uint64_t least_calls) {
  const std::vector<std::int64_t> whole = counts_after(file, people_first);
  const auto broken = mq::testing::for_each_fault([&](Faults& faults) {
    faults.pause();
    Township town(&faults);
    if (people_first) town.with_people();
    const std::vector<std::int64_t> before = counts(town);
    ASSERT_NE(before, whole);
    const auto sheet = tabular::read_sheet(view_of(file.csv));
    ImportOptions options;
    options.kind = file.kind;
    faults.resume();
    const auto done = import_sheet(town.place(), *sheet, options);
    faults.stop();

    town.desk.kill();
    ASSERT_TRUE(town.desk.boot().ok());
    const auto faulty = town.desk.vault().verify();
    ASSERT_TRUE(faulty.ok());
    EXPECT_TRUE(faulty->empty()) << faulty->front();
    const std::vector<std::int64_t> stored = counts(town);
    if (done.ok()) {
      EXPECT_EQ(stored, whole) << "what was acknowledged is there";
    } else {
      EXPECT_THAT(stored, ::testing::AnyOf(before, whole)) << "all of the file or nothing";
    }
    const ImportResult again = town.import(file.kind, file.csv);
    EXPECT_FALSE(again.nothing_stored);
    EXPECT_EQ(counts(town), whole);
    EXPECT_EQ(town.import(file.kind, file.csv).stored, 0u);
  });
  EXPECT_GT(broken, least_calls) << "the sweep must reach the disk";
}

TEST(ImportSweep, ARosterIsThereWholeOrNotAtAll) {
  sweep({ImportKind::kRoster, kRoster}, false, 10);
}

TEST(ImportSweep, VisitsAreThereWholeOrNotAtAll) {
  static const std::string kVisits =
      "走访日期,走访人,户编号,结果,诉求类别,诉求\n2026-03-01,甲,999999100201010001,拒访,饮水,"
      "水管冻裂\n"
      "2026-03-02,乙,999999100001010001,见到户主,,\n";
  sweep({ImportKind::kVisits, kVisits}, true, 5);
}

}  // namespace
}  // namespace mq::work::testing
