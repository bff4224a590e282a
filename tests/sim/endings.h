// Endings: what the control log has taken out of force, found from the log and the bytes that the
// server stores, by sets of hashes; it knows nothing of points, spans and lines as wire has them.
//
// Each time a device could write a stream before an entry and not after it, only what lies behind
// that entry's cuts stays in force, of what was sealed under earlier heads. What names a head that
// a healing made void is in force nowhere. An admission puts what it names where it says.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "mq/wire/control.h"
#include "support/faulty_store.h"

namespace mq::sim {

class Endings {
 public:
  // Looks at what is new. What the server once stored stays known here.
  void follow(const wire::ControlState& log, const testing::MemoryStore::Data& server);

  struct Ending {
    std::uint32_t entry = 0;
    bool loss = true;  // else only cuts, of a right that had ended before
    DeviceId device;
    StreamId stream;
    std::set<std::uint32_t> named;  // incarnations that were cut
    std::set<Hash> kept;
  };
  const std::vector<Ending>& all() const { return endings_; }
  // Envelopes that were ever stored, also in late boxes.
  struct Known {
    wire::EnvelopeHeader header;
    Bytes bytes;
  };
  const std::map<Hash, Known>& known() const { return known_; }
  // One that stands on a device alone.
  void know(ByteView envelope);
  bool in_force(const Hash& envelope) const;
  bool names_void_head(const Hash& envelope) const;
  // As if nothing had been decided over late work.
  bool before_its_end(const Hash& envelope) const;

 private:
  void add_mere_cuts(const wire::ControlState& log, std::uint32_t entry);
  void keep(const wire::ControlState& log, Ending& ending) const;

  std::vector<Hash> heads_;  // of the log as followed, by seq - 1
  std::vector<Ending> endings_;
  std::map<Hash, Known> known_;
  std::set<Hash> applied_, refused_;
};

}  // namespace mq::sim
