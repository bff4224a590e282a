#include "mq/seal/escrow.h"

#include <algorithm>

namespace mq::seal {
namespace {

constexpr std::uint8_t kForm = 1;
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kTextBytes = 1 + DeviceId::kSize + UnlockSecret::kSize;
constexpr std::size_t kBoxBytes = 48 + kTextBytes;

Error damaged() {
  return {Code::kCorrupt, "这份解锁码打不开:不是这台设备的,或已损坏;请等那台设备再联系一次",
          "this unlock code does not open: another device's, or damaged; wait until that device "
          "was in contact again"};
}

struct Sealed {
  Bytes name;
  ByteView box;
};

Result<std::vector<Sealed>> parts_of(ByteView escrow) {
  ByteReader in(escrow);
  const auto count = in.integer<std::uint8_t>();
  std::vector<Sealed> out;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes name = to_bytes(in.raw(kNameBytes));
    out.push_back({std::move(name), in.raw(kBoxBytes)});
  }
  if (!in.done()) return damaged();
  return out;
}

}  // namespace

Result<Bytes> seal_escrow(const DeviceId& device, const UnlockSecret& code,
                          const EscrowHolders& holders, Random& random) {
  MQ_ASSERT(holders.size() <= kEscrowHoldersMax);
  Secret<kTextBytes> text;
  text.writable()[0] = kForm;
  std::ranges::copy(device.data, text.writable().begin() + 1);
  std::ranges::copy(code.view(), text.writable().begin() + 1 + DeviceId::kSize);
  ByteWriter out;
  out.integer(static_cast<std::uint8_t>(holders.size()));
  for (const auto& [name, key] : holders) {
    MQ_ASSERT(name.size() == kNameBytes);
    MQ_TRY(const Bytes box, seal_box(key, text.view(), random));
    out.raw(name);
    out.raw(box);
  }
  return out.take();
}

Result<std::vector<Bytes>> escrow_names(ByteView escrow) {
  MQ_TRY(const std::vector<Sealed> parts, parts_of(escrow));
  std::vector<Bytes> out;
  for (const Sealed& part : parts) out.push_back(part.name);
  return out;
}

Result<UnlockSecret> open_escrow(ByteView escrow, const DeviceId& device, ByteView name,
                                 const BoxKeyPair& keys) {
  MQ_TRY(const std::vector<Sealed> parts, parts_of(escrow));
  const auto mine = std::ranges::find_if(
      parts, [&](const Sealed& part) { return std::ranges::equal(part.name, name); });
  if (mine == parts.end()) {
    return Error{Code::kNotFound, "这份解锁码没有交给本机,请在另一台管理员设备上查",
                 "this unlock code was not sealed to this device; ask on another admin's"};
  }
  auto text = open_box(keys, mine->box);
  if (!text.ok() || text->size() != kTextBytes) return damaged();
  ByteReader in(*text);
  const bool known_form = in.integer<std::uint8_t>() == kForm;
  const bool its_own = std::ranges::equal(in.raw(DeviceId::kSize), device.data);
  UnlockSecret code(in.rest().first<UnlockSecret::kSize>());
  wipe(*text);
  if (!known_form || !its_own) return damaged();
  return code;
}

}  // namespace mq::seal
