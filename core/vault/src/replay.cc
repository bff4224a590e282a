// What is shown of merged cells: the greatest head, whether the row is deleted, the state after
// every move.
#include <algorithm>

#include "merge.h"

namespace mq::vault {

namespace {

// (class, HLC, dot), ascending.
bool shown_before(const Head& a, const Head& b, const Lines& lines) {
  if (a.clock_class != b.clock_class) return a.clock_class < b.clock_class;
  if (a.hlc != b.hlc) return a.hlc < b.hlc;
  return lines.compare(a.dot, b.dot) < 0;
}

// (class descending, HLC, dot).
bool taken_before(const Head& a, const Head& b, const Lines& lines) {
  if (a.clock_class != b.clock_class) return a.clock_class > b.clock_class;
  if (a.hlc != b.hlc) return a.hlc < b.hlc;
  return lines.compare(a.dot, b.dot) < 0;
}

bool precedes(const MergeCell& cell, std::size_t before, std::size_t after) {
  if (before == after) return false;
  const Dot& a = cell.heads[before].dot;
  const Dot& b = cell.heads[after].dot;
  if (a.line == b.line && a.n == b.n) return a.i < b.i;
  return covered(cell.seen[after].covers, a);
}

bool superseded_move(const MergeCell& cell, std::size_t move) {
  for (std::size_t other = 0; other < cell.heads.size(); ++other) {
    if (precedes(cell, move, other)) return true;
  }
  return false;
}

// Written by somebody who deleted the row in the same breath, as the reason of a cancellation is.
bool goes_with_row(const RowState& row, const Dot& dot) {
  return std::any_of(row.deletes.begin(), row.deletes.end(), [&](const DeleteHead& d) {
    return dot.line == d.dot.line && dot.n == d.dot.n;
  });
}

bool keeps_row(const RowState& row, const MergeCell& cell, const DeleteHead& d) {
  for (std::size_t k = 0; k < cell.heads.size(); ++k) {
    const Dot& dot = cell.heads[k].dot;
    if (covered(d.seen.covers, dot) || goes_with_row(row, dot)) continue;
    if (cell.key.kind == model::OpKind::kStep && superseded_move(cell, k)) continue;
    return true;
  }
  return false;
}

}  // namespace

bool is_deleted(const RowState& row) {
  return std::any_of(row.deletes.begin(), row.deletes.end(), [&](const DeleteHead& d) {
    return std::none_of(row.cells.begin(), row.cells.end(),
                        [&](const MergeCell& cell) { return keeps_row(row, cell, d); });
  });
}

std::size_t shown_head(const MergeCell& cell, const Lines& lines) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < cell.heads.size(); ++k) {
    if (shown_before(cell.heads[best], cell.heads[k], lines)) best = k;
  }
  return best;
}

Replay replay(const MergeCell& cell, const Lines& lines) {
  const std::size_t count = cell.heads.size();
  Replay out;
  out.counted.assign(count, false);
  std::vector<bool> taken(count, false);
  std::vector<std::size_t> waits(count, 0);  // moves it had seen that are not taken yet
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t p = 0; p < count; ++p) waits[k] += precedes(cell, p, k) ? 1 : 0;
  }
  while (out.order.size() < count) {
    std::size_t next = count, stuck = count;
    for (std::size_t k = 0; k < count; ++k) {
      if (taken[k]) continue;
      std::size_t& best = waits[k] == 0 ? next : stuck;
      if (best == count || taken_before(cell.heads[k], cell.heads[best], lines)) best = k;
    }
    // Only contexts that lie can form a circle; the order alone decides then.
    if (next == count) next = stuck;
    taken[next] = true;
    out.order.push_back(next);
    for (std::size_t k = 0; k < count; ++k) {
      if (precedes(cell, next, k)) --waits[k];
    }
    const auto move = model::decode_step(cell.heads[next].value);
    if (!move.ok() || move->from != out.state) continue;
    out.state = move->to;
    out.counted[next] = true;
  }
  return out;
}

std::vector<std::size_t> refused_last_moves(const MergeCell& cell, const Lines& lines) {
  std::vector<std::size_t> out;
  const Replay played = replay(cell, lines);
  for (std::size_t k = 0; k < cell.heads.size(); ++k) {
    if (played.counted[k] || superseded_move(cell, k)) continue;
    // Whoever wanted what came about anyway, as two imports of one file do, disputes nothing.
    const auto move = model::decode_step(cell.heads[k].value);
    if (!move.ok() || move->to != played.state) out.push_back(k);
  }
  return out;
}

}  // namespace mq::vault
