#include "tidy/house.h"

namespace mq::tidy {
namespace {

TEST(TidyBans, ABannedCallInCoreIsNoticed) {
  for (const std::string bad :
       {"#include <thread>", "#include <mutex>", "#include <future>",
        "#include <condition_variable>", "#include <sys/socket.h>",
        "auto t = std::chrono::system_clock::now();", "auto t = steady_clock::now();",
        "#include <format>", "#include <ranges>", "#include <source_location>",
        "#include <coroutine>", "int x = rand();", "auto t = std::time(nullptr);",
        "auto t = time(nullptr);", "getenv(\"HOME\");", "std::random_device device;", "assert(x);",
        "std::cerr << x;"}) {
    EXPECT_GE(complaints(banned_in_core, "core/vault/src/a.cc", bad + "\n"), 1u) << bad;
    EXPECT_GE(complaints(banned_in_core, "sync/src/a.cc", bad + "\n"), 1u) << bad;
    EXPECT_EQ(complaints(banned_in_core, "app/cli/src/a.cc", bad + "\n"), 0u) << bad;
  }
}
TEST(TidyBans, ALookalikeIsNot) {
  for (const std::string good :
       {"// rand() is banned", "operand(1);", "event.time(0);", "static_assert(true);",
        "const char* a = \"getenv(\";", "WallTime wall_time(int x);"}) {
    EXPECT_EQ(complaints(banned_in_core, "core/vault/src/a.cc", good + "\n"), 0u) << good;
  }
}
TEST(TidyBans, CoreAndSyncOwnNoOutsideWorld) { expect_kept(banned_in_core); }

TEST(TidyBans, AClockOrDiceInSqlIsNoticed) {
  for (const std::string bad : {"\"default CURRENT_TIMESTAMP\"", "\"datetime('now')\"",
                                "R\"(order by\n random())\"", "\"randomblob(16)\""}) {
    EXPECT_EQ(complaints(banned_in_sql, "core/vault/src/a.cc", "run(" + bad + ");\n"), 1u) << bad;
  }
  EXPECT_EQ(complaints(banned_in_sql, "core/vault/src/a.cc", "Random& random();\n"), 0u);
}
TEST(TidyBans, SqlHasNeitherClockNorDice) { expect_kept(banned_in_sql); }

TEST(TidyBans, ATestThatWaitsIsNoticed) {
  for (const std::string bad :
       {"std::this_thread::sleep_for(1ms);", "auto t = steady_clock::now();",
        "std::random_device device;", "TEST(A, DISABLED_B) {}"}) {
    EXPECT_GE(complaints(banned_in_tests, "tests/sync/a_test.cc", bad + "\n"), 1u) << bad;
  }
}
TEST(TidyBans, TestsWaitForNothing) { expect_kept(banned_in_tests); }

TEST(TidyBans, ARealClockOutsideMainIsNoticed) {
  const std::string bad = "SystemClock clock;\n";
  EXPECT_EQ(complaints(real_outside_world, "sync/src/a.cc", bad), 1u);
  EXPECT_EQ(complaints(real_outside_world, "app/cli/src/visit.cc", bad), 1u);
  EXPECT_EQ(complaints(real_outside_world, "app/cli/src/main.cc", bad), 0u);
  EXPECT_EQ(complaints(real_outside_world, "server/src/main.cc", bad), 0u);
  EXPECT_EQ(complaints(real_outside_world, "sync/src/main.cc", bad), 1u);
}
TEST(TidyBans, OnlyTheTwoMainsMakeTheRealWorld) { expect_kept(real_outside_world); }

TEST(TidyBans, WorkLeftForLaterIsNoticed) {
  EXPECT_EQ(complaints(unfinished_work, "core/a.cc", "// TODO: later\n"), 1u);
  EXPECT_EQ(complaints(unfinished_work, "web/a.ts", "// FIXME\n"), 1u);
  EXPECT_EQ(complaints(unfinished_work, "core/a.cc", "// TODO(#): later\n"), 1u);
  EXPECT_EQ(complaints(unfinished_work, "core/a.cc", "// TODO(#12): later\n"), 0u);
  EXPECT_EQ(complaints(unfinished_work, "core/a.cc", "int TODOS;\n"), 0u);
}
TEST(TidyBans, WorkLeftForLaterNamesItsIssue) { expect_kept(unfinished_work); }

}  // namespace
}  // namespace mq::tidy
