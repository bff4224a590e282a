#include <limits>

#include "columns.h"
#include "frame.h"
#include "layout.h"
#include "sections.h"

namespace mq::seal {
namespace {

using model::Transaction;

class Decoder {
 public:
  Decoder(AreaReader& in, const model::Context& running) : in_(in), running_(running) {}

  // False at the first thing that has no meaning. Where one list of transactions could be written
  // in several forms, each is read: the author signed these bytes, and they mean one thing.
  bool decode() {
    return begin() && clocks() && sections() && groups() && shapes() && touches() && rows() &&
           columns() && in_.done();
  }
  std::vector<Transaction> take() { return std::move(transactions_); }

 private:
  bool sections() {
    const bool whole = (flags_ & kWholeContext) != 0;
    const model::Context before = whole ? model::Context{} : running_;
    if (flags_ & kHasSections) return decode_sections(in_, before, transactions_);
    if (before.size() * transactions_.size() > kContextEntriesMax) return false;
    for (Transaction& t : transactions_) t.context = before;
    return true;
  }

  bool begin() {
    const std::uint64_t token = in_.heads.varint();
    const std::uint64_t n = in_.heads.varint();
    const std::uint64_t count = token >> kFlagBits;
    flags_ = static_cast<unsigned>(token & kFlagsAll);
    if (in_.failed() || count == 0 || count > kTransactionsMax || n == 0) return false;
    if (n > std::numeric_limits<std::uint64_t>::max() - count) return false;
    transactions_.resize(count);
    for (std::size_t i = 0; i < count; ++i) transactions_[i].n = n + i;
    return true;
  }

  bool clocks() {
    clock_.resize(transactions_.size());
    std::vector<std::int64_t> counters(transactions_.size());
    if (!decode_integers(in_, {}, clock_)) return false;
    if ((flags_ & kHasCounters) && !decode_integers(in_, {}, counters)) return false;
    for (std::size_t i = 0; i < clock_.size(); ++i) {
      if (clock_[i] < 0 || clock_[i] >> 48 != 0 || counters[i] < 0 || counters[i] > 0xffff) {
        return false;
      }
      transactions_[i].hlc = Hlc::of(clock_[i], static_cast<std::uint16_t>(counters[i]));
    }
    return true;
  }

  bool groups() {
    if ((flags_ & kHasGroups) == 0) return true;
    const std::uint64_t count = in_.heads.varint();
    if (in_.failed() || count > transactions_.size()) return false;
    std::vector<std::size_t> places;
    std::vector<std::int64_t> clock;
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t gap = in_.heads.varint();
      if (gap >= transactions_.size() - next) return false;
      next += gap + 1;
      places.push_back(next - 1);
      clock.push_back(clock_[next - 1]);
    }
    std::vector<Id16> ids(count);
    if (!ids_.decode(in_, clock, ids)) return false;
    for (std::size_t i = 0; i < count; ++i) transactions_[places[i]].group = GroupId{ids[i]};
    return true;
  }

  bool shapes() {
    counts_.resize(transactions_.size());
    if (!decode_integers(in_, {}, counts_)) return false;
    const std::uint64_t count = one_touch(counts_) ? 1 : in_.heads.varint();
    if (in_.failed() || count > kOpsMax) return false;
    std::size_t ops = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      layout_.shapes.emplace_back();
      if (!decode_shape(in_, layout_.shapes.back())) return false;
      ops += layout_.shapes.back().ops.size();
      if (ops > kOpsMax) return false;
    }
    return true;
  }

  bool touches() {
    std::uint64_t total = 0;
    for (const std::int64_t count : counts_) {
      if (count < 0 || static_cast<std::uint64_t>(count) > kOpsMax - total) return false;
      total += static_cast<std::uint64_t>(count);
    }
    std::vector<std::int64_t> numbers(total);
    if (layout_.shapes.size() > 1 && !decode_integers(in_, {}, numbers)) return false;
    std::size_t ops = 0;
    std::size_t next = 0;
    for (std::size_t t = 0; t < transactions_.size(); ++t) {
      std::size_t first = 0;
      for (std::int64_t left = counts_[t]; left > 0; --left) {
        const std::int64_t shape = numbers[next++];
        if (shape < 0 || static_cast<std::uint64_t>(shape) >= layout_.shapes.size()) return false;
        const std::size_t size = layout_.shapes[static_cast<std::size_t>(shape)].ops.size();
        layout_.touches.push_back({static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(shape),
                                   static_cast<std::uint32_t>(first)});
        first += size;
        ops += size;
        if (ops > kOpsMax) return false;
      }
      transactions_[t].ops.resize(first);
    }
    return true;
  }

  bool rows() {
    for (const Touch& touch : layout_.touches) touch_clock_.push_back(clock_[touch.transaction]);
    std::vector<Id16> ids(layout_.touches.size());
    if (!ids_.decode(in_, touch_clock_, ids)) return false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Touch& touch = layout_.touches[i];
      const Shape& shape = layout_.shapes[touch.shape];
      for (std::size_t k = 0; k < shape.ops.size(); ++k) {
        model::Op& op = transactions_[touch.transaction].ops[touch.first_op + k];
        op.kind = static_cast<model::OpKind>(shape.ops[k].kind);
        op.entity = shape.entity;
        op.row = RowId{ids[i]};
        op.field = shape.ops[k].field;
      }
    }
    return true;
  }

  bool columns() {
    TouchTimes times(touch_clock_);
    ValueReader reader(in_, ids_);
    std::vector<Bytes*> values;
    for (const Column& column : layout_.columns()) {
      if (column.cells.empty()) return false;  // a shape that nothing uses
      values.clear();
      for (const Cell& cell : column.cells) {
        const Touch& touch = layout_.touches[cell.touch];
        values.push_back(&transactions_[touch.transaction].ops[cell.op].value);
      }
      std::vector<std::int64_t> numbers;
      if (!reader.decode(values, times.guesses(column), numbers)) return false;
      times.see(column, numbers);
    }
    return true;
  }

  AreaReader& in_;
  const model::Context& running_;
  unsigned flags_ = 0;
  std::vector<Transaction> transactions_;
  std::vector<std::int64_t> clock_;
  std::vector<std::int64_t> counts_;  // touches by transaction
  std::vector<std::int64_t> touch_clock_;
  Layout layout_;
  IdReader ids_;
};

Error malformed() {
  return {Code::kCorrupt, "这一段解不开:内容不合格式,已留存不用",
          "the segment does not decode: malformed content; it is kept aside"};
}

}  // namespace

Result<std::vector<Transaction>> decode_frame(ByteView content, bool packed_text,
                                              model::Context& running) {
  ByteReader sizes(content);
  const std::uint64_t heads = sizes.varint();
  const std::uint64_t loose = packed_text ? 0 : sizes.varint();
  if (sizes.failed() || heads > sizes.left() || loose > sizes.left() - heads) return malformed();
  const ByteView rest = sizes.rest();
  AreaReader in(rest.first(heads), rest.subspan(heads, loose), rest.subspan(heads + loose),
                packed_text);
  Decoder decoder(in, running);
  if (!decoder.decode()) return malformed();
  std::vector<Transaction> transactions = decoder.take();
  running = transactions.back().context;
  return transactions;
}

}  // namespace mq::seal
