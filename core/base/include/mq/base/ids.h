// Identifiers and hashes as distinct types, so that a row id is never taken for a device id.
//
// A 16-byte id is a UUIDv7 from the injected clock and random, or a digest where PROTOCOL
// section 1 derives it. Ids copy, compare and print as 32 hexadecimal digits.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mq/base/bytes.h"
#include "mq/base/clock.h"
#include "mq/base/random.h"

namespace mq {

template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> data{};

  auto operator<=>(const FixedBytes&) const = default;
  ByteView view() const { return data; }
  std::string hex() const { return to_hex(data); }
  bool is_zero() const { return *this == FixedBytes{}; }

  // Exactly N bytes, else nothing.
  static std::optional<FixedBytes> from(ByteView bytes) {
    if (bytes.size() != N) return std::nullopt;
    FixedBytes out;
    std::memcpy(out.data.data(), bytes.data(), N);
    return out;
  }
  static std::optional<FixedBytes> from_text(std::string_view hex) {
    const auto bytes = from_hex(hex);
    return bytes ? from(*bytes) : std::nullopt;
  }
};

using TownshipId = FixedBytes<struct TownshipTag, 16>;
using StreamId = FixedBytes<struct StreamTag, 16>;
using DeviceId = FixedBytes<struct DeviceTag, 16>;
using PersonId = FixedBytes<struct PersonTag, 16>;  // a member of the control log, not a villager
using InviteId = FixedBytes<struct InviteTag, 16>;
using RowId = FixedBytes<struct RowTag, 16>;
using GroupId = FixedBytes<struct GroupTag, 16>;  // joins the transactions of one command
using Hash = FixedBytes<struct HashTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;
using VerifyKey = FixedBytes<struct VerifyKeyTag, 32>;  // Ed25519 public
using BoxKey = FixedBytes<struct BoxKeyTag, 32>;        // X25519 public

// 48 bits of wall time, version 7, 74 random bits (RFC 9562). Time only helps locality.
std::array<std::uint8_t, 16> uuid_v7(const Clock& clock, Random& random);

template <class Id>
Id new_id(const Clock& clock, Random& random) {
  return Id{uuid_v7(clock, random)};
}

// 16 random bytes.
template <class Id>
Id random_id(Random& random) {
  Id id;
  random.fill(id.data);
  return id;
}

}  // namespace mq
