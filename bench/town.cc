#include "town.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>

#include "mq/base/text.h"
#include "mq/seal/sealing.h"
#include "mq/seal/segment.h"
#include "mq/wire/stream_head.h"

namespace mq::bench {

namespace spb = sync::pb;

namespace {

constexpr std::size_t kPushBytes = 250'000;

// SQLite knows its file systems by name, for the whole process.
std::string vfs_name() {
  static std::atomic<int> next{0};
  return cat("bench-", ++next);
}

void make_folder(const std::string& path) { mkdir(path.c_str(), 0700); }

}  // namespace

template <class Reply, class Request>
Result<Reply> LoopTransport::carry(const Request& request,
                                   Result<Reply> (server::Service::*method)(const Request&)) {
  ++round_trips;
  const std::string sent = request.SerializeAsString();
  bytes += sent.size();
  Request parsed;
  if (!parsed.ParseFromString(sent)) stop("a request does not parse");
  auto reply = (service_.*method)(parsed);
  if (!reply.ok()) return reply;
  const std::string received = reply->SerializeAsString();
  bytes += received.size();
  Reply out;
  if (!out.ParseFromString(received)) stop("a reply does not parse");
  return out;
}

Result<spb::InfoReply> LoopTransport::info(const spb::InfoRequest& request) {
  return carry(request, &server::Service::info);
}
Result<spb::ControlAppendReply> LoopTransport::found(const spb::SignedRequest& request) {
  return carry(request, &server::Service::found);
}
Result<spb::FindInviteReply> LoopTransport::find_invite(const spb::FindInviteRequest& request) {
  return carry(request, &server::Service::find_invite);
}
Result<spb::ControlReadReply> LoopTransport::control_read(const spb::SignedRequest& request) {
  return carry(request, &server::Service::control_read);
}
Result<spb::ControlAppendReply> LoopTransport::control_append(const spb::SignedRequest& request) {
  return carry(request, &server::Service::control_append);
}
Result<spb::ChainHeadsReply> LoopTransport::chain_heads(const spb::SignedRequest& request) {
  return carry(request, &server::Service::chain_heads);
}
Result<spb::ExchangeReply> LoopTransport::exchange(const spb::SignedRequest& request) {
  return carry(request, &server::Service::exchange);
}
Result<bool> LoopTransport::watch(const spb::SignedRequest&, int) {
  return Error{Code::kUnavailable, "这里没有通知", "there is no notice here"};
}

Device::Device(Town& town, std::string folder, const HomeOptions& options)
    : town_(town), folder_(std::move(folder)), transport_(town.service()) {
  make_folder(folder_);
  vault::KeyFile key_file(town.files, town.random, folder_ + "/vault.key");
  const bool fresh = !key_file.exists();
  const Key32 key =
      must(fresh ? key_file.create(kPassphrase, options.cost) : key_file.unlock(kPassphrase));
  vfs_ = must(vault::EncryptedVfs::install(vfs_name(), "", key, town.random, worker_));
  vault::VaultOptions vault_options;
  vault_options.path = must(key_file.database_path());
  vault_options.vfs = vfs_->name();
  vault_options.schema = options.schema;
  vault_options.create = fresh;
  vault_ = must(vault::Vault::open(vault_options, town.clock, town.random));
  keyring_.emplace(must(seal::Keyring::load(*vault_)));
  control_.emplace(must(sync::ControlStore::load(*vault_)));
  token_.emplace(town.files, folder_ + "/token", to_bytes(std::string_view("bench")));
  sealer_.emplace(*vault_, *keyring_, *token_, town.random, worker_);
  engine_.emplace(*vault_, *keyring_, *control_, *sealer_, transport_, town.clock, town.random);
}

std::string Device::database_path() const { return folder_ + "/vault.db"; }

void Device::sync() {
  for (;;) {
    if (must(engine_->step()) == sync::Progress::kIdle) return;
  }
}

vault::StreamIx Device::stream(int kind, ByteView owner) const {
  for (const vault::StreamInfo& info : vault_->streams()) {
    if (info.kind == kind && (owner.empty() || std::ranges::equal(info.owner, owner))) {
      return info.ix;
    }
  }
  stop(cat("no stream of kind ", kind));
}

void Device::record(const std::vector<vault::Draft>& drafts) {
  constexpr std::size_t kAtOnce = 1000;
  for (std::size_t at = 0; at < drafts.size(); at += kAtOnce) {
    must(vault_->together([&]() -> Status {
      for (std::size_t i = at; i < std::min(drafts.size(), at + kAtOnce); ++i) {
        MQ_CHECK(vault_->commit({drafts[i]}, vault_->view()));
      }
      return {};
    }));
  }
}

Town::Town(const std::string& folder) : folder_(folder), store_path_(folder + "/server.db") {
  make_folder(folder_);
  store_ = must(server::SqliteStore::open(store_path_));
  server::ServiceOptions options;
  options.loopback = true;
  options.quota_bytes_per_hour = std::uint64_t{1} << 40;
  service_ = must(server::Service::start(*store_, clock, random, options));
}

std::unique_ptr<Device> Town::new_home(const HomeOptions& options) {
  return std::make_unique<Device>(*this, cat(folder_, "/home-", ++homes_), options);
}

std::unique_ptr<Device> Town::found(int villages, const HomeOptions& options) {
  auto admin = new_home(options);
  sync::FoundOptions founding;
  founding.county_name = "试验县";
  founding.township_name = "试验镇";
  founding.founder_name = "管理员";
  founding.server_address = "127.0.0.1:7443";
  must(sync::found_township(founding, admin->vault(), admin->keyring(), admin->control(),
                            admin->transport(), clock, random));
  std::vector<sync::NewStream> streams;
  for (int i = 0; i < villages; ++i) {
    const auto village = new_id<StreamId>(clock, random);
    const std::string name = cat("第", i + 1, "村");
    streams.push_back({spb::STREAM_KIND_VILLAGE, {}, name, village});
    streams.push_back({spb::STREAM_KIND_PRIVATE, to_bytes(village.view()), name,
                       new_id<StreamId>(clock, random)});
  }
  if (streams.empty()) return admin;
  must(sync::create_streams(streams, admin->vault(), admin->keyring(), admin->control(),
                            admin->transport(), clock, random));
  return admin;
}

std::string Town::invite(Device& admin, spb::RoleKind role, const std::string& name) {
  sync::InviteOptions options;
  options.role = role;
  options.name = name;
  options.person = new_id<PersonId>(clock, random);
  for (const wire::StreamRecord& stream : admin.control().state().streams()) {
    const bool village =
        stream.kind == spb::STREAM_KIND_VILLAGE || stream.kind == spb::STREAM_KIND_PRIVATE;
    if (role == spb::ROLE_KIND_CADRE && village) options.streams.push_back(stream.id);
  }
  return must(sync::invite_member(options, admin.vault(), admin.keyring(), admin.control(),
                                  admin.transport(), clock, random));
}

std::unique_ptr<Device> Town::join(const std::string& code, const HomeOptions& options) {
  auto device = new_home(options);
  must(sync::join_township(code, device->vault(), device->keyring(), device->control(),
                           device->transport(), clock, random));
  return device;
}

Author::Author(Device& device, const StreamId& stream) : device_(device) {
  const wire::ControlState& log = device.control().state();
  next_.kind = static_cast<std::uint8_t>(wire::EnvelopeKind::kSegment);
  next_.stream = stream;
  next_.device = device.keyring().identity()->device;
  next_.incarnation = device.vault().incarnation();
  next_.epoch = log.epoch_at(stream, log.head_seq());
  next_.control_seq = log.head_seq();
  next_.control_head = log.head();
  diary_ = log.stream(stream)->kind == spb::STREAM_KIND_DIARY;
}

wire::Envelope Author::close(const Bytes& padded) {
  ++next_.seq;
  const Key32* key = device_.keyring().key(next_.stream, next_.epoch);
  if (key == nullptr) stop("the author lacks the stream's key");
  wire::Envelope envelope =
      seal::seal_envelope(next_, padded, *key, device_.keyring().identity()->sign, random_);
  next_.prev = envelope.hash();
  return envelope;
}

std::vector<wire::Envelope> Author::seal(std::vector<model::Transaction> all) {
  constexpr std::size_t kAtOnce = 200;
  for (model::Transaction& t : all) t.n = ++n_;
  std::vector<wire::Envelope> out;
  for (std::size_t at = 0; at < all.size();) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto left = std::min(kAtOnce, all.size() - at);
    const std::vector<model::Transaction> next(begin, begin + static_cast<std::ptrdiff_t>(left));
    const auto fitted = must(seal::fit_segment(next, {}, {next_.seq % 64 == 0, diary_}));
    out.push_back(close(fitted.plaintext));
    at += fitted.count;
  }
  return out;
}

spb::SignedRequest push_request(Town& town, Device& device,
                                const std::vector<wire::Envelope>& envelopes) {
  const wire::ControlState& log = device.control().state();
  const seal::Identity& me = *device.keyring().identity();
  spb::ExchangeRequest request;
  request.set_control_seq(log.head_seq());
  request.set_control_tag(to_string(log.head().view().first(8)));
  request.set_reply_bytes_max(262'144);
  for (const wire::Envelope& envelope : envelopes) {
    spb::Envelope& message = *request.add_push();
    message.set_header(to_string(envelope.header.encode()));
    message.set_ct(to_string(envelope.ct));
    message.set_signature(to_string(envelope.signature.view()));
  }
  spb::SignedRequest out;
  const WallTime now = town.clock.wall();
  out.set_township(to_string(me.township.view()));
  out.set_device(to_string(me.device.view()));
  out.set_time_ms(static_cast<std::uint64_t>(now.ms));
  out.set_body(request.SerializeAsString());
  const Bytes signed_bytes =
      wire::request_signed_bytes(wire::server_id(town.service().server_key()), me.township,
                                 me.device.view(), "Exchange", view_of(out.body()), now);
  out.set_signature(to_string(me.sign.sign("mq/r1", signed_bytes).view()));
  return out;
}

void push(Town& town, Device& device, const std::vector<wire::Envelope>& envelopes) {
  std::vector<wire::Envelope> some;
  std::size_t bytes = 0;
  const auto send = [&] {
    if (some.empty()) return;
    const auto reply = must(town.service().exchange(push_request(town, device, some)));
    for (const spb::PushResult& result : reply.results()) {
      if (result.code() != spb::PUSH_CODE_STORED) {
        stop(cat("the server does not store an envelope: ", static_cast<int>(result.code()), " ",
                 static_cast<int>(result.refusal())));
      }
    }
    some.clear();
    bytes = 0;
  };
  for (const wire::Envelope& envelope : envelopes) {
    if (bytes + envelope.bytes() > kPushBytes) send();
    some.push_back(envelope);
    bytes += envelope.bytes() + 32;
  }
  send();
}

}  // namespace mq::bench
