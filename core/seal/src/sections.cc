#include "sections.h"

#include <algorithm>
#include <limits>

namespace mq::seal {
namespace {

using model::Transaction;

enum Changed : std::uint8_t {
  kContext = 1,
  kCheckpoint = 2,
  kClass = 4,
  kSchema = 8,
  kLeastReader = 16,
  kAllChanged = 31
};

std::uint8_t changes(const Transaction& t, const Transaction& before) {
  int mask = 0;
  if (t.context != before.context) mask |= kContext;
  if (t.checkpoint != before.checkpoint) mask |= kCheckpoint;
  if (t.clock_class != before.clock_class) mask |= kClass;
  if (t.schema != before.schema) mask |= kSchema;
  if (t.least_reader != before.least_reader) mask |= kLeastReader;
  return static_cast<std::uint8_t>(mask);
}

// What the first transaction is compared with.
Transaction origin(const model::Context& context) {
  Transaction t;
  t.context = context;
  return t;
}

void encode_section(const Transaction& t, const Transaction& before, Areas& out) {
  const std::uint8_t mask = changes(t, before);
  out.heads.integer(mask);
  if (mask & kContext) encode_context_change(before.context, t.context, out);
  if (mask & kCheckpoint) {
    out.heads.zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(t.checkpoint.time_ms) -
                                               static_cast<std::uint64_t>(t.hlc.ms())));
    out.loose.raw(t.checkpoint.digest);
  }
  if (mask & kClass) out.heads.integer(static_cast<std::uint8_t>(t.clock_class));
  if (mask & kSchema) out.heads.varint(t.schema);
  if (mask & kLeastReader) out.heads.varint(t.least_reader);
}

// Field numbers wrap, so that a run past the last is only nonsense, not undefined.
ShapeOp following(ShapeOp op) {
  ++op.field;
  return op;
}

bool alike(const ShapeOp& a, const ShapeOp& b) { return a.kind == b.kind && a.empty == b.empty; }

// False: not a kind.
bool set_kind(ShapeOp& op, std::uint64_t kind) {
  op.kind = static_cast<std::uint8_t>(kind >> 1);
  op.empty = (kind & 1) != 0;
  return kind <= 511;
}

std::uint32_t number32(ByteReader& reader) {
  const std::uint64_t value = reader.varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) reader.fail();
  return static_cast<std::uint32_t>(value);
}

// Reads the changes against what `t` already holds.
bool decode_section(AreaReader& in, Transaction& t) {
  const auto mask = in.heads.integer<std::uint8_t>();
  if (mask > kAllChanged) return false;
  if ((mask & kContext) && !decode_context_change(in, t.context)) return false;
  if (mask & kCheckpoint) {
    t.checkpoint.time_ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(in.heads.zigzag()) +
                                                     static_cast<std::uint64_t>(t.hlc.ms()));
    t.checkpoint.digest = in.loose.array<8>();
  }
  if (mask & kClass) {
    const auto level = in.heads.integer<std::uint8_t>();
    if (level > static_cast<std::uint8_t>(ClockClass::kAnchored)) return false;
    t.clock_class = static_cast<ClockClass>(level);
  }
  if (mask & kSchema) t.schema = number32(in.heads);
  if (mask & kLeastReader) t.least_reader = number32(in.heads);
  return !in.failed();
}

}  // namespace

bool sections_needed(const std::vector<Transaction>& transactions, const model::Context& before) {
  const Transaction start = origin(before);
  return std::any_of(transactions.begin(), transactions.end(),
                     [&](const Transaction& t) { return changes(t, start) != 0; });
}

void encode_sections(const std::vector<Transaction>& transactions, const model::Context& before,
                     Areas& out) {
  const Transaction start = origin(before);
  const Transaction* last = &start;
  for (std::size_t begin = 0; begin < transactions.size();) {
    std::size_t end = begin + 1;
    while (end < transactions.size() && changes(transactions[end], transactions[begin]) == 0) ++end;
    out.heads.varint(end - begin);
    encode_section(transactions[begin], *last, out);
    last = &transactions[begin];
    begin = end;
  }
}

bool decode_sections(AreaReader& in, const model::Context& before,
                     std::vector<Transaction>& transactions) {
  Transaction state = origin(before);
  std::size_t entries = 0;
  for (std::size_t begin = 0; begin < transactions.size();) {
    const std::uint64_t run = in.heads.varint();
    if (in.failed() || run == 0 || run > transactions.size() - begin) return false;
    state.hlc = transactions[begin].hlc;
    if (!decode_section(in, state)) return false;
    entries += state.context.size() * run;
    if (entries > kContextEntriesMax) return false;
    for (const std::size_t end = begin + run; begin < end; ++begin) {
      Transaction& t = transactions[begin];
      t.context = state.context;
      t.checkpoint = state.checkpoint;
      t.clock_class = state.clock_class;
      t.schema = state.schema;
      t.least_reader = state.least_reader;
    }
  }
  return true;
}

// Fields count up as a rule, and most ops are like the one before. A token's low bits say: 0 a run
// of such ops, 1 another step between fields, 2 the next field once of another kind, 3 another step
// and another kind from here on.
void encode_shape(const Shape& shape, Areas& out) {
  out.heads.varint(shape.entity);
  out.heads.varint(shape.ops.size());
  ShapeOp last;
  for (std::size_t i = 0; i < shape.ops.size();) {
    std::size_t run = 0;
    while (i + run < shape.ops.size() && shape.ops[i + run] == following(last)) {
      last = shape.ops[i + run++];
    }
    if (run > 0) {
      out.heads.varint((run - 1) << 2);
      i += run;
      continue;
    }
    const ShapeOp& op = shape.ops[i++];
    const std::uint64_t kind = std::uint64_t{op.kind} << 1 | (op.empty ? 1 : 0);
    if (op.field == following(last).field && (i == shape.ops.size() || alike(shape.ops[i], last))) {
      out.heads.varint(kind << 2 | 2);
      ++last.field;
      continue;
    }
    const std::int64_t step = std::int64_t{op.field} - last.field;
    const bool turned = !alike(op, last);
    const auto bits = static_cast<std::uint64_t>(step);
    const auto sign = static_cast<std::uint64_t>(step >> 63);
    out.heads.varint((bits << 1 ^ sign) << 2 | (turned ? 3 : 1));
    if (turned) out.heads.varint(kind);
    last = op;
  }
}

ShapeOp append_following(Shape& shape, ShapeOp op, std::uint64_t count) {
  for (; count > 0; --count) {
    op = following(op);
    shape.ops.push_back(op);
  }
  return op;
}

bool decode_shape(AreaReader& in, Shape& shape) {
  shape.entity = number32(in.heads);
  const std::uint64_t count = in.heads.varint();
  if (in.failed() || count == 0 || count > kOpsMax) return false;
  ShapeOp op;
  while (shape.ops.size() < count) {
    const std::uint64_t token = in.heads.varint();
    if (in.failed()) return false;
    if ((token & 3) == 2) {
      ++op.field;
      shape.ops.push_back(op);
      if (!set_kind(shape.ops.back(), token >> 2)) return false;
      continue;
    }
    if ((token & 3) == 0) {
      if (token >> 2 >= count - shape.ops.size()) return false;
      op = append_following(shape, op, (token >> 2) + 1);
      continue;
    }
    const std::uint64_t zigzag = token >> 2;
    const auto step = static_cast<std::int64_t>(zigzag >> 1 ^ (~(zigzag & 1) + 1));
    const std::int64_t field = std::int64_t{op.field} + step;
    if (field < 0 || field > std::numeric_limits<std::uint32_t>::max()) return false;
    op.field = static_cast<std::uint32_t>(field);
    if ((token & 3) == 3 && !set_kind(op, in.heads.varint())) return false;
    shape.ops.push_back(op);
  }
  return !in.failed();
}

Guesses TouchTimes::guesses(const Column& column) const {
  Guesses guesses;
  guesses.clock.reserve(column.cells.size());
  guesses.time.reserve(column.cells.size());
  for (const Cell& cell : column.cells) {
    guesses.clock.push_back(clock_[cell.touch]);
    guesses.time.push_back(time_[cell.touch]);
  }
  return guesses;
}

void TouchTimes::see(const Column& column, const std::vector<std::int64_t>& numbers) {
  constexpr std::int64_t kLarge = std::int64_t{1} << 32;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] > kLarge) time_[column.cells[i].touch] = numbers[i];
  }
}

}  // namespace mq::seal
