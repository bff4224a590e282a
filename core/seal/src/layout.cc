#include "layout.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "columns.h"

namespace mq::seal {
namespace {

using model::Context;
using model::ContextEntry;

// Ops from `first` that go on touching the same row.
std::size_t touch_end(const std::vector<model::Op>& ops, std::size_t first) {
  std::size_t end = first + 1;
  while (end < ops.size() && ops[end].entity == ops[first].entity &&
         ops[end].row == ops[first].row) {
    ++end;
  }
  return end;
}

Shape shape_of(const std::vector<model::Op>& ops, std::size_t first, std::size_t end) {
  Shape shape;
  shape.entity = ops[first].entity;
  for (std::size_t i = first; i < end; ++i) {
    shape.ops.push_back(
        {ops[i].field, static_cast<std::uint8_t>(ops[i].kind), ops[i].value.empty()});
  }
  return shape;
}

struct ContextChange {
  std::vector<std::pair<std::size_t, const ContextEntry*>> updates;  // place before, entry after
  std::vector<std::size_t> removals;
  std::vector<const ContextEntry*> additions;
};

auto chain_of(const ContextEntry& e) { return std::tie(e.device, e.incarnation); }

// Entries that went and entries that came are paired, in order, where they name one chain.
ContextChange change_of(const Context& before, const Context& after) {
  std::vector<std::size_t> gone;
  std::vector<const ContextEntry*> come;
  std::size_t i = 0;
  for (const ContextEntry& entry : after) {
    while (i < before.size() && before[i] < entry) gone.push_back(i++);
    if (i < before.size() && before[i] == entry) {
      ++i;
    } else {
      come.push_back(&entry);
    }
  }
  while (i < before.size()) gone.push_back(i++);
  ContextChange change;
  std::size_t c = 0;
  for (const std::size_t place : gone) {
    while (c < come.size() && chain_of(*come[c]) < chain_of(before[place])) {
      change.additions.push_back(come[c++]);
    }
    if (c < come.size() && chain_of(*come[c]) == chain_of(before[place])) {
      change.updates.emplace_back(place, come[c++]);
    } else {
      change.removals.push_back(place);
    }
  }
  while (c < come.size()) change.additions.push_back(come[c++]);
  return change;
}

// Places in ascending order, each as the distance from the one before.
class Places {
 public:
  std::uint64_t gap_to(std::size_t place) {
    const std::uint64_t gap = place - next_;
    next_ = place + 1;
    return gap;
  }
  // The end of the list if it lies beyond.
  std::size_t after(std::uint64_t gap, std::size_t end) {
    if (gap >= end - std::min(next_, end)) return end;
    next_ += gap + 1;
    return next_ - 1;
  }

 private:
  std::size_t next_ = 0;
};

}  // namespace

Layout layout_of(const std::vector<model::Transaction>& transactions) {
  Layout layout;
  std::map<Shape, std::uint32_t> known;
  for (std::size_t t = 0; t < transactions.size(); ++t) {
    const auto& ops = transactions[t].ops;
    for (std::size_t first = 0; first < ops.size();) {
      const std::size_t end = touch_end(ops, first);
      Shape shape = shape_of(ops, first, end);
      const auto [found, added] =
          known.emplace(shape, static_cast<std::uint32_t>(layout.shapes.size()));
      if (added) layout.shapes.push_back(std::move(shape));
      layout.touches.push_back(
          {static_cast<std::uint32_t>(t), found->second, static_cast<std::uint32_t>(first)});
      first = end;
    }
  }
  return layout;
}

std::vector<Column> Layout::columns() const {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint8_t>;
  std::map<Key, std::uint32_t> places;
  for (const Shape& shape : shapes) {
    for (const ShapeOp& op : shape.ops) {
      if (!op.empty) places.emplace(Key{shape.entity, op.field, op.kind}, 0);
    }
  }
  std::vector<Column> columns;
  for (auto& [key, place] : places) {
    place = static_cast<std::uint32_t>(columns.size());
    columns.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), {}});
  }
  std::vector<std::vector<std::uint32_t>> place_of(shapes.size());
  for (std::size_t s = 0; s < shapes.size(); ++s) {
    for (const ShapeOp& op : shapes[s].ops) {
      place_of[s].push_back(op.empty ? 0 : places.at({shapes[s].entity, op.field, op.kind}));
    }
  }
  for (std::size_t t = 0; t < touches.size(); ++t) {
    const Touch& touch = touches[t];
    const auto& ops = shapes[touch.shape].ops;
    for (std::size_t i = 0; i < ops.size(); ++i) {
      if (ops[i].empty) continue;
      columns[place_of[touch.shape][i]].cells.push_back(
          {static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(touch.first_op + i)});
    }
  }
  return columns;
}

void encode_context_change(const Context& before, const Context& after, Areas& out) {
  const ContextChange change = change_of(before, after);
  Places updated;
  out.heads.varint(change.updates.size());
  for (const auto& [place, entry] : change.updates) {
    out.heads.varint(updated.gap_to(place));
    out.heads.zigzag(static_cast<std::int64_t>(entry->n - before[place].n));
    out.loose.raw(entry->tag);
  }
  Places removed;
  out.heads.varint(change.removals.size());
  for (const std::size_t place : change.removals) out.heads.varint(removed.gap_to(place));
  out.heads.varint(change.additions.size());
  for (const ContextEntry* entry : change.additions) {
    out.loose.raw(entry->device.view());
    out.loose.integer(entry->incarnation);
    out.heads.varint(entry->n);
    out.loose.raw(entry->tag);
  }
}

bool decode_context_change(AreaReader& in, Context& context) {
  const std::size_t end = context.size();
  std::vector<bool> removed(end);
  Places places;
  for (std::uint64_t left = in.heads.varint(); left > 0 && !in.failed(); --left) {
    const std::size_t place = places.after(in.heads.varint(), end);
    if (place >= end) return false;
    context[place].n += static_cast<std::uint64_t>(in.heads.zigzag());
    context[place].tag = in.loose.array<4>();
  }
  Places removals;
  for (std::uint64_t left = in.heads.varint(); left > 0 && !in.failed(); --left) {
    const std::size_t place = removals.after(in.heads.varint(), end);
    if (place >= end) return false;
    removed[place] = true;
  }
  Context result;
  for (std::size_t i = 0; i < end; ++i) {
    if (!removed[i]) result.push_back(context[i]);
  }
  const std::uint64_t added = in.heads.varint();
  if (result.size() > kContextMax || added > kContextMax - result.size()) return false;
  result.reserve(result.size() + added);
  for (std::uint64_t left = added; left > 0 && !in.failed(); --left) {
    ContextEntry entry;
    entry.device = DeviceId{in.loose.array<16>()};
    entry.incarnation = in.loose.integer<std::uint32_t>();
    entry.n = in.heads.varint();
    entry.tag = in.loose.array<4>();
    result.push_back(entry);
  }
  std::sort(result.begin(), result.end());
  context = std::move(result);
  return !in.failed() && std::adjacent_find(context.begin(), context.end()) == context.end();
}

}  // namespace mq::seal
