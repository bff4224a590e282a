#include "unlock_escrow.h"

#include <algorithm>

#include "member_names.h"
#include "mq/base/text.h"
#include "mq/work/device_unlock.h"
#include "mq/work/directory.h"

namespace mq::cli {

namespace {

constexpr std::string_view kSetting = "unlock.code";
constexpr std::uint8_t kForm = 1;

enum class Stage : std::uint8_t { kNone = 0, kDrawn = 1, kWrapped = 2 };

// The setting: form 1 ‖ stage ‖ on paper u8 ‖ row 16 ‖ day drawn u32 ‖ code 10 ‖ escrow.
struct Kept {
  Stage stage = Stage::kNone;
  bool on_paper = false;
  RowId row;
  Date made_on;
  UnlockCode code;
  Bytes sealed;  // as last written into the row; empty: not yet
};

Error unreadable() {
  return {Code::kUnsupported, "解锁码的记录由更新版本的程序写成,请先升级程序",
          "the record of the unlock code was written by a newer program; upgrade first"};
}

Result<Kept> load(Home& home, const World& world) {
  Kept out;
  MQ_TRY(std::optional<Bytes> bytes, home.vault().setting(kSetting));
  if (!bytes) {
    // Not made from the device's id: else others could write a row of that id before.
    out.row = new_id<RowId>(world.clock, world.random);
    return out;
  }
  ByteReader in(*bytes);
  const auto form = in.integer<std::uint8_t>();
  out.stage = static_cast<Stage>(in.integer<std::uint8_t>());
  out.on_paper = in.integer<std::uint8_t>() != 0;
  out.row = RowId{in.array<RowId::kSize>()};
  out.made_on = Date{static_cast<std::int32_t>(in.integer<std::uint32_t>())};
  const ByteView code = in.raw(UnlockCode::kSize);
  if (in.failed() || form != kForm || out.stage > Stage::kWrapped) return unreadable();
  std::ranges::copy(code, out.code.writable().begin());
  out.sealed = to_bytes(in.rest());
  wipe(*bytes);
  return out;
}

Status store(Home& home, const Kept& kept) {
  ByteWriter out;
  out.integer(kForm);
  out.integer(static_cast<std::uint8_t>(kept.stage));
  out.integer(static_cast<std::uint8_t>(kept.on_paper));
  out.raw(kept.row.view());
  out.integer(static_cast<std::uint32_t>(kept.made_on.days));
  out.raw(kept.code.view());
  out.raw(kept.sealed);
  Bytes bytes = out.take();
  Status stored = home.vault().set_setting(kSetting, bytes);
  wipe(bytes);
  return stored;
}

Status wrap(Home& home, Kept& kept) {
  MQ_CHECK(home.wrap_unlock(kept.code.view()));
  kept.stage = Stage::kWrapped;
  return store(home, kept);
}

Status draw(Home& home, const World& world, Kept& kept) {
  kept.code = new_unlock_code(world.random);
  kept.stage = Stage::kDrawn;
  kept.on_paper = false;
  kept.made_on = Date::in_shanghai(world.clock.wall());
  kept.sealed.clear();
  MQ_CHECK(store(home, kept));
  return wrap(home, kept);
}

Result<std::vector<Bytes>> names_in(const Kept& kept) {
  if (kept.sealed.empty()) return std::vector<Bytes>{};
  return seal::escrow_names(kept.sealed);
}

std::vector<Bytes> names_of(const seal::EscrowHolders& holders) {
  std::vector<Bytes> out;
  for (const auto& [name, key] : holders) out.push_back(name);
  return out;
}

bool all_in(const std::vector<Bytes>& some, const std::vector<Bytes>& all) {
  return std::ranges::all_of(
      some, [&](const Bytes& name) { return std::ranges::find(all, name) != all.end(); });
}

// A unit's device and a supervisor's write no diary; a stopped one writes nothing.
bool may_hand_over(Home& home, const work::Workplace& place) {
  const auto stream = work::Directory(place).diary_stream();
  if (!stream.ok() || !home.can_record()) return false;
  const vault::StreamInfo* info = home.vault().stream(*stream);
  return place.control.may_write(*home.vault().device(), info->id, place.control.head_seq());
}

Result<std::optional<Date>> day_of_use(Home& home) {
  MQ_TRY(const std::optional<Bytes> used, home.vault().setting(kUnlockUsed));
  return used ? Date::parse_iso(text_of(*used)) : std::optional<Date>();
}

// The code that the key file now takes, another one if there is none or it may be known.
Result<bool> make_good(Home& home, const World& world, const std::vector<Bytes>& holders,
                       Kept& kept) {
  MQ_TRY(const bool wrapped, home.has_unlock());
  MQ_TRY(const std::vector<Bytes> told, names_in(kept));
  const bool gone = kept.stage == Stage::kWrapped && !wrapped;
  if (kept.stage == Stage::kNone || gone || !all_in(told, holders)) {
    const bool paper_void = wrapped && (kept.on_paper || kept.stage == Stage::kNone);
    MQ_CHECK(draw(home, world, kept));
    return paper_void;
  }
  if (kept.stage == Stage::kDrawn) MQ_CHECK(wrap(home, kept));
  return false;
}

}  // namespace

Result<UnlockCode> draw_for_paper(Home& home, const World& world) {
  MQ_TRY(Kept kept, load(home, world));
  MQ_CHECK(draw(home, world, kept));
  kept.on_paper = true;
  MQ_CHECK(store(home, kept));
  return std::move(kept.code);
}

Status note_unlock_use(Home& home, const World& world, Date day) {
  MQ_TRY(Kept kept, load(home, world));
  kept.stage = Stage::kNone;
  kept.on_paper = false;
  kept.code = UnlockCode();
  return home.vault().together([&]() -> Status {
    const std::string text = day.iso();
    MQ_CHECK(home.vault().set_setting(kUnlockUsed, view_of(text)));
    return store(home, kept);
  });
}

Result<Renewed> renew_unlock(Home& home, const World& world) {
  Renewed out;
  MQ_TRY(const work::Workplace place, home.place());
  const DeviceId device = *home.vault().device();
  const seal::EscrowHolders holders = work::unlock_holders(place.control, device);
  if (holders.empty() || !may_hand_over(home, place)) return out;
  MQ_TRY(Kept kept, load(home, world));
  MQ_TRY(out.paper_void, make_good(home, world, names_of(holders), kept));
  MQ_TRY(const std::optional<Date> used, day_of_use(home));
  work::DeviceUnlock unlock{device, kept.sealed, kept.made_on, used};
  MQ_TRY(const std::vector<Bytes> told, names_in(kept));
  MQ_TRY(const bool stands, work::stands(place, kept.row, unlock));
  if (stands && told == names_of(holders)) return out;
  MQ_TRY(unlock.sealed, seal::seal_escrow(device, kept.code, holders, world.random));
  kept.sealed = unlock.sealed;
  MQ_CHECK(home.vault().together([&]() -> Status {
    MQ_CHECK(store(home, kept));
    return work::keep_device_unlock(place, kept.row, unlock);
  }));
  out.written = true;
  return out;
}

namespace {

Status tell_uses(Call& call, Home& home, const work::Workplace& place, bool renewed) {
  MQ_TRY(const std::optional<Date> used, day_of_use(home));
  if (used) {
    call.out.object()["unlock_code_used"] = used->iso();
    call.out.say(cat("本机在 ", used->iso(), " 用解锁码打开过", renewed ? ";解锁码已换新" : "",
                     ";如果不是你本人,请马上告诉乡镇管理员"),
                 cat("opened with an unlock code on ", used->iso(),
                     renewed ? "; the code is another now" : "",
                     "; if that was not you, tell the admin at once"));
  }
  MQ_TRY(const std::vector<work::DeviceUnlock> mine, work::device_unlocks(place, place.member));
  Json elsewhere = Json::array();
  for (const work::DeviceUnlock& unlock : mine) {
    if (!unlock.used_on || unlock.device == *home.vault().device()) continue;
    const std::string number = short_number(unlock.device.view());
    elsewhere.push_back({{"device", number}, {"on", unlock.used_on->iso()}});
    call.out.say(cat("你的另一台设备 ", number, " 在 ", unlock.used_on->iso(),
                     " 用解锁码打开过;如果不是你本人,请马上告诉乡镇管理员"),
                 cat("your other device ", number, " was opened with an unlock code on ",
                     unlock.used_on->iso(), "; if that was not you, tell the admin at once"));
  }
  if (!elsewhere.empty()) call.out.object()["unlock_code_used_elsewhere"] = std::move(elsewhere);
  return {};
}

}  // namespace

Status tell_unlock(Call& call, Home& home, const work::Workplace& place) {
  MQ_TRY(const Kept kept, load(home, call.world));
  MQ_TRY(const bool wrapped, home.has_unlock());
  const bool good = wrapped && kept.stage == Stage::kWrapped;
  MQ_TRY(const std::vector<Bytes> told, names_in(kept));
  const std::size_t holders = good ? told.size() : 0;
  call.out.object()["unlock_code_holders"] = holders;
  if (holders > 0) {
    call.out.say(cat("忘了口令:请打电话给乡镇管理员,有 ", holders, " 处保管着本机的解锁码"),
                 cat("a forgotten passphrase: call the admin, ", holders, " hold the unlock code"));
  } else if (!wrapped) {
    call.out.say("还没有解锁码:现在忘了口令就打不开;请用 unlock make 做一个抄在纸上",
                 "no unlock code yet: a forgotten passphrase opens nothing; use unlock make");
  }
  return tell_uses(call, home, place, good);
}

}  // namespace mq::cli
