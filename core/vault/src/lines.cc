#include "lines.h"

#include <algorithm>
#include <tuple>

namespace mq::vault {

namespace {
const std::vector<LineIx> kNone;
}  // namespace

const std::vector<LineIx>& LineMap::of(std::int64_t stream, const ChainName& chain) const {
  const auto at = by_chain_.find({stream, chain});
  return at == by_chain_.end() ? kNone : at->second;
}

const std::vector<LineIx>& LineMap::of(std::int64_t stream) const {
  const auto at = by_stream_.find(stream);
  return at == by_stream_.end() ? kNone : at->second;
}

Line& LineMap::add(Line line) {
  if (line.ix == 0) line.ix = static_cast<LineIx>(lines_.size() + 1);
  MQ_ASSERT(line.ix == lines_.size() + 1);
  by_chain_[{line.stream, line.chain}].push_back(line.ix);
  by_stream_[line.stream].push_back(line.ix);
  lines_.push_back(std::move(line));
  return lines_.back();
}

void LineMap::clear() {
  lines_.clear();
  by_chain_.clear();
  by_stream_.clear();
}

LineMap::Place LineMap::place(std::int64_t stream, const ChainName& chain, std::uint64_t seq,
                              const Hash& prev) const {
  const std::vector<LineIx>& lines = of(stream, chain);
  Place out;
  if (seq == 1) {
    if (lines.empty()) {
      out.kind = Place::Kind::kNext;
      return out;
    }
    const Line& first = at(lines.front());
    const bool fresh = first.parent == 0 && first.last_seq == 0 && first.committed_n == 0;
    out.kind = fresh ? Place::Kind::kNext : Place::Kind::kFork;
    out.line = fresh ? first.ix : 0;
  } else {
    for (const LineIx ix : lines) {
      const Line& line = at(ix);
      if (line.last_seq + 1 == seq && line.last_hash == prev && line.committed_n <= line.last_n) {
        return {Place::Kind::kNext, ix, line.last_seq, line.last_n};
      }
    }
    const auto before = index_.find(prev);
    if (!before || at(before->line).stream != stream || at(before->line).chain != chain ||
        before->seq + 1 != seq) {
      return out;
    }
    const Line& line = at(before->line);
    // Own work that is not sealed yet has taken the numbers after the end.
    const bool next = line.last_seq == before->seq && line.committed_n <= line.last_n;
    out = {next ? Place::Kind::kNext : Place::Kind::kFork, line.ix, before->seq, before->last_n};
  }
  if (out.kind == Place::Kind::kFork && lines.size() >= kLinesPerChainMax) {
    out.kind = Place::Kind::kTooMany;
  }
  return out;
}

std::vector<Cover> LineMap::through(LineIx line, std::uint64_t n) const {
  std::vector<Cover> out;
  while (line != 0 && n > 0) {
    const Line& l = at(line);
    if (n > l.fork_n) out.push_back({line, n});
    n = std::min(n, l.fork_n);
    line = l.parent;
  }
  std::reverse(out.begin(), out.end());  // a parent is always older, so its number is smaller
  return out;
}

std::optional<std::vector<Cover>> LineMap::resolve(std::int64_t stream,
                                                   const model::ContextEntry& entry) const {
  if (entry.n == 0) return std::vector<Cover>{};
  for (const LineIx ix : of(stream, {entry.device, entry.incarnation})) {
    const Line& line = at(ix);
    if (entry.n > line.last_n || entry.n < line.fork_n || line.last_seq == 0) continue;
    if (entry.n == line.last_n && tag_of(line.last_hash) == entry.tag) return through(ix, entry.n);
    for (const Hash& hash : index_.ending_at(ix, entry.n)) {
      if (tag_of(hash) == entry.tag) return through(ix, entry.n);
    }
  }
  return std::nullopt;
}

bool LineMap::is_void(std::int64_t stream, const model::ContextEntry& entry) const {
  const std::vector<LineIx>& lines = of(stream, {entry.device, entry.incarnation});
  const bool reached =
      std::any_of(lines.begin(), lines.end(), [&](LineIx ix) { return at(ix).last_n >= entry.n; });
  return reached && !resolve(stream, entry);
}

bool LineMap::has_next(const Line& line) const {
  const std::vector<LineIx>& lines = of(line.stream, line.chain);
  return std::any_of(lines.begin(), lines.end(), [&](LineIx ix) {
    const Line& other = at(ix);
    return other.parent == line.ix && other.fork_seq == line.last_seq &&
           other.last_seq > other.fork_seq;
  });
}

bool LineMap::hides_below(const Line& line) const {
  std::uint64_t seq = line.fork_seq, n = line.fork_n;
  for (LineIx ix = line.parent; ix != 0; ix = at(ix).parent) {
    if (at(ix).hides(seq, n)) return true;
    seq = std::min(seq, at(ix).fork_seq);
    n = std::min(n, at(ix).fork_n);
  }
  return false;
}

std::size_t LineMap::ends(std::int64_t stream, const ChainName& chain) const {
  std::size_t count = 0;
  for (const LineIx ix : of(stream, chain)) {
    const Line& line = at(ix);
    if (line.last_seq > line.fork_seq && !has_next(line)) ++count;
  }
  return count;
}

model::EnvelopeTag tag_of(const Hash& hash) {
  model::EnvelopeTag tag;
  std::copy_n(hash.data.begin(), tag.size(), tag.begin());
  return tag;
}

std::strong_ordering StreamLines::compare(const Dot& a, const Dot& b) const {
  if (a.line == b.line) return std::tie(a.n, a.i) <=> std::tie(b.n, b.i);
  const Line& x = map_.at(a.line);
  const Line& y = map_.at(b.line);
  const auto named = std::tie(x.chain, a.n, a.i) <=> std::tie(y.chain, b.n, b.i);
  if (named != std::strong_ordering::equal) return named;
  return map_.index().carrying(a.line, a.n) <=> map_.index().carrying(b.line, b.n);
}

}  // namespace mq::vault
