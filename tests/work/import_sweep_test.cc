// An import broken at every outside call in turn: all of the file or nothing, and a repeat ends it.
#include "mq/tabular/sheet.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

struct File {
  ImportKind kind;
  const std::string& csv;
  std::string_view table;
  std::int64_t rows;  // of that table when the file is in
};

// Whatever call fails: after the next start the vault is good and holds all of the file or nothing.
void sweep(const File& file, bool people_first, std::uint64_t least_calls) {
  const auto broken = mq::testing::for_each_fault([&](Faults& faults) {
    faults.pause();
    Township town(&faults);
    if (people_first) town.with_people();
    const std::int64_t before = count(town.place(), file.table);
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
    const std::int64_t stored = count(town.place(), file.table);
    if (done.ok()) {
      EXPECT_EQ(stored, file.rows) << "what was acknowledged is there";
    } else {
      EXPECT_TRUE(stored == before || stored == file.rows) << stored;
    }
    const ImportResult again = town.import(file.kind, file.csv);
    EXPECT_FALSE(again.nothing_stored);
    EXPECT_EQ(count(town.place(), file.table), file.rows);
    EXPECT_EQ(town.import(file.kind, file.csv).stored, 0u);
  });
  EXPECT_GT(broken, least_calls) << "the sweep must reach the disk";
}

TEST(ImportSweep, ARosterIsThereWholeOrNotAtAll) {
  sweep({ImportKind::kRoster, kRoster, "person", 7}, false, 10);
}

TEST(ImportSweep, VisitsAreThereWholeOrNotAtAll) {
  static const std::string kVisits =
      "走访日期,走访人,户编号,结果,诉求类别,诉求\n2026-03-01,甲,999999100201010001,拒访,饮水,"
      "水管冻裂\n"
      "2026-03-02,乙,999999100001010001,见到户主,,\n";
  sweep({ImportKind::kVisits, kVisits, "visit", 2}, true, 5);
}

}  // namespace
}  // namespace mq::work::testing
