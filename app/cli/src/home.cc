#include "home.h"

#include <chrono>
#include <cstdlib>
#include <thread>

#include "home_lock.h"
#include "mq/base/text.h"
#include "mq/sync/grpc_transport.h"
#include "mq/vault/key_file.h"
#include "mq/wire/crypto.h"
#include "passphrase.h"

namespace mq::cli {

namespace {

constexpr std::string_view kVfsName = "minqing-vault";
constexpr std::size_t kReserveBytes = 2u
                                      << 20;  // kept free so that the sentence typed can be saved
constexpr const char* kMachineIdPath = "/etc/machine-id";

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string default_home() {
  const std::string data = env("XDG_DATA_HOME");
  return (data.empty() ? env("HOME") + "/.local/share" : data) + "/minqing";
}

std::string state_folder() {
  const std::string state = env("XDG_STATE_HOME");
  return (state.empty() ? env("HOME") + "/.local/state" : state) + "/minqing";
}

// Which machine this is, hashed so that the file says nothing of it.
Bytes machine_id(FileSystem& files) {
  auto content = files.read(kMachineIdPath, 4096);
  const Bytes raw = content.ok() ? *content : Bytes{};
  const Hash hash = wire::hash("mq/machine", {raw});
  return {hash.data.begin(), hash.data.begin() + 16};
}

Error no_home(const std::string& folder) {
  return {Code::kNotFound,
          cat("这里还没有民情文件夹:", folder, ";先用 org create 建乡镇,或用 join 加入"),
          cat("no minqing home at ", folder, "; use org create or join first")};
}

}  // namespace

struct Home::State {
  Call* call = nullptr;
  std::string folder;
  std::optional<HomeLock> lock;
  std::unique_ptr<vault::EncryptedVfs> vfs;
  std::unique_ptr<vault::Vault> vault;
  std::optional<seal::Keyring> keyring;
  std::optional<sync::ControlStore> control;
  std::optional<seal::ContinuationToken> token;
  std::optional<seal::Sealer> sealer;
  seal::ContinuationToken::Verdict verdict = seal::ContinuationToken::Verdict::kFresh;
};

namespace {

std::string folder_of(const Call& call) {
  std::string folder = call.args.value("home").value_or(default_home());
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

// Waits as long as the wrong passphrases before demand, then unlocks.
Result<Key32> unlock(Call& call, vault::KeyFile& key_file) {
  MQ_TRY(const std::string passphrase, ask_passphrase(call, false));
  const std::chrono::seconds delay = vault::KeyFile::delay_after(key_file.failures());
  if (delay.count() > 0) {
    call.out.warn(cat("密码输错过,请等 ", delay.count(), " 秒"),
                  cat("wrong passphrases before: wait ", delay.count(), " s"));
    std::this_thread::sleep_for(delay);
  }
  return key_file.unlock(passphrase);
}

std::string reserve_path(const std::string& folder) { return folder + "/reserve"; }

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
  MQ_TRY(const bool room, give_up_reserve(call, folder));
  if (!room) return opened;
  return vault::Vault::open(options, call.world.clock, call.world.random);
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

Result<std::unique_ptr<Home>> Home::start(Call& call, bool may_create) {
  auto state = std::make_unique<State>();
  state->call = &call;
  state->folder = folder_of(call);
  FileSystem& files = call.world.files;
  vault::KeyFile key_file(files, call.world.random, state->folder + "/vault.key");
  const bool fresh = !key_file.exists();
  if (fresh && !may_create) return no_home(state->folder);
  if (fresh) MQ_CHECK(files.make_folder(state->folder));
  MQ_TRY(HomeLock lock, HomeLock::take(state->folder + "/lock"));
  state->lock.emplace(std::move(lock));
  Key32 key;
  if (fresh) {
    MQ_TRY(const std::string passphrase, ask_passphrase(call, true));
    MQ_TRY(key, key_file.create(passphrase));
  } else {
    MQ_TRY(key, unlock(call, key_file));
    MQ_CHECK(key_file.remove_strays(""));
  }
  MQ_TRY(state->vfs, vault::EncryptedVfs::install(std::string(kVfsName), "", key, call.world.random,
                                                  call.world.worker));
  vault::VaultOptions options;
  MQ_TRY(options.path, key_file.database_path());
  options.vfs = std::string(kVfsName);
  options.create = fresh || (may_create && !files.exists(options.path));
  MQ_TRY(state->vault, open_vault(call, state->folder, options));
  auto home = std::unique_ptr<Home>(new Home(std::move(state)));
  MQ_CHECK(home->settle());
  return home;
}

Result<std::unique_ptr<Home>> Home::open(Call& call) { return start(call, false); }

Result<std::unique_ptr<Home>> Home::open_or_create(Call& call) { return start(call, true); }

Status Home::settle() {
  State& s = *state_;
  s.sealer.reset();
  s.token.reset();
  if (!s.keyring) {
    MQ_TRY(seal::Keyring keyring, seal::Keyring::load(*s.vault));
    s.keyring.emplace(std::move(keyring));
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
  s.token.emplace(files, cat(folder, "/", name), machine_id(files));
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
const std::string& Home::folder() const { return state_->folder; }
seal::ContinuationToken::Verdict Home::verdict() const { return state_->verdict; }

Result<work::Workplace> Home::place() {
  const seal::Identity* identity = state_->keyring->identity();
  const bool member = identity != nullptr && state_->control->state().head_seq() > 0;
  if (!member) {
    return Error{Code::kNotFound, "本机还没有加入乡镇;先用 minqing join 邀请码",
                 "this device belongs to no township yet; use minqing join CODE"};
  }
  return work::Workplace{*state_->vault, state_->control->state(), state_->call->world.clock,
                         state_->call->world.random, identity->person};
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
  MQ_TRY(const bool room, give_up_reserve(*state_->call, state_->folder));
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
