// Merge: "the heads of a cell are the ops in force that no other op's context covers", one op at a
// time (PROTOCOL section 2).
//
// The result depends only on which envelopes are held, never on the order they came in. There is no
// SQL and no schema here. What a line is and which envelopes are held is asked through Lines.
#pragma once

#include <optional>
#include <vector>

#include "mq/model/step.h"
#include "row_state.h"

namespace mq::vault {

struct ChainName {
  DeviceId device;
  std::uint32_t incarnation = 0;
  auto operator<=>(const ChainName&) const = default;
};

// What is held, as merging needs to know it.
class Lines {
 public:
  virtual ~Lines() = default;
  virtual ChainName chain(LineIx line) const = 0;
  // What an entry covers if its envelope is held, by line; nothing: still open.
  virtual std::optional<std::vector<Cover>> resolve(const model::ContextEntry& entry) const = 0;
  // The line through n and the beginnings it shares, by line.
  virtual std::vector<Cover> through(LineIx line, std::uint64_t n) const = 0;
  // Transactions of the line at or before n wait for a newer schema.
  virtual bool waiting(const Cover& cover) const = 0;
  // By chain, n, i, then env_hash: the same on every device.
  virtual std::strong_ordering compare(const Dot& a, const Dot& b) const = 0;
};

// A transaction's context against what is held now.
struct ResolvedContext {
  std::vector<Cover> covers;  // by line; own earlier transactions too
  std::vector<model::ContextEntry> open;
  std::vector<Cover> late;  // those of covers with transactions that wait

  bool covers_dot(const Dot& dot) const;
};
bool covered(const std::vector<Cover>& covers, const Dot& dot);
ResolvedContext resolve(const Lines& lines, LineIx own, std::uint64_t n,
                        const model::Context& context);

// An op and where it stands: the i-th of the transaction that the stamp names.
struct PlacedOp {
  const model::Op& op;
  std::uint32_t i;
  const Stamp& stamp;
};
// In the order of its transaction. `late`: the transaction had waited, so that ops of its own line
// that came after it may stand already.
void apply_op(RowState& row, const PlacedOp& placed, const ResolvedContext& seen,
              const Lines& lines, bool late = false);
// One transaction's ops on one row, with their places, rising.
struct RowWrite {
  Stamp stamp;
  ResolvedContext seen;
  std::vector<std::pair<std::uint32_t, const model::Op*>> ops;
};
// The row of these transactions and no other, whatever their order here: what apply_op and settle
// make of them one by one. Contexts are resolved against what is held now. Nobody's need come
// first, so authors whose contexts name each other supersede each other, as they do on arrival.
RowState merge_anew(const std::vector<RowWrite>& writes, const Lines& lines);
// Looks again at every open entry; drops those that count no more. True if anything changed.
bool settle(RowState& row, const Lines& lines);
// Drops what can count no more: covers of lines that wrote nothing here, empty cells.
void prune(RowState& row, const Lines& lines);

// The family a kind merges in: kRemove is kAdd.
model::OpKind family(model::OpKind kind);

// What is shown. An op of the transaction of a standing deletion keeps nothing from being deleted.
bool is_deleted(const RowState& row);
// Greatest head of (class, HLC, dot); heads must not be empty.
std::size_t shown_head(const MergeCell& cell, const Lines& lines);

// STEP.
struct Replay {
  std::uint32_t state = 0;
  std::vector<std::size_t> order;  // of heads
  std::vector<bool> counted;       // one a head
};
Replay replay(const MergeCell& cell, const Lines& lines);
// Moves that no later move had seen, that do not count and wanted another state than the one that
// came about: two persons moved apart.
std::vector<std::size_t> refused_last_moves(const MergeCell& cell, const Lines& lines);

}  // namespace mq::vault
