// The service over real gRPC and TLS on loopback, reached by the device's own transport.
#include <dlfcn.h>
#include <netdb.h>

#include <filesystem>

#include "mq/base/system.h"
#include "mq/server/rpc_server.h"
#include "mq/server/sqlite_store.h"
#include "mq/sync/grpc_transport.h"
#include "server/county.h"
#include "support/fault_vfs.h"
#include "support/sim_files.h"

// The C library's lookup, but for one name: its resolver never answers, and waiting for it always
// takes all the time there is.
namespace {

constexpr const char* kDeadName = "dead.invalid";

bool is_dead(const gaicb* request) {
  return request->ar_name != nullptr && std::string_view(request->ar_name) == kDeadName;
}
template <class Function>
Function* from_library(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int getaddrinfo_a(int mode, gaicb* list[], int count, sigevent* event) {
  if (is_dead(list[0])) return 0;
  return from_library<decltype(getaddrinfo_a)>("getaddrinfo_a")(mode, list, count, event);
}
extern "C" int gai_suspend(const gaicb* const list[], int count, const timespec* span) {
  if (is_dead(list[0])) return EAI_AGAIN;
  return from_library<decltype(gai_suspend)>("gai_suspend")(list, count, span);
}
extern "C" int gai_error(gaicb* request) noexcept {
  if (is_dead(request)) return EAI_INPROGRESS;
  return from_library<decltype(gai_error)>("gai_error")(request);
}

namespace mq::testing {
namespace {

using server::RpcServer;
using sync::GrpcTransport;

class Rpc : public ::testing::Test {
 protected:
  Rpc() {
    identity_ = *server::own_identity(files_, "data");
    listen("127.0.0.1:0");
  }
  void listen(const std::string& address) {
    auto started = RpcServer::start(*county_.service, county_.clock, identity_, address,
                                    [this](const server::CallRecord& record) {
                                      const std::lock_guard lock(mutex_);
                                      records_.push_back(record);
                                    });
    ASSERT_TRUE(started.ok()) << started.error().en;
    server_ = std::move(*started);
  }
  pb::SignedRequest exchange_of(const std::vector<wire::Envelope>& envelopes) {
    return signed_request(county_.town, county_.cadre.id.view(), county_.cadre.sign, "Exchange",
                          county_.request_for(envelopes).SerializeAsString());
  }
  pb::SignedRequest watch_request() {
    return signed_request(county_.town, county_.cadre.id.view(), county_.cadre.sign, "Watch", "");
  }

  County county_;
  SimFiles files_;
  SimRandom random_{3};
  server::TlsIdentity identity_;
  std::mutex mutex_;
  std::vector<server::CallRecord> records_;
  std::unique_ptr<RpcServer> server_;
};

TEST_F(Rpc, AVisitGoesThroughTlsIntoTheStreamAndItsReceiptComesBack) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  transport.expect_server(county_.service->server_key());
  Chain chain = county_.chain();
  const auto reply = transport.exchange(exchange_of({chain.next()}));
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  EXPECT_EQ(reply->results(0).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(reply->receipts_size(), 1);
  EXPECT_GT(transport.bytes_up(), 100u);
  EXPECT_GT(transport.bytes_down(), 100u);
}

// The lookup itself cannot be broken off.
TEST_F(Rpc, AResolverThatDoesNotAnswerIsAServerNotReached) {
  GrpcTransport transport(std::string(kDeadName) + ":8443", random_);
  for (int times = 0; times < 2; ++times) {
    const auto reply = transport.info({});
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, Code::kUnavailable);
  }
  GrpcTransport another(server_->address(), random_);
  EXPECT_TRUE(another.info({}).ok()) << "one lookup left behind stands in nobody's way";
}

TEST_F(Rpc, AServerWithAnotherKeyIsRefusedBeforeAnythingIsSaid) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  transport.expect_server(VerifyKey{{9}});
  Chain chain = county_.chain();
  const auto reply = transport.exchange(exchange_of({chain.next()}));
  EXPECT_EQ(reply.error().code, Code::kUnauthenticated);
  EXPECT_EQ(county_.head(county_.village).index, 0u);
  transport.expect_server(county_.service->server_key());
  EXPECT_TRUE(transport.info({}).ok()) << "the right key is met anew";
}

// Somebody between us and the server shows a certificate of his own and passes Info on.
TEST_F(Rpc, ACertificateThatTheServerKeyDoesNotEndorseIsRefused) {
  county_.service->set_certificate_hash(Hash{{1}});
  GrpcTransport transport(server_->address(), random_);
  transport.expect_server(county_.service->server_key());
  EXPECT_EQ(transport.info({}).error().code, Code::kUnauthenticated);
  transport.expect_server(VerifyKey{});
  EXPECT_EQ(transport.info({}).error().code, Code::kUnauthenticated) << "also at first use";
}

TEST_F(Rpc, ARefusalArrivesWithItsCodeAndBothSentences) {
  GrpcTransport transport(server_->address(), random_);
  pb::FindInviteRequest find;
  put(find.mutable_invite(), InviteId{{1}}.view());
  const auto direct = county_.service->find_invite(find);
  const auto reply = transport.find_invite(find);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kNotFound);
  EXPECT_EQ(reply.error().zh, direct.error().zh);
  EXPECT_EQ(reply.error().en, direct.error().en);
}

TEST_F(Rpc, WithoutAServerTheWorkIsSafeAndTheCodeIsUnavailable) {
  const std::string address = server_->address();
  server_.reset();
  GrpcTransport transport(address, random_);
  const auto reply = transport.info({});
  EXPECT_EQ(reply.error().code, Code::kUnavailable);
  EXPECT_NE(reply.error().zh.find("记录都在本机"), std::string::npos);
}

// It is not one's own disk that is full: nothing here is to be given up for it.
TEST(RpcOnAFullDisk, TheServerSaysThatItIsItsOwn) {
  FaultVfs disk("server-disk", nullptr, true);
  const auto store = server::SqliteStore::open("minqing.db").value();
  County county({.loopback = true}, store.get());
  SimFiles files;
  SimRandom random{3};
  const server::TlsIdentity identity = *server::own_identity(files, "data");
  const auto server = *RpcServer::start(*county.service, county.clock, identity, "127.0.0.1:0",
                                        [](const server::CallRecord&) {});
  ASSERT_TRUE(county.found().ok());
  GrpcTransport transport(server->address(), random);
  transport.expect_server(county.service->server_key());
  Chain chain = county.chain();
  const auto push = [&] {
    return transport.exchange(
        signed_request(county.town, county.cadre.id.view(), county.cadre.sign, "Exchange",
                       county.request_for({chain.next()}).SerializeAsString()));
  };
  disk.set_full(true);
  const auto refused = push();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_NE(refused.error().zh.find("服务器的磁盘"), std::string::npos) << refused.error().zh;
  EXPECT_NE(refused.error().zh.find("记录都在本机"), std::string::npos) << refused.error().zh;
}

TEST_F(Rpc, AServerThatComesBackWithANewCertificateIsFoundAgain) {
  const std::string address = server_->address();
  GrpcTransport transport(address, random_);
  transport.expect_server(county_.service->server_key());
  ASSERT_TRUE(transport.info({}).ok());
  server_.reset();
  EXPECT_EQ(transport.info({}).error().code, Code::kUnavailable);
  SimFiles other;
  const Hash before = identity_.certificate_hash;
  identity_ = *server::own_identity(other, "data");
  ASSERT_NE(identity_.certificate_hash, before);
  listen(address);
  const auto reply = transport.info({});
  EXPECT_TRUE(reply.ok()) << reply.error().en;
}

TEST_F(Rpc, TheCertificateIsKeptInTheDataFolder) {
  EXPECT_EQ(server::own_identity(files_, "data")->certificate_hash, identity_.certificate_hash);
  ASSERT_TRUE(files_.replace("data/tls.key", view_of("not a key")).ok());
  EXPECT_EQ(server::own_identity(files_, "data").error().code, Code::kInvalidInput);
}

TEST_F(Rpc, AWatcherHearsOfWhatOthersPush) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  const auto first = transport.watch(watch_request(), 10'000);
  ASSERT_TRUE(first.ok()) << first.error().en;
  EXPECT_TRUE(*first) << "where the counter stands is news to who has not heard";
  Chain chain = county_.chain();
  county_.push({chain.next()});
  const auto second = transport.watch(watch_request(), 10'000);
  ASSERT_TRUE(second.ok()) << second.error().en;
  EXPECT_TRUE(*second) << "pushed between two watches";
  const auto quiet = transport.watch(watch_request(), 50);
  ASSERT_TRUE(quiet.ok()) << quiet.error().en;
  EXPECT_FALSE(*quiet);
}

TEST_F(Rpc, AWatchOfAStrangerIsRefused) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  pb::SignedRequest request = watch_request();
  request.mutable_signature()->front() ^= 1;
  EXPECT_EQ(transport.watch(request, 10'000).error().code, Code::kUnauthenticated);
}

TEST_F(Rpc, StoppingEndsTheWatchers) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  ASSERT_TRUE(transport.watch(watch_request(), 10'000).ok());
  server_->stop();
  const auto reply = transport.watch(watch_request(), 10'000);
  EXPECT_TRUE(!reply.ok() || !*reply);
}

TEST_F(Rpc, TheCallLogNamesNoDeviceAndNoPresence) {
  ASSERT_TRUE(county_.found().ok());
  GrpcTransport transport(server_->address(), random_);
  Chain chain = county_.chain();
  ASSERT_TRUE(transport.exchange(exchange_of({chain.next()})).ok());
  ASSERT_TRUE(transport.watch(watch_request(), 10'000).ok());
  server_->stop();
  const std::lock_guard lock(mutex_);
  std::vector<std::string> methods;
  for (const server::CallRecord& record : records_) methods.push_back(record.method);
  EXPECT_EQ(methods, (std::vector<std::string>{"Info", "Exchange"}));
  EXPECT_EQ(records_.back().code, "ok");
}

TEST(Address, IsAHostAndAPort) {
  SimRandom random;
  for (const char* good : {"127.0.0.1:8443", "[::1]:1", "https://a.b:443/", " 县.cn:1 "}) {
    EXPECT_TRUE(sync::connect_grpc(good, random).ok()) << good;
  }
  for (const char* bad : {"", "host", "host:", ":1", "::1:1", "host:x", "host:123456"}) {
    EXPECT_EQ(sync::connect_grpc(bad, random).error().code, Code::kInvalidInput) << bad;
  }
}

}  // namespace
}  // namespace mq::testing
