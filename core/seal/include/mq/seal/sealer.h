// Sealer: turns a stream's unsealed transactions into envelopes, and envelopes into transactions.
//
// An envelope leaves only after the commit that stores it and is never sealed again, so no (key,
// nonce) pair repeats, clones and restored backups included (the salt binds the plaintext). Nothing
// is sealed under a control entry that is not in force.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mq/base/file_system.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/worker.h"
#include "mq/seal/keyring.h"
#include "mq/seal/segment.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"

namespace mq::seal {

// Outside the home folder, so that a restored or copied home is noticed (PROTOCOL section 4).
class ContinuationToken {
 public:
  enum class Verdict { kFresh, kMatches, kRestored, kCloned, kCrashed };
  ContinuationToken(FileSystem& files, std::string path, Bytes machine_id);
  // Compares with the vault; kCrashed is rewritten at once, kRestored and kCloned demand a new
  // incarnation before the next seal.
  Result<Verdict> check(vault::Vault& vault);
  // After the commit that stores sealed envelopes, before their bytes leave; nothing if nothing new
  // is to leave. kConflict: the home was restored or cloned, nothing may leave.
  Status advance(vault::Vault& vault);
  // After a new incarnation was started: this home goes on from here, whatever the file said.
  Status adopt(vault::Vault& vault);

 private:
  struct Known;
  Result<std::optional<Known>> stored();
  Status write(vault::Vault& vault, std::uint64_t counter);
  FileSystem& files_;
  std::string path_;
  Bytes machine_id_;
};

class Opener;
struct Opening;

class Sealer {
 public:
  // Borrows all; one thread at a time. The worker verifies and opens ahead while envelopes merge;
  // it reads the keyring and the control state; of the vault it calls prepare().
  Sealer(vault::Vault& vault, const Keyring& keyring, ContinuationToken& token, Random& random,
         Worker& worker = inline_worker());

  // Seals one envelope of what is new in the stream and stores it; nothing if there is nothing, or
  // if the key of the newest epoch is not held yet (the records wait, safe).
  // Also nothing while restore_suspected(). Who lost the right seals his backlog under the last
  // head at which he had it. Does not advance the token: call flush() once before bytes leave.
  Result<std::optional<wire::Envelope>> seal_next(vault::StreamIx stream,
                                                  const wire::ControlState& state);
  // kConflict: the home was restored or cloned; call start_incarnation() and seal again.
  Status flush();
  // Seals and stores a state statement (kind 3): all that this device wrote in the stream before
  // `until`, a server's time, is exported with the envelopes before it. Nothing while something is
  // unsealed there, or where it may not write.
  Result<std::optional<wire::Envelope>> seal_statement(vault::StreamIx stream,
                                                       const wire::ControlState& state,
                                                       WallTime until);

  // The token or an envelope of our own current chain that we do not hold says that this home is
  // older than what it once sent, or a copy. Sync then calls start_incarnation() and
  // retry_parked().
  bool restore_suspected() const { return restore_suspected_; }
  // Draws a new incarnation, renumbers what is unsealed, takes the token over.
  Status start_incarnation();

  // Verifies nothing of the chain; opens and decodes. kUnauthenticated: no key for its epoch.
  // kCorrupt: does not open. `running` as in decode_segment.
  Result<std::vector<model::Transaction>> open(const wire::Envelope& envelope,
                                               model::Context& running) const;

  // Full receiving side for one envelope. kRefused is kept under "refused" or "corrupt" if its
  // signature is good, and dropped if not. A state statement is noted in the vault; other
  // kinds are chained without content.
  // Parked under: "control", "stream", "key", "gap", "newer", "pruned", "restore".
  // Checks, in this order: control head known, signature, device, right at the named
  // head, epoch rule, cuts and admissions, open, contexts of known devices only, vault.apply; parks
  // what must wait and says so.
  // kUndecided: beyond an end of its chain, or refused by an admission; held in the vault with its
  // standing, nothing of it is shown.
  enum class Received { kMerged, kDuplicate, kFork, kParked, kRefused, kUndecided };
  Result<Received> receive(const wire::Envelope& envelope, const wire::ControlState& state);
  // The same for several, in this order; `told` hears of each before the next is merged, and its
  // error ends it.
  using Told = std::function<Status(std::size_t, Received)>;
  Status receive_all(const std::vector<const wire::Envelope*>& envelopes,
                     const wire::ControlState& state, const Told& told);
  // Tries parked envelopes again; returns how many were merged.
  Result<int> retry_parked(const wire::ControlState& state);
  // How many transactions the two above have brought into force since this was made.
  std::uint64_t transactions_taken() const { return transactions_taken_; }
  // What is held stands as the log says now: call it when cuts, lost rights, admissions or a heal
  // came; `since` is the entry up to which it stands already. In one commit; says how many rows
  // were merged again. What this device sealed itself stays as it is
  // while it has no right to write the stream: its person must find it until that is decided.
  Result<std::uint64_t> rule_again(const wire::ControlState& state, std::uint32_t since = 0);

 private:
  vault::Vault& vault_;
  const Keyring& keyring_;
  ContinuationToken& token_;
  Random& random_;
  Worker& worker_;
  bool restore_suspected_ = false;
  std::uint64_t transactions_taken_ = 0;

  struct Footing;
  std::optional<Footing> standing(const StreamId& stream, const vault::Vault::ChainEnd& chain,
                                  const wire::ControlState& state) const;
  wire::EnvelopeHeader next_header(const vault::StreamInfo& stream,
                                   const vault::Vault::ChainEnd& chain, const Footing& standing,
                                   wire::EnvelopeKind kind) const;
  Result<wire::Envelope> seal_one(const vault::StreamInfo& stream,
                                  const vault::Vault::ChainEnd& chain, const Footing& standing,
                                  const std::vector<model::Transaction>& waiting);
  Result<Received> wait(const wire::Envelope& envelope, std::string_view why);
  Result<Received> refuse(const wire::Envelope& envelope, std::string_view why);
  Status show_ends(const std::vector<const wire::Envelope*>& envelopes, Opener& opener);
  Result<Received> take(const wire::Envelope& envelope, const wire::ControlState& state,
                        const Opening& opening);
  // ruling.cc
  Result<vault::Standing> ruling(const wire::EnvelopeHeader& header, const Hash& hash,
                                 const wire::ControlState& state);
  Result<bool> off_the_line(const wire::EnvelopeHeader& header, const Hash& hash,
                            const wire::ControlState& state);
  Result<wire::EnvelopeHeader> header_of(const wire::ChainId& chain, const vault::Vault::Held& held,
                                         const wire::ControlState& state);
  Status rule_chain(const wire::ChainId& chain, const wire::ControlState& state,
                    std::vector<vault::Vault::Verdict>& changed);
  Result<std::uint64_t> apply_verdicts(vault::StreamIx stream,
                                       const std::vector<vault::Vault::Verdict>& changed);
  Status follow_end(const wire::Envelope& envelope, vault::StreamIx stream,
                    const wire::ControlState& state);
  Result<Received> admit(const wire::Envelope& envelope, const wire::ControlState& state,
                         const Opening& opening);
  Result<Received> unopened(const wire::Envelope& envelope, Error why);
  Result<int> retry_once(const wire::ControlState& state, int& merged);
  Result<Received> merge(const wire::Envelope& envelope, const vault::StreamInfo& stream,
                         const Opening& opening, vault::Standing standing);
};

}  // namespace mq::seal
