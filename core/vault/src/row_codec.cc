#include "row_codec.h"

#include <algorithm>

#include "fresh_row.h"

namespace mq::vault {

using model::ContextEntry;
using model::OpKind;

namespace {

// First byte.
constexpr std::uint8_t kTouched = 1, kHasDeletes = 2, kHasOpen = 4, kHasLate = 8;
constexpr std::uint8_t kFormat = 0x10;  // high half: format 1
// A cell's byte: what differs from the cell before.
constexpr std::uint8_t kField = 1, kKind = 2, kStamp = 4, kPlace = 8, kInline = 16, kMany = 32;
constexpr std::uint64_t kItemsMax = 1'000'000;

class Writer {
 public:
  explicit Writer(const RowState& row) : row_(row) {}

  Bytes write() {
    for (const MergeCell& cell : row_.cells) {
      for (const Head& h : cell.heads) note(h.dot, h.hlc, h.clock_class);
    }
    for (const DeleteHead& d : row_.deletes) note(d.dot, d.hlc, d.clock_class);
    const unsigned flags =
        (row_.touched ? kTouched : 0u) | (row_.deletes.empty() ? 0u : kHasDeletes) |
        (row_.open.empty() ? 0u : kHasOpen) | (row_.late.empty() ? 0u : kHasLate);
    out_.integer(static_cast<std::uint8_t>(kFormat | flags));
    stamps();
    out_.varint(row_.cells.size());
    for (const MergeCell& cell : row_.cells) put(cell);
    if (!row_.deletes.empty()) deletes();
    if (!row_.open.empty()) {
      out_.varint(row_.open.size());
      for (const OpenEntry& open : row_.open) {
        encode_entry(out_, open.entry);
        put(open.cells);
      }
    }
    if (!row_.late.empty()) {
      out_.varint(row_.late.size());
      for (const LateCover& late : row_.late) {
        put(late.cover);
        put(late.cells);
      }
    }
    return out_.take();
  }

 private:
  void note(const Dot& dot, Hlc hlc, ClockClass c) {
    const Stamp stamp{dot.line, dot.n, hlc, c};
    if (!stamps_.empty() && stamps_.back() == stamp) return;
    if (std::find(stamps_.begin(), stamps_.end(), stamp) == stamps_.end()) stamps_.push_back(stamp);
  }

  std::uint64_t stamp_of(const Dot& dot) const {
    std::size_t k = 0;
    while (stamps_[k].line != dot.line || stamps_[k].n != dot.n) ++k;
    return k;
  }

  void stamps() {
    out_.varint(stamps_.size());
    std::uint64_t before = 0;
    for (const Stamp& s : stamps_) {
      out_.varint(std::uint64_t{s.line} << 2 | static_cast<std::uint64_t>(s.clock_class));
      out_.varint(s.n);
      if (before == 0) {
        out_.integer(s.hlc.packed);
      } else {
        out_.zigzag(static_cast<std::int64_t>(s.hlc.packed - before));
      }
      before = s.hlc.packed;
    }
  }

  void put(const MergeCell& cell) {
    const bool many = cell.heads.size() != 1 || !cell.seen.empty() || !cell.tombstones.empty();
    const Head* head = many ? nullptr : &cell.heads.front();
    const std::uint64_t stamp = many ? 0 : stamp_of(head->dot);
    unsigned flags = 0;
    if (cell.key.field != field_ + 1) flags |= kField;
    if (cell.key.kind != kind_) flags |= kKind;
    if (many) {
      flags |= kMany;
    } else {
      if (stamp != stamp_) flags |= kStamp;
      if (head->dot.i != place_ + 1) flags |= kPlace;
      if (!head->in_column) flags |= kInline;
    }
    out_.integer(static_cast<std::uint8_t>(flags));
    if (flags & kField) out_.varint(cell.key.field);
    if (flags & kKind) out_.integer(static_cast<std::uint8_t>(cell.key.kind));
    field_ = cell.key.field;
    kind_ = cell.key.kind;
    if (many) return put_many(cell);
    if (flags & kStamp) out_.varint(stamp);
    if (flags & kPlace) out_.varint(head->dot.i);
    if (flags & kInline) out_.block(head->value);
    stamp_ = stamp;
    place_ = head->dot.i;
  }

  void put_many(const MergeCell& cell) {
    out_.varint(cell.heads.size());
    for (const Head& h : cell.heads) {
      out_.varint(stamp_of(h.dot) << 1 | (h.in_column ? 1 : 0));
      out_.varint(h.dot.i);
      if (!h.in_column) out_.block(h.value);
    }
    for (const Seen& seen : cell.seen) put(seen);
    out_.varint(cell.tombstones.size());
    for (const Tombstone& t : cell.tombstones) {
      out_.varint(t.n);
      out_.varint(t.i);
      out_.raw(t.tag);
      out_.varint(t.line);
      if (t.line == 0) encode_entry(out_, t.entry);
    }
  }

  void deletes() {
    out_.varint(row_.deletes.size());
    for (const DeleteHead& d : row_.deletes) {
      out_.varint(stamp_of(d.dot));
      out_.varint(d.dot.i);
      put(d.seen);
    }
  }

  void put(const Cover& cover) {
    out_.varint(cover.line);
    out_.varint(cover.n);
  }

  void put(const Seen& seen) {
    out_.varint(seen.covers.size());
    for (const Cover& cover : seen.covers) put(cover);
    out_.varint(seen.open.size());
    for (const ContextEntry& entry : seen.open) encode_entry(out_, entry);
  }

  void put(const std::vector<CellKey>& keys) {
    out_.varint(keys.size());
    for (const CellKey& key : keys) {
      out_.varint(key.field);
      out_.integer(static_cast<std::uint8_t>(key.kind));
    }
  }

  const RowState& row_;
  ByteWriter out_;
  std::vector<Stamp> stamps_;
  std::uint32_t field_ = 0;
  OpKind kind_ = OpKind::kRegister;
  std::uint64_t stamp_ = 0;
  std::uint32_t place_ = 0xffff'ffff;
};

class Reader {
 public:
  explicit Reader(ByteView bytes) : in_(bytes) {}

  Result<RowState> read() {
    const auto flags = in_.integer<std::uint8_t>();
    if ((flags & 0xf0) != kFormat) in_.fail();
    row_.touched = flags & kTouched;
    stamps();
    row_.cells.resize(count());
    for (MergeCell& cell : row_.cells) get(cell);
    if (flags & kHasDeletes) deletes();
    if (flags & kHasOpen) {
      row_.open.resize(count());
      for (OpenEntry& open : row_.open) {
        open.entry = decode_entry(in_);
        get(open.cells);
      }
    }
    if (flags & kHasLate) {
      row_.late.resize(count());
      for (LateCover& late : row_.late) {
        get(late.cover);
        get(late.cells);
      }
    }
    if (!in_.done()) {
      return Error{Code::kCorrupt, "读取一行的合并数据:内容不完整,请运行 doctor",
                   "reading the merge data of a row: damaged, run doctor"};
    }
    return std::move(row_);
  }

 private:
  // Each item takes at least one byte, so damaged counts cannot ask for more memory than that.
  std::size_t count() {
    const std::uint64_t n = in_.varint();
    if (n > in_.left() || n > kItemsMax) {
      in_.fail();
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

  void stamps() {
    stamps_.resize(count());
    std::uint64_t before = 0;
    for (Stamp& s : stamps_) {
      const std::uint64_t line = in_.varint();
      s.line = static_cast<LineIx>(line >> 2);
      s.clock_class = static_cast<ClockClass>(line & 3);
      s.n = in_.varint();
      s.hlc.packed = before == 0 ? in_.integer<std::uint64_t>()
                                 : before + static_cast<std::uint64_t>(in_.zigzag());
      before = s.hlc.packed;
    }
  }

  Head head(std::uint64_t stamp, std::uint64_t place) {
    Head h;
    if (stamp >= stamps_.size()) {
      in_.fail();
      return h;
    }
    const Stamp& s = stamps_[static_cast<std::size_t>(stamp)];
    h.dot = {s.line, s.n, static_cast<std::uint32_t>(place)};
    h.hlc = s.hlc;
    h.clock_class = s.clock_class;
    return h;
  }

  void get(MergeCell& cell) {
    const auto flags = in_.integer<std::uint8_t>();
    field_ = flags & kField ? static_cast<std::uint32_t>(in_.varint()) : field_ + 1;
    if (flags & kKind) kind_ = static_cast<OpKind>(in_.integer<std::uint8_t>());
    cell.key = {field_, kind_};
    if (flags & kMany) return get_many(cell);
    if (flags & kStamp) stamp_ = in_.varint();
    place_ = flags & kPlace ? static_cast<std::uint32_t>(in_.varint()) : place_ + 1;
    Head h = head(stamp_, place_);
    h.in_column = !(flags & kInline);
    if (flags & kInline) h.value = to_bytes(in_.block());
    cell.heads.push_back(std::move(h));
  }

  void get_many(MergeCell& cell) {
    const std::size_t heads = count();
    for (std::size_t k = 0; k < heads; ++k) {
      const std::uint64_t stamp = in_.varint();
      Head h = head(stamp >> 1, in_.varint());
      h.in_column = stamp & 1;
      if (!h.in_column) h.value = to_bytes(in_.block());
      cell.heads.push_back(std::move(h));
    }
    if (kind_ == OpKind::kStep) {
      cell.seen.resize(heads);
      for (Seen& seen : cell.seen) get(seen);
    }
    cell.tombstones.resize(count());
    for (Tombstone& t : cell.tombstones) {
      t.n = in_.varint();
      t.i = static_cast<std::uint32_t>(in_.varint());
      t.tag = in_.array<4>();
      t.line = static_cast<LineIx>(in_.varint());
      if (t.line == 0) t.entry = decode_entry(in_);
    }
  }

  void deletes() {
    row_.deletes.resize(count());
    for (DeleteHead& d : row_.deletes) {
      const std::uint64_t stamp = in_.varint();
      const Head h = head(stamp, in_.varint());
      d.dot = h.dot;
      d.hlc = h.hlc;
      d.clock_class = h.clock_class;
      get(d.seen);
    }
  }

  void get(Cover& cover) {
    cover.line = static_cast<LineIx>(in_.varint());
    cover.n = in_.varint();
  }

  void get(Seen& seen) {
    seen.covers.resize(count());
    for (Cover& cover : seen.covers) get(cover);
    seen.open.resize(count());
    for (ContextEntry& entry : seen.open) entry = decode_entry(in_);
  }

  void get(std::vector<CellKey>& keys) {
    keys.resize(count());
    for (CellKey& key : keys) {
      key.field = static_cast<std::uint32_t>(in_.varint());
      key.kind = static_cast<OpKind>(in_.integer<std::uint8_t>());
    }
  }

  ByteReader in_;
  RowState row_;
  std::vector<Stamp> stamps_;
  std::uint32_t field_ = 0;
  OpKind kind_ = OpKind::kRegister;
  std::uint64_t stamp_ = 0;
  std::uint32_t place_ = 0xffff'ffff;
};

}  // namespace

Bytes encode_row(const RowState& row) { return Writer(row).write(); }

Bytes encode_fresh_row(const Stamp& stamp, std::span<const FreshValue> values) {
  ByteWriter out;
  out.reserve(32 + 4 * values.size());
  out.integer(kFormat);
  out.varint(1);
  out.varint(std::uint64_t{stamp.line} << 2 | static_cast<std::uint64_t>(stamp.clock_class));
  out.varint(stamp.n);
  out.integer(stamp.hlc.packed);
  out.varint(values.size());
  CellKey before{0, OpKind::kRegister};
  std::uint32_t place = 0xffff'ffff;
  for (const FreshValue& value : values) {
    const FreshCell& cell = value.cell;
    const unsigned flags = (cell.key.field != before.field + 1 ? kField : 0u) |
                           (cell.key.kind != before.kind ? kKind : 0u) |
                           (cell.i != place + 1 ? kPlace : 0u) |
                           (cell.member != nullptr ? kInline : 0u);
    out.integer(static_cast<std::uint8_t>(flags));
    if (flags & kField) out.varint(cell.key.field);
    if (flags & kKind) out.integer(static_cast<std::uint8_t>(cell.key.kind));
    if (flags & kPlace) out.varint(cell.i);
    if (flags & kInline) out.block(*cell.member);
    before = cell.key;
    place = cell.i;
  }
  return out.take();
}

Result<RowState> decode_row(ByteView bytes) { return Reader(bytes).read(); }

std::optional<Stamp> only_stamp(ByteView bytes) {
  ByteReader in(bytes);
  const auto flags = in.integer<std::uint8_t>();
  const std::uint64_t stamps = in.varint();
  const std::uint64_t line = in.varint();
  Stamp stamp{static_cast<LineIx>(line >> 2),
              in.varint(),
              {in.integer<std::uint64_t>()},
              static_cast<ClockClass>(line & 3)};
  const std::uint64_t cells = in.varint();
  const auto first = in.integer<std::uint8_t>();
  const bool plain = (flags & 0xf0) == kFormat && (flags & kHasDeletes) == 0 && stamps == 1;
  // A first cell with one head: the one stamp is a head's.
  if (in.failed() || !plain || cells == 0 || (first & kMany) != 0) return std::nullopt;
  return stamp;
}

void encode_entry(ByteWriter& out, const ContextEntry& entry) {
  out.raw(entry.device.view());
  out.integer(entry.incarnation);
  out.varint(entry.n);
  out.raw(entry.tag);
}

ContextEntry decode_entry(ByteReader& in) {
  ContextEntry entry;
  entry.device.data = in.array<16>();
  entry.incarnation = in.integer<std::uint32_t>();
  entry.n = in.varint();
  entry.tag = in.array<4>();
  return entry;
}

}  // namespace mq::vault
