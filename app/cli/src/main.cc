// minqing: the program on a device. Makes the real clock, chance and disk, and hands them down.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <vector>

#include "commands/all.h"
#include "locked_memory.h"
#include "mq/base/system.h"
#include "mq/base/text.h"
#include "mq/worker/thread_worker.h"
#include "whole_line.h"

namespace {

// What is opened in memory must not reach a crash file.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

mq::Status dispatch(mq::cli::Call& call) {
  if (call.args.has("version")) {
    call.out.text("minqing 0.1.0");
    call.out.object()["version"] = "0.1.0";
    return {};
  }
  const std::string name = call.args.word(0);
  if (name.empty() || call.args.has("help")) return mq::cli::run_help(call);
  for (const mq::cli::Command& command : mq::cli::commands()) {
    if (name != command.name) continue;
    MQ_CHECK(mq::cli::check_whole(call));
    return command.run(call);
  }
  return call.usage(mq::cat("没有命令 ", name, ";用 minqing help 查看全部命令"),
                    mq::cat("no command ", name, "; see minqing help"));
}

}  // namespace

int main(int argc, char** argv) {
  forbid_core_dumps();
  mq::cli::lock_stack();
  // A connection or pipe closed by the other side is an error to report, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  // Nor is a file that may not grow (ulimit -f).
  std::signal(SIGXFSZ, SIG_IGN);
  // SQLite makes its files as the mask says, and the vault is nobody else's.
  ::umask(S_IRWXG | S_IRWXO);
  const mq::cli::Args args = mq::cli::Args::parse(std::vector<std::string>(argv + 1, argv + argc));
  mq::cli::Output out(args.has("json"), mq::cli::english_wanted());
  mq::SystemClock clock;
  mq::SystemRandom random;
  mq::DiskFileSystem files;
  mq::ThreadWorker worker;
  mq::cli::KernelSessionKeys sessions;
  mq::cli::Call call{args, out, {clock, random, files, worker, sessions}, false};
  const mq::Status done = dispatch(call);
  int code = 0;
  if (!done.ok()) {
    code = call.usage_fault ? 2 : mq::cli::exit_code(done.error().code);
    out.fail(done.error(), code);
  }
  return out.finish() ? code : 1;
}
