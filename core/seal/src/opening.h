// Opening: all that can be found out about envelopes without the database, so that another thread
// may do it while the vault merges what came before.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mq/seal/keyring.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"
#include "mq/wire/envelope.h"
#include "statement.h"

namespace mq::seal {

bool is_segment(const wire::EnvelopeHeader& header);

struct Opening {
  bool verified = false;  // signed by the device that it names
  // Of a segment; nothing: the context before it is not known. The errors are Opener::open's.
  std::optional<Result<std::vector<model::Transaction>>> content;
  std::shared_ptr<const vault::Vault::Prepared> prepared;  // views the content
  bool names_strangers = false;        // in a context: devices that the log does not have
  std::optional<Statement> statement;  // of a state statement that opens
};

// Envelopes in the order of their chains. Borrows all; keyring and state may not change meanwhile,
// and of the vault only prepare() is called.
class Opener {
 public:
  Opener(const vault::Vault& vault, const Keyring& keyring, const wire::ControlState& state)
      : vault_(vault), keyring_(keyring), state_(state) {}

  // The context after the envelope of this hash, which is not among those opened here.
  void know(const Hash& envelope, model::Context after);
  Opening open(const wire::Envelope& envelope);

 private:
  const vault::Vault& vault_;
  const Keyring& keyring_;
  const wire::ControlState& state_;
  std::map<Hash, model::Context> after_;
};

// Opens and decodes; verifies nothing. kUnauthenticated: no key for its epoch; kUnsupported: of a
// newer version; kNotFound: pruned; kCorrupt: does not open. `running` as in decode_segment.
Result<std::vector<model::Transaction>> open_segment(const wire::Envelope& envelope,
                                                     const Keyring& keyring,
                                                     model::Context& running);

}  // namespace mq::seal
