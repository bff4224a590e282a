// Random runs of transactions, from plain visits to anything the types allow.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mq/base/text.h"
#include "mq/model/op.h"
#include "support/sim_random.h"

namespace mq::testing {

template <class Array>
Array some_bytes(SimRandom& random) {
  Array out;
  random.fill(out);
  return out;
}

inline Bytes some_text(SimRandom& random) {
  static const std::vector<std::string> kParts{"走访",
                                               "户主不在家",
                                               "，",
                                               "。",
                                               "12",
                                               "水渠堵塞",
                                               "a",
                                               "\n",
                                               "龘",
                                               "\xF0\x9F\x8C\xBE",
                                               "é",
                                               " ",
                                               std::string(1, '\0'),
                                               "群众满意",
                                               "風"};
  std::string out;
  for (auto left = random.below(30); left > 0; --left) out += kParts[random.below(kParts.size())];
  return to_bytes(out);
}

inline Bytes some_value(SimRandom& random) {
  ByteWriter out;
  switch (random.below(9)) {
    case 0:
      return {};
    case 1:
      out.zigzag(static_cast<std::int64_t>(random.below(7)));
      break;
    case 2:
      out.zigzag(static_cast<std::int64_t>(random.next()));
      break;
    case 3:
      out.zigzag(1'770'000'000'000 + static_cast<std::int64_t>(random.below(1 << 30)));
      break;
    case 4:
      out.raw(some_bytes<std::array<std::uint8_t, 16>>(random));
      break;
    case 5:  // a step
      out.varint(random.below(9));
      out.varint(random.below(9));
      out.block(some_text(random));
      out.raw(some_bytes<std::array<std::uint8_t, 16>>(random));
      break;
    case 6:
      out.raw(some_bytes<std::array<std::uint8_t, 37>>(random));
      break;
    default:
      return some_text(random);
  }
  return out.take();
}

inline model::Context some_context(SimRandom& random, const model::Context& before) {
  model::Context out = before;
  for (auto& entry : out) {
    if (!random.chance(40)) continue;
    entry.n += random.below(5);
    random.fill(entry.tag);
  }
  if (!out.empty() && random.chance(20))
    out.erase(out.begin() + static_cast<long>(random.below(out.size())));
  for (auto left = random.below(3); left > 0; --left) {
    model::ContextEntry entry;
    random.fill(entry.device.data);
    entry.incarnation = random.u32();
    entry.n = random.below(1000);
    random.fill(entry.tag);
    out.push_back(entry);
    if (random.chance(20)) {  // a second line of the same chain
      random.fill(entry.tag);
      out.push_back(entry);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// A few rows and fields, so that touches, shapes and columns repeat.
inline model::Op some_op(SimRandom& random, const std::vector<RowId>& rows) {
  model::Op op;
  op.kind = static_cast<model::OpKind>(random.chance(5) ? random.below(256) : 1 + random.below(8));
  op.entity = random.chance(3) ? random.u32() : 30 + static_cast<std::uint32_t>(random.below(3));
  op.row = rows[random.below(rows.size())];
  op.field = random.chance(3) ? random.u32() : static_cast<std::uint32_t>(random.below(9));
  op.value = some_value(random);
  return op;
}

inline std::vector<model::Transaction> some_transactions(SimRandom& random,
                                                         const model::Context& running) {
  std::vector<RowId> rows(1 + random.below(4));
  for (auto& row : rows) random.fill(row.data);
  std::vector<model::Transaction> out(1 + random.below(12));
  model::Transaction state;
  state.n = 1 + random.below(1 << 20);
  state.context = running;
  std::int64_t ms = 1'770'000'000'000;
  for (auto& t : out) {
    if (random.chance(25)) state.context = some_context(random, state.context);
    if (random.chance(20)) {
      state.checkpoint.time_ms = static_cast<std::int64_t>(random.next());
      random.fill(state.checkpoint.digest);
    }
    if (random.chance(20)) state.clock_class = static_cast<ClockClass>(random.below(3));
    if (random.chance(10)) state.schema = random.u32();
    if (random.chance(10)) state.least_reader = random.u32();
    if (random.chance(30)) random.fill(state.group.data);
    if (random.chance(30)) state.group = {};
    ms += static_cast<std::int64_t>(random.below(100'000));
    t = state;
    t.hlc = Hlc::of(random.chance(5) ? 0 : ms,
                    static_cast<std::uint16_t>(random.chance(20) ? random.u32() : 0));
    for (auto left = random.below(8); left > 0; --left) t.ops.push_back(some_op(random, rows));
    ++state.n;
  }
  return out;
}

// One visit as a device writes it; text decides its size.
inline model::Transaction visit(std::uint64_t n, std::string_view text) {
  model::Transaction t;
  t.n = n;
  t.hlc = Hlc::of(1'773'000'000'000 + static_cast<std::int64_t>(n) * 60'000);
  RowId row;
  for (std::size_t i = 0; i < 16; ++i) row.data[i] = static_cast<std::uint8_t>(n * 31 + i * 7);
  const auto number = [](std::int64_t value) {
    ByteWriter out;
    out.zigzag(value);
    return out.take();
  };
  t.ops.push_back({model::OpKind::kRegister, 30, row, 1, number(20'521)});
  t.ops.push_back({model::OpKind::kRegister, 30, row, 2, number(static_cast<std::int64_t>(n % 5))});
  t.ops.push_back({model::OpKind::kText, 30, row, 10, to_bytes(text)});
  return t;
}

}  // namespace mq::testing
