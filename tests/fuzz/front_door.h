// FrontDoor: a county's server as strangers meet it, with a little work stored already.
//
// An input is two bytes and a body: who speaks, which method is called, what is said. The body is
// signed in that name, so that the fuzzer need not guess a signature; nobody's is sent as it is.
// The same county meets every input: what one has changed is put back.
#pragma once

#include "server/county.h"

namespace mq::fuzz {

namespace pb = wire::pb;

enum class Voice : std::uint8_t {
  kNobody,    // the body is a SignedRequest of its own
  kCadre,     // a device that writes
  kFounder,   // an admin's
  kInvited,   // an invitation not yet used
  kClaimant,  // one used already: a second claim
  kRevoked,   // a device that was cut off
  kNewcomer,  // founds another township under the same county root
};
inline constexpr std::uint8_t kVoices = 7;

enum class Method : std::uint8_t {
  kExchange,
  kControlAppend,
  kControlRead,
  kFound,
  kFindInvite,
  kInfo,
  kWatch,
};
inline constexpr std::uint8_t kMethods = 7;
// In the method's byte: what the body carries is itself signed anew, and chained where it can be.
inline constexpr std::uint8_t kMended = 0x80;

class FrontDoor {
 public:
  FrontDoor();
  // Ends the program if a claim does not hold.
  void offer(ByteView input);
  std::vector<Bytes> seeds() const;

 private:
  struct Speaker {
    Bytes id;
    const wire::SigningKey* key = nullptr;
    const PersonId* person = nullptr;  // of a device whose right stands
  };

  void prepare();
  Speaker speaker(Voice voice) const;
  pb::SignedRequest request_of(Voice voice, Method method, const std::string& body) const;
  bool genuine(const pb::SignedRequest& request, Method method) const;

  std::string mended(Voice voice, Method method, const std::string& body) const;
  void mend(pb::Envelope& envelope) const;
  void mend(pb::Receipt& receipt) const;
  void mend(Voice voice, pb::ControlEntry& entry, pb::ControlBody body) const;
  template <class Entries>
  void mend_log(Voice voice, Entries& entries) const;

  void call(Voice voice, Method method, const pb::SignedRequest& request);
  void exchange(Voice voice, const pb::SignedRequest& request);
  template <class Reply>
  void check_answer(const Result<Reply>& reply) const;
  bool changed() const;

  std::string founding() const;
  pb::ExchangeRequest work() const;
  void add_exchanges(std::vector<Bytes>& out) const;
  void add_appends(std::vector<Bytes>& out) const;
  void add_others(std::vector<Bytes>& out) const;

  testing::County county_;
  testing::Town newcomer_{true, 2};
  testing::Invited open_, used_;
  testing::Holder revoked_, joining_;
  pb::Receipt receipt_;
  std::vector<wire::Envelope> sent_, next_;
  testing::MemoryStore::Data clean_;
};

}  // namespace mq::fuzz
