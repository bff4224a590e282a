// What is late, in runs that can be decided.
#include "mq/sync/late.h"

#include <algorithm>
#include <map>

#include "late_box.h"
#include "mq/base/text.h"

namespace mq::sync {
namespace {

struct Piece {
  std::uint64_t seq = 0;
  Hash prev;
  std::uint32_t control_seq = 0;
  std::uint64_t transactions = 0;
  bool opens = false;
  bool under_void = false;  // names a head that a heal made void
  bool grounded = false;    // what it follows is held
};
using Pieces = std::map<Hash, Piece>;

// Whether it names a head of a side that a heal made void: only the envelope tells.
Result<bool> names_void(vault::Vault& vault, const wire::ControlState& log, const Hash& hash) {
  if (log.void_lines().empty()) return false;
  MQ_TRY(const auto envelope, vault.envelope(hash));
  if (!envelope) return false;
  const auto place = log.place_of(envelope->header.control_seq, envelope->header.control_head);
  return place && place->is_void;
}

Result<bool> any_under_void(vault::Vault& vault, const wire::ControlState& log) {
  if (log.void_lines().empty()) return false;
  MQ_TRY(const std::int64_t count,
         vault.database().integer("SELECT count(*) FROM mq_standing WHERE standing = 1"));
  return count > 0;
}

Result<std::map<wire::ChainId, Pieces>> undecided(vault::Vault& vault,
                                                  const wire::ControlState& log) {
  std::map<wire::ChainId, Pieces> out;
  MQ_TRY(const bool any, any_under_void(vault, log));
  for (const vault::StreamInfo& stream : vault.streams()) {
    MQ_TRY(const std::vector<wire::ChainId> chains, vault.chains(stream.ix));
    for (const wire::ChainId& chain : chains) {
      if (log.ends_of(chain, 0).empty() && !any) continue;
      MQ_TRY(const auto all, vault.chain(chain));
      for (const vault::Vault::Held& held : all) {
        if (held.standing != vault::Standing::kUndecided) continue;
        MQ_TRY(const bool under_void, names_void(vault, log, held.hash));
        out[chain][held.hash] = {held.seq,   held.prev, held.control_seq, held.transactions, true,
                                 under_void, true};
      }
    }
  }
  // What could not be opened, or follows such a one, is not held on its line but can be decided.
  MQ_TRY(const auto parked, vault.parked());
  for (const wire::Envelope& envelope : parked) {
    const wire::EnvelopeHeader& h = envelope.header;
    const wire::ChainId chain = wire::chain_of(h);
    const Hash hash = envelope.hash();
    const auto place = log.place_of(h.control_seq, h.control_head);
    if (!place || log.ruling(h, hash) != wire::Ruling::kUndecided) continue;
    MQ_TRY(const auto before, vault.standing(h.prev));
    const bool grounded = h.seq == 1 || before.has_value();
    out[chain][hash] = {h.seq, h.prev, h.control_seq, 0, false, place->is_void, grounded};
  }
  return out;
}

// The late envelopes of one chain, put together.
class Runs {
 public:
  Runs(const wire::ChainId& chain, const Pieces& pieces, const wire::ControlState& log)
      : chain_(chain), pieces_(pieces), log_(log) {
    for (const auto& [hash, piece] : pieces) {
      after_[{piece.seq, piece.seq == 1 ? Hash{} : piece.prev}].push_back(hash);
    }
  }

  std::vector<LateWork> all() {
    for (const wire::ChainPoint& from : starts()) follow(from);
    for (const auto& [hash, piece] : pieces_) {
      if (!behind_something(piece)) loose(hash, piece);
    }
    return std::move(out_);
  }

 private:
  std::set<wire::ChainPoint> starts() const {
    std::set<wire::ChainPoint> out;
    for (const auto& [hash, piece] : pieces_) {
      // Where a void head begins: at what it follows. Nobody knows a piece before the first.
      const bool first = piece.under_void && piece.grounded && !behind_something(piece);
      if (first) out.insert(piece.seq == 1 ? wire::ChainPoint{} : before(piece));
      for (const wire::ChainPoint& end : log_.ends_of(chain_, piece.control_seq)) out.insert(end);
    }
    for (const wire::AdmissionRecord& admission : log_.admissions()) {
      if (admission.chain == chain_) out.insert(admission.to);
    }
    return out;
  }

  void follow(const wire::ChainPoint& from) {
    const auto at = after_.find({from.seq + 1, from.hash});
    if (at == after_.end()) return;
    for (const Hash& first : at->second) {
      if (!told_.insert(first).second) continue;
      LateWork work = run(first);
      work.from = from;
      out_.push_back(std::move(work));
    }
  }

  static wire::ChainPoint before(const Piece& piece) { return {piece.seq - 1, piece.prev}; }

  // Its predecessor is late as well: told with it, or once that is decided.
  bool behind_something(const Piece& piece) const { return pieces_.contains(piece.prev); }

  void loose(const Hash& first, const Piece& piece) {
    if (!told_.insert(first).second) return;
    LateWork work = run(first);
    const std::vector<wire::ChainPoint> ends = log_.ends_of(chain_, piece.control_seq);
    work.fork = std::any_of(ends.begin(), ends.end(),
                            [&](const wire::ChainPoint& end) { return piece.seq <= end.seq; });
    work.missing_seq = work.fork ? 0 : piece.seq - 1;
    if (work.fork) {
      work.why_zh = "截止点之前的分叉";
      work.why_en = "a fork before the cut";
    }
    out_.push_back(std::move(work));
  }

  // As far as one follows the other.
  LateWork run(const Hash& first) {
    LateWork work;
    work.chain = chain_;
    work.opens = true;
    work.from_seq = pieces_.at(first).seq;
    const wire::DeviceRecord* device = log_.device(chain_.device);
    if (device != nullptr) work.person = device->person;
    work.after_stop = device != nullptr && device->span.until.has_value();
    work.under_void = pieces_.at(first).under_void;
    work.why_zh = work.after_stop ? "停用后送来" : "权限结束后送来";
    work.why_en =
        work.after_stop ? "came after the device was stopped" : "came after the right ended";
    if (work.under_void) {
      work.why_zh = "成员登记分叉期间写的,当时依据的登记已作废";
      work.why_en = "written while the log was parted, under entries that are void";
    }
    for (Hash hash = first;;) {
      const Piece& piece = pieces_.at(hash);
      work.envelopes.push_back(hash);
      work.to_seq = piece.seq;
      work.transactions += piece.transactions;
      work.opens = work.opens && piece.opens;
      const auto next = after_.find({piece.seq + 1, hash});
      if (next == after_.end() || next->second.size() != 1) return work;
      // What may begin anywhere has a say over nothing else.
      if (work.under_void && !pieces_.at(next->second.front()).under_void) return work;
      hash = next->second.front();
      told_.insert(hash);
    }
  }

  const wire::ChainId& chain_;
  const Pieces& pieces_;
  const wire::ControlState& log_;
  std::map<std::pair<std::uint64_t, Hash>, std::vector<Hash>> after_;  // by seq and predecessor
  std::set<Hash> told_;
  std::vector<LateWork> out_;
};

}  // namespace

Result<std::vector<LateWork>> late_work(vault::Vault& vault, const ControlStore& control) {
  const wire::ControlState& log = control.state();
  std::vector<LateWork> out;
  MQ_TRY(const auto chains, undecided(vault, log));
  for (const auto& [chain, pieces] : chains) {
    for (LateWork& work : Runs(chain, pieces, log).all()) out.push_back(std::move(work));
  }
  return out;
}

bool is_admin(const wire::ControlState& log, const DeviceId& device) {
  const std::vector<const wire::DeviceRecord*> admins = log.admin_devices(log.head_seq());
  return std::any_of(admins.begin(), admins.end(),
                     [&](const wire::DeviceRecord* each) { return each->id == device; });
}

bool has_ended_chains(const wire::ControlState& log, const StreamId& stream) {
  if (!log.void_lines().empty()) return true;
  const auto cut = [&](const wire::CutRecord& each) { return each.stream == stream; };
  const auto lost = [&](const wire::DeviceRecord& device) {
    return log.last_loss(device.id, stream) != 0;
  };
  return std::any_of(log.cuts().begin(), log.cuts().end(), cut) ||
         std::any_of(log.devices().begin(), log.devices().end(), lost);
}

}  // namespace mq::sync
