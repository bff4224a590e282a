// What a person wants, made ops, and made durable: one SQLite commit, one fsync.
#include <algorithm>
#include <unordered_map>

#include "changes.h"
#include "fresh_batch.h"
#include "mq/base/doubtful_clock.h"
#include "mq/base/id_hash.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::vault {

using model::Op;
using model::Transaction;

namespace {

constexpr std::size_t kTransactionBytesMax = 32'768;
constexpr std::int64_t kLeadMax =
    86'400'000;  // ms, of the last stamp before the wall; as in hlc.cc

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

  Status merge(OpenRow& row, std::vector<Op> ops) {
    const std::size_t size = size_of(ops);
    if (bytes_ + size > kTransactionBytesMax) open_ = false;
    if (row.rid == 0 && size <= kTransactionBytesMax && add_new(row, ops, size)) return {};
    const StreamLines view(state_.lines, stream_);
    for (Op& op : ops) {
      if (!open_ || bytes_ + size_of(op) > kTransactionBytesMax) begin();
      bytes_ += size_of(op);
      Transaction& t = transactions_.back();
      const Stamp stamp{line_, t.n, t.hlc, t.clock_class};
      apply_op(row.state, {op, static_cast<std::uint32_t>(t.ops.size()), stamp}, seen_, view);
      if (op.kind != model::OpKind::kDelete) row.changed.push_back({op.field, family(op.kind)});
      if (row.stamps.empty() || row.stamps.back() != stamp) row.stamps.push_back(stamp);
      t.ops.push_back(std::move(op));
    }
    return state_.store_row(row);
  }
  // The new rows, which merge() only kept.
  Status store_new() { return fresh_.store(state_, stream_); }

 private:
  // The short way of apply(), for a new row whose ops fit into one transaction. False: it is not
  // for this row, and `ops` are as they were.
  bool add_new(const OpenRow& row, std::vector<Op>& ops, std::size_t size) {
    if (!open_) begin();
    if (row.table == nullptr || !seen_.open.empty() || !seen_.late.empty()) return false;
    Transaction& t = transactions_.back();
    const std::size_t at = t.ops.size();
    std::move(ops.begin(), ops.end(), std::back_inserter(t.ops));
    if (fresh_.add(*row.table, t, at, {line_, t.n, t.hlc, t.clock_class})) {
      bytes_ += size;
      return true;
    }
    std::move(t.ops.begin() + static_cast<std::ptrdiff_t>(at), t.ops.end(), ops.begin());
    t.ops.resize(at);
    return false;
  }

  std::optional<WallTime> proved() const {
    const auto ms = static_cast<std::int64_t>(state_.checkpoint.time_ms);
    return ms > 0 ? std::optional(WallTime{ms}) : std::nullopt;
  }
  // A clock that was far ahead once, and may be right again: what is written now is of now. Stamps
  // of one device may go back, since what it had seen says what came after what.
  void leave_wrong_year(WallTime now) {
    const bool ahead = state_.hlc->last().ms() > now.ms + kLeadMax;
    if (ahead && proved() && now >= *proved()) state_.hlc.emplace(state_.clock, Hlc{});
  }
  ClockClass class_of(WallTime now) const {
    return proved() && doubtful_clock(now, proved()) ? ClockClass::kKnownWrong : state_.clock_class;
  }

  std::uint64_t next_n() const {
    return state_.lines.at(line_).committed_n + transactions_.size() + 1;
  }

  void begin() {
    Transaction t;
    t.n = next_n();
    const WallTime now = state_.clock.wall();
    leave_wrong_year(now);
    t.hlc = state_.hlc->next();
    t.clock_class = class_of(now);
    t.context = context_;
    t.checkpoint = state_.checkpoint;
    t.schema = state_.schema.version();
    bytes_ = 0;
    open_ = true;
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
  FreshBatch fresh_;
  bool open_ = false;      // whether the last transaction takes more,
  std::size_t bytes_ = 0;  // and how much it has
};

// Rows in the order of the draft, a row that another one names before it.
class RowOrder {
 public:
  explicit RowOrder(const Draft& draft) : changes_(draft.changes) {
    next_.assign(changes_.size(), kNone);
    by_id_.reserve(changes_.size() / 4);  // most rows have more changes than that
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      const std::size_t k = group_of(changes_[i]);
      if (k == groups_.size()) {
        groups_.push_back({i, i, false});
      } else {
        next_[groups_[k].last] = i;
        groups_[k].last = i;
      }
      current_ = k;
    }
    for (std::size_t k = 0; k < groups_.size(); ++k) place(k);
  }

  const std::vector<std::size_t>& order() const { return order_; }
  // The changes of one row, in the order of the draft.
  void group(std::size_t k, std::vector<const Change*>& out) const {
    out.clear();
    for (std::size_t i = groups_[k].first; i != kNone; i = next_[i]) out.push_back(&changes_[i]);
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Group {
    std::size_t first = 0, last = 0;  // changes
    bool placed = false;
  };

  // Nearly always the row of the change before.
  std::size_t group_of(const Change& change) {
    const auto same = [&](std::size_t k) {
      const Change& first = changes_[groups_[k].first];
      return first.entity == change.entity && first.row == change.row;
    };
    if (current_ < groups_.size() && same(current_)) return current_;
    const auto [at, fresh] = by_id_.try_emplace(change.row, groups_.size());
    if (fresh || same(at->second)) return at->second;
    return others_.try_emplace({change.entity, change.row}, groups_.size()).first->second;
  }

  void place(std::size_t k) {
    if (groups_[k].placed) return;
    groups_[k].placed = true;  // set first, so that rows that name each other end
    for (std::size_t i = groups_[k].first; i != kNone; i = next_[i]) {
      refer(changes_[i].value);
      for (const model::Value& value : changes_[i].values) refer(value);
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

  const std::vector<Change>& changes_;
  std::vector<std::size_t> next_;  // by change: the next one of its row
  std::vector<Group> groups_;
  std::size_t current_ = kNone;
  std::unordered_map<RowId, std::size_t, IdHash> by_id_;           // the first row of that id
  std::map<std::pair<std::uint32_t, RowId>, std::size_t> others_;  // of another entity
  std::vector<std::size_t> order_;
};

// Opens the rows of a draft. For a draft of many rows it reads the ids of a table once, if that
// costs less than to ask for each row: those of an import are nearly all new.
class Rows {
 public:
  Rows(Vault::State& state, std::size_t rows) : state_(state), rows_(rows) {}

  Result<OpenRow> open(std::uint32_t entity, StreamIx stream, const RowId& id) {
    const Table* table = state_.table(entity);
    if (rows_ < kManyRows || table == nullptr) return state_.open_row(entity, stream, id);
    const auto [held, fresh] = held_.try_emplace(entity);
    if (fresh) MQ_CHECK(read(*table, held->second));
    const auto& ids = held->second;
    if (!ids || std::binary_search(ids->begin(), ids->end(), id)) {
      return state_.open_row(entity, stream, id);
    }
    OpenRow row;
    row.table = table;
    row.entity = entity;
    row.stream = stream;
    row.id = id;
    return row;
  }

 private:
  static constexpr std::size_t kManyRows = 64;
  static constexpr std::size_t kIdsPerRow = 8;  // an id read costs about a tenth of a row asked for

  Status read(const Table& table, std::optional<std::vector<RowId>>& ids) {
    const std::string name = model::quoted(table.name);
    MQ_TRY(const std::int64_t last, state_.db.integer(cat("SELECT max(rid) FROM ", name)));
    if (static_cast<std::uint64_t>(last) > kIdsPerRow * rows_) return {};
    MQ_TRY(sqlite::Query q, state_.db.query(cat("SELECT id FROM ", name, " ORDER BY id")));
    ids.emplace();
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      ids->push_back(RowId::from(q.blob(0)).value_or(RowId{}));
    }
  }

  Vault::State& state_;
  std::size_t rows_;
  std::map<std::uint32_t, std::optional<std::vector<RowId>>> held_;  // by entity; nothing: too many
};

Result<Builder> build(Vault::State& s, const Draft& draft, View seen) {
  if (s.stream(draft.stream) == nullptr) {
    return Error{Code::kInvalidInput, "保存:没有这个卷宗", "saving: there is no such stream"};
  }
  MQ_TRY(const LineIx line, s.own_line_or_new(draft.stream));
  MQ_TRY(model::Context context, s.context_at(draft.stream, seen));
  Builder builder(s, draft.stream, line, std::move(context));
  const RowOrder rows(draft);
  Rows held(s, rows.order().size());
  std::vector<const Change*> changes;
  for (const std::size_t k : rows.order()) {
    rows.group(k, changes);
    const Change& first = *changes.front();
    MQ_TRY(OpenRow row, held.open(first.entity, draft.stream, first.row));
    MQ_TRY(std::vector<Op> ops, ops_of(s, row, changes, builder.seen()));
    if (!ops.empty()) MQ_CHECK(builder.merge(row, std::move(ops)));
  }
  MQ_CHECK(builder.store_new());
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
