// LineMap: which lines of prev links are held of every chain, and where the next envelope goes.
//
// A chain has one line until somebody signs two envelopes with one seq; each further line shares a
// beginning with its parent. Nothing here is ever fatal: both lines are kept.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "merge.h"

namespace mq::vault {

inline constexpr std::size_t kLinesPerChainMax = 16;

struct Line {
  LineIx ix = 0;
  std::int64_t stream = 0;
  ChainName chain;
  LineIx parent = 0;           // 0: begins at seq 1
  std::uint64_t fork_seq = 0;  // last seq shared with the parent
  std::uint64_t fork_n = 0;    // last transaction shared with the parent
  std::uint64_t last_seq = 0;
  std::uint64_t last_n = 0;
  Hash last_hash;
  std::uint32_t control_seq = 0;
  std::uint64_t committed_n = 0;    // own line: with what is not sealed yet; else last_n
  std::uint64_t first_waiting = 0;  // n of the first transaction kept but not interpreted; 0: none
  std::uint64_t undecided_seq = 0;  // the first envelope that waits for a decision; 0: none
  std::uint64_t void_entries = 0;   // contexts of this line that name an envelope that is not there
  Hlc last_hlc;
  std::optional<model::Context> running;  // context at the end; nothing: not loaded

  bool hides() const { return first_waiting != 0 || undecided_seq != 0; }
  // Whether something that nobody here has been shown stands at or before this place.
  bool hides(std::uint64_t seq, std::uint64_t n) const {
    return (first_waiting != 0 && first_waiting <= n) ||
           (undecided_seq != 0 && undecided_seq <= seq);
  }
};

// What LineMap does not hold in memory.
class EnvelopeIndex {
 public:
  struct Held {
    LineIx line = 0;
    std::uint64_t seq = 0;
    std::uint64_t last_n = 0;
  };
  virtual ~EnvelopeIndex() = default;
  virtual std::optional<Held> find(const Hash& envelope) const = 0;
  // Envelopes of this line, shared beginning apart, whose last transaction is n.
  virtual std::vector<Hash> ending_at(LineIx line, std::uint64_t n) const = 0;
  // The envelope that carries transaction n; zeros if it is not sealed yet.
  virtual Hash carrying(LineIx line, std::uint64_t n) const = 0;
};

class LineMap {
 public:
  explicit LineMap(const EnvelopeIndex& index) : index_(index) {}

  const std::vector<Line>& all() const { return lines_; }
  Line& at(LineIx ix) { return lines_[ix - 1]; }
  const Line& at(LineIx ix) const { return lines_[ix - 1]; }
  const std::vector<LineIx>& of(std::int64_t stream, const ChainName& chain) const;
  const std::vector<LineIx>& of(std::int64_t stream) const;
  // ix must be the next number, or 0 to take it.
  Line& add(Line line);
  void clear();

  struct Place {
    enum class Kind { kNext, kFork, kGap, kTooMany };
    Kind kind = Kind::kGap;
    LineIx line = 0;               // to extend, or to fork from; 0: a new chain
    std::uint64_t seq = 0, n = 0;  // shared with it
  };
  // Where an envelope that is not held goes.
  Place place(std::int64_t stream, const ChainName& chain, std::uint64_t seq,
              const Hash& prev) const;
  std::vector<Cover> through(LineIx line, std::uint64_t n) const;
  std::optional<std::vector<Cover>> resolve(std::int64_t stream,
                                            const model::ContextEntry& entry) const;
  // The chain has come past the entry on some line, and on none does its tag fit.
  bool is_void(std::int64_t stream, const model::ContextEntry& entry) const;
  // Envelopes of the chain that no held envelope follows; more than one: it is forked. An own line
  // without envelopes of its own does not count.
  std::size_t ends(std::int64_t stream, const ChainName& chain) const;
  bool has_next(const Line& line) const;
  // A beginning that the line shares with others hides something.
  bool hides_below(const Line& line) const;
  const EnvelopeIndex& index() const { return index_; }

 private:
  const EnvelopeIndex& index_;
  std::vector<Line> lines_;
  std::map<std::pair<std::int64_t, ChainName>, std::vector<LineIx>> by_chain_;
  std::map<std::int64_t, std::vector<LineIx>> by_stream_;
};

model::EnvelopeTag tag_of(const Hash& hash);

// LineMap as merging sees it: one stream.
class StreamLines final : public Lines {
 public:
  StreamLines(const LineMap& map, std::int64_t stream) : map_(map), stream_(stream) {}
  ChainName chain(LineIx line) const override { return map_.at(line).chain; }
  std::optional<std::vector<Cover>> resolve(const model::ContextEntry& entry) const override {
    return map_.resolve(stream_, entry);
  }
  std::vector<Cover> through(LineIx line, std::uint64_t n) const override {
    return map_.through(line, n);
  }
  bool waiting(const Cover& cover) const override {
    const std::uint64_t first = map_.at(cover.line).first_waiting;
    return first != 0 && first <= cover.n;
  }
  std::strong_ordering compare(const Dot& a, const Dot& b) const override;

 private:
  const LineMap& map_;
  std::int64_t stream_;
};

}  // namespace mq::vault
