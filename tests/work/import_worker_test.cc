// A roster read with the help of another thread: who read which line, and when, changes nothing.
#include <deque>

#include "mq/tabular/sheet.h"
#include "mq/worker/thread_worker.h"
#include "township.h"

namespace mq::work {
namespace {

using testing::Township;

// Does nothing before it is waited for: the caller reads every line.
class LateWorker final : public Worker {
 public:
  std::uint64_t start(std::function<void()> job) override {
    jobs_.push_back(std::move(job));
    return ++started_;
  }
  void finish(std::uint64_t job) override {
    for (; finished_ < job; ++finished_) {
      jobs_.front()();
      jobs_.pop_front();
    }
  }
  bool idle() const { return jobs_.empty(); }

 private:
  std::deque<std::function<void()>> jobs_;
  std::uint64_t started_ = 0, finished_ = 0;
};

std::string line_of(const std::string& house, const std::string& name, const std::string& relation,
                    const std::string& sex, const std::string& birth) {
  return cat("鱼泉村,", house, ",1,", name, ",", relation, ",", sex, ",", birth, "\n");
}

// 700 lines in which every kind of fault comes again and again, at places that are no multiple of
// the lines that are read at once.
std::string roster(int from) {
  std::string csv = "村(社区),户编号,组,姓名,与户主关系,性别,出生日期\n";
  for (int i = from; i < from + 700; ++i) {
    const std::string house = cat("621122101001010", 1000 + i / 3);
    const std::string name = cat("民", std::string(i % 2 == 0 ? "情" : "生"), i);
    const std::string birth = cat(1950 + i % 50, "-0", 1 + i % 9, "-1", i % 10);
    if (i % 37 == 0) csv += line_of("", name, "户主", "男", birth);          // no number
    if (i % 41 == 0) csv += line_of(house, name, "户主", "人", birth);       // no such sex
    if (i % 43 == 0) csv += line_of(house, name, "远房", "男", "1950/1/2");  // two flags
    csv += line_of(house, name, i % 3 == 0 ? "户主" : "其他", i % 2 == 0 ? "男" : "女", birth);
    if (i % 47 == 0) csv += line_of(house, name, "其他", i % 2 == 0 ? "男" : "女", birth);  // twice
    if (i % 53 == 0)
      csv += line_of(cat("62112210100102", 1000 + i), name, "户主", i % 2 == 0 ? "男" : "女",
                     birth);  // a likely double
  }
  return csv;
}

struct Told {
  std::vector<std::string> faults, numbers;
  bool operator==(const Told&) const = default;
};

Told import_with(Worker& worker) {
  Township town;
  Told told;
  for (const int from : {0, 350}) {  // the second file meets half of the first one
    const auto sheet = tabular::read_sheet(view_of(roster(from)));
    ImportOptions options;
    options.skip_refused = true;
    options.worker = &worker;
    const auto done = import_sheet(town.place(), *sheet, options);
    EXPECT_TRUE(done.ok()) << done.error().en;
    if (!done.ok()) return told;
    for (const ImportFault& fault : done->faults) {
      told.faults.push_back(cat(fault.line, " ", fault.column, " ", static_cast<int>(fault.fate),
                                " ", fault.was, " ", fault.now, " ", fault.why_zh));
    }
    told.numbers.push_back(cat(done->stored, " ", done->unchanged, " ", done->refused, " ",
                               done->duplicates, " ", done->missing_zh.size()));
  }
  told.numbers.push_back(
      cat(testing::count(town.place(), "household"), " ", testing::count(town.place(), "person")));
  return told;
}

TEST(ImportWorker, WhoReadsWhichLineChangesNothing) {
  const Told alone = import_with(inline_worker());
  ASSERT_GT(alone.faults.size(), 150u);
  LateWorker late;
  EXPECT_EQ(import_with(late), alone);
  EXPECT_TRUE(late.idle());
  ThreadWorker thread;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(import_with(thread), alone);
}

TEST(ImportWorker, NothingGoesOnBehindARefusal) {
  LateWorker late;
  Township town;
  const auto sheet = tabular::read_sheet(view_of(roster(0)));
  ImportOptions options;
  options.worker = &late;
  const auto refused = import_sheet(town.place(), *sheet, options);
  ASSERT_TRUE(refused.ok());
  EXPECT_TRUE(refused->nothing_stored);
  EXPECT_TRUE(late.idle());
  const auto flagged = [](const ImportFault& fault) { return fault.fate == Fate::kFlagged; };
  EXPECT_TRUE(std::ranges::any_of(refused->faults, flagged)) << "doubles are told all the same";
}

}  // namespace
}  // namespace mq::work
