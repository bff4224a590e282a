#include "passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kBytesMax = 4096;

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Reads one line from the terminal itself, so that a pipe on standard input is left alone.
Result<std::string> prompt(std::string_view question) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) {
    return Error{Code::kLocked, "需要密码:请设 MINQING_PASSPHRASE 或 --passphrase-file",
                 "a passphrase is needed: set MINQING_PASSPHRASE or --passphrase-file"};
  }
  termios before{};
  tcgetattr(terminal, &before);
  termios quiet = before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(terminal, TCSAFLUSH, &quiet);
  static_cast<void>(!::write(terminal, question.data(), question.size()));
  std::string line;
  char c = 0;
  while (line.size() < kBytesMax && ::read(terminal, &c, 1) == 1 && c != '\n') line.push_back(c);
  static_cast<void>(!::write(terminal, "\n", 1));
  tcsetattr(terminal, TCSAFLUSH, &before);
  ::close(terminal);
  return without_line_end(line);
}

}  // namespace

Result<std::string> ask_passphrase(Call& call, bool twice) {
  if (auto path = call.args.value("passphrase_file")) {
    MQ_TRY(const Bytes content, call.world.files.read(*path, kBytesMax));
    return without_line_end(to_string(content));
  }
  if (const char* set = std::getenv("MINQING_PASSPHRASE"); set != nullptr && *set != '\0') {
    return std::string(set);
  }
  MQ_TRY(std::string first, prompt(call.out.pick("密码: ", "passphrase: ")));
  if (!twice) return first;
  MQ_TRY(const std::string second, prompt(call.out.pick("再输一次: ", "again: ")));
  if (first != second) {
    return Error{Code::kInvalidInput, "两次输入的密码不一样", "the two passphrases differ"};
  }
  return first;
}

}  // namespace mq::cli
