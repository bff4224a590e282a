#include "tidy/house.h"

namespace mq::tidy {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(TidyLength, ALongFileIsNoticed) {
  EXPECT_EQ(complaints(file_length, "core/a.cc", repeated("x\n", 501)), 1u);
  EXPECT_EQ(complaints(file_length, "core/a.cc", repeated("x\n", 500)), 0u);
  EXPECT_EQ(complaints(file_length, "samples/a.csv", repeated("x\n", 501)), 0u);
}
TEST(TidyLength, FilesStayShort) { expect_kept(file_length); }

TEST(TidyLength, ALongLineIsNoticed) {
  EXPECT_EQ(complaints(line_length, "core/a.cc", repeated("x", 101) + "\n"), 1u);
  EXPECT_EQ(complaints(line_length, "core/a.cc", repeated("x", 100) + "\n"), 0u);
  EXPECT_EQ(complaints(line_length, "core/a.cc", "// " + repeated("访", 49) + "\n"), 1u);
  EXPECT_EQ(complaints(line_length, "core/CMakeLists.txt", repeated("x", 101)), 1u);
}
TEST(TidyLength, RawStringsMayBeWide) {
  const std::string wide = "auto a = R\"(\n" + repeated("x", 120) + "\n)\";\n";
  EXPECT_EQ(complaints(line_length, "core/a.cc", wide), 0u);
  EXPECT_EQ(complaints(line_length, "core/a.cc", "#include \"" + repeated("x", 120) + ".h\""), 0u);
}
TEST(TidyLength, LinesStayNarrow) { expect_kept(line_length); }

TEST(TidyLength, ALongFunctionIsNoticed) {
  const std::string body = repeated("  x();\n", 60);
  EXPECT_EQ(complaints(function_length, "core/a.cc", "void f() {\n" + body + "}\n"), 1u);
  EXPECT_EQ(
      complaints(function_length, "core/a.cc", "void f() {\n" + repeated("  x();\n", 58) + "}\n"),
      0u);
}
TEST(TidyLength, AFunctionIsFoundWhereverItStands) {
  const std::string body = "{\n" + repeated("  x();\n", 60) + "}\n";
  for (const std::string head :
       {"template <class T> void f(T t) ", "Foo::Foo(int a) : a_(a), b_{a} ",
        "namespace n { class C { void f() const ", "TEST(A, B) ", "auto f() -> int ",
        "static const auto f = [](int a) "}) {
    EXPECT_EQ(complaints(function_length, "core/a.cc", head + body), 1u) << head;
  }
}
TEST(TidyLength, ScopesAndTablesMayBeLong) {
  const std::string body = "{\n" + repeated("  x;\n", 80) + "};\n";
  for (const std::string head :
       {"namespace n ", "class C final : public B<(1)> ", "struct S ", "enum class E : int ",
        "template <class T> struct S ", "extern \"C\" ", "const Row kTable[] = "}) {
    EXPECT_EQ(complaints(function_length, "core/a.cc", head + body), 0u) << head;
  }
}
TEST(TidyLength, ATextToSayIsNoFunction) {
  const std::string said = "f() {\n  return R\"(\n" + repeated("word\n", 80) + ")\";\n}\n";
  EXPECT_EQ(complaints(function_length, "core/a.cc", said), 0u);
  const std::string noted = "f() {\n" + repeated("  // word\n", 80) + "}\n";
  EXPECT_EQ(complaints(function_length, "core/a.cc", noted), 1u);
}
TEST(TidyLength, FunctionsStayShort) { expect_kept(function_length); }

}  // namespace
}  // namespace mq::tidy
