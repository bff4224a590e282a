// What stands out of force, and where held envelopes lie on their chains.
#include <algorithm>

#include "mq/base/text.h"
#include "state.h"

namespace mq::vault {

Status Vault::State::set_standing(const Hash& envelope, Standing standing) {
  if (standing == Standing::kInForce) {
    return db.run("DELETE FROM mq_standing WHERE hash = ?1", envelope.view());
  }
  return db.run(
      "INSERT INTO mq_standing(hash, standing) VALUES (?1, ?2) "
      "ON CONFLICT(hash) DO UPDATE SET standing = ?2",
      envelope.view(), static_cast<int>(standing));
}

Status Vault::State::find_undecided() {
  for (const Line& line : lines.all()) lines.at(line.ix).undecided_seq = 0;
  MQ_TRY(sqlite::Query q,
         db.query("SELECT e.line, min(e.seq) FROM mq_standing o JOIN mq_envelope e "
                  "ON e.hash = o.hash WHERE o.standing = ?1 GROUP BY e.line"));
  q.bind(1, static_cast<std::int64_t>(Standing::kUndecided));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    const auto ix = static_cast<LineIx>(q.integer(0));
    if (ix == 0 || ix > lines.all().size()) return damaged("读取待核收的记号", "reading standings");
    lines.at(ix).undecided_seq = static_cast<std::uint64_t>(q.integer(1));
  }
}

Result<std::optional<Standing>> Vault::standing(const Hash& envelope) {
  MQ_TRY(sqlite::Query q,
         state_->db.query("SELECT coalesce(o.standing, 0) FROM mq_envelope e LEFT JOIN mq_standing "
                          "o ON o.hash = e.hash WHERE e.hash = ?1"));
  q.bind(1, envelope.view());
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Standing>{};
  return std::optional(static_cast<Standing>(q.integer(0)));
}

namespace {

Status take_line(Vault::State& s, LineIx line, std::vector<Vault::Held>& out) {
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT e.hash, substr(e.bytes, 1, 132), e.own, e.received, "
                    "coalesce(o.standing, 0), e.last_n - e.first_n + 1 FROM mq_envelope e "
                    "LEFT JOIN mq_standing o ON o.hash = e.hash WHERE e.line = ?1"));
  q.bind(1, std::int64_t{line});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    MQ_TRY(const wire::EnvelopeHeader header, wire::EnvelopeHeader::parse(q.blob(1)));
    Vault::Held held;
    held.hash = Hash::from(q.blob(0)).value_or(Hash{});
    held.seq = header.seq;
    held.prev = header.prev;
    held.control_seq = header.control_seq;
    held.own = q.integer(2) != 0;
    if (!q.is_null(3)) held.received = WallTime{q.integer(3)};
    held.standing = static_cast<Standing>(q.integer(4));
    held.transactions = static_cast<std::uint64_t>(q.integer(5));
    out.push_back(held);
  }
}

}  // namespace

Result<std::vector<Vault::Held>> Vault::chain(const wire::ChainId& chain) {
  std::vector<Held> out;
  const StreamInfo* info = stream(chain.stream);
  if (info == nullptr) return out;
  for (const LineIx ix : state_->lines.of(info->ix, {chain.device, chain.incarnation})) {
    MQ_CHECK(take_line(*state_, ix, out));
  }
  std::sort(out.begin(), out.end(), [](const Held& a, const Held& b) {
    return a.seq != b.seq ? a.seq < b.seq : a.hash < b.hash;
  });
  return out;
}

Result<std::vector<wire::ChainId>> Vault::chains(StreamIx stream_ix) {
  std::vector<wire::ChainId> out;
  const StreamInfo* info = stream(stream_ix);
  if (info == nullptr) return out;
  for (const LineIx ix : state_->lines.of(stream_ix)) {
    const Line& line = state_->lines.at(ix);
    if (line.last_seq == 0) continue;
    out.push_back({info->id, line.chain.device, line.chain.incarnation});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<bool> Vault::on_line(const Hash& envelope, const Hash& end) {
  const auto last = state_->find(end);
  const auto held = state_->find(envelope);
  if (!last || !held) return false;
  std::uint64_t through = last->seq;
  for (LineIx ix = last->line; ix != 0; ix = state_->lines.at(ix).parent) {
    if (ix == held->line) return held->seq <= through;
    through = std::min(through, state_->lines.at(ix).fork_seq);
  }
  return false;
}

}  // namespace mq::vault
