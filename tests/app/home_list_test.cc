// The list of people on one machine: what it takes, and what it does with a file that is none.
#include "home_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "support/sim_files.h"

namespace mq::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kPath = "/data/minqing/homes";

class Homes : public ::testing::Test {
 protected:
  HomeList load() {
    auto list = HomeList::load(files, kPath);
    EXPECT_TRUE(list.ok());
    return *std::move(list);
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    const HomeList list = load();
    for (const ListedHome& home : list.all()) {
      out.push_back(cat(home.current ? "*" : "", home.name, " ", home.folder));
    }
    return out;
  }
  Code refused(const Status& status) {
    EXPECT_FALSE(status.ok());
    return status.ok() ? Code::kInternal : status.error().code;
  }
  mq::testing::SimFiles files;
};

TEST_F(Homes, AreKeptInTheOrderInWhichTheyCame) {
  EXPECT_THAT(names(), IsEmpty());
  HomeList list = load();
  ASSERT_TRUE(list.add("王 二", "/a b").ok());
  ASSERT_TRUE(list.add("李", "/c").ok());
  EXPECT_THAT(names(), ElementsAre("王 二 /a b", "李 /c"));
  ASSERT_TRUE(list.choose("李").ok());
  ASSERT_TRUE(list.choose("王 二").ok());
  EXPECT_THAT(names(), ElementsAre("*王 二 /a b", "李 /c")) << "one is the current one";
  EXPECT_EQ(load().current()->name, "王 二");
  ASSERT_TRUE(list.remove("王 二").ok());
  EXPECT_THAT(names(), ElementsAre("李 /c"));
  EXPECT_EQ(load().current(), nullptr);
}

TEST_F(Homes, RefuseWhatIsNoNameOrIsTaken) {
  HomeList list = load();
  ASSERT_TRUE(list.add("李", "/c").ok());
  for (const char* name : {"", " 李", "李\t", "李/二", "-x", "..", "* 李", "\xff", "李\n王"}) {
    EXPECT_EQ(refused(list.add(name, "/d")), Code::kInvalidInput) << name;
  }
  EXPECT_EQ(refused(list.add(std::string(61, 'a'), "/d")), Code::kInvalidInput);
  EXPECT_EQ(refused(list.add("王", "/d\n")), Code::kInvalidInput);
  EXPECT_EQ(refused(list.add("李", "/d")), Code::kConflict);
  EXPECT_EQ(refused(list.add("王", "/c")), Code::kConflict);
  EXPECT_EQ(refused(list.remove("王")), Code::kNotFound);
  EXPECT_EQ(refused(list.choose("王")), Code::kNotFound);
  EXPECT_THAT(names(), ElementsAre("李 /c"));
}

TEST_F(Homes, AFileThatIsNoListIsLeftAlone) {
  for (const char* text : {"李 /c\n", "  李\n", "  \t/c\n", "* 李\t/c\n* 王\t/d\n",
                           "  李\t/c\n  李\t/d\n", "  李\t\n", "\xff\xff\t/c\n"}) {
    ASSERT_TRUE(files.replace(kPath, view_of(text)).ok());
    const auto list = HomeList::load(files, kPath);
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_EQ(list.error().code, Code::kCorrupt);
  }
}

TEST_F(Homes, AFullDiskChangesNothing) {
  HomeList list = load();
  ASSERT_TRUE(list.add("李", "/c").ok());
  files.set_full(true);
  EXPECT_EQ(refused(list.add("王", "/d")), Code::kExhausted);
  EXPECT_EQ(refused(list.choose("李")), Code::kExhausted);
  EXPECT_EQ(refused(list.remove("李")), Code::kExhausted);
  files.set_full(false);
  EXPECT_THAT(names(), ElementsAre("李 /c"));
  EXPECT_EQ(list.all().size(), 1u);
}

}  // namespace
}  // namespace mq::cli
