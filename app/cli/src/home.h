// Home: one person's folder, opened: vault, keyring, control log, sealer.
//
// HOME/vault.db (encrypted pages), HOME/vault.key (wrapped vault key), HOME/reserve (2 MB kept free
// for the sentence being typed), HOME/lock (one process at a time). The continuation token stands
// outside, in $XDG_STATE_HOME/minqing/DEVICE.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "command.h"
#include "key_room.h"
#include "mq/seal/keyring.h"
#include "mq/seal/sealer.h"
#include "mq/sync/engine.h"
#include "mq/vault/encrypted_vfs.h"
#include "mq/vault/vault.h"
#include "mq/work/workplace.h"

namespace mq::cli {

class Home {
 public:
  // Asks for the passphrase (MINQING_PASSPHRASE, --passphrase-file, or a prompt), unless the home
  // stands unlocked. kLocked: wrong.
  // kNotFound: no home there yet, and what to do.
  static Result<std::unique_ptr<Home>> open(Call& call);
  // From a room where the key is at hand already.
  static Result<std::unique_ptr<Home>> open_with(Call& call, KeyRoom room, const Key32& key);
  // For org create and join: makes the home if there is none, else opens it.
  static Result<std::unique_ptr<Home>> open_or_create(Call& call);
  ~Home();

  vault::Vault& vault();
  seal::Keyring& keyring();
  sync::ControlStore& control();
  seal::Sealer& sealer();
  // kNotFound with what to do if this device belongs to no township yet.
  Result<work::Workplace> place();
  // The same with an empty log and nobody in it, for what can be recorded before.
  work::Workplace place_so_far();
  // Whether it can write records: it belongs to a township and has the keys that its person may
  // have. A new admin's device waits for them; whoever may read no list of the township needs none.
  bool can_record();
  // To the township's server, or to `address` while founding and joining. The endpoint must prove
  // the server key of the log, if there is a log.
  Result<std::unique_ptr<sync::Transport>> connect(const std::string& address = "");
  // Runs body; on a full disk frees the reserve once and runs it again, with a warning.
  Status saving(const std::function<Status()>& body);
  // Opens an envelope that this vault holds, for history.
  Result<std::vector<model::Transaction>> opened(const wire::Envelope& envelope);
  // The wrap that an unlock code opens (vault::KeyFile): sets or replaces it; whether there is one.
  Status wrap_unlock(ByteView code);
  Result<bool> has_unlock();
  const std::string& folder() const;
  // The continuation token, kept outside the folder.
  const std::string& token_path() const;
  // The verdict on the continuation token at opening.
  seal::ContinuationToken::Verdict verdict() const;
  // Identity is known now (after founding or joining): token and sealer are made again.
  Status settle();

 private:
  struct State;
  explicit Home(std::unique_ptr<State> state);
  static Result<std::unique_ptr<Home>> start(Call& call, KeyRoom room, const Key32& key,
                                             bool may_create);
  std::unique_ptr<State> state_;
};

}  // namespace mq::cli
