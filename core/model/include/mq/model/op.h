// Op, transaction, context: what is recorded, merged and sealed (PROTOCOL section 1).
//
// An op carries all that merging and hashing need, so that a device merges entities and fields
// that its version does not know. These are values without behaviour; bytes are the wire form.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/hlc.h"
#include "mq/base/ids.h"

namespace mq::model {

enum class OpKind : std::uint8_t {
  kRegister = 1,  // value replaces
  kAdd = 2,       // value joins a set
  kRemove = 3,    // value: the elements it removes, see removal.h in vault
  kText = 4,
  kStep = 5,  // value: from varint, to varint, reason block, actor 16
  kAppend = 6,
  kDelete = 7,  // field 0
  kErase = 8,   // later issue; carried
};

struct Op {
  OpKind kind = OpKind::kRegister;
  std::uint32_t entity = 0;
  RowId row;
  std::uint32_t field = 0;
  Bytes value;  // encoded by model/value.h; empty: cleared
  bool operator==(const Op&) const = default;
};

using EnvelopeTag = std::array<std::uint8_t, 4>;  // first bytes of an env_hash

// "I had seen this chain through transaction n, on the line whose envelope ending at n has this
// tag."
struct ContextEntry {
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint64_t n = 0;
  EnvelopeTag tag{};
  auto operator<=>(const ContextEntry&) const = default;
};
// Sorted by (device, incarnation); one entry a chain line.
using Context = std::vector<ContextEntry>;

// The last server checkpoint known at commit: "not before" as stated by the author.
struct CheckpointMark {
  std::int64_t time_ms = 0;              // 0: none yet
  std::array<std::uint8_t, 8> digest{};  // first bytes of H("mq/cp1" ‖ checkpoint signature)
  bool operator==(const CheckpointMark&) const = default;
};

struct Transaction {
  std::uint64_t n = 0;  // per (device, incarnation, stream) from 1, without gaps
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  GroupId group;    // zeros: alone
  Context context;  // whole, own chain left out
  CheckpointMark checkpoint;
  std::uint32_t schema = 1;        // schema version of the author
  std::uint32_t least_reader = 1;  // older readers keep and relay, and do not interpret
  std::vector<Op> ops;             // empty: withdrawn before it was sealed
  bool operator==(const Transaction&) const = default;
};

}  // namespace mq::model
