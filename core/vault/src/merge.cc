#include "merge.h"

#include <algorithm>

#include "removal.h"

namespace mq::vault {

using model::OpKind;

namespace {

template <class Vector, class Item>
void insert_sorted(Vector& items, const Item& item) {
  const auto at = std::lower_bound(items.begin(), items.end(), item);
  if (at == items.end() || !(*at == item)) items.insert(at, item);
}

// Items with a member that is their key, kept in its order; one a key.
template <class Item, class Key>
Item& find_or_new(std::vector<Item>& items, Key Item::*member, const Key& key) {
  auto at = std::lower_bound(items.begin(), items.end(), key,
                             [&](const Item& item, const Key& k) { return item.*member < k; });
  if (at == items.end() || !((*at).*member == key)) {
    at = items.insert(at, Item{});
    (*at).*member = key;
  }
  return *at;
}

void add_cover(std::vector<Cover>& covers, const Cover& cover) {
  Cover& own = find_or_new(covers, &Cover::line, cover.line);
  own.n = std::max(own.n, cover.n);
}

bool replaces(OpKind kind) {
  return kind != OpKind::kAdd && kind != OpKind::kAppend && kind != OpKind::kStep;
}

void drop_covered(MergeCell& cell, const std::vector<Cover>& covers) {
  if (!replaces(cell.key.kind)) return;
  std::erase_if(cell.heads, [&](const Head& h) { return covered(covers, h.dot); });
}

void drop_deletes(RowState& row, const std::vector<Cover>& covers) {
  if (row.deletes.empty()) return;
  std::erase_if(row.deletes, [&](const DeleteHead& d) { return covered(covers, d.dot); });
}

// The cells that an entry carried by an op of this kind counts for; deletions are implied.
void remember(RowState& row, const CellKey* key, const ResolvedContext& seen) {
  for (const model::ContextEntry& entry : seen.open) {
    OpenEntry& open = find_or_new(row.open, &OpenEntry::entry, entry);
    if (key != nullptr) insert_sorted(open.cells, *key);
  }
  for (const Cover& cover : seen.late) {
    LateCover& kept = find_or_new(row.late, &LateCover::cover, cover);
    if (key != nullptr) insert_sorted(kept.cells, *key);
  }
}

Head make_head(const model::Op& op, std::uint32_t i, const Stamp& stamp) {
  return {{stamp.line, stamp.n, i}, stamp.hlc, stamp.clock_class, op.value, false};
}

std::size_t place_head(MergeCell& cell, Head head) {
  const auto at = std::lower_bound(cell.heads.begin(), cell.heads.end(), head.dot,
                                   [](const Head& h, const Dot& d) { return h.dot < d; });
  const auto index = static_cast<std::size_t>(at - cell.heads.begin());
  cell.heads.insert(at, std::move(head));
  return index;
}

// Only for a transaction that had waited: something that had seen it stands already.
bool late_covered(const RowState& row, const MergeCell& cell, const Dot& dot, const Lines& lines) {
  for (const LateCover& kept : row.late) {
    if (kept.cover.line == dot.line && dot.n <= kept.cover.n &&
        std::binary_search(kept.cells.begin(), kept.cells.end(), cell.key)) {
      return true;
    }
  }
  return std::any_of(cell.heads.begin(), cell.heads.end(), [&](const Head& h) {
    if (h.dot.line == dot.line && h.dot.n == dot.n) return h.dot.i > dot.i;
    return covered(lines.through(h.dot.line, h.dot.n - 1), dot);
  });
}

void apply_register(RowState& row, MergeCell& cell, Head head, const ResolvedContext& seen,
                    const Lines* late) {
  std::erase_if(cell.heads, [&](const Head& h) {
    const bool same = h.dot.line == head.dot.line && h.dot.n == head.dot.n;
    return same ? h.dot.i < head.dot.i : seen.covers_dot(h.dot);
  });
  if (late != nullptr && late_covered(row, cell, head.dot, *late)) return;
  place_head(cell, std::move(head));
}

void apply_add(MergeCell& cell, Head head) {
  const auto gone =
      std::find_if(cell.tombstones.begin(), cell.tombstones.end(), [&](const Tombstone& t) {
        return t.line == head.dot.line && t.n == head.dot.n && t.i == head.dot.i &&
               t.tag == element_tag(head.value);
      });
  if (gone != cell.tombstones.end()) {
    cell.tombstones.erase(gone);
    return;
  }
  place_head(cell, std::move(head));
}

void remove_element(MergeCell& cell, const NamedElement& named, const ResolvedContext& seen,
                    const Lines& lines) {
  std::erase_if(cell.heads, [&](const Head& h) {
    return h.dot.n == named.n && h.dot.i == named.i && seen.covers_dot(h.dot) &&
           lines.chain(h.dot.line) == named.chain && element_tag(h.value) == named.tag;
  });
  for (const model::ContextEntry& e : seen.open) {
    if (ChainName{e.device, e.incarnation} != named.chain || e.n < named.n) continue;
    insert_sorted(cell.tombstones, Tombstone{named.n, named.i, named.tag, e, 0});
  }
  for (const Cover& cover : seen.late) {
    if (cover.n < named.n || lines.chain(cover.line) != named.chain) continue;
    insert_sorted(cell.tombstones, Tombstone{named.n, named.i, named.tag, {}, cover.line});
  }
}

void apply_remove(MergeCell& cell, const model::Op& op, const ResolvedContext& seen,
                  const Lines& lines) {
  const auto named = decode_removal(op.value);
  if (!named) return;  // names nothing
  for (const NamedElement& element : *named) remove_element(cell, element, seen, lines);
}

Seen seen_of(const ResolvedContext& context) { return {context.covers, context.open}; }

// A deletion of its own transaction keeps the rows of that transaction down, in any order.
void apply_delete(RowState& row, std::uint32_t i, const Stamp& stamp, const ResolvedContext& seen,
                  const Lines* late) {
  const Dot dot{stamp.line, stamp.n, i};
  if (late != nullptr) {
    for (const LateCover& kept : row.late) {
      if (kept.cover.line == dot.line && dot.n <= kept.cover.n) return;
    }
    for (const DeleteHead& d : row.deletes) {
      if (covered(late->through(d.dot.line, d.dot.n - 1), dot)) return;
    }
    for (const MergeCell& cell : row.cells) {
      for (const Head& h : cell.heads) {
        if (covered(late->through(h.dot.line, h.dot.n - 1), dot)) return;
      }
    }
  }
  DeleteHead& head = find_or_new(row.deletes, &DeleteHead::dot, dot);
  head.hlc = stamp.hlc;
  head.clock_class = stamp.clock_class;
  head.seen = seen_of(seen);
}

}  // namespace

OpKind family(OpKind kind) { return kind == OpKind::kRemove ? OpKind::kAdd : kind; }

bool covered(const std::vector<Cover>& covers, const Dot& dot) {
  const auto at = std::lower_bound(covers.begin(), covers.end(), dot.line,
                                   [](const Cover& c, LineIx line) { return c.line < line; });
  return at != covers.end() && at->line == dot.line && dot.n <= at->n;
}

bool ResolvedContext::covers_dot(const Dot& dot) const { return covered(covers, dot); }

ResolvedContext resolve(const Lines& lines, LineIx own, std::uint64_t n,
                        const model::Context& context) {
  ResolvedContext out;
  for (const Cover& cover : lines.through(own, n - 1)) add_cover(out.covers, cover);
  const ChainName author = lines.chain(own);
  for (const model::ContextEntry& entry : context) {
    // Own chain is covered by its line alone; an author cannot cover what he writes later.
    if (ChainName{entry.device, entry.incarnation} == author) continue;
    if (const auto covers = lines.resolve(entry)) {
      for (const Cover& cover : *covers) add_cover(out.covers, cover);
    } else {
      insert_sorted(out.open, entry);
    }
  }
  for (const Cover& cover : out.covers) {
    if (lines.waiting(cover)) out.late.push_back(cover);
  }
  return out;
}

void apply_op(RowState& row, const PlacedOp& placed, const ResolvedContext& seen,
              const Lines& lines, bool late) {
  const auto& [op, i, stamp] = placed;
  drop_deletes(row, seen.covers);
  const Lines* waited = late ? &lines : nullptr;
  if (op.kind == OpKind::kDelete) {
    remember(row, nullptr, seen);
    apply_delete(row, i, stamp, seen, waited);
    return;
  }
  const CellKey key{op.field, family(op.kind)};
  remember(row, replaces(key.kind) ? &key : nullptr, seen);
  MergeCell& cell = row.cell_or_new(key);
  switch (op.kind) {
    case OpKind::kRemove:
      apply_remove(cell, op, seen, lines);
      break;
    case OpKind::kAdd:
      apply_add(cell, make_head(op, i, stamp));
      break;
    case OpKind::kAppend:
      place_head(cell, make_head(op, i, stamp));
      break;
    case OpKind::kStep: {
      const std::size_t at = place_head(cell, make_head(op, i, stamp));
      cell.seen.insert(cell.seen.begin() + static_cast<std::ptrdiff_t>(at), seen_of(seen));
      break;
    }
    default:
      apply_register(row, cell, make_head(op, i, stamp), seen, waited);
  }
}

namespace {

// What the write says, next to everything else: what its author had seen goes afterwards.
void place_anew(RowState& row, const RowWrite& write, const Lines& lines) {
  const ResolvedContext nothing;
  for (const auto& [i, op] : write.ops) {
    if (op->kind == OpKind::kRemove) continue;
    const bool keeps_seen = op->kind == OpKind::kStep || op->kind == OpKind::kDelete;
    apply_op(row, {*op, i, write.stamp}, keeps_seen ? write.seen : nothing, lines);
  }
}

void supersede_anew(RowState& row, const RowWrite& write, const Lines& lines) {
  for (const auto& [i, op] : write.ops) {
    if (op->kind == OpKind::kRemove) {
      apply_op(row, {*op, i, write.stamp}, write.seen, lines);
      continue;
    }
    drop_deletes(row, write.seen.covers);
    if (op->kind == OpKind::kDelete) continue;
    const CellKey key{op->field, family(op->kind)};
    remember(row, replaces(key.kind) ? &key : nullptr, write.seen);
    if (MergeCell* cell = row.cell(key)) drop_covered(*cell, write.seen.covers);
  }
}

}  // namespace

RowState merge_anew(const std::vector<RowWrite>& writes, const Lines& lines) {
  RowState row;
  for (const RowWrite& write : writes) place_anew(row, write, lines);
  for (const RowWrite& write : writes) supersede_anew(row, write, lines);
  return row;
}

namespace {

bool settle_seen(Seen& seen, const Lines& lines) {
  return 0 < std::erase_if(seen.open, [&](const model::ContextEntry& entry) {
           const auto covers = lines.resolve(entry);
           if (!covers) return false;
           for (const Cover& cover : *covers) add_cover(seen.covers, cover);
           return true;
         });
}

bool settle_tombstones(MergeCell& cell, const Lines& lines) {
  std::vector<Tombstone> kept;
  bool changed = false;
  for (const Tombstone& t : cell.tombstones) {
    if (t.line != 0) {
      const bool waits = lines.waiting({t.line, t.n});
      changed = changed || !waits;
      if (waits) insert_sorted(kept, t);
      continue;
    }
    const auto covers = lines.resolve(t.entry);
    if (!covers) {
      insert_sorted(kept, t);
      continue;
    }
    changed = true;
    std::erase_if(cell.heads, [&](const Head& h) {
      return h.dot.n == t.n && h.dot.i == t.i && covered(*covers, h.dot) &&
             element_tag(h.value) == t.tag;
    });
    for (const Cover& cover : *covers) {
      if (t.n <= cover.n && lines.waiting({cover.line, t.n})) {
        insert_sorted(kept, Tombstone{t.n, t.i, t.tag, {}, cover.line});
      }
    }
  }
  cell.tombstones = std::move(kept);
  return changed;
}

void apply_covers(RowState& row, const std::vector<CellKey>& cells,
                  const std::vector<Cover>& covers) {
  drop_deletes(row, covers);
  for (const CellKey& key : cells) {
    if (MergeCell* cell = row.cell(key)) drop_covered(*cell, covers);
  }
}

bool settle_open(RowState& row, const Lines& lines) {
  std::vector<OpenEntry> kept;
  const std::size_t before = row.open.size();
  for (OpenEntry& open : row.open) {
    const auto covers = lines.resolve(open.entry);
    if (!covers) {
      kept.push_back(std::move(open));
      continue;
    }
    apply_covers(row, open.cells, *covers);
    for (const Cover& cover : *covers) {
      if (!lines.waiting(cover)) continue;
      LateCover& late = find_or_new(row.late, &LateCover::cover, cover);
      for (const CellKey& key : open.cells) insert_sorted(late.cells, key);
    }
  }
  row.open = std::move(kept);
  return row.open.size() != before;
}

}  // namespace

bool settle(RowState& row, const Lines& lines) {
  bool changed = settle_open(row, lines);
  for (DeleteHead& d : row.deletes) changed = settle_seen(d.seen, lines) || changed;
  for (MergeCell& cell : row.cells) {
    for (Seen& seen : cell.seen) changed = settle_seen(seen, lines) || changed;
    if (!cell.tombstones.empty()) changed = settle_tombstones(cell, lines) || changed;
  }
  const auto done =
      std::erase_if(row.late, [&](const LateCover& late) { return !lines.waiting(late.cover); });
  return changed || done > 0;
}

void prune(RowState& row, const Lines& lines) {
  std::erase_if(row.cells,
                [](const MergeCell& c) { return c.heads.empty() && c.tombstones.empty(); });
  bool any = !row.deletes.empty();
  for (const MergeCell& cell : row.cells) any = any || !cell.seen.empty();
  if (!any) return;
  std::vector<LineIx> wrote;
  for (const DeleteHead& d : row.deletes) insert_sorted(wrote, d.dot.line);
  for (const MergeCell& cell : row.cells) {
    for (const Head& h : cell.heads) insert_sorted(wrote, h.dot.line);
  }
  const auto idle = [&](const Cover& c) {
    return !std::binary_search(wrote.begin(), wrote.end(), c.line) && !lines.waiting(c);
  };
  for (DeleteHead& d : row.deletes) std::erase_if(d.seen.covers, idle);
  for (MergeCell& cell : row.cells) {
    for (Seen& seen : cell.seen) std::erase_if(seen.covers, idle);
  }
}

MergeCell* RowState::cell(const CellKey& key) {
  const auto at = std::lower_bound(cells.begin(), cells.end(), key,
                                   [](const MergeCell& c, const CellKey& k) { return c.key < k; });
  return at != cells.end() && at->key == key ? &*at : nullptr;
}

const MergeCell* RowState::cell(const CellKey& key) const {
  return const_cast<RowState*>(this)->cell(key);
}

MergeCell& RowState::cell_or_new(const CellKey& key) {
  if (cells.empty() || cells.back().key < key) {
    cells.emplace_back().key = key;
    return cells.back();
  }
  return find_or_new(cells, &MergeCell::key, key);
}

}  // namespace mq::vault
