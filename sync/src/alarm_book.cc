// The alarms as kept in the vault: the newest, and how many of them nobody has seen.
#include "alarms.h"
#include "mq/sync/membership.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr std::string_view kBook = "sync.alarms";
constexpr std::string_view kUnseen = "sync.alarms_unseen";
constexpr std::size_t kKeptMax = 200;

Status write(vault::Vault& vault, const std::vector<KeptAlarm>& all) {
  ByteWriter out;
  for (const KeptAlarm& one : all) {
    out.zigzag(one.when.ms);
    out.block(view_of(one.alarm.zh));
    out.block(view_of(one.alarm.en));
  }
  return vault.set_setting(kBook, out.bytes());
}

Status set_unseen(vault::Vault& vault, std::uint64_t count) {
  ByteWriter out;
  out.varint(count);
  return vault.set_setting(kUnseen, out.bytes());
}

}  // namespace

Result<std::vector<KeptAlarm>> kept_alarms(vault::Vault& vault) {
  std::vector<KeptAlarm> out;
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kBook));
  if (!bytes) return out;
  ByteReader in(*bytes);
  while (in.left() > 0) {
    KeptAlarm one;
    one.when.ms = in.zigzag();
    one.alarm.zh = to_string(in.block());
    one.alarm.en = to_string(in.block());
    if (in.failed()) {
      return Error{Code::kCorrupt, "本机保存的提醒已损坏。请运行 doctor。",
                   "the alarms kept here are damaged; run doctor"};
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::uint64_t> unseen_alarms(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kUnseen));
  if (!bytes) return std::uint64_t{0};
  ByteReader in(*bytes);
  return in.varint();
}

Status alarms_seen(vault::Vault& vault) { return set_unseen(vault, 0); }

Status keep_alarms(vault::Vault& vault, const std::vector<Alarm>& alarms, WallTime when) {
  if (alarms.empty()) return {};
  MQ_TRY(std::vector<KeptAlarm> all, kept_alarms(vault));
  MQ_TRY(const std::uint64_t unseen, unseen_alarms(vault));
  for (const Alarm& alarm : alarms) all.push_back({when, alarm});
  if (all.size() > kKeptMax) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(kKeptMax));
  }
  return vault.together([&]() -> Status {
    MQ_CHECK(write(vault, all));
    return set_unseen(vault, std::min<std::uint64_t>(unseen + alarms.size(), kKeptMax));
  });
}

Result<std::vector<Alarm>> take_news(vault::Vault& vault, const wire::ControlState& log,
                                     const seal::Keyring& keyring, WallTime when) {
  std::vector<Alarm> news;
  const wire::DeviceRecord* device = log.device(keyring.identity()->device);
  if (device == nullptr) return news;
  MQ_TRY(const std::optional<std::uint32_t> told, load_alarms_told(vault));
  const std::uint32_t since = told.value_or(device->span.from);
  if (since >= log.head_seq()) return news;
  news = alarms_since(log, since, keyring);
  MQ_CHECK(vault.together([&]() -> Status {
    MQ_CHECK(store_alarms_told(vault, log.head_seq()));
    return keep_alarms(vault, news, when);
  }));
  return news;
}

}  // namespace mq::sync
