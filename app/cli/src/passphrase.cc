#include "passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "mq/base/secret.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

struct Taken {
  LockedText text;  // empty if it is not set
  bool fits = true;
};

// Where one of the two passphrases may come from, and what it is called.
struct Source {
  const char* flag;
  const Taken& environment;
  std::string_view zh;
  std::string_view en;
  Error none;
};

Error too_long() {
  return {Code::kInvalidInput, cat("口令太长,最多 ", LockedText::kBytesMax, " 字节"),
          cat("the passphrase is too long, ", LockedText::kBytesMax, " bytes at most")};
}

// Wiped where it stood, so that only the locked copy is left.
Taken take_environment(const char* name) {
  Taken out;
  char* set = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (set == nullptr) return out;
  out.fits = out.text.append(set);
  wipe({reinterpret_cast<std::uint8_t*>(set), std::strlen(set)});
  return out;
}

// Reads one line from the terminal itself, so that a pipe on standard input is left alone.
Result<LockedText> prompt(std::string_view question, const Error& no_terminal, bool echo) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return no_terminal;
  termios before{};
  tcgetattr(terminal, &before);
  termios quiet = before;
  if (!echo) quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(terminal, TCSAFLUSH, &quiet);
  static_cast<void>(!::write(terminal, question.data(), question.size()));
  LockedText line;
  char c = 0;
  bool fits = true;
  while (::read(terminal, &c, 1) == 1 && c != '\n') fits = line.append({&c, 1}) && fits;
  if (!echo) static_cast<void>(!::write(terminal, "\n", 1));
  tcsetattr(terminal, TCSAFLUSH, &before);
  ::close(terminal);
  if (!fits) return too_long();
  line.drop_line_end();
  return line;
}

// Past the FileSystem, whose buffers are not wiped.
Result<LockedText> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const std::string why = std::generic_category().message(errno);
    return Error{Code::kNotFound, cat("打不开口令文件(", why, "):", path),
                 cat("cannot open the passphrase file (", why, "): ", path)};
  }
  LockedText out;
  const bool whole = out.append_file(file);
  ::close(file);
  if (!whole) {
    return Error{Code::kInvalidInput,
                 cat("口令文件读不了,或超过 ", LockedText::kBytesMax, " 字节:", path),
                 cat("the passphrase file cannot be read, or has more than ", LockedText::kBytesMax,
                     " bytes: ", path)};
  }
  out.drop_line_end();
  return out;
}

Result<LockedText> ask(Call& call, const Source& source, bool twice) {
  if (auto path = call.args.value(source.flag)) return read_file(*path);
  if (!source.environment.fits) return too_long();
  if (!source.environment.text.empty()) {
    LockedText out;
    MQ_ASSERT(out.append(source.environment.text.view()));
    return out;
  }
  MQ_TRY(LockedText first, prompt(call.out.pick(source.zh, source.en), source.none, false));
  if (!twice) return first;
  MQ_TRY(const LockedText second,
         prompt(call.out.pick("再输一次: ", "again: "), source.none, false));
  if (first.view() == second.view()) return first;
  return Error{Code::kInvalidInput, "两次输入的口令不一样", "the two passphrases differ"};
}

}  // namespace

namespace {

const Taken& passphrase_of_environment() {
  static const Taken kTaken = take_environment("MINQING_PASSPHRASE");
  return kTaken;
}

}  // namespace

bool passphrase_given(Call& call) {
  const Taken& taken = passphrase_of_environment();
  return call.args.has("passphrase_file") || !taken.fits || !taken.text.empty();
}

Result<LockedText> ask_passphrase(Call& call, bool twice) {
  return ask(call,
             {"passphrase_file", passphrase_of_environment(), "口令: ", "passphrase: ",
              Error{Code::kLocked, "需要口令:请设 MINQING_PASSPHRASE 或 --passphrase-file",
                    "a passphrase is needed: set MINQING_PASSPHRASE or --passphrase-file"}},
             twice);
}

Result<LockedText> ask_new_passphrase(Call& call) {
  static const Taken kTaken = take_environment("MINQING_NEW_PASSPHRASE");
  MQ_TRY(
      LockedText out,
      ask(call,
          {"new_passphrase_file", kTaken, "新口令: ", "new passphrase: ",
           Error{Code::kLocked, "需要新口令:请设 MINQING_NEW_PASSPHRASE 或 --new-passphrase-file",
                 "a new passphrase is needed: set MINQING_NEW_PASSPHRASE or "
                 "--new-passphrase-file"}},
          true));
  if (!out.empty()) return out;
  return Error{Code::kInvalidInput, "新口令不能为空;什么也没有改动",
               "the new passphrase must not be empty; nothing was changed"};
}

Result<LockedText> ask_pin(Call& call, bool twice) {
  static const Taken kTaken = take_environment("MINQING_PIN");
  return ask(call,
             {"pin_file", kTaken, twice ? "新 PIN: " : "PIN(回车改用口令): ",
              twice ? "new PIN: " : "PIN (Enter for the passphrase): ",
              Error{Code::kLocked,
                    "需要 PIN 或口令:请设 MINQING_PASSPHRASE、--passphrase-file 或 MINQING_PIN",
                    "a PIN or passphrase is needed: set MINQING_PASSPHRASE, --passphrase-file or "
                    "MINQING_PIN"}},
             twice);
}

Result<LockedText> ask_line(Call& call, const Error& instead, std::string_view zh,
                            std::string_view en) {
  return prompt(call.out.pick(zh, en), instead, true);
}

}  // namespace mq::cli
