#include "tidy/house.h"

namespace mq::tidy {
namespace {

TEST(TidyBuild, ASourceThatNobodyBuildsIsNoticed) {
  const File source{"core/a/src/x.cc", ""};
  const auto with = [&](const std::string& path, const std::string& text) {
    return unnamed_source({source, {path, text}}).size();
  };
  EXPECT_EQ(with("core/a/CMakeLists.txt", "mq_library(a SOURCES src/y.cc)"), 1u);
  EXPECT_EQ(with("core/a/CMakeLists.txt", "mq_library(a SOURCES)  # src/x.cc"), 1u);
  EXPECT_EQ(with("core/b/CMakeLists.txt", "mq_library(b SOURCES src/x.cc)"), 1u);
  EXPECT_EQ(with("core/a/CMakeLists.txt", "mq_library(a SOURCES src/*.cc)"), 1u);
  EXPECT_EQ(with("core/a/CMakeLists.txt", "mq_library(a SOURCES src/x.cc)"), 0u);
  EXPECT_EQ(with("core/b/CMakeLists.txt", "mq_library(b SOURCES ../a/src/x.cc)"), 0u);
  EXPECT_EQ(with("b/CMakeLists.txt", "f(${PROJECT_SOURCE_DIR}/core/a/src/x.cc)"), 0u);
}
TEST(TidyBuild, EverySourceIsBuilt) { EXPECT_EQ(join(unnamed_source(house()), "\n"), ""); }

TEST(TidyBuild, APackageThatNobodyInstallsIsNoticed) {
  const File list{"scripts/packages.txt", "# why\nlibzip-dev\ncmake\n"};
  const auto with = [&](const std::string& path, const std::string& text) {
    return missing_package({list, {path, text}}).size();
  };
  EXPECT_EQ(with("cmake/a.cmake", "pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)"), 0u);
  EXPECT_EQ(with("cmake/a.cmake", "pkg_check_modules(sodium REQUIRED libsodium)"), 1u);
  EXPECT_EQ(with("cmake/a.cmake", "find_package(OpenSSL REQUIRED)"), 1u);
  EXPECT_EQ(with("cmake/a.cmake", "find_package(NeverHeardOf REQUIRED)"), 1u);
  EXPECT_EQ(with("cmake/a.cmake", "find_program(MQ_GRPC_PLUGIN grpc_cpp_plugin)"), 1u);
  EXPECT_EQ(with("scripts/demo", "curl -s x | cmake -P y"), 1u);
  EXPECT_EQ(with("CMakePresets.json", "{\"generator\": \"Ninja\"}"), 1u);
  EXPECT_EQ(with("scripts/demo", "# curl\ncmake -P y"), 0u);
}
TEST(TidyBuild, EveryPackageIsInTheList) { EXPECT_EQ(join(missing_package(house()), "\n"), ""); }

}  // namespace
}  // namespace mq::tidy
