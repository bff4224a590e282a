#include "tidy/house.h"

namespace mq::tidy {
namespace {

TEST(TidyShape, AHeaderWithoutWordsIsNoticed) {
  const std::string path = "core/base/include/mq/base/a.h";
  EXPECT_EQ(complaints(header_comment, path, "#pragma once\n"), 1u);
  EXPECT_EQ(complaints(header_comment, path, "// What it is.\n#include <x>\n"), 1u);
  EXPECT_EQ(complaints(header_comment, path, "// What it is.\n"), 1u);
  EXPECT_EQ(complaints(header_comment, path, "// What it is.\n#pragma once\n"), 0u);
  std::string speech;
  for (int i = 0; i < 13; ++i) speech += "// More.\n";
  EXPECT_EQ(complaints(header_comment, path, speech + "#pragma once\n"), 1u);
}
TEST(TidyShape, HeadersSayWhatTheyAre) { expect_kept(header_comment); }

TEST(TidyShape, AFolderWithoutSentenceIsNoticed) {
  EXPECT_EQ(complaints(folder_sentence, "core/a/CMakeLists.txt", "mq_library(a)\n"), 1u);
  EXPECT_EQ(complaints(folder_sentence, "core/a/CMakeLists.txt", "# a\n"), 1u);
  EXPECT_EQ(complaints(folder_sentence, "core/a/CMakeLists.txt", ""), 1u);
  EXPECT_EQ(complaints(folder_sentence, "core/a/CMakeLists.txt", "# a: for what.\n"), 0u);
}
TEST(TidyShape, FoldersSayWhatTheyAreFor) { expect_kept(folder_sentence); }

TEST(TidyShape, AStrangeFileNameIsNoticed) {
  EXPECT_EQ(complaints(file_name, "core/a/src/Visit.cc", ""), 1u);
  EXPECT_EQ(complaints(file_name, "core/a/src/visit-form.h", ""), 1u);
  EXPECT_EQ(complaints(file_name, "bench/workload.hpp", ""), 1u);
  EXPECT_EQ(complaints(file_name, "core/a/src/visit.cpp", ""), 1u);
  EXPECT_EQ(complaints(file_name, "core/a/src/visit_form.h", ""), 0u);
}
TEST(TidyShape, FileNamesAreSnakeCase) { expect_kept(file_name); }

TEST(TidyShape, ABuildProductIsNoticed) {
  for (const std::string bad : {"core/a.o", "b/libx.a", "shot.png", "x.xlsx", "a/visit.pb.cc",
                                "build/x.txt", "CMakeCache.txt", "tools/x.pyc"}) {
    EXPECT_EQ(complaints(build_product, bad, ""), 1u) << bad;
  }
  EXPECT_EQ(complaints(build_product, "samples/township/roster.xlsx", ""), 0u);
  EXPECT_EQ(complaints(build_product, "core/a.cc", ""), 0u);
}
TEST(TidyShape, OnlyWhatIsWrittenIsKept) { expect_kept(build_product); }

TEST(TidyShape, APathOfOneMachineIsNoticed) {
  const std::string folder = std::string("/") + "work/";
  EXPECT_EQ(complaints(machine_path, "README.md", "see " + folder + "x\n"), 1u);
  EXPECT_EQ(complaints(machine_path, "a.json", "\"" + folder + "x\"\n"), 1u);
  EXPECT_EQ(complaints(machine_path, "a.sh", std::string("cp .") + "./shared/x .\n"), 1u);
  EXPECT_EQ(complaints(machine_path, "a.sh", std::string("cd /") + "root/me\n"), 1u);
  EXPECT_EQ(complaints(machine_path, "a.cc", "#include \"mq/work/visit.h\"\n"), 0u);
  EXPECT_EQ(complaints(machine_path, "a.cmake", "${PROJECT_SOURCE_DIR}/work/x\n"), 0u);
}
TEST(TidyShape, NoPathLeadsToOneMachine) { expect_kept(machine_path); }

}  // namespace
}  // namespace mq::tidy
