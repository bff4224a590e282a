// Files made to hurt: each ends in an error that says why, within bounded memory.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "mq/base/text.h"
#include "mq/tabular/sheet.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {
namespace {

using tabular::Limits;
using tabular::read_sheet;

Error refusal(ByteView file, const Limits& limits = {}) {
  const auto sheet = read_sheet(file, limits);
  EXPECT_FALSE(sheet.ok()) << "it was read";
  return sheet.ok() ? Error{} : sheet.error();
}

Error refusal_of_rows(std::string_view rows, const Limits& limits = {}) {
  return refusal(WorkbookBuilder().rows(rows).bytes(), limits);
}

// A field of /proc/self/status in MiB.
std::size_t status_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoul(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

// AddressSanitizer keeps what is freed, so resident memory says nothing there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MQ_KEEPS_FREED_MEMORY
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(MQ_KEEPS_FREED_MEMORY)
constexpr bool kMemoryTells = false;
#else
constexpr bool kMemoryTells = true;
#endif

// By how many MiB the resident memory rose above its present level while work ran.
std::size_t peak_growth_mib(const std::function<void()>& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the high-water mark starts anew
  const std::size_t before = status_mib("VmRSS");
  work();
  return kMemoryTells ? status_mib("VmHWM") - before : 0;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

void put_u32(Bytes& file, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Offsets of every occurrence of a zip signature such as "PK\1\2".
std::vector<std::size_t> offsets_of(const Bytes& file, std::string_view signature) {
  std::vector<std::size_t> out;
  const std::string_view text = text_of(file);
  for (auto at = text.find(signature); at != text.npos; at = text.find(signature, at + 1)) {
    out.push_back(at);
  }
  return out;
}

TEST(Hostile, AZipBombStopsAtTheLimit) {
  const std::string filler(200u << 20, 'A');
  const Bytes bomb =
      WorkbookBuilder()
          .part("xl/worksheets/sheet1.xml", cat("<worksheet>", filler, "</worksheet>"))
          .bytes();
  ASSERT_LT(bomb.size(), 1u << 20);
  Limits limits;
  limits.unpacked_bytes_max = 16u << 20;
  const std::size_t grown = peak_growth_mib([&] {
    const Error error = refusal(bomb, limits);
    EXPECT_EQ(error.code, Code::kExhausted);
    EXPECT_NE(error.zh.find("16777216"), std::string::npos) << error.zh;
  });
  EXPECT_LT(grown, 64u);
}

// The directory says that the worksheet has ten bytes; the count while unpacking says otherwise.
TEST(Hostile, ADeclaredSizeIsNotBelieved) {
  Bytes bomb = WorkbookBuilder()
                   .part("xl/worksheets/sheet1.xml",
                         cat("<worksheet>", std::string(8u << 20, ' '), "</worksheet>"))
                   .bytes();
  // The part replaced last stands last.
  put_u32(bomb, offsets_of(bomb, "PK\x01\x02").back() + 24, 10);
  put_u32(bomb, offsets_of(bomb, "PK\x03\x04").back() + 22, 10);
  Limits limits;
  limits.unpacked_bytes_max = 1u << 20;
  EXPECT_EQ(refusal(bomb, limits).code, Code::kExhausted);
  EXPECT_EQ(refusal(bomb).code, Code::kInvalidInput) << "within the limit, yet inconsistent";
}

TEST(Hostile, PartsCountTogether) {
  WorkbookBuilder builder;
  builder.strings(cat("<!--", std::string(6000, ' '), "-->"));
  builder.rows(cat("<!--", std::string(6000, ' '), "-->"));
  Limits limits;
  limits.unpacked_bytes_max = 20'000;
  EXPECT_TRUE(read_sheet(builder.bytes(), limits).ok());
  limits.unpacked_bytes_max = 10'000;
  EXPECT_EQ(refusal(builder.bytes(), limits).code, Code::kExhausted);
}

TEST(Hostile, AMillionColumnsAreRefused) {
  const std::string cells = repeated("<c><v>1</v></c>", 1'000'000);
  const Error error = refusal_of_rows(cat("<row r=\"3\">", cells, "</row>"));
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.zh.find("第 3 行"), std::string::npos) << error.zh;
  const Error empty = refusal_of_rows(cat("<row>", repeated("<c/>", 1'000'000), "</row>"));
  EXPECT_EQ(empty.code, Code::kInvalidInput);
  EXPECT_EQ(refusal(to_bytes(repeated("1,", 1'000'000))).code, Code::kInvalidInput);
  EXPECT_EQ(refusal(to_bytes(repeated(",", 1'000'000))).code, Code::kInvalidInput);
}

TEST(Hostile, ColumnsThatNoSheetHasAreRefused) {
  for (const std::string reference :
       {"XFE1", "AAAA1", "ZZZZZZZZZZZZZZZZZZZZ1", "1", "$A$1", "é1"}) {
    const Error error = refusal_of_rows(cat("<row><c r=\"", reference, "\"><v>1</v></c></row>"));
    EXPECT_EQ(error.code, Code::kInvalidInput) << reference;
  }
  EXPECT_EQ(refusal_of_rows("<row><c r=\"XFD1\"><v>1</v></c></row>").code, Code::kInvalidInput)
      << "a sheet may have it, but not with data";
}

TEST(Hostile, RowNumbersMustRise) {
  for (const std::string rows : {"<row r=\"2\"/><row r=\"2\"/>", "<row r=\"2\"/><row r=\"1\"/>",
                                 "<row r=\"0\"/>", "<row r=\"-1\"/>", "<row r=\"1048577\"/>",
                                 "<row r=\"99999999999999999999\"/>", "<row r=\"x\"/>"}) {
    EXPECT_EQ(refusal_of_rows(rows).code, Code::kInvalidInput) << rows;
  }
}

// One short string, named from far to the right in every row, would be gigabytes of cells.
TEST(Hostile, SparseRowsDoNotMultiply) {
  const std::string rows = repeated("<row><c r=\"SR1\"><v>1</v></c></row>", 100'000);
  const Bytes file = WorkbookBuilder().rows(rows).bytes();
  Limits limits;
  limits.cells_max = 1'000'000;
  const std::size_t grown =
      peak_growth_mib([&] { EXPECT_EQ(refusal(file, limits).code, Code::kExhausted); });
  EXPECT_LT(grown, 160u);
}

TEST(Hostile, OneLongStringNamedOftenDoesNotMultiply) {
  WorkbookBuilder builder;
  builder.strings(cat("<si><t>", std::string(60'000, 'x'), "</t></si>"));
  builder.rows(repeated("<row><c t=\"s\"><v>0</v></c></row>", 20'000));
  const Bytes file = builder.bytes();
  Limits limits;
  limits.unpacked_bytes_max = 32u << 20;
  const std::size_t grown =
      peak_growth_mib([&] { EXPECT_EQ(refusal(file, limits).code, Code::kExhausted); });
  EXPECT_LT(grown, 128u);
}

TEST(Hostile, TooManySharedStringsAndTooLongOnesAreRefused) {
  Limits limits;
  limits.cells_max = 1000;
  WorkbookBuilder many;
  many.strings(repeated("<si/>", 1001));
  EXPECT_EQ(refusal(many.bytes(), limits).code, Code::kExhausted);
  WorkbookBuilder longer;
  longer.strings(cat("<si><t>", std::string(70'000, 'x'), "</t></si>"));
  EXPECT_TRUE(read_sheet(longer.bytes()).ok()) << "no cell of this sheet uses it";
  longer.rows("<row><c t=\"s\"><v>0</v></c></row>");
  EXPECT_EQ(refusal(longer.bytes()).code, Code::kExhausted);
  const Error huge =
      refusal_of_rows(cat("<row><c t=\"str\"><v>", std::string(5u << 20, 'x'), "</v></c></row>"));
  EXPECT_EQ(huge.code, Code::kExhausted);
}

TEST(Hostile, DoctypesAreRefusedInEveryPart) {
  const std::string doctype =
      "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
      "<!ENTITY f SYSTEM \"file:///etc/passwd\">]>";
  const WorkbookBuilder plain;
  for (const Part& part : plain.parts()) {
    const std::size_t root = part.content.starts_with("<?") ? part.content.find("?>") + 2 : 0;
    std::string content = part.content;
    content.insert(root, doctype);
    const Error error = refusal(WorkbookBuilder(plain).part(part.name, content).bytes());
    EXPECT_EQ(error.code, Code::kInvalidInput) << part.name;
    EXPECT_NE(error.zh.find("DOCTYPE"), std::string::npos) << part.name << error.zh;
  }
}

TEST(Hostile, UnknownEntitiesAreNotExpanded) {
  const auto cells =
      cells_of(WorkbookBuilder().rows("<row><c t=\"str\"><v>&f;&amp;</v></c></row>").bytes());
  EXPECT_EQ(cells, (std::vector<std::vector<std::string>>{{"&f;&"}}));
}

TEST(Hostile, CharactersThatDoNotExistAreRefused) {
  for (const std::string character : {"&#xD800;", "&#x7FFFFFFF;", "\xff", "\xc0\xaf"}) {
    EXPECT_EQ(refusal_of_rows(cat("<row><c t=\"str\"><v>", character, "</v></c></row>")).code,
              Code::kInvalidInput);
    WorkbookBuilder builder;
    builder.strings(cat("<si><t>", character, "</t></si>"));
    EXPECT_EQ(refusal(builder.bytes()).code, Code::kInvalidInput);
  }
  EXPECT_EQ(refusal_of_rows(std::string_view("<row>\0</row>", 12)).code, Code::kInvalidInput);
}

TEST(Hostile, DeepNestingDoesNotReachTheStack) {
  const std::string deep = repeated("<a>", 2'000'000) + repeated("</a>", 2'000'000);
  const Error in_sheet = refusal_of_rows(deep);
  EXPECT_EQ(in_sheet.code, Code::kInvalidInput);
  EXPECT_NE(in_sheet.zh.find("嵌套过深"), std::string::npos) << in_sheet.zh;
  const Error in_cell = refusal_of_rows(cat("<row><c>", deep, "</c></row>"));
  EXPECT_EQ(in_cell.code, Code::kInvalidInput);
  EXPECT_EQ(refusal_of_rows(repeated("<a>", 2'000'000)).code, Code::kInvalidInput);
}

TEST(Hostile, BrokenXmlIsRefused) {
  for (const std::string sheet :
       {"", "text", "<worksheet>", "<worksheet><sheetData></worksheet></sheetData>", "<worksheet",
        "<worksheet><!-- ", "<worksheet><![CDATA[ </worksheet>", "<?xml ", "<a/><b/>", "<>", "</a>",
        "< a/>", "<worksheet><sheetData><row><c r=A1/></row></sheetData></worksheet>",
        "<worksheet><sheetData><row r=\"1></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row><c t=\"s\"><v>-1</v></c></row></sheetData></worksheet>"}) {
    const Error error = refusal(WorkbookBuilder().part("xl/worksheets/sheet1.xml", sheet).bytes());
    EXPECT_EQ(error.code, Code::kInvalidInput) << sheet;
  }
}

TEST(Hostile, ATruncatedZipIsRefusedWhereverItEnds) {
  const Bytes whole = WorkbookBuilder().rows("<row><c><v>1</v></c></row>").bytes();
  for (std::size_t size = 4; size < whole.size(); size += 7) {
    const Error error = refusal(ByteView(whole).first(size));
    EXPECT_EQ(error.code, Code::kInvalidInput) << size;
  }
}

TEST(Hostile, AWrongChecksumIsRefused) {
  Bytes file = WorkbookBuilder().rows("<row><c><v>1</v></c></row>").bytes();
  ASSERT_TRUE(read_sheet(file).ok());
  for (const std::size_t at : offsets_of(file, "PK\x01\x02")) file[at + 16] ^= 1;
  for (const std::size_t at : offsets_of(file, "PK\x03\x04")) file[at + 14] ^= 1;
  const Error error = refusal(file);
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.zh.find("损坏"), std::string::npos) << error.zh;
}

TEST(Hostile, AnEncryptedZipAsksForThePasswordToBeRemoved) {
  const Error error = refusal(zip_of(WorkbookBuilder().parts(), "secret"));
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.zh.find("文件加了密码"), std::string::npos) << error.zh;
}

TEST(Hostile, PathsOutOfTheFileAreRefused) {
  for (const std::string target : {"../../secret.xml", "/../secret.xml", "..\\..\\secret.xml",
                                   "worksheets/../../../../etc/passwd"}) {
    WorkbookBuilder builder;
    const std::string rels =
        cat("<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"", target,
            "\"/></Relationships>");
    builder.part("xl/_rels/workbook.xml.rels", rels).part("../../secret.xml", "<worksheet/>");
    const Error error = refusal(builder.bytes());
    EXPECT_EQ(error.code, Code::kInvalidInput) << target;
    EXPECT_NE(error.zh.find("之外"), std::string::npos) << error.zh;
  }
}

// A terminal that shows the message must not obey it.
TEST(Hostile, PathsWithControlCharactersAreNotRepeated) {
  for (const std::string target : {"a\x1b[2J.xml", "a\xff.xml", "a\x7f"}) {
    const std::string rels =
        cat("<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"", target,
            "\"/></Relationships>");
    const Error error = refusal(WorkbookBuilder().part("xl/_rels/workbook.xml.rels", rels).bytes());
    EXPECT_EQ(error.code, Code::kInvalidInput);
    EXPECT_TRUE(is_utf8(error.zh));
    EXPECT_EQ(error.zh.find_first_of("\x1b\x7f"), std::string::npos);
  }
}

TEST(Hostile, MissingPartsAndOtherZipsAreRefused) {
  const WorkbookBuilder plain;
  for (const Part& part : plain.parts()) {
    if (part.name == "_rels/.rels") continue;
    EXPECT_EQ(refusal(WorkbookBuilder(plain).drop(part.name).bytes()).code, Code::kInvalidInput)
        << part.name;
  }
  EXPECT_EQ(refusal(zip_of({{"word/document.xml", "<w:document/>"}})).code, Code::kInvalidInput);
  const Error ods = refusal(zip_of(
      {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", "<a/>"}}));
  EXPECT_NE(ods.zh.find("ods"), std::string::npos) << ods.zh;
  const std::string_view nothing("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
  EXPECT_EQ(refusal(view_of(nothing)).code, Code::kInvalidInput);
}

TEST(Hostile, TooManyPartsAreRefused) {
  std::vector<Part> parts = WorkbookBuilder().parts();
  for (int i = 0; i < 10'001; ++i) parts.push_back({cat("p", i), ""});
  EXPECT_EQ(refusal(zip_of(parts)).code, Code::kExhausted);
}

// A directory that claims more entries than the file can hold must not make room for them.
TEST(Hostile, ADirectoryThatClaimsMillionsOfPartsTakesNoMemory) {
  const Bytes plain = WorkbookBuilder().bytes();
  const std::size_t end = offsets_of(plain, "PK\x05\x06").back();
  ByteWriter file;
  file.raw(ByteView(plain).first(end));
  const std::uint64_t directory = offsets_of(plain, "PK\x01\x02").front();
  const std::uint64_t end64 = file.size();
  file.integer(std::uint32_t{0x06064b50});
  file.integer(std::uint64_t{44});
  file.integer(std::uint32_t{0x002d002d});
  file.integer(std::uint64_t{0});
  for (int i = 0; i < 2; ++i) file.integer(std::uint64_t{50'000'000});
  file.integer(std::uint64_t{end - directory});
  file.integer(directory);
  file.integer(std::uint32_t{0x07064b50});
  file.integer(std::uint32_t{0});
  file.integer(end64);
  file.integer(std::uint32_t{1});
  file.integer(std::uint32_t{0x06054b50});
  file.integer(std::uint32_t{0});
  for (int i = 0; i < 2; ++i) file.integer(std::uint16_t{0xffff});
  for (int i = 0; i < 2; ++i) file.integer(std::uint32_t{0xffffffff});
  file.integer(std::uint16_t{0});
  const std::size_t grown =
      peak_growth_mib([&] { EXPECT_EQ(refusal(file.bytes()).code, Code::kInvalidInput); });
  EXPECT_LT(grown, 64u);
}

// One line of a gibibyte that takes a mebibyte of memory: the same pages over and over.
class GiantLine {
 public:
  GiantLine() {
    const int fd = memfd_create("line", 0);
    const std::string content(kPart, 'a');
    MQ_ASSERT(fd >= 0 && write(fd, content.data(), kPart) == static_cast<ssize_t>(kPart));
    void* room =
        mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MQ_ASSERT(room != MAP_FAILED);
    start_ = static_cast<std::uint8_t*>(room);
    for (std::size_t at = 0; at < kSize; at += kPart) {
      MQ_ASSERT(mmap(start_ + at, kPart, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
    }
    close(fd);
  }
  ~GiantLine() { munmap(start_, kSize); }
  GiantLine(const GiantLine&) = delete;
  GiantLine& operator=(const GiantLine&) = delete;

  ByteView first(std::size_t size) const { return {start_, size}; }
  static constexpr std::size_t kSize = 1u << 30;

 private:
  static constexpr std::size_t kPart = 1u << 20;
  std::uint8_t* start_;
};

TEST(Hostile, AGiantLineIsRefusedWithoutBeingCopied) {
  const GiantLine line;
  EXPECT_EQ(refusal(line.first(GiantLine::kSize)).code, Code::kExhausted);
  // Even where so large a file is allowed, a line is never gathered beyond the limit of a cell.
  Limits limits;
  limits.file_bytes_max = GiantLine::kSize;
  const Error error = refusal(line.first(64u << 20), limits);
  EXPECT_EQ(error.code, Code::kExhausted);
  EXPECT_NE(error.zh.find("第 1 行"), std::string::npos) << error.zh;
}

TEST(Hostile, AGiantQuotedCellIsNotGathered) {
  std::string file = "a\n\"";
  file.append(48u << 20, 'x');
  for (const std::string end : {"", "\"\n"}) {
    const std::string whole = file + end;
    const std::size_t grown = peak_growth_mib([&] {
      const auto sheet = read_sheet(view_of(whole));
      EXPECT_FALSE(sheet.ok());
    });
    EXPECT_LT(grown, 16u);
  }
}

}  // namespace
}  // namespace mq::testing
