#include "mq/server/rpc_server.h"

#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>

#include "minqing/sync/v1/sync.grpc.pb.h"
#include "mq/base/text.h"
#include "watch_hub.h"

namespace mq::server {
namespace {

constexpr int kMessageBytesMax = (1 << 20) + (64 << 10);  // a control append and its framing
constexpr int kThreadsMax = 128;
// Threads that may wait for requests: with gRPC's own 2 each that has waited for a commit would end
// and be started anew.
constexpr int kPollersMax = 32;
constexpr int kClientPingMinMs = 20'000;  // below the clients' keepalive, or they are sent away
constexpr int kKeepaliveMs = 300'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr std::int64_t kStopPatienceMs = 5'000;

struct CodeName {
  grpc::StatusCode status;
  const char* name;
};

// One status for each code, so that the device can restore it.
CodeName name_of(Code code) {
  switch (code) {
    case Code::kInvalidInput:
      return {grpc::INVALID_ARGUMENT, "invalid_input"};
    case Code::kNotFound:
      return {grpc::NOT_FOUND, "not_found"};
    case Code::kConflict:
      return {grpc::ABORTED, "conflict"};
    case Code::kUnauthenticated:
      return {grpc::UNAUTHENTICATED, "unauthenticated"};
    case Code::kCorrupt:
      return {grpc::DATA_LOSS, "corrupt"};
    case Code::kUnavailable:
      return {grpc::UNAVAILABLE, "unavailable"};
    case Code::kExhausted:
      return {grpc::RESOURCE_EXHAUSTED, "exhausted"};
    case Code::kUnsupported:
      return {grpc::UNIMPLEMENTED, "unsupported"};
    case Code::kCancelled:
      return {grpc::CANCELLED, "cancelled"};
    case Code::kNotAllowed:
      return {grpc::PERMISSION_DENIED, "not_allowed"};
    case Code::kLocked:
      return {grpc::FAILED_PRECONDITION, "locked"};
    case Code::kInternal:
      break;
  }
  return {grpc::INTERNAL, "internal"};
}

// Chinese in the message, English in the details.
grpc::Status status_of(const Error& error) {
  return {name_of(error.code).status, error.zh, error.en};
}

// In the class below the name is its base's.
using Answers = Service;

class SyncService final : public pb::Sync::WithCallbackMethod_Watch<pb::Sync::Service> {
 public:
  SyncService(Answers& service, const Clock& clock, CallSink sink)
      : service_(service), clock_(clock), sink_(std::move(sink)) {}

  grpc::Status Info(grpc::ServerContext*, const pb::InfoRequest* request,
                    pb::InfoReply* reply) override {
    return answer("Info", &Answers::info, *request, *reply);
  }
  grpc::Status Found(grpc::ServerContext*, const pb::SignedRequest* request,
                     pb::ControlAppendReply* reply) override {
    return answer("Found", &Answers::found, *request, *reply);
  }
  grpc::Status FindInvite(grpc::ServerContext*, const pb::FindInviteRequest* request,
                          pb::FindInviteReply* reply) override {
    return answer("FindInvite", &Answers::find_invite, *request, *reply);
  }
  grpc::Status ControlRead(grpc::ServerContext*, const pb::SignedRequest* request,
                           pb::ControlReadReply* reply) override {
    return answer("ControlRead", &Answers::control_read, *request, *reply);
  }
  grpc::Status ControlAppend(grpc::ServerContext*, const pb::SignedRequest* request,
                             pb::ControlAppendReply* reply) override {
    return answer("ControlAppend", &Answers::control_append, *request, *reply);
  }
  grpc::Status Exchange(grpc::ServerContext*, const pb::SignedRequest* request,
                        pb::ExchangeReply* reply) override {
    return answer("Exchange", &Answers::exchange, *request, *reply);
  }
  grpc::Status ChainHeads(grpc::ServerContext*, const pb::SignedRequest* request,
                          pb::ChainHeadsReply* reply) override {
    return answer("ChainHeads", &Answers::chain_heads, *request, *reply);
  }
  grpc::ServerWriteReactor<pb::Notice>* Watch(grpc::CallbackServerContext*,
                                              const pb::SignedRequest* request) override {
    const auto counter = service_.watch_counter(*request);
    if (!counter.ok()) return refused_watch(status_of(counter.error()));
    const auto township = TownshipId::from(view_of(request->township()));
    MQ_ASSERT(township.has_value());  // the request has been verified
    return hub_.open(*township, *counter);
  }

  WatchHub& hub() { return hub_; }

 private:
  template <class Request, class Reply>
  grpc::Status answer(const char* method, Result<Reply> (Answers::*call)(const Request&),
                      const Request& request, Reply& reply) {
    const MonotonicTime began = clock_.monotonic();
    auto result = (service_.*call)(request);
    CallRecord record{method, "ok", 0, request.ByteSizeLong(), 0};
    grpc::Status status;
    if (result.ok()) {
      reply = std::move(*result);
      record.bytes_out = reply.ByteSizeLong();
    } else {
      record.code = name_of(result.error().code).name;
      status = status_of(result.error());
    }
    record.ms = clock_.monotonic().ms - began.ms;
    if (sink_) sink_(record);
    return status;
  }

  Answers& service_;
  const Clock& clock_;
  CallSink sink_;
  WatchHub hub_;
};

void configure(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("minqing");
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, kPollersMax);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kClientPingMinMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // Two servers on one port would each hold half of the truth.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

struct RpcServer::State {
  State(Service& service, const Clock& clock, CallSink sink)
      : sync(service, clock, std::move(sink)) {}
  SyncService sync;
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

RpcServer::RpcServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RpcServer::~RpcServer() { stop(); }

Result<std::unique_ptr<RpcServer>> RpcServer::start(Service& service, const Clock& clock,
                                                    const TlsIdentity& identity,
                                                    const std::string& listen, CallSink sink) {
  auto state = std::make_unique<State>(service, clock, std::move(sink));
  service.set_certificate_hash(identity.certificate_hash);
  WatchHub& hub = state->sync.hub();
  service.set_listener([&hub](const TownshipId& township, std::uint64_t counter) {
    hub.announce(township, counter);
  });
  grpc::EnableDefaultHealthCheckService(true);
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({identity.key_pem, identity.certificate_pem});
  grpc::ServerBuilder builder;
  configure(builder);
  int port = 0;
  builder.AddListeningPort(listen, grpc::SslServerCredentials(options), &port);
  builder.RegisterService(&state->sync);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || port == 0) {
    return Error{Code::kUnavailable,
                 cat("无法在 ", listen, " 上监听;地址是否正确,端口是否已被占用?"),
                 cat("cannot listen on ", listen, "; is the address right and the port free?")};
  }
  state->address = cat(listen.substr(0, listen.rfind(':')), ":", port);
  return std::unique_ptr<RpcServer>(new RpcServer(std::move(state)));
}

const std::string& RpcServer::address() const { return state_->address; }

void RpcServer::stop() {
  if (state_->server == nullptr) return;
  if (auto* health = state_->server->GetHealthCheckService()) health->Shutdown();
  state_->sync.hub().close();
  const gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                          gpr_time_from_millis(kStopPatienceMs, GPR_TIMESPAN));
  state_->server->Shutdown(until);
  state_->server->Wait();
  state_->server.reset();
}

bool is_loopback(const std::string& listen) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  return host.starts_with("127.") || host == "localhost" || host == "[::1]" || host == "::1";
}

}  // namespace mq::server
