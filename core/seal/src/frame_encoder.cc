#include <algorithm>

#include "columns.h"
#include "frame.h"
#include "layout.h"
#include "sections.h"

namespace mq::seal {
namespace {

using model::Transaction;

Status check_run(const std::vector<Transaction>& transactions) {
  std::size_t ops = 0;
  std::size_t entries = 0;
  std::size_t largest = 0;
  const Error mixed{Code::kInvalidInput, "不能封存:这些记录不是同一条链上连续的事务",
                    "cannot seal: these are not consecutive transactions of one chain"};
  if (transactions.empty() || transactions[0].n == 0) return mixed;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const Transaction& t = transactions[i];
    const auto& context = t.context;
    const bool sorted =
        std::adjacent_find(context.begin(), context.end(), std::greater_equal<>()) == context.end();
    if (t.n != transactions[0].n + i || t.n == 0 || !sorted ||
        t.clock_class > ClockClass::kAnchored) {
      return mixed;
    }
    ops += t.ops.size();
    entries += context.size();
    largest = std::max(largest, context.size());
  }
  if (transactions.size() > kTransactionsMax || ops > kOpsMax || largest > kContextMax ||
      entries > kContextEntriesMax) {
    return Error{Code::kExhausted, "一段里的记录太多,请分成几段封存",
                 "too much for one segment; seal it in several"};
  }
  return {};
}

class Encoder {
 public:
  Encoder(const std::vector<Transaction>& transactions, const FrameOptions& options)
      : transactions_(transactions),
        layout_(layout_of(transactions)),
        options_(options),
        out_(options.packed_text) {
    for (const Transaction& t : transactions) clock_.push_back(t.hlc.ms());
    for (const Touch& touch : layout_.touches) touch_clock_.push_back(clock_[touch.transaction]);
  }

  Frame encode(const model::Context& running) {
    const bool whole = options_.whole_context;
    const model::Context before = whole ? model::Context{} : running;
    unsigned flags = 0;
    if (whole) flags |= kWholeContext;
    if (sections_needed(transactions_, before)) flags |= kHasSections;
    if (any_group()) flags |= kHasGroups;
    if (any_counter()) flags |= kHasCounters;
    out_.heads.varint(transactions_.size() << kFlagBits | flags);
    out_.heads.varint(transactions_[0].n);
    clocks((flags & kHasCounters) != 0);
    if (flags & kHasSections) encode_sections(transactions_, before, out_);
    if (flags & kHasGroups) groups();
    shapes();
    rows();
    columns();
    return {out_.heads.take(), out_.take_loose(), out_.take_texts(), options_.packed_text};
  }

 private:
  bool any_group() const {
    return std::any_of(transactions_.begin(), transactions_.end(),
                       [](const Transaction& t) { return !t.group.is_zero(); });
  }
  bool any_counter() const {
    return std::any_of(transactions_.begin(), transactions_.end(),
                       [](const Transaction& t) { return (t.hlc.packed & 0xffff) != 0; });
  }

  void clocks(bool with_counters) {
    encode_integers(clock_, {}, out_);
    if (!with_counters) return;
    std::vector<std::int64_t> counters;
    for (const Transaction& t : transactions_) {
      counters.push_back(static_cast<std::int64_t>(t.hlc.packed & 0xffff));
    }
    encode_integers(counters, {}, out_);
  }

  void groups() {
    std::vector<Id16> ids;
    std::vector<std::int64_t> clock;
    std::vector<std::uint64_t> gaps;
    std::size_t next = 0;
    for (std::size_t i = 0; i < transactions_.size(); ++i) {
      if (transactions_[i].group.is_zero()) continue;
      gaps.push_back(i - next);
      next = i + 1;
      ids.push_back(transactions_[i].group.data);
      clock.push_back(clock_[i]);
    }
    out_.heads.varint(ids.size());
    for (const std::uint64_t gap : gaps) out_.heads.varint(gap);
    ids_.encode(ids, clock, out_);
  }

  void shapes() {
    std::vector<std::int64_t> counts(transactions_.size());
    std::vector<std::int64_t> numbers;
    for (const Touch& touch : layout_.touches) {
      ++counts[touch.transaction];
      numbers.push_back(touch.shape);
    }
    encode_integers(counts, {}, out_);
    if (!one_touch(counts)) out_.heads.varint(layout_.shapes.size());
    for (const Shape& shape : layout_.shapes) encode_shape(shape, out_);
    if (layout_.shapes.size() > 1) encode_integers(numbers, {}, out_);
  }

  void rows() {
    std::vector<Id16> ids;
    for (const Touch& touch : layout_.touches) {
      ids.push_back(transactions_[touch.transaction].ops[touch.first_op].row.data);
    }
    ids_.encode(ids, touch_clock_, out_);
  }

  void columns() {
    TouchTimes times(touch_clock_);
    ValueWriter writer(out_, ids_);
    std::vector<const Bytes*> values;
    for (const Column& column : layout_.columns()) {
      values.clear();
      for (const Cell& cell : column.cells) {
        const Touch& touch = layout_.touches[cell.touch];
        values.push_back(&transactions_[touch.transaction].ops[cell.op].value);
      }
      times.see(column, writer.encode(values, times.guesses(column), column.kind));
    }
  }

  const std::vector<Transaction>& transactions_;
  Layout layout_;
  FrameOptions options_;
  Areas out_;
  IdWriter ids_;
  std::vector<std::int64_t> clock_;        // by transaction
  std::vector<std::int64_t> touch_clock_;  // by touch
};

}  // namespace

Bytes Frame::preface() const {
  ByteWriter out;
  out.varint(heads.size());
  if (!packed_text) out.varint(loose.size());
  return out.take();
}

Bytes Frame::joined() const {
  Bytes out = preface();
  for (const Bytes* area : {&heads, &loose, &texts}) {
    out.insert(out.end(), area->begin(), area->end());
  }
  return out;
}

Result<Frame> encode_frame(const std::vector<Transaction>& transactions,
                           const model::Context& running, const FrameOptions& options) {
  MQ_CHECK(check_run(transactions));
  return Encoder(transactions, options).encode(running);
}

}  // namespace mq::seal
