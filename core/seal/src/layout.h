// Layout: how the ops of a segment lie in columns (FORMAT.md section 4).
//
// A touch is an unbroken run of ops on one row inside a transaction; its shape is what it does,
// without the values. The values of one (entity, field, kind) of all touches form a column, so that
// like stands beside like before zstd sees it. Both directions derive columns from shapes alone.
#pragma once

#include <compare>
#include <vector>

#include "mq/base/result.h"
#include "mq/model/op.h"

namespace mq::seal {

// A segment of more is refused before memory is taken for it.
inline constexpr std::size_t kTransactionsMax = 65'536;
inline constexpr std::size_t kOpsMax = 65'536;
// An entry states 24 bytes (device, incarnation, tag), and a chain's context must go whole into one
// envelope of 64 KiB.
inline constexpr std::size_t kContextMax = 65'536 / 24;
// Summed over the transactions: what a run of them may make of one stated context.
inline constexpr std::size_t kContextEntriesMax = 1U << 18;

struct ShapeOp {
  std::uint32_t field = 0;
  std::uint8_t kind = 1;
  bool empty = false;
  auto operator<=>(const ShapeOp&) const = default;
};
struct Shape {
  std::uint32_t entity = 0;
  std::vector<ShapeOp> ops;
  auto operator<=>(const Shape&) const = default;
};
struct Touch {
  std::uint32_t transaction = 0;
  std::uint32_t shape = 0;
  std::uint32_t first_op = 0;
};
struct Cell {
  std::uint32_t touch = 0;
  std::uint32_t op = 0;  // within the transaction
};
struct Column {
  std::uint32_t entity = 0;
  std::uint32_t field = 0;
  std::uint8_t kind = 0;
  std::vector<Cell> cells;  // never empty
};

// Whether there is but one touch in all, whose shape then needs no counting.
inline bool one_touch(const std::vector<std::int64_t>& of_each_transaction) {
  return of_each_transaction.size() == 1 && of_each_transaction[0] == 1;
}

struct Layout {
  std::vector<Shape> shapes;  // in order of first use, each used
  std::vector<Touch> touches;
  std::vector<Column> columns() const;  // sorted; cells in order of touches
};

Layout layout_of(const std::vector<model::Transaction>& transactions);

// What happened to the context between two transactions, as updates, removals and additions.
class Areas;
class AreaReader;
void encode_context_change(const model::Context& before, const model::Context& after, Areas& out);
// False: not a change of `context`, which is then worthless.
bool decode_context_change(AreaReader& in, model::Context& context);

}  // namespace mq::seal
