#include "mq/server/service.h"

#include "caller.h"
#include "control.h"
#include "core.h"
#include "exchange.h"
#include "heads.h"
#include "mq/base/text.h"

namespace mq::server {
namespace {

constexpr std::size_t kNonceBytesMax = 64;
constexpr std::uint32_t kInfoVersion = 1;
constexpr std::size_t kEnrolmentBytes = 10;

// 16 letters and digits in groups of four; none that looks like another.
std::string enrolment_text(ByteView bytes) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    held += 8;
    for (; held >= 5; held -= 5) {
      if (out.size() % 5 == 4) out += '-';
      out += kAlphabet[bits >> (held - 5) & 31];
    }
  }
  return out;
}

Result<Bytes> drawn_once(Store& store, Random& random, const std::string& name, std::size_t bytes) {
  MQ_TRY(const auto held, store.setting(name));
  if (held) return *held;
  Bytes fresh(bytes);
  random.fill(fresh);
  MQ_CHECK(store.set_setting(name, fresh));
  return fresh;
}

Result<Key32> server_seed(Store& store, Random& random) {
  MQ_TRY(Bytes seed, drawn_once(store, random, "server_seed", Key32::kSize));
  if (seed.size() != Key32::kSize) {
    return Error{Code::kCorrupt, "服务器密钥已损坏,请从备份恢复",
                 "the server key is damaged; restore a backup"};
  }
  Key32 key{std::span<const std::uint8_t, Key32::kSize>(seed)};
  wipe(seed);
  return key;
}

// The code that binds a county root; drawn once, gone when a root is bound.
Status prepare_enrolment(Core& core) {
  MQ_TRY(const auto root, core.store.setting("county_root"));
  if (root) {
    core.county_root = VerifyKey::from(*root);
    return {};
  }
  MQ_TRY(const auto held, core.store.setting("enrolment_code"));
  if (held) {
    core.enrolment_code = to_string(*held);
    return {};
  }
  Bytes bytes(kEnrolmentBytes);
  core.random.fill(bytes);
  core.enrolment_code = enrolment_text(bytes);
  return core.store.set_setting("enrolment_code", view_of(core.enrolment_code));
}

Status load_townships(Core& core) {
  MQ_TRY(const std::vector<TownshipId> townships, core.store.townships());
  for (const TownshipId& township : townships) MQ_CHECK(core.load(township));
  // A kill after a founding and before its root was bound.
  if (!core.county_root && !core.townships.empty()) {
    const auto log = core.townships.begin()->second->current();
    core.county_root = log->control.county_root();
    core.enrolment_code.clear();
    MQ_CHECK(core.store.set_setting("county_root", core.county_root->view()));
  }
  return {};
}

}  // namespace

Status renew_generation(Store& store, Random& random) {
  MQ_CHECK(store.set_setting(kHealedSetting, Bytes{1}));
  return store.rebase(random_id<wire::Generation>(random));
}

struct Service::State : Core {
  using Core::Core;
};

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(Store& store, const Clock& clock, Random& random,
                                                ServiceOptions options) {
  MQ_TRY(Key32 seed, server_seed(store, random));
  auto state = std::make_unique<State>(store, clock, random, options,
                                       wire::SigningKey::from_seed(std::move(seed)));
  MQ_TRY(const Bytes generation, drawn_once(store, random, kGenerationSetting, 16));
  state->generation = wire::Generation::from(generation).value_or(wire::Generation{});
  MQ_TRY(const auto healed, store.setting(kHealedSetting));
  state->healed = healed.has_value();
  MQ_CHECK(prepare_enrolment(*state));
  MQ_CHECK(load_townships(*state));
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

VerifyKey Service::server_key() const { return state_->key.public_key(); }

std::string Service::enrolment_code() const {
  const std::lock_guard lock(state_->mutex);
  const bool needed = !state_->options.loopback && !state_->county_root;
  return needed ? state_->enrolment_code : std::string();
}

void Service::set_certificate_hash(const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  state_->certificate_hash = hash;
}

Signature Service::endorse(const Hash& certificate_hash) const {
  return state_->key.sign("mq/te1", certificate_hash.view());
}

void Service::set_listener(Listener listener) { state_->listener = std::move(listener); }

Result<pb::InfoReply> Service::info(const pb::InfoRequest& request) {
  if (request.nonce().size() > kNonceBytesMax) {
    return Error{Code::kInvalidInput, "随机数过长", "the nonce is too long"};
  }
  Hash certificate;
  {
    const std::lock_guard lock(state_->mutex);
    certificate = state_->certificate_hash;
  }
  pb::InfoReply reply;
  reply.set_server_key(bytes_of(server_key().view()));
  reply.set_time_ms(static_cast<std::uint64_t>(state_->clock.wall().ms));
  reply.set_certificate_hash(bytes_of(certificate.view()));
  reply.set_version(kInfoVersion);
  ByteWriter bytes;
  bytes.raw(view_of(request.nonce()));
  bytes.integer(static_cast<std::uint64_t>(reply.time_ms()));
  bytes.raw(certificate.view());
  reply.set_signature(bytes_of(state_->key.sign("mq/in1", bytes.bytes()).view()));
  return reply;
}

Result<pb::ControlAppendReply> Service::found(const pb::SignedRequest& request) {
  return answer_found(*state_, request);
}

Result<pb::FindInviteReply> Service::find_invite(const pb::FindInviteRequest& request) {
  const auto invite = id_of<InviteId>(request.invite());
  const Township* township = invite ? state_->township_of(*invite) : nullptr;
  if (township == nullptr) {
    return Error{Code::kNotFound, "服务器上没有这个邀请;请核对邀请码和服务器地址",
                 "the server knows no such invitation; check the code and the address"};
  }
  pb::FindInviteReply reply;
  reply.set_township(bytes_of(township->id.view()));
  return reply;
}

Result<pb::ControlReadReply> Service::control_read(const pb::SignedRequest& request) {
  return answer_control_read(*state_, request);
}

Result<pb::ControlAppendReply> Service::control_append(const pb::SignedRequest& request) {
  return answer_control_append(*state_, request);
}

Result<pb::ExchangeReply> Service::exchange(const pb::SignedRequest& request) {
  return answer_exchange(*state_, request);
}

Result<pb::ChainHeadsReply> Service::chain_heads(const pb::SignedRequest& request) {
  return answer_chain_heads(*state_, request);
}

Result<std::uint64_t> Service::watch_counter(const pb::SignedRequest& request) {
  MQ_TRY(const Caller caller, authenticate(*state_, request, "Watch"));
  if (!caller.live()) {
    return Error{Code::kNotAllowed, "这台设备已停用", "this device was revoked"};
  }
  const std::lock_guard lock(caller.township->mutex);
  return caller.township->counter;
}

}  // namespace mq::server
