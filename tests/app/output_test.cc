// What a terminal is given cannot steer it, and a record cannot pose as a line of the program.
#include "output.h"

#include <gtest/gtest.h>

#include "table_heads.h"

namespace mq::cli {
namespace {

TEST(Output, ShowsWhatWouldSteerATerminal) {
  EXPECT_EQ(harmless("水管\x1b[31m堵了\x07"), "水管\xef\xbf\xbd[31m堵了\xef\xbf\xbd");
  EXPECT_EQ(harmless("a\xc2\x9b"
                     "b\x7f"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(harmless("前\xe2\x80\xae后"), "前\xef\xbf\xbd后");
  EXPECT_EQ(harmless("\x9b").find('\x9b'), std::string::npos) << "nor half a character";
  EXPECT_EQ(harmless("两行\n一格\té 〇 𠮷 😀"), "两行\n一格\té 〇 𠮷 😀");
}

TEST(Output, ARowOfATableIsOneLine) {
  const std::string table = table_text({"内容"}, {{"第一行\n谁能看到:没有人"}});
  EXPECT_NE(table.find("第一行 谁能看到:没有人\n"), std::string::npos);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
}

TEST(Output, HeadsHaveTheirEnglishForm) {
  EXPECT_EQ(english_head("设备号码"), "device number");
  EXPECT_EQ(english_head("走访户次"), "走访户次") << "ledgers keep theirs";
}

}  // namespace
}  // namespace mq::cli
