// minqing-server: the county's blind log.
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "commands.h"
#include "mq/base/system.h"

namespace {

using mq::Code;
using mq::server::Arguments;

bool speaks_english() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("en");
  }
  return false;
}

int exit_code_of(Code code) {
  switch (code) {
    case Code::kInvalidInput:
    case Code::kNotFound:
      return 3;
    case Code::kNotAllowed:
    case Code::kUnauthenticated:
      return 4;
    case Code::kUnavailable:
      return 5;
    case Code::kLocked:
      return 6;
    case Code::kCorrupt:
      return 7;
    default:
      return 1;
  }
}

mq::Status run(const Arguments& arguments, const mq::server::Outside& outside) {
  switch (arguments.command) {
    case Arguments::Command::kServe:
      return mq::server::serve(arguments, outside);
    case Arguments::Command::kBackup:
      return mq::server::backup(arguments, outside);
    case Arguments::Command::kRestore:
      return mq::server::restore(arguments, outside);
    case Arguments::Command::kCheck:
      return mq::server::check(arguments, outside);
    case Arguments::Command::kHelp:
      break;
  }
  const std::string text = mq::server::help_text(outside.english);
  std::fputs(text.c_str(), stdout);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread exists, so that all inherit it; serve() waits for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // The database holds the server's key.
  umask(0077);

  const bool english = speaks_english();
  const auto complain = [&](const mq::Error& error) {
    std::fprintf(stderr, "%s\n", (english ? error.en : error.zh).c_str());
  };
  const auto arguments = mq::server::parse_arguments({argv + 1, argv + argc});
  if (!arguments.ok()) {
    complain(arguments.error());
    return arguments.error().code == Code::kInvalidInput ? 2 : 1;
  }
  const mq::SystemClock clock;
  mq::SystemRandom random;
  mq::DiskFileSystem files;
  const mq::Status done = run(*arguments, {clock, random, files, english});
  if (done.ok()) return 0;
  complain(done.error());
  return exit_code_of(done.error().code);
}
