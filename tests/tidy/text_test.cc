#include "tidy/text.h"

#include <gtest/gtest.h>

namespace mq::tidy {
namespace {

TEST(TidyText, CodeHasNoCommentsAndNoLiterals) {
  const Scan scan =
      scan_cpp("int a = 1'000;  // rand()\nf(\"rand()\", '\\'', 'x'); /* x\ny */ g();\n");
  EXPECT_EQ(scan.code.find("rand"), std::string::npos);
  EXPECT_NE(scan.code.find("1'000;"), std::string::npos);
  EXPECT_NE(scan.code.find("g();"), std::string::npos);
  EXPECT_EQ(lines_of(scan.code).size(), 3u);
  EXPECT_EQ(scan.code.find('y'), std::string::npos);
}

TEST(TidyText, UncommentedKeepsLiterals) {
  const Scan scan = scan_cpp("sql(\"select 'now' -- // no comment\");  // a comment\n");
  EXPECT_NE(scan.uncommented.find("// no comment"), std::string::npos);
  EXPECT_EQ(scan.uncommented.find("a comment"), std::string::npos);
}

TEST(TidyText, RawStringsEndAtTheirOwnMark) {
  const Scan scan = scan_cpp("auto s = R\"sql(a ) \" b)sql\"; f();\n");
  EXPECT_EQ(scan.code.find(" b"), std::string::npos);
  EXPECT_NE(scan.code.find("f();"), std::string::npos);
  EXPECT_NE(scan.raw.find(" b"), std::string::npos);
}

TEST(TidyText, EveryTextKeepsItsLengthEvenBroken) {
  for (const std::string text : {"\"open", "'", "/* open", "R\"(open", "\"\\", "R\"", "'\\"}) {
    EXPECT_EQ(scan_cpp(text).code.size(), text.size()) << text;
  }
}

TEST(TidyText, HashCommentsOfBuildFilesAreLeftOut) {
  EXPECT_EQ(without_hash_comments("a.cc # b.cc\nc#d.cc"), "a.cc       \nc#d.cc");
}

TEST(TidyText, ChineseCharactersTakeTwoColumns) {
  EXPECT_EQ(display_columns("visit"), 5u);
  EXPECT_EQ(display_columns("走访 a"), 6u);
  EXPECT_EQ(display_columns("\uff08\u00e9\u2026"), 4u);
}

TEST(TidyText, WordsEndWhereLettersEnd) {
  EXPECT_EQ(find_word("operand(1) rand(2)", "rand("), 11u);
  EXPECT_EQ(find_word("TODOS TODO", "TODO"), 6u);
  EXPECT_EQ(find_word("operand(", "rand("), std::string::npos);
}

}  // namespace
}  // namespace mq::tidy
