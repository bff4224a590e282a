#include "settings.h"

#include "messages.h"
#include "mq/base/text.h"
#include "mq/sync/engine.h"

namespace mq::sync {
namespace {

constexpr std::string_view kUsedInvite = "sync.invite";
constexpr std::string_view kGeneration = "sync.generation";
constexpr std::string_view kHealing = "sync.healing";
constexpr std::string_view kRewound = "sync.rewound";
constexpr std::string_view kUnknown = "sync.unknown";
constexpr std::string_view kRuledThrough = "sync.ruled_through";
constexpr std::string_view kIncarnationSince = "sync.incarnation_since";
constexpr std::string_view kAlarmsTold = "sync.alarms_told";
constexpr std::string_view kAlarmsSeen = "sync.alarms_seen";

std::string receipt_name(std::uint32_t stream, wire::ReceiptClass which) {
  const bool late = which == wire::ReceiptClass::kLate;
  return cat(late ? "sync.late_receipt." : "sync.receipt.", stream);
}

std::string secret_name(const PersonId& person) { return cat("sync.invited.", person.hex()); }

Error damaged(std::string_view name) {
  return {Code::kCorrupt, cat("本机保存的 ", name, " 长度不对。请运行 doctor。"),
          cat("the setting ", name, " has a wrong length; run doctor")};
}

// A place in the control log.
Result<std::optional<std::uint32_t>> load_seq(vault::Vault& vault, std::string_view name) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(name));
  if (!bytes) return std::optional<std::uint32_t>();
  if (bytes->size() != sizeof(std::uint32_t)) return damaged(name);
  return std::optional(ByteReader(*bytes).integer<std::uint32_t>());
}

Status store_seq(vault::Vault& vault, std::string_view name, std::uint32_t seq) {
  ByteWriter writer;
  writer.integer(seq);
  return vault.set_setting(name, writer.bytes());
}

}  // namespace

Result<std::optional<UsedInvite>> load_used_invite(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kUsedInvite));
  if (!bytes) return std::optional<UsedInvite>();
  if (bytes->size() != InviteId::kSize + Key32::kSize) return damaged(kUsedInvite);
  ByteReader reader(*bytes);
  const InviteId invite{reader.array<InviteId::kSize>()};
  const auto seed = reader.array<Key32::kSize>();
  return std::optional<UsedInvite>(
      UsedInvite{invite, seal::BoxKeyPair::from_seed(Key32(std::span(seed)))});
}

Status store_used_invite(vault::Vault& vault, const InviteId& invite, const Key32& box_seed) {
  ByteWriter writer;
  writer.raw(invite.view());
  writer.raw(box_seed.view());
  return vault.set_setting(kUsedInvite, writer.bytes());
}

Result<std::optional<wire::InviteSecret>> load_invite_secret(vault::Vault& vault,
                                                             const PersonId& person) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(secret_name(person)));
  if (!bytes) return std::optional<wire::InviteSecret>();
  if (bytes->size() != wire::InviteSecret::kSize) return damaged("sync.invited");
  const ByteView view = *bytes;
  return std::optional<wire::InviteSecret>(
      wire::InviteSecret(view.first<wire::InviteSecret::kSize>()));
}

Status store_invite_secret(vault::Vault& vault, const PersonId& person,
                           const wire::InviteSecret& secret) {
  return vault.set_setting(secret_name(person), secret.view());
}

Result<std::optional<wire::Generation>> load_generation(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kGeneration));
  if (!bytes) return std::optional<wire::Generation>();
  const auto generation = wire::Generation::from(*bytes);
  if (!generation) return damaged(kGeneration);
  return generation;
}

Status store_generation(vault::Vault& vault, const wire::Generation& generation) {
  return vault.set_setting(kGeneration, generation.view());
}

Result<std::optional<wire::Receipt>> load_latest_receipt(vault::Vault& vault, std::uint32_t stream,
                                                         wire::ReceiptClass which) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(receipt_name(stream, which)));
  if (!bytes) return std::optional<wire::Receipt>();
  pb::Receipt message;
  if (!message.ParseFromString(to_string(*bytes))) return damaged("sync.receipt");
  MQ_TRY(const wire::Receipt receipt, from_message(message));
  return std::optional<wire::Receipt>(receipt);
}

Status store_latest_receipt(vault::Vault& vault, const wire::Receipt& receipt) {
  const std::string bytes = to_message(receipt).SerializeAsString();
  return vault.set_setting(receipt_name(receipt.stream, receipt.receipt_class), view_of(bytes));
}

Result<std::uint32_t> load_alarms_seen(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kAlarmsSeen));
  return bytes ? ByteReader(*bytes).integer<std::uint32_t>() : 0;
}

Status store_alarms_seen(vault::Vault& vault, std::uint32_t count) {
  ByteWriter writer;
  writer.integer(count);
  return vault.set_setting(kAlarmsSeen, writer.bytes());
}

Result<std::optional<std::uint32_t>> load_alarms_told(vault::Vault& vault) {
  return load_seq(vault, kAlarmsTold);
}

Status store_alarms_told(vault::Vault& vault, std::uint32_t seq) {
  return store_seq(vault, kAlarmsTold, seq);
}

Result<std::optional<std::uint32_t>> load_incarnation_since(vault::Vault& vault) {
  return load_seq(vault, kIncarnationSince);
}

Status store_incarnation_since(vault::Vault& vault, std::uint32_t seq) {
  return store_seq(vault, kIncarnationSince, seq);
}

Status note_rewound(vault::Vault& vault, std::uint32_t fork) {
  MQ_TRY(const std::optional<std::uint32_t> told, load_alarms_told(vault));
  if (told && *told > fork) MQ_CHECK(store_alarms_told(vault, fork));
  MQ_TRY(const std::optional<std::uint32_t> ruled, load_ruled_through(vault));
  if (ruled && *ruled > fork) MQ_CHECK(store_ruled_through(vault, fork));
  return vault.set_setting(kRewound, Bytes{1});
}

Result<bool> load_rewound(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kRewound));
  return bytes && !bytes->empty();
}

Status clear_rewound(vault::Vault& vault) { return vault.set_setting(kRewound, ByteView{}); }

Result<bool> unknown_to_server(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kUnknown));
  return bytes && !bytes->empty();
}
Status note_unknown(vault::Vault& vault) { return vault.set_setting(kUnknown, Bytes{1}); }
Status clear_unknown(vault::Vault& vault) {
  MQ_TRY(const bool noted, unknown_to_server(vault));
  return noted ? vault.set_setting(kUnknown, ByteView{}) : Status();
}

Result<std::optional<std::uint32_t>> load_ruled_through(vault::Vault& vault) {
  return load_seq(vault, kRuledThrough);
}

Status store_ruled_through(vault::Vault& vault, std::uint32_t seq) {
  return store_seq(vault, kRuledThrough, seq);
}

Result<std::set<std::uint32_t>> load_healing_streams(vault::Vault& vault) {
  std::set<std::uint32_t> streams;
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kHealing));
  if (!bytes) return streams;
  ByteReader reader(*bytes);
  while (reader.left() > 0) streams.insert(reader.integer<std::uint32_t>());
  if (reader.failed()) return damaged(kHealing);
  return streams;
}

Status store_healing_streams(vault::Vault& vault, const std::set<std::uint32_t>& streams) {
  ByteWriter writer;
  for (const std::uint32_t stream : streams) writer.integer(stream);
  return vault.set_setting(kHealing, writer.bytes());
}

}  // namespace mq::sync
