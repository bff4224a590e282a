#include <array>

#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/text.h"

namespace mq::tidy {

namespace {

struct Ban {
  std::string_view what;
  std::string_view instead;
};

constexpr std::string_view kNoThreads = "core and sync own no threads; a step machine, or app";
constexpr std::string_view kNoSockets = "core and sync open no sockets; use sync's Transport";
constexpr std::string_view kClock = "take a Clock in the constructor";
constexpr std::string_view kRandom = "take a Random in the constructor";
constexpr std::string_view kCat = "use cat() of mq/base/text.h";
constexpr std::string_view kLoop = "use a loop or <algorithm>; clang 14 cannot parse views";
constexpr std::string_view kReturn = "return an Error; only app and server talk";

constexpr std::array kCoreBans = {
    Ban{"#include <thread>", kNoThreads},
    Ban{"#include <mutex>", kNoThreads},
    Ban{"#include <shared_mutex>", kNoThreads},
    Ban{"#include <future>", kNoThreads},
    Ban{"#include <condition_variable>", kNoThreads},
    Ban{"#include <stop_token>", kNoThreads},
    Ban{"#include <semaphore>", kNoThreads},
    Ban{"std::this_thread", kNoThreads},
    Ban{"std::jthread", kNoThreads},
    Ban{"#include <pthread.h>", kNoThreads},
    Ban{"system_clock::now", kClock},
    Ban{"high_resolution_clock::now", kClock},
    Ban{"std::time(", kClock},
    Ban{"time(nullptr)", kClock},
    Ban{"time(NULL)", kClock},
    Ban{"time(0)", kClock},
    Ban{"clock_gettime(", kClock},
    Ban{"gettimeofday(", kClock},
    Ban{"localtime(", "use Date::in_shanghai"},
    Ban{"localtime_r(", "use Date::in_shanghai"},
    Ban{"#include <format>", kCat},
    Ban{"#include <ranges>", kLoop},
    Ban{"std::views::", kLoop},
    Ban{"std::ranges::views", kLoop},
    Ban{"#include <source_location>", "MQ_ASSERT knows its place"},
    Ban{"#include <coroutine>", "write a step machine"},
    Ban{"co_await", "write a step machine"},
    Ban{"co_return", "write a step machine"},
    Ban{"rand(", kRandom},
    Ban{"srand(", kRandom},
    Ban{"std::random_device", kRandom},
    Ban{"std::mt19937", kRandom},
    Ban{"std::mt19937_64", kRandom},
    Ban{"getrandom(", kRandom},
    Ban{"randombytes_buf(", kRandom},
    Ban{"getenv(", "read the environment in main.cc and hand it down"},
    Ban{"#include <iostream>", kReturn},
    Ban{"std::cerr", kReturn},
    Ban{"std::cout", kReturn},
    Ban{"assert(", "use MQ_ASSERT, which is on in release too"},
    Ban{"strtok(", "use split() of mq/base/text.h"},
};

constexpr std::array kSocketBans = {
    Ban{"steady_clock::now", kClock},  // a socket waits on the machine's own time
    Ban{"#include <sys/socket.h>", kNoSockets}, Ban{"#include <netinet/in.h>", kNoSockets},
    Ban{"#include <arpa/inet.h>", kNoSockets},  Ban{"#include <netdb.h>", kNoSockets},
    Ban{"#include <sys/epoll.h>", kNoSockets},  Ban{"#include <poll.h>", kNoSockets},
};

constexpr std::array kSqlBans = {
    Ban{"CURRENT_TIMESTAMP", "bind a time from the Clock"},
    Ban{"CURRENT_DATE", "bind a day from the Clock"},
    Ban{"'now'", "bind a time from the Clock"},
    Ban{"random()", "bind bytes from the Random"},
    Ban{"RANDOM()", "bind bytes from the Random"},
    Ban{"randomblob(", "bind bytes from the Random"},
};

constexpr std::array kTestBans = {
    Ban{"sleep_for", "advance a SimClock"},
    Ban{"sleep_until", "advance a SimClock"},
    Ban{"usleep(", "advance a SimClock"},
    Ban{"nanosleep(", "advance a SimClock"},
    Ban{"system_clock::now", "use a SimClock"},
    Ban{"steady_clock::now", "use a SimClock"},
    Ban{"std::random_device", "use a SimRandom"},
    Ban{"rand(", "use a SimRandom"},
    Ban{"DISABLED_", "a test that does not run does not exist"},
};

// The library mq_sync_grpc: the one place of the device that opens a socket.
bool opens_sockets(std::string_view path) {
  return path.starts_with("sync/src/grpc_transport") ||
         path.starts_with("sync/src/peer_certificate") || path.starts_with("sync/src/resolve");
}

template <std::size_t N>
void look_for(const std::array<Ban, N>& bans, const File& file, const std::string& text,
              Complaints& out) {
  for (const Ban& ban : bans) {
    for (std::size_t at = find_word(text, ban.what); at != std::string::npos;
         at = find_word(text, ban.what, at + 1)) {
      const bool member = at > 0 && (text[at - 1] == '.' || text[at - 1] == '>');
      if (member && ban.what.find('(') != std::string_view::npos) continue;
      out.push_back(complaint(file, line_at(text, at), cat(ban.what, ": ", ban.instead)));
    }
  }
}

}  // namespace

Complaints banned_in_core(const File& file) {
  Complaints out;
  const bool here = is_under(file.path, "core") || is_under(file.path, "sync");
  if (!here || !is_cpp(file.path) || file.path == "core/base/src/system.cc") return out;
  const std::string code = scan_cpp(file.text).code;
  look_for(kCoreBans, file, code, out);
  if (!opens_sockets(file.path)) look_for(kSocketBans, file, code, out);
  return out;
}

Complaints banned_in_sql(const File& file) {
  Complaints out;
  if (!is_product_code(file.path) || !is_cpp(file.path)) return out;
  const Scan scan = scan_cpp(file.text);
  std::string literals = scan.uncommented;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const bool is_code = scan.code[i] == literals[i] && literals[i] != '\n';
    if (is_code) literals[i] = ' ';
  }
  look_for(kSqlBans, file, literals, out);
  return out;
}

Complaints banned_in_tests(const File& file) {
  Complaints out;
  if (!is_under(file.path, "tests") || !is_cpp(file.path)) return out;
  look_for(kTestBans, file, scan_cpp(file.text).code, out);
  return out;
}

Complaints real_outside_world(const File& file) {
  Complaints out;
  const bool program = file.path.ends_with("/main.cc") &&
                       (is_under(file.path, "app") || is_under(file.path, "server"));
  const bool maker = file.path.starts_with("core/base/");
  if (!is_product_code(file.path) || !is_cpp(file.path) || program) return out;
  const std::string code = scan_cpp(file.text).code;
  for (const std::string_view real : {"SystemClock", "SystemRandom", "DiskFileSystem"}) {
    const std::size_t at = maker ? std::string::npos : find_word(code, real);
    if (at == std::string::npos) continue;
    out.push_back(complaint(file, line_at(code, at),
                            cat(real, " is made by main.cc only; take the interface")));
  }
  return out;
}

Complaints unfinished_work(const File& file) {
  Complaints out;
  if (is_under(file.path, "tests/tidy") || is_under(file.path, "samples")) return out;
  for (const std::string_view word : {"TODO", "FIXME", "XXX", "HACK"}) {
    for (std::size_t at = find_word(file.text, word); at != std::string::npos;
         at = find_word(file.text, word, at + 1)) {
      const std::string_view rest = std::string_view(file.text).substr(at + word.size());
      if (rest.starts_with("(#") && rest.size() > 2 && rest[2] >= '1' && rest[2] <= '9') continue;
      out.push_back(complaint(file, line_at(file.text, at),
                              cat(word, " without an issue; do it, or write ", word, "(#12)")));
    }
  }
  return out;
}

}  // namespace mq::tidy
