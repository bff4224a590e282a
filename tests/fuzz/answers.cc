#include "fuzz/answers.h"

#include <algorithm>
#include <cstdlib>

#include "fuzz/hostile_server.h"
#include "mq/seal/sealer.h"
#include "sync/records.h"

namespace mq::fuzz {

using testing::SimDevice;

namespace {

constexpr int kStepsMax = 6;
const char* const kOwnTheme = "看望老人";

void claim(bool holds) {
  if (!holds) std::abort();
}

Error called_off() {
  return {Code::kConflict, "这次的输入已经看完。", "this input has been looked at"};
}

}  // namespace

// The cadre has sealed a visit and not sent it, and lacks two of the admin's.
Answers::Answers()
    : world_(1),
      admin_(world_.found(1)),
      cadre_(world_.add_cadre(admin_, "李")),
      newcomer_(world_.add_device("王")),
      server_key_(wire::SigningKey::from_seed(Key32())) {
  const auto code = world_.invite_cadre(admin_, "王", world_.villages);
  claim(code.ok() && newcomer_.boot().ok());
  code_ = *code;
  testing::record_visit(world_, admin_, "修水渠");
  claim(admin_.sync_until_idle() && cadre_.sync_until_idle());
  own_row_ = testing::record_visit(world_, cadre_, kOwnTheme);
  while (cadre_.vault().delivery()->sealed_waiting == 0) claim(cadre_.step().ok());
  testing::record_visit(world_, admin_, "问收成");
  testing::record_visit(world_, admin_, "查水表");
  claim(admin_.sync_until_idle());
  stored_ = world_.server.store.copy();
  const auto seed = stored_.settings.find("server_seed");
  claim(seed != stored_.settings.end());
  server_key_ =
      wire::SigningKey::from_seed(Key32{std::span<const std::uint8_t, Key32::kSize>(seed->second)});
}

std::unique_ptr<Answers::Loaded> Answers::load(SimDevice& device) {
  auto keyring = seal::Keyring::load(device.vault());
  auto control = sync::ControlStore::load(device.vault());
  claim(keyring.ok() && control.ok());
  return std::make_unique<Loaded>(Loaded{std::move(*keyring), std::move(*control)});
}

void Answers::see_own_work() {
  const auto claims = testing::claims_of(cadre_, own_row_);
  claim(std::find(claims.begin(), claims.end(), kOwnTheme) != claims.end());
}

// Nothing recorded is lost and no error lacks its sentences, whatever the server says.
void Answers::sync_with(Door door, const std::string& answer) {
  vault::Vault& vault = cadre_.vault();
  testing::SimRandom random(7);
  testing::SimFiles files;
  files.restore(cadre_.state.copy());
  if (cadres_ == nullptr) cadres_ = load(cadre_);
  seal::Keyring& keyring = cadres_->keyring;
  sync::ControlStore& control = cadres_->control;
  const std::uint32_t held = control.held();
  shown_.clear();
  seal::ContinuationToken token(files, testing::kTokenPath, cadre_.machine_id);
  seal::Sealer sealer(vault, keyring, token, random);
  HostileServer server(*this, door, answer);
  sync::SyncEngine engine(vault, keyring, control, sealer, server, cadre_.clock, random);
  const Status done = vault.together([&]() -> Status {
    for (int i = 0; i < kStepsMax; ++i) {
      const auto progress = engine.step();
      if (!progress.ok()) {
        claim(!progress.error().zh.empty() && !progress.error().en.empty());
        return progress.error();
      }
      if (*progress != sync::Progress::kMore) break;
    }
    see_own_work();
    return called_off();
  });
  claim(!done.ok());
  see_own_work();
  if (control.held() != held) cadres_.reset();
}

void Answers::join_with(Door door, const std::string& answer) {
  vault::Vault& vault = newcomer_.vault();
  testing::SimRandom random(7);
  if (newcomers_ == nullptr) newcomers_ = load(newcomer_);
  seal::Keyring& keyring = newcomers_->keyring;
  sync::ControlStore& control = newcomers_->control;
  HostileServer server(*this, door, answer);
  const Status done = vault.together([&]() -> Status {
    const Status joined =
        sync::join_township(code_, vault, keyring, control, server, newcomer_.clock, random);
    claim(joined.ok() || !joined.error().zh.empty());
    // Believed only with the invitation in the log; its MAC needs the code.
    if (joined.ok()) claim(control.state().head_seq() > 0 && vault.device().has_value());
    return called_off();
  });
  claim(!done.ok() && !vault.device().has_value());
  if (keyring.identity() != nullptr) newcomers_.reset();
}

void Answers::offer(ByteView input) {
  if (input.empty()) return;
  const auto door = static_cast<Door>(input[0] % kDoors);
  const std::string answer = to_string(input.subspan(1));
  if (door == Door::kJoinRead || door == Door::kJoinFind) return join_with(door, answer);
  sync_with(door, answer);
}

}  // namespace mq::fuzz
