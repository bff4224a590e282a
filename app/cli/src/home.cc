#include "home.h"

#include <unistd.h>

#include "mq/base/text.h"
#include "mq/sync/grpc_transport.h"
#include "mq/vault/aead.h"
#include "mq/wire/crypto.h"

namespace mq::cli {

namespace {

constexpr std::string_view kVfsName = "minqing-vault";
constexpr std::size_t kReserveBytes = 2u
                                      << 20;  // kept free so that the sentence typed can be saved
constexpr const char* kMachineIdPath = "/etc/machine-id";

std::string state_folder() {
  const std::string state = environment("XDG_STATE_HOME");
  return (state.empty() ? environment("HOME") + "/.local/state" : state) + "/minqing";
}

// Which machine this is, hashed so that the file says nothing of it.
Bytes machine_id(FileSystem& files) {
  auto content = files.read(kMachineIdPath, 4096);
  const Bytes raw = content.ok() ? *content : Bytes{};
  const Hash hash = wire::hash("mq/machine", {raw});
  return {hash.data.begin(), hash.data.begin() + 16};
}

}  // namespace

struct Home::State {
  // Signing and box keys stand in here: kept out of swap, as far as the system allows.
  State(Call& its_call, KeyRoom its_room) : call(&its_call), room(std::move(its_room)) {
    static_cast<void>(vault::lock_memory({reinterpret_cast<std::uint8_t*>(this), sizeof *this}));
  }

  Call* call;
  KeyRoom room;
  Key32 key;
  std::unique_ptr<vault::EncryptedVfs> vfs;
  std::unique_ptr<vault::Vault> vault;
  std::optional<seal::Keyring> keyring;
  std::optional<sync::ControlStore> control;
  std::string token_path;
  std::optional<seal::ContinuationToken> token;
  std::optional<seal::Sealer> sealer;
  seal::ContinuationToken::Verdict verdict = seal::ContinuationToken::Verdict::kFresh;
};

namespace {

// Best effort: without room for the reserve there is still room for work.
void keep_reserve(FileSystem& files, const std::string& folder) {
  const std::string path = reserve_path(folder);
  if (!files.exists(path)) static_cast<void>(files.replace(path, Bytes(kReserveBytes)));
}

// False if there is none to give up.
Result<bool> give_up_reserve(Call& call, const std::string& folder) {
  const std::string path = reserve_path(folder);
  if (!call.world.files.exists(path)) return false;
  MQ_CHECK(call.world.files.remove(path));
  call.out.warn("磁盘满了:已动用预留的 2 MB;请尽快腾出空间",
                "the disk is full: the reserve of 2 MB is in use now; free some space soon");
  return true;
}

Error not_writable(const std::string& path) {
  return {Code::kNotAllowed,
          cat("打不开:记录文件 ", path, " 只能读、不能写;记录都在,没有改动。请改回它的权限,",
              "或把整个文件夹移到能写的盘上"),
          cat("cannot open: ", path, " is read-only; everything is in it, nothing was changed. ",
              "Make it writable, or move the whole folder to a disk that is")};
}

// On a full disk a vault cannot even be opened, since that writes a little: the reserve goes first.
Result<std::unique_ptr<vault::Vault>> open_vault(Call& call, const std::string& folder,
                                                 const vault::VaultOptions& options) {
  auto opened = vault::Vault::open(options, call.world.clock, call.world.random);
  if (opened.ok()) {
    keep_reserve(call.world.files, folder);
    return opened;
  }
  const Code code = opened.error().code;
  if (code != Code::kExhausted && code != Code::kInternal) return opened;
  if (call.world.files.exists(options.path) && ::access(options.path.c_str(), W_OK) != 0) {
    return not_writable(options.path);
  }
  MQ_TRY(const bool room, give_up_reserve(call, folder));
  if (!room) return opened;
  return vault::Vault::open(options, call.world.clock, call.world.random);
}

// Best effort, for the stream keys held now; those that a contact brings stand unlocked until it
// ends. Never unlocked: keys share pages, and pages do not count their locks.
void lock_keys(const vault::Vault& vault, const seal::Keyring& keyring) {
  for (const vault::StreamInfo& stream : vault.streams()) {
    for (std::uint32_t epoch = keyring.newest_epoch(stream.id); epoch > 0; --epoch) {
      const Key32* key = keyring.key(stream.id, epoch);
      if (key == nullptr) continue;
      static_cast<void>(
          vault::lock_memory({const_cast<std::uint8_t*>(key->view().data()), Key32::kSize}));
    }
  }
}

}  // namespace

Home::Home(std::unique_ptr<State> state) : state_(std::move(state)) {}

Home::~Home() {
  if (!state_) return;
  // Statements first, then the vault, then the VFS below it.
  state_->sealer.reset();
  state_->token.reset();
  state_->control.reset();
  state_->keyring.reset();
  state_->vault.reset();
  state_->vfs.reset();
}

Result<std::unique_ptr<Home>> Home::start(Call& call, KeyRoom room, const Key32& key,
                                          bool may_create) {
  auto state = std::make_unique<State>(call, std::move(room));
  state->key = key.clone();
  MQ_TRY(state->vfs, vault::EncryptedVfs::install(std::string(kVfsName), "", key, call.world.random,
                                                  call.world.worker));
  vault::VaultOptions options;
  MQ_TRY(options.path, state->room.key_file().database_path());
  options.vfs = std::string(kVfsName);
  options.create = may_create && !call.world.files.exists(options.path);
  MQ_TRY(state->vault, open_vault(call, state->room.folder(), options));
  auto home = std::unique_ptr<Home>(new Home(std::move(state)));
  MQ_CHECK(home->settle());
  return home;
}

Result<std::unique_ptr<Home>> Home::open(Call& call) {
  MQ_TRY(KeyRoom room, KeyRoom::enter(call));
  MQ_TRY(const Key32 key, room.resume());
  return open_with(call, std::move(room), key);
}

Result<std::unique_ptr<Home>> Home::open_with(Call& call, KeyRoom room, const Key32& key) {
  MQ_CHECK(room.key_file().remove_strays(""));
  return start(call, std::move(room), key, false);
}

Result<std::unique_ptr<Home>> Home::open_or_create(Call& call) {
  MQ_TRY(KeyRoom room, KeyRoom::enter(call, true));
  const bool fresh = room.fresh();
  MQ_TRY(const Key32 key, fresh ? room.create() : room.resume());
  if (!fresh) MQ_CHECK(room.key_file().remove_strays(""));
  return start(call, std::move(room), key, true);
}

Status Home::settle() {
  State& s = *state_;
  s.sealer.reset();
  s.token.reset();
  if (!s.keyring) {
    MQ_TRY(seal::Keyring keyring, seal::Keyring::load(*s.vault));
    s.keyring.emplace(std::move(keyring));
    lock_keys(*s.vault, *s.keyring);
  }
  if (!s.control) {
    MQ_TRY(sync::ControlStore control, sync::ControlStore::load(*s.vault));
    s.control.emplace(std::move(control));
  }
  const auto device = s.vault->device();
  const std::string name = device ? device->hex() : "unnamed";
  FileSystem& files = s.call->world.files;
  const std::string folder = state_folder();
  if (device) MQ_CHECK(files.make_folder(folder));
  s.token_path = cat(folder, "/", name);
  s.token.emplace(files, s.token_path, machine_id(files));
  if (device) {
    MQ_TRY(s.verdict, s.token->check(*s.vault));
  }
  s.sealer.emplace(*s.vault, *s.keyring, *s.token, s.call->world.random, s.call->world.worker);
  using Verdict = seal::ContinuationToken::Verdict;
  if (s.verdict == Verdict::kRestored || s.verdict == Verdict::kCloned) {
    // A copied or restored home goes on under a line of its own, before anything is sealed.
    MQ_CHECK(s.sealer->start_incarnation());
  }
  return {};
}

vault::Vault& Home::vault() { return *state_->vault; }
seal::Keyring& Home::keyring() { return *state_->keyring; }
sync::ControlStore& Home::control() { return *state_->control; }
seal::Sealer& Home::sealer() { return *state_->sealer; }
Status Home::wrap_unlock(ByteView code) {
  return state_->room.key_file().rewrap(state_->key, vault::WrapKind::kUnlockCode, text_of(code));
}

Result<bool> Home::has_unlock() {
  return state_->room.key_file().has_wrap(vault::WrapKind::kUnlockCode);
}

const std::string& Home::folder() const { return state_->room.folder(); }
const std::string& Home::token_path() const { return state_->token_path; }
seal::ContinuationToken::Verdict Home::verdict() const { return state_->verdict; }

Result<work::Workplace> Home::place() {
  const seal::Identity* identity = state_->keyring->identity();
  const bool member = identity != nullptr && state_->control->state().head_seq() > 0;
  if (!member) {
    return Error{Code::kNotFound, "本机还没有加入乡镇;先用 minqing join 邀请码",
                 "this device belongs to no township yet; use minqing join CODE"};
  }
  return place_so_far();
}

work::Workplace Home::place_so_far() {
  const seal::Identity* identity = state_->keyring->identity();
  return {*state_->vault, state_->control->state(), state_->call->world.clock,
          state_->call->world.random, identity != nullptr ? identity->person : PersonId{}};
}

bool Home::can_record() {
  const auto place = this->place();
  if (!place.ok()) return false;
  for (const wire::StreamRecord& stream : place->control.streams()) {
    const bool lists = stream.kind == wire::pb::STREAM_KIND_TOWNSHIP;
    if (!lists || state_->keyring->newest_epoch(stream.id) > 0) continue;
    if (place->control.may_read(place->member, stream.id, place->control.head_seq())) return false;
  }
  return true;
}

Result<std::unique_ptr<sync::Transport>> Home::connect(const std::string& address) {
  const wire::ControlState& state = state_->control->state();
  const bool known = state.head_seq() > 0;
  MQ_TRY(std::unique_ptr<sync::Transport> transport,
         sync::connect_grpc(known ? state.server_address() : address, state_->call->world.random));
  if (known) transport->expect_server(state.server_key());
  return transport;
}

Status Home::saving(const std::function<Status()>& body) {
  Status done = body();
  if (done.ok() || done.error().code != Code::kExhausted) return done;
  MQ_TRY(const bool room, give_up_reserve(*state_->call, state_->room.folder()));
  if (!room) return done;
  return body();
}

Result<std::vector<model::Transaction>> Home::opened(const wire::Envelope& envelope) {
  MQ_TRY(auto running,
         state_->vault->chain_context(wire::chain_of(envelope.header), envelope.header.prev));
  model::Context context = running.value_or(model::Context{});
  return state_->sealer->open(envelope, context);
}

}  // namespace mq::cli
