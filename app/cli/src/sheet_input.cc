#include "sheet_input.h"

#include <unistd.h>

#include "locked_memory.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kPageBytesMax = 256u << 10;
constexpr std::size_t kTwo = 2;

// Up to an empty line after the first that is not, or to the end of input.
Result<LockedText> typed_lines() {
  LockedText text;
  std::size_t line = 0;
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) == 1) {
    if (!text.append({&c, 1})) {
      return Error{Code::kInvalidInput, "输入太长,不是一张恢复单", "too long for a recovery sheet"};
    }
    if (c != '\n') {
      line += c == '\r' || c == ' ' ? 0 : 1;
      continue;
    }
    if (line == 0 && text.view().find_first_not_of("\r\n ") != std::string_view::npos) break;
    line = 0;
  }
  return text;
}

Result<seal::Sheet> typed_sheet(Call& call) {
  if (::isatty(STDIN_FILENO) == 1) {
    call.out.warn("请照着单子输入编号 1 到 10 的各行(前面写编号和冒号),输完空一行:",
                  "type lines 1 to 10 as the sheet has them, number and colon first; then an empty "
                  "line:");
  }
  MQ_TRY(const LockedText text, typed_lines());
  return seal::read_sheet(text.view());
}

Result<seal::Sheet> sheet_of_file(Call& call, const std::string& path) {
  MQ_TRY(Bytes page, call.world.files.read(path, kPageBytesMax));
  auto sheet = seal::read_sheet(text_of(page));
  wipe(page);
  if (sheet.ok()) return sheet;
  Error error = std::move(sheet).error();
  error.zh = cat(path, ":", error.zh);
  error.en = cat(path, ": ", error.en);
  return error;
}

}  // namespace

Result<GivenKit> given_kit(Call& call) {
  const std::vector<std::string> sources = call.args.values("sheet");
  if (sources.empty() || sources.size() > seal::kSheets) {
    return call.usage("请给出两张恢复单:--sheet 文件 --sheet 文件(- 表示直接输入)",
                      "give two recovery sheets: --sheet FILE --sheet FILE (- to type them)");
  }
  GivenKit kit;
  for (const std::string& source : sources) {
    MQ_TRY(seal::Sheet sheet, source == "-" ? typed_sheet(call) : sheet_of_file(call, source));
    kit.sheets.push_back(std::move(sheet));
  }
  if (kit.sheets.size() < kTwo) {
    return Error{Code::kInvalidInput,
                 cat("只有第 ", kit.sheets[0].number,
                     " 张恢复单,一张什么也打不开;请再找另外两张中的任意一张"),
                 cat("one recovery sheet (number ", kit.sheets[0].number,
                     ") opens nothing; find either of the other two")};
  }
  MQ_TRY(kit.seed, seal::join_sheets(kit.sheets[0], kit.sheets[1]));
  if (kit.sheets.size() > kTwo) {
    MQ_CHECK(seal::join_sheets(kit.sheets[0], kit.sheets[2]));
    MQ_CHECK(seal::join_sheets(kit.sheets[1], kit.sheets[2]));
  }
  return kit;
}

}  // namespace mq::cli
