// RowState: all that merging knows of one row, whatever schema it belongs to.
//
// It holds heads and what may still change them: context entries whose envelope is not held yet,
// removals of set members not seen yet, deletions with what their author had seen. It never holds a
// superseded op. Lines are local short names of chain lines; they mean nothing on another device.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/hlc.h"
#include "mq/model/op.h"

namespace mq::vault {

// One line of prev links of one chain, from 1. A fork makes a new line that shares a beginning.
using LineIx = std::uint32_t;

// An op on this device: the line that carries it, its transaction, its place.
struct Dot {
  LineIx line = 0;
  std::uint64_t n = 0;
  std::uint32_t i = 0;
  auto operator<=>(const Dot&) const = default;
};

// What every op of a transaction shares.
struct Stamp {
  LineIx line = 0;
  std::uint64_t n = 0;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  auto operator<=>(const Stamp&) const = default;
};

// "Every op that stands on this line, through n." Shared beginnings are covers of their own.
struct Cover {
  LineIx line = 0;
  std::uint64_t n = 0;
  auto operator<=>(const Cover&) const = default;
};

struct Head {
  Dot dot;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  Bytes value;             // as received; empty while in_column
  bool in_column = false;  // the value stands in the entity's table
  bool operator==(const Head&) const = default;
};

// STEP only, beside the head of the same place: which other moves its author had seen.
struct Seen {
  std::vector<Cover> covers;
  std::vector<model::ContextEntry> open;
  bool operator==(const Seen&) const = default;
};

// Tells the elements of one dot apart, see removal.h.
using ElementTag = std::array<std::uint8_t, 4>;

// A removal whose add may still come: through an envelope not held (entry), or in a transaction
// that is held but waits for a newer schema (line).
struct Tombstone {
  std::uint64_t n = 0;
  std::uint32_t i = 0;
  ElementTag tag{};
  model::ContextEntry entry;  // its chain is the dot's chain
  LineIx line = 0;            // 0: by entry
  auto operator<=>(const Tombstone&) const = default;
};

// A field and the way it merges; ops of different ways never meet, whoever sends them.
struct CellKey {
  std::uint32_t field = 0;
  model::OpKind kind = model::OpKind::kRegister;  // kRemove is kAdd
  auto operator<=>(const CellKey&) const = default;
};

struct MergeCell {
  CellKey key;
  std::vector<Head> heads;  // by dot; SET: members; STEP and append: all
  std::vector<Seen> seen;   // STEP: one a head, else empty
  std::vector<Tombstone> tombstones;
  bool operator==(const MergeCell&) const = default;
};

struct DeleteHead {
  Dot dot;
  Hlc hlc;
  ClockClass clock_class = ClockClass::kWall;
  Seen seen;
  bool operator==(const DeleteHead&) const = default;
};

// An entry of a context whose envelope is not held, kept although its op may be superseded. It
// counts for the named cells and always for deletions.
struct OpenEntry {
  model::ContextEntry entry;
  std::vector<CellKey> cells;
  bool operator==(const OpenEntry&) const = default;
};

// The same for what is held but not interpreted yet.
struct LateCover {
  Cover cover;
  std::vector<CellKey> cells;
  bool operator==(const LateCover&) const = default;
};

struct RowState {
  std::vector<MergeCell> cells;     // by key
  std::vector<DeleteHead> deletes;  // by dot
  std::vector<OpenEntry> open;      // by entry
  std::vector<LateCover> late;      // by cover
  bool touched = false;             // more than the creating transaction wrote it (history)

  bool operator==(const RowState&) const = default;
  MergeCell* cell(const CellKey& key);
  const MergeCell* cell(const CellKey& key) const;
  MergeCell& cell_or_new(const CellKey& key);
};

}  // namespace mq::vault
