#include "mq/sync/grpc_transport.h"

#include <grpcpp/grpcpp.h>

#include <array>
#include <chrono>
#include <optional>

#include "minqing/sync/v1/sync.grpc.pb.h"
#include "mq/base/text.h"
#include "peer_certificate.h"

namespace mq::sync {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::int64_t kSlowestBytesPerSecond = 2048;
constexpr std::size_t kReplyBytesGuess = 262'144;
constexpr int kMessageBytesMax = 4 << 20;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;

// The server names the mq code by the one status that it uses for it.
Code code_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::INVALID_ARGUMENT:
      return Code::kInvalidInput;
    case grpc::NOT_FOUND:
      return Code::kNotFound;
    case grpc::ABORTED:
      return Code::kConflict;
    case grpc::UNAUTHENTICATED:
      return Code::kUnauthenticated;
    case grpc::DATA_LOSS:
      return Code::kCorrupt;
    case grpc::UNAVAILABLE:
      return Code::kUnavailable;
    case grpc::RESOURCE_EXHAUSTED:
      return Code::kExhausted;
    case grpc::UNIMPLEMENTED:
      return Code::kUnsupported;
    case grpc::CANCELLED:
      return Code::kCancelled;
    case grpc::PERMISSION_DENIED:
      return Code::kNotAllowed;
    case grpc::FAILED_PRECONDITION:
      return Code::kLocked;
    default:
      return Code::kInternal;
  }
}

Error offline(const std::string& address) {
  return {Code::kUnavailable, cat("连不上服务器 ", address, ";记录都在本机,安全;有信号时再同步"),
          cat("cannot reach the server ", address,
              "; everything is kept here, sync again when there is a network")};
}

Error not_ours(const std::string& address) {
  return {Code::kUnauthenticated,
          cat(address, " 上的不是本乡镇的服务器,什么也没有送出;请核对地址,或告诉乡镇管理员"),
          cat("the server at ", address,
              " is not this township's; nothing was sent; check the address")};
}

// Its disk, not ours: nothing here is to be given up, and the person is not to look for room.
Error no_room_there(const Error& told) {
  return {Code::kUnavailable,
          cat("服务器的磁盘满了(或内存不够),没有收下;记录都在本机,安全;请告诉管理服务器的人,"
              "腾出空间后再同步(",
              told.zh, ")"),
          cat("the server has no room (disk or memory) and took nothing; everything is kept here; "
              "tell whoever "
              "runs the server, and sync again when there is room (",
              told.en, ")")};
}

// English stands in the details; without them gRPC itself speaks, and then we were not served.
Error error_of(const grpc::Status& status, const std::string& address) {
  if (!status.error_details().empty()) {
    Error told{code_of(status.error_code()), status.error_message(), status.error_details()};
    return told.code == Code::kExhausted ? no_room_there(told) : told;
  }
  // Also said by a server out of threads, which is only busy.
  const bool size = status.error_message().find("larger than max") != std::string::npos;
  if (status.error_code() == grpc::RESOURCE_EXHAUSTED && size) {
    return {Code::kExhausted, "消息超过上限", "a message is larger than the limit"};
  }
  if (status.error_code() == grpc::UNIMPLEMENTED) {
    return {Code::kUnsupported, cat("服务器 ", address, " 版本太旧,没有这个功能"),
            cat("the server ", address, " is too old for this")};
  }
  return offline(address);
}

// A span, not a point of the wall clock, which may jump.
gpr_timespec span_of(std::chrono::milliseconds time) {
  return gpr_time_from_millis(time.count(), GPR_TIMESPAN);
}

std::chrono::milliseconds patience_for(std::size_t request_bytes) {
  const auto bytes = static_cast<std::int64_t>(request_bytes + kReplyBytesGuess);
  return kPatience + std::chrono::seconds(bytes / kSlowestBytesPerSecond);
}

}  // namespace

struct GrpcTransport::State {
  State(std::string text, Random& source) : address(std::move(text)), random(source) {}

  const std::string address;
  Random& random;
  VerifyKey expected;
  std::unique_ptr<pb::Sync::Stub> stub;
  std::optional<std::uint64_t> last_count;  // of the last notice
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;

  Status connect();
  std::shared_ptr<grpc::Channel> open_channel(const PeerCertificate& certificate);
  Status prove(pb::Sync::Stub& candidate, const PeerCertificate& certificate);
  Status check_introduction(const pb::InfoReply& reply, ByteView nonce,
                            const PeerCertificate& certificate) const;

  template <class Request, class Reply>
  using Method = grpc::Status (pb::Sync::Stub::*)(grpc::ClientContext*, const Request&, Reply*);
  template <class Request, class Reply>
  Result<Reply> call(Method<Request, Reply> method, const Request& request) {
    MQ_CHECK(connect());
    grpc::ClientContext context;
    context.set_deadline(span_of(patience_for(request.ByteSizeLong())));
    Reply reply;
    bytes_up += request.ByteSizeLong();
    const grpc::Status status = (stub.get()->*method)(&context, request, &reply);
    if (!status.ok()) return failed(status);
    bytes_down += reply.ByteSizeLong();
    return reply;
  }

  // A broken connection is opened anew by the next call: the server may have a new certificate.
  Error failed(const grpc::Status& status) {
    Error error = error_of(status, address);
    if (error.code == Code::kUnavailable && status.error_details().empty()) stub.reset();
    return error;
  }
};

Status GrpcTransport::State::connect() {
  if (stub != nullptr) return {};
  MQ_TRY(const Address parsed, parse_address(address));
  MQ_TRY(const PeerCertificate certificate, fetch_certificate(parsed, kPatience));
  auto candidate = pb::Sync::NewStub(open_channel(certificate));
  MQ_CHECK(prove(*candidate, certificate));
  stub = std::move(candidate);
  return {};
}

std::shared_ptr<grpc::Channel> GrpcTransport::State::open_channel(
    const PeerCertificate& certificate) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Two transports of one process never share a connection: each has proved its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A device talks to its server, not through what the environment names.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  grpc::SslCredentialsOptions options;
  if (!certificate.trusted) {
    options.pem_root_certs = certificate.pem;
    arguments.SetSslTargetNameOverride(certificate.name);
  }
  const std::size_t scheme = address.find("://");
  const std::string target = scheme == std::string::npos ? address : address.substr(scheme + 3);
  return grpc::CreateCustomChannel(target, grpc::SslCredentials(options), arguments);
}

Status GrpcTransport::State::prove(pb::Sync::Stub& candidate, const PeerCertificate& certificate) {
  std::array<std::uint8_t, 32> nonce{};
  random.fill(nonce);
  pb::InfoRequest request;
  request.set_nonce(to_string(nonce));
  pb::InfoReply reply;
  grpc::ClientContext context;
  context.set_deadline(span_of(kPatience));
  bytes_up += request.ByteSizeLong();
  const grpc::Status status = candidate.Info(&context, request, &reply);
  if (!status.ok()) return failed(status);
  bytes_down += reply.ByteSizeLong();
  return check_introduction(reply, nonce, certificate);
}

Status GrpcTransport::State::check_introduction(const pb::InfoReply& reply, ByteView nonce,
                                                const PeerCertificate& certificate) const {
  const auto key = VerifyKey::from(view_of(reply.server_key()));
  const auto signature = Signature::from(view_of(reply.signature()));
  const auto endorsed = Hash::from(view_of(reply.certificate_hash()));
  if (!key || !signature || !endorsed) return not_ours(address);
  ByteWriter bytes;
  bytes.raw(nonce);
  bytes.integer(static_cast<std::uint64_t>(reply.time_ms()));
  bytes.raw(endorsed->view());
  if (!wire::verify(*key, "mq/in1", bytes.bytes(), *signature)) return not_ours(address);
  if (!expected.is_zero() && *key != expected) return not_ours(address);
  const bool endorses = *endorsed == wire::hash("mq/tc1", {certificate.der});
  if (!endorses && !certificate.trusted) return not_ours(address);
  return {};
}

GrpcTransport::GrpcTransport(const std::string& address, Random& random)
    : state_(std::make_unique<State>(std::string(trimmed(address)), random)) {}
GrpcTransport::~GrpcTransport() = default;

void GrpcTransport::expect_server(const VerifyKey& key) {
  if (state_->expected == key) return;
  state_->expected = key;
  state_->stub.reset();
}

Result<pb::InfoReply> GrpcTransport::info(const pb::InfoRequest& request) {
  return state_->call<pb::InfoRequest, pb::InfoReply>(&pb::Sync::Stub::Info, request);
}

Result<pb::ControlAppendReply> GrpcTransport::found(const pb::SignedRequest& request) {
  return state_->call<pb::SignedRequest, pb::ControlAppendReply>(&pb::Sync::Stub::Found, request);
}

Result<pb::FindInviteReply> GrpcTransport::find_invite(const pb::FindInviteRequest& request) {
  return state_->call<pb::FindInviteRequest, pb::FindInviteReply>(&pb::Sync::Stub::FindInvite,
                                                                  request);
}

Result<pb::ControlReadReply> GrpcTransport::control_read(const pb::SignedRequest& request) {
  return state_->call<pb::SignedRequest, pb::ControlReadReply>(&pb::Sync::Stub::ControlRead,
                                                               request);
}

Result<pb::ControlAppendReply> GrpcTransport::control_append(const pb::SignedRequest& request) {
  return state_->call<pb::SignedRequest, pb::ControlAppendReply>(&pb::Sync::Stub::ControlAppend,
                                                                 request);
}

Result<pb::ExchangeReply> GrpcTransport::exchange(const pb::SignedRequest& request) {
  return state_->call<pb::SignedRequest, pb::ExchangeReply>(&pb::Sync::Stub::Exchange, request);
}

Result<pb::ChainHeadsReply> GrpcTransport::chain_heads(const pb::SignedRequest& request) {
  return state_->call<pb::SignedRequest, pb::ChainHeadsReply>(&pb::Sync::Stub::ChainHeads, request);
}

// The first notice says where the counter stands; if that is news to us there is something new.
Result<bool> GrpcTransport::watch(const pb::SignedRequest& request, int wait_ms) {
  MQ_CHECK(state_->connect());
  grpc::ClientContext context;
  context.set_deadline(span_of(std::chrono::milliseconds(wait_ms)));
  state_->bytes_up += request.ByteSizeLong();
  const auto reader = state_->stub->Watch(&context, request);
  pb::Notice notice;
  while (reader->Read(&notice)) {
    state_->bytes_down += notice.ByteSizeLong();
    const bool news = state_->last_count != notice.count();
    state_->last_count = notice.count();
    if (!news) continue;
    context.TryCancel();
    while (reader->Read(&notice)) state_->last_count = notice.count();
    static_cast<void>(reader->Finish());
    return true;
  }
  const grpc::Status status = reader->Finish();
  if (status.error_code() == grpc::DEADLINE_EXCEEDED && status.error_details().empty()) {
    return false;
  }
  if (status.ok()) return false;
  return state_->failed(status);
}

std::uint64_t GrpcTransport::bytes_up() const { return state_->bytes_up; }
std::uint64_t GrpcTransport::bytes_down() const { return state_->bytes_down; }

Result<std::unique_ptr<Transport>> connect_grpc(const std::string& address, Random& random) {
  MQ_CHECK(parse_address(address));
  return std::unique_ptr<Transport>(std::make_unique<GrpcTransport>(address, random));
}

}  // namespace mq::sync
