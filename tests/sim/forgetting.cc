// Forgotten passphrases: an admin's device reads out the code, it opens the home once, in any
// weather and whenever the power goes; nobody else can open what travels.
#include "mq/base/text.h"
#include "mq/vault/key_file.h"
#include "mq/work/device_unlock.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;
using vault::KeyFile;
using vault::WrapKind;

namespace {

constexpr const char* kKeyPath = "state/vault.key";
constexpr vault::KdfCost kCheap{1, 8u << 10};

const DeviceId& id_of(SimDevice& d) { return d.keyring().identity()->device; }

work::Workplace place_of(SimDevice& d) {
  return {d.vault(), d.control().state(), d.clock, d.random, d.keyring().identity()->person};
}

std::string text_of_code(const seal::UnlockSecret& code) { return to_hex(code.view()); }

}  // namespace

// The owner's device draws a code and puts it under the seals of those who may read it out.
void Simulation::prepare_code(int index) {
  SimDevice& d = device(index);
  if (doubled_.contains(index) || !live(id_of(d))) return;
  KeyFile file(d.state, d.random, kKeyPath);
  d.state.set_full(false);
  Secretly& s = secrets_[index];
  if (!file.exists()) {
    s.passphrase = cat("第一个 ", index);
    const auto made = file.create(s.passphrase, kCheap);
    if (!made.ok()) return fault("no key file: " + made.error().en);
    s.row = RowId{new_id<RowId>(d.clock, d.random)};
  }
  seal::UnlockSecret code;
  d.random.fill(code.writable());
  const auto key = file.unlock(s.passphrase);
  if (!key.ok()) return fault(cat(d.name(), " cannot open its home: ", key.error().en));
  const Status wrapped = file.rewrap(*key, WrapKind::kUnlockCode, text_of_code(code), kCheap);
  if (!wrapped.ok()) return fault("no unlock code: " + wrapped.error().en);
  const seal::EscrowHolders holders = work::unlock_holders(d.control().state(), id_of(d));
  const auto sealed = seal::seal_escrow(id_of(d), code, holders, d.random);
  if (!sealed.ok()) return fault("no escrow: " + sealed.error().en);
  const Status kept =
      work::keep_device_unlock(place_of(d), s.row, {id_of(d), *sealed, Date{20'000}, {}});
  if (!kept.ok()) return say(cat(d.name(), " cannot hand its code over: ", kept.error().en));
  s.sealed = *sealed;
  say(cat(d.name(), " hands its code to ", holders.size()));
}

// Whoever is not named in it cannot open it, with whatever keys.
void Simulation::check_escrow(const DeviceId& owner, ByteView sealed) {
  const auto names = seal::escrow_names(sealed);
  if (!names.ok()) return fault("an escrow cannot be read: " + names.error().en);
  for (const auto& each : world_.devices) {
    if (!each->running()) continue;
    const seal::Identity& him = *each->keyring().identity();
    const bool named = std::ranges::find(*names, to_bytes(him.device.view())) != names->end();
    for (const Bytes& name : *names) {
      const bool opened = seal::open_escrow(sealed, owner, name, him.box).ok();
      const bool his = named && std::ranges::equal(name, him.device.view());
      if (opened != his) {
        fault(cat(each->name(), opened ? " opens another's box" : " cannot open its box",
                  " of an unlock code"));
      }
    }
  }
}

// What an admin reads out over the telephone; nothing if no admin there has it yet.
std::optional<std::string> Simulation::code_read_out(int index) {
  SimDevice& d = device(index);
  const std::optional<int> admin = some_admin();
  if (!admin || *admin == index || !ready(*admin)) return std::nullopt;
  SimDevice& by = device(*admin);
  const auto unlocks = work::device_unlocks(place_of(by), d.keyring().identity()->person);
  if (!unlocks.ok()) {
    fault("unlock codes cannot be read: " + unlocks.error().en);
    return std::nullopt;
  }
  for (const work::DeviceUnlock& each : *unlocks) {
    if (each.device != id_of(d) || each.sealed != secrets_[index].sealed) continue;
    const seal::Identity& me = *by.keyring().identity();
    const auto code = seal::open_escrow(each.sealed, id_of(d), me.device.view(), me.box);
    if (code.ok()) return text_of_code(*code);
  }
  return std::nullopt;
}

void Simulation::forget(int index) {
  if (!secrets_.contains(index) || secrets_[index].sealed.empty() || doubled_.contains(index)) {
    return prepare_code(index);
  }
  SimDevice& d = device(index);
  Secretly& s = secrets_[index];
  check_escrow(id_of(d), s.sealed);
  const std::optional<std::string> code = code_read_out(index);
  if (!code) return say(cat("nobody can read out the code of ", d.name(), " yet"));
  KeyFile file(d.state, d.random, kKeyPath);
  const auto key = file.unlock(*code, WrapKind::kUnlockCode);
  if (!key.ok()) return fault(cat("the code of ", d.name(), " is refused: ", key.error().en));
  const std::string fresh = cat(s.passphrase, " 新");
  const bool killed = turns_.chance(30);
  if (killed) faults_.arm(testing::Faults::Mode::kFromThere, 1 + turns_.below(6));
  const Status redeemed = file.redeem(*key, fresh, kCheap);
  faults_.stop();
  if (killed) stand_up(index);
  say(cat(d.name(), " forgot its passphrase", killed ? " and loses power" : ""));
  check_redeemed(index, *code, fresh, redeemed.ok());
}

// Either the code is used up and the new passphrase stands, or nothing has happened.
void Simulation::check_redeemed(int index, const std::string& code, const std::string& fresh,
                                bool must) {
  SimDevice& d = device(index);
  Secretly& s = secrets_[index];
  KeyFile file(d.state, d.random, kKeyPath);
  const bool used = !file.unlock(code, WrapKind::kUnlockCode).ok();
  const bool renewed = file.unlock(fresh).ok();
  const bool old = file.unlock(s.passphrase).ok();
  if (used != renewed || old == renewed || (must && !used)) {
    fault(cat(d.name(), ": of code, new and old passphrase work ", used ? 0 : 1, renewed ? 1 : 0,
              old ? 1 : 0));
  }
  if (!renewed) return;
  s.passphrase = fresh;
  s.sealed.clear();  // the next contact hands another over
  prepare_code(index);
}

}  // namespace mq::sim
