// The real program, in processes of its own: killed at any point, backed up, restored, checked.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "mq/base/text.h"
#include "mq/server/sqlite_store.h"
#include "mq/sync/grpc_transport.h"
#include "server/county.h"

namespace mq::testing {
namespace {

constexpr int kKillRounds = 30;

// A child with its standard output on a pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      const int nothing = open("/dev/null", O_WRONLY);
      dup2(nothing, STDERR_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    out_ = ends[0];
  }
  ~Process() {
    if (pid_ > 0) end(SIGKILL);
    close(out_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of its output; empty at the end.
  std::string line() {
    std::string text;
    for (char c = 0; read(out_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  // The rest of a line that begins so; empty if none comes.
  std::string line_after(const std::string& start) {
    for (std::string text = line(); !text.empty(); text = line()) {
      if (text.starts_with(start)) return text.substr(start.size());
    }
    return {};
  }
  int end(int signal) {
    kill(pid_, signal);
    return wait();
  }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

class Program : public ::testing::Test {
 protected:
  Program() {
    std::string name = std::filesystem::temp_directory_path() / "mq-program-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    data_ = folder_ + "/data";
    std::filesystem::create_directory(data_);
    // The key that the town's genesis names.
    auto store = *server::SqliteStore::open(data_ + "/minqing.db");
    EXPECT_TRUE(store->set_setting("server_seed", county_.town.server.seed().view()).ok());
  }
  ~Program() override { std::filesystem::remove_all(folder_); }

  static Process run(std::vector<std::string> words) {
    words.insert(words.begin(), MQ_SERVER_PROGRAM);
    return Process(std::move(words));
  }
  Process serve() { return run({"--data", data_, "--listen", "127.0.0.1:0"}); }
  int finish(std::vector<std::string> words) { return run(std::move(words)).wait(); }

  // Requests carry the server's own time, which is the real one here.
  pb::SignedRequest sign(sync::Transport& transport, const Holder& holder, const char* method,
                         const std::string& body) {
    const auto info = transport.info({});
    const auto time = info.ok() ? static_cast<std::int64_t>(info->time_ms()) : 0;
    return signed_request(county_.town, holder.id.view(), holder.sign, method, body, time);
  }
  void found(sync::Transport& transport) {
    pb::FoundRequest request;
    for (const pb::ControlEntry& entry : county_.town.log) *request.add_entries() = entry;
    const auto reply = transport.found(
        sign(transport, county_.town.founder, "Found", request.SerializeAsString()));
    ASSERT_TRUE(reply.ok()) << reply.error().en;
  }
  Result<pb::ExchangeReply> exchange(sync::Transport& transport,
                                     const pb::ExchangeRequest& request) {
    return transport.exchange(
        sign(transport, county_.cadre, "Exchange", request.SerializeAsString()));
  }

  std::string folder_, data_;
  County county_;
  SimRandom random_{11};  // the transport's
  SimRandom chance_{12};
};

// 30 times: push without pause, kill -9 at a random point, start again. What was acknowledged must
// be there, once; what was not may be.
TEST_F(Program, KilledAtAnyPointItLosesNothingThatItAcknowledged) {
  Chain chain = county_.chain();
  std::vector<wire::Envelope> made;
  std::atomic<std::size_t> acknowledged{0};
  for (int round = 0; round < kKillRounds; ++round) {
    Process program = serve();
    const std::string address = program.line_after("listening ");
    ASSERT_FALSE(address.empty());
    sync::GrpcTransport transport(address, random_);
    transport.expect_server(county_.town.server.public_key());
    if (round == 0) found(transport);
    const std::size_t before = acknowledged;
    std::thread pusher([&] {
      for (;;) {
        if (made.size() <= acknowledged) made.push_back(chain.next(2000));
        const auto reply = exchange(transport, county_.request_for({made.back()}));
        if (!reply.ok()) return;
        const pb::PushCode code = reply->results(0).code();
        if (code != pb::PUSH_CODE_STORED && code != pb::PUSH_CODE_DUPLICATE) return;
        ++acknowledged;
      }
    });
    const std::size_t wanted = before + chance_.below(4);
    while (acknowledged < wanted) std::this_thread::yield();
    for (volatile std::uint64_t spin = chance_.below(3'000'000); spin > 0;) spin = spin - 1;
    EXPECT_EQ(program.end(SIGKILL), -SIGKILL);
    pusher.join();
    const auto store = server::SqliteStore::open(data_ + "/minqing.db", false);
    ASSERT_TRUE(store.ok()) << store.error().en;
    const auto held = (*store)->stream_head(county_.town.state.township(), county_.village);
    ASSERT_GE(held->index, acknowledged.load()) << "round " << round;
    ASSERT_LE(held->index, made.size());
    EXPECT_TRUE((*store)->check()->empty());
  }
  EXPECT_GT(acknowledged, 10u) << "the kills must meet a server at work";
  EXPECT_EQ(finish({"check", data_}), 0);
}

TEST_F(Program, EndsByItselfOnSigtermAndLeavesNoAddressBehind) {
  Process program = serve();
  ASSERT_FALSE(program.line_after("listening ").empty());
  EXPECT_TRUE(std::filesystem::exists(data_ + "/listening"));
  EXPECT_EQ(program.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(data_ + "/listening"));
}

TEST_F(Program, ASecondOneOnTheSameFolderIsRefused) {
  Process program = serve();
  ASSERT_FALSE(program.line_after("listening ").empty());
  EXPECT_EQ(finish({"--data", data_, "--listen", "127.0.0.1:0"}), 5);
}

TEST_F(Program, PrintsTheEnrolmentCodeUnlessOnLoopback) {
  Process open = run({"--data", data_, "--listen", "0.0.0.0:0"});
  EXPECT_EQ(open.line_after("enrolment code ").size(), 19u);
  EXPECT_EQ(open.end(SIGTERM), 0);
  Process loopback = serve();
  EXPECT_TRUE(loopback.line().starts_with("listening "));
}

TEST_F(Program, ARestoredBackupIsOfANewGenerationAndTakesBackWhatItLacks) {
  Chain chain = county_.chain();
  const wire::Envelope kept = chain.next();
  const wire::Envelope lost = chain.next();
  std::string generation;
  {
    Process program = serve();
    sync::GrpcTransport transport(program.line_after("listening "), random_);
    found(transport);
    ASSERT_TRUE(exchange(transport, county_.request_for({kept})).ok());
    ASSERT_EQ(finish({"backup", data_, folder_ + "/copy"}), 0) << "while it is serving";
    const auto reply = exchange(transport, county_.request_for({lost}));
    ASSERT_TRUE(reply.ok());
    generation = reply->checkpoint().generation();
  }
  EXPECT_EQ(finish({"restore", folder_ + "/copy", data_}), 1) << "never over a database";
  const std::string fresh = folder_ + "/fresh";
  ASSERT_EQ(finish({"restore", folder_ + "/copy", fresh}), 0);
  EXPECT_EQ(finish({"check", fresh}), 0);
  data_ = fresh;
  Process program = serve();
  sync::GrpcTransport transport(program.line_after("listening "), random_);
  transport.expect_server(county_.town.server.public_key());
  const auto reply = exchange(transport, county_.request_for({kept, lost}));
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  EXPECT_EQ(reply->results(0).code(), pb::PUSH_CODE_DUPLICATE);
  EXPECT_EQ(reply->results(1).code(), pb::PUSH_CODE_STORED);
  EXPECT_NE(reply->checkpoint().generation(), generation);
}

TEST_F(Program, ADamagedDatabaseIsNamedByCheck) {
  const std::string path = data_ + "/minqing.db";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_EQ(finish({"check", data_}), 7);
}

TEST_F(Program, TheExitCodesAreThoseOfTheHouse) {
  EXPECT_EQ(finish({"--help"}), 0);
  EXPECT_EQ(finish({}), 2);
  EXPECT_EQ(finish({"--data", data_, "--tls-cert", "x"}), 2);
  EXPECT_EQ(finish({"--data", data_, "--store", "postgres://db/x"}), 1);
  EXPECT_EQ(finish({"check", folder_ + "/nothing"}), 3);
  EXPECT_EQ(finish({"restore", folder_ + "/nothing", folder_ + "/there"}), 3);
  EXPECT_EQ(finish({"--data", data_, "--tls-cert", "/dev/null", "--tls-key", "/dev/null"}), 3);
}

}  // namespace
}  // namespace mq::testing
