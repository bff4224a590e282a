// What a person wants, made ops, and made durable: one SQLite commit, one fsync.
#include <algorithm>

#include "changes.h"
#include "mq/base/text.h"

namespace mq::vault {

using model::Op;
using model::Transaction;

namespace {

constexpr std::size_t kTransactionBytesMax = 32'768;

std::size_t size_of(const Op& op) { return op.value.size() + 24; }
std::size_t size_of(const std::vector<Op>& ops) {
  std::size_t bytes = 0;
  for (const Op& op : ops) bytes += size_of(op);
  return bytes;
}

// The transactions of one draft in the making: opens the next one when a limit is reached.
class Builder {
 public:
  Builder(Vault::State& state, StreamIx stream, LineIx line, model::Context context)
      : state_(state),
        stream_(stream),
        line_(line),
        context_(std::move(context)),
        seen_(state.resolve_cached(stream, line, next_n(), context_)) {}

  const ResolvedContext& seen() const { return seen_; }
  StreamIx stream() const { return stream_; }
  LineIx line() const { return line_; }
  std::vector<Transaction>& transactions() { return transactions_; }

  Status merge(OpenRow& row, const std::vector<Op>& ops) {
    const StreamLines view(state_.lines, stream_);
    if (bytes_ > 0 && bytes_ + size_of(ops) > kTransactionBytesMax) bytes_ = 0;
    for (const Op& op : ops) {
      if (bytes_ == 0 || bytes_ + size_of(op) > kTransactionBytesMax) begin();
      bytes_ += size_of(op);
      Transaction& t = transactions_.back();
      const Stamp stamp{line_, t.n, t.hlc, t.clock_class};
      apply_op(row.state, op, static_cast<std::uint32_t>(t.ops.size()), stamp, seen_, view);
      if (op.kind != model::OpKind::kDelete) row.changed.push_back({op.field, family(op.kind)});
      if (row.stamps.empty() || row.stamps.back() != stamp) row.stamps.push_back(stamp);
      t.ops.push_back(op);
    }
    return state_.store_row(row);
  }

 private:
  std::uint64_t next_n() const {
    return state_.lines.at(line_).committed_n + transactions_.size() + 1;
  }

  void begin() {
    Transaction t;
    t.n = next_n();
    t.hlc = state_.hlc->next();
    t.clock_class = state_.clock_class;
    t.context = context_;
    t.checkpoint = state_.checkpoint;
    t.schema = state_.schema.version();
    bytes_ = 0;
    if (!transactions_.empty()) {
      seen_ = state_.resolve_cached(stream_, line_, t.n, context_);
    }
    transactions_.push_back(std::move(t));
  }

  Vault::State& state_;
  StreamIx stream_;
  LineIx line_;
  model::Context context_;
  std::vector<Transaction> transactions_;
  ResolvedContext seen_;
  std::size_t bytes_ = 0;
};

// Rows in the order of the draft, a row that another one names before it.
class RowOrder {
 public:
  explicit RowOrder(const Draft& draft) {
    for (const Change& change : draft.changes) {
      const auto [at, fresh] = places_.try_emplace({change.entity, change.row}, groups_.size());
      if (fresh) groups_.emplace_back();
      groups_[at->second].push_back(&change);
      by_id_.try_emplace(change.row, at->second);
    }
    placed_.assign(groups_.size(), false);
    for (std::size_t k = 0; k < groups_.size(); ++k) place(k);
  }
  const std::vector<std::size_t>& order() const { return order_; }
  const std::vector<const Change*>& group(std::size_t k) const { return groups_[k]; }

 private:
  void place(std::size_t k) {
    if (placed_[k]) return;
    placed_[k] = true;  // set first, so that rows that name each other end
    for (const Change* change : groups_[k]) {
      refer(change->value);
      for (const model::Value& value : change->values) refer(value);
    }
    order_.push_back(k);
  }
  void refer(const model::Value& value) {
    const Bytes* bytes = std::get_if<Bytes>(&value);
    const auto id = bytes != nullptr ? RowId::from(*bytes) : std::nullopt;
    if (!id) return;
    const auto at = by_id_.find(*id);
    if (at != by_id_.end()) place(at->second);
  }

  std::vector<std::vector<const Change*>> groups_;
  std::map<std::pair<std::uint32_t, RowId>, std::size_t> places_;
  std::map<RowId, std::size_t> by_id_;
  std::vector<bool> placed_;
  std::vector<std::size_t> order_;
};

Result<Builder> build(Vault::State& s, const Draft& draft, View seen) {
  if (s.stream(draft.stream) == nullptr) {
    return Error{Code::kInvalidInput, "保存:没有这个卷宗", "saving: there is no such stream"};
  }
  MQ_TRY(const LineIx line, s.own_line_or_new(draft.stream));
  MQ_TRY(model::Context context, s.context_at(draft.stream, seen));
  Builder builder(s, draft.stream, line, std::move(context));
  const RowOrder rows(draft);
  for (const std::size_t k : rows.order()) {
    const Change& first = *rows.group(k).front();
    MQ_TRY(OpenRow row, s.open_row(first.entity, draft.stream, first.row));
    MQ_TRY(const std::vector<Op> ops, ops_of(s, row, rows.group(k), builder.seen()));
    if (!ops.empty()) MQ_CHECK(builder.merge(row, ops));
  }
  return builder;
}

Status store_pending(Vault::State& s, Builder& builder, const GroupId& group) {
  for (Transaction& t : builder.transactions()) {
    t.group = group;
    MQ_CHECK(s.db.run("INSERT INTO mq_pending(rid, bytes) VALUES (?1, ?2)",
                      pending_rid(builder.line(), t.n), s.encode_transaction(builder.stream(), t)));
  }
  return {};
}

}  // namespace

Result<GroupId> Vault::commit(const std::vector<Draft>& drafts, View seen) {
  State& s = *state_;
  GroupId group;
  const Status done = s.atomically([&]() -> Status {
    std::vector<Builder> built;
    std::size_t count = 0;
    for (const Draft& draft : drafts) {
      MQ_TRY(Builder builder, build(s, draft, seen));
      count += builder.transactions().size();
      // The next draft may be of the same stream.
      s.lines.at(builder.line()).committed_n += builder.transactions().size();
      built.push_back(std::move(builder));
    }
    if (count > 1) group = random_id<GroupId>(s.random);
    for (Builder& builder : built) MQ_CHECK(store_pending(s, builder, group));
    return {};
  });
  MQ_CHECK(done);
  return group;
}

View Vault::view() const { return {state_->token}; }
void Vault::set_clock_class(ClockClass c) { state_->clock_class = c; }
void Vault::set_checkpoint(const model::CheckpointMark& mark) {
  state_->checkpoint = mark;
  state_->checkpoint_moved = true;
}
model::CheckpointMark Vault::checkpoint() const { return state_->checkpoint; }

}  // namespace mq::vault
