#include "bundle_store.h"

#include <algorithm>
#include <set>

#include "messages.h"
#include "mq/base/text.h"

namespace mq::sync {
namespace {

constexpr std::string_view kCopied = "bundle.copied";
constexpr std::string_view kRelay = "bundle.relay";
constexpr std::size_t kReceiptsKept = 512;

std::string peer_name(const DeviceId& device) { return cat("bundle.peer.", device.hex()); }
std::string receipts_name(const DeviceId& device) { return cat("bundle.receipts.", device.hex()); }

Error damaged(std::string_view name) {
  return {Code::kCorrupt, cat("本机保存的 ", name, " 长度不对。请运行 doctor。"),
          cat("the setting ", name, " has a wrong length; run doctor")};
}

Status store_receipts_for(vault::Vault& vault, const DeviceId& device,
                          std::vector<wire::Receipt> receipts) {
  if (receipts.size() > kReceiptsKept) {
    receipts.erase(receipts.begin(), receipts.end() - kReceiptsKept);
  }
  ByteWriter out;
  for (const wire::Receipt& receipt : receipts) {
    out.block(to_message(receipt).SerializeAsString());
  }
  return vault.set_setting(receipts_name(device), out.bytes());
}

Status store_relay(vault::Vault& vault, const std::vector<Hash>& envelopes) {
  ByteWriter out;
  for (const Hash& hash : envelopes) out.raw(hash.view());
  return vault.set_setting(kRelay, out.bytes());
}

}  // namespace

bool Copied::holds(const wire::EnvelopeHeader& header) const {
  const auto chain = through.find({header.stream, header.incarnation});
  return chain != through.end() && header.seq <= chain->second;
}

Result<Copied> load_copied(vault::Vault& vault) {
  Copied out;
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kCopied));
  if (!bytes) return out;
  ByteReader reader(*bytes);
  out.written.ms = reader.zigzag();
  out.file = to_string(reader.block());
  while (reader.left() > 0) {
    const StreamId stream{reader.array<StreamId::kSize>()};
    const auto incarnation = reader.integer<std::uint32_t>();
    out.through[{stream, incarnation}] = reader.varint();
  }
  if (reader.failed()) return damaged(kCopied);
  return out;
}

Status store_copied(vault::Vault& vault, const Copied& copied) {
  ByteWriter out;
  out.zigzag(copied.written.ms);
  out.block(copied.file);
  for (const auto& [chain, seq] : copied.through) {
    out.raw(chain.first.view());
    out.integer(chain.second);
    out.varint(seq);
  }
  return vault.set_setting(kCopied, out.bytes());
}

Result<std::uint32_t> load_peer_seq(vault::Vault& vault, const DeviceId& device) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(peer_name(device)));
  if (!bytes) return std::uint32_t{0};
  ByteReader reader(*bytes);
  const auto seq = reader.integer<std::uint32_t>();
  if (!reader.done()) return damaged("bundle.peer");
  return seq;
}

Status store_peer_seq(vault::Vault& vault, const DeviceId& device, std::uint32_t control_seq) {
  ByteWriter out;
  out.integer(control_seq);
  return vault.set_setting(peer_name(device), out.bytes());
}

Result<std::vector<wire::Receipt>> load_receipts_for(vault::Vault& vault, const DeviceId& device) {
  std::vector<wire::Receipt> out;
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(receipts_name(device)));
  if (!bytes) return out;
  ByteReader reader(*bytes);
  while (reader.left() > 0) {
    pb::Receipt message;
    if (!message.ParseFromString(to_string(reader.block()))) return damaged("bundle.receipts");
    MQ_TRY(const wire::Receipt receipt, from_message(message));
    out.push_back(receipt);
  }
  return out;
}

Status keep_receipts(vault::Vault& vault, const std::vector<wire::Receipt>& receipts) {
  std::map<DeviceId, std::vector<wire::Receipt>> by_device;
  for (const wire::Receipt& receipt : receipts) {
    if (receipt.device == vault.device()) continue;
    if (!by_device.contains(receipt.device)) {
      MQ_TRY(by_device[receipt.device], load_receipts_for(vault, receipt.device));
    }
    std::vector<wire::Receipt>& kept = by_device[receipt.device];
    if (std::ranges::find(kept, receipt) == kept.end()) kept.push_back(receipt);
  }
  for (auto& [device, kept] : by_device) {
    MQ_CHECK(store_receipts_for(vault, device, std::move(kept)));
  }
  return {};
}

Result<std::vector<Hash>> load_relay(vault::Vault& vault) {
  std::vector<Hash> out;
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kRelay));
  if (!bytes) return out;
  ByteReader reader(*bytes);
  while (reader.left() > 0) out.push_back(Hash{reader.array<Hash::kSize>()});
  if (reader.failed()) return damaged(kRelay);
  return out;
}

Status add_relay(vault::Vault& vault, const std::vector<Hash>& envelopes) {
  MQ_TRY(std::vector<Hash> all, load_relay(vault));
  const std::set<Hash> known(all.begin(), all.end());
  for (const Hash& hash : envelopes) {
    if (!known.contains(hash)) all.push_back(hash);
  }
  return all.size() == known.size() ? Status() : store_relay(vault, all);
}

Status drop_relay(vault::Vault& vault, const std::vector<Hash>& envelopes) {
  MQ_TRY(std::vector<Hash> all, load_relay(vault));
  const std::set<Hash> gone(envelopes.begin(), envelopes.end());
  if (std::erase_if(all, [&](const Hash& hash) { return gone.contains(hash); }) == 0) return {};
  return store_relay(vault, all);
}

Result<std::uint64_t> records_in(vault::Vault& vault, const seal::Sealer& sealer,
                                 const wire::Envelope& envelope) {
  if (envelope.header.kind != static_cast<std::uint8_t>(wire::EnvelopeKind::kSegment)) {
    return std::uint64_t{0};
  }
  model::Context running;
  if (envelope.header.seq > 1) {
    MQ_TRY(auto before, vault.chain_context(wire::chain_of(envelope.header), envelope.header.prev));
    if (before) running = std::move(*before);
  }
  MQ_TRY(const auto transactions, sealer.open(envelope, running));
  return std::uint64_t{transactions.size()};
}

}  // namespace mq::sync
