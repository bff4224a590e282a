// The county root of `org create`, from before the founding is sent until a person has it.
//
// The server is bound to a root for good, so none may exist in one process alone: it stands in the
// vault and, with --root-out, durably in its file before anything leaves. A call after a kill finds
// it and goes on under the same one. A file that stands is never replaced.
#pragma once

#include <optional>
#include <string>

#include "home.h"
#include "mq/wire/crypto.h"

namespace mq::cli {

class FoundingRoot {
 public:
  // Reads what an earlier call began with; draws a root if none did and --root names none. Writes
  // nothing. kConflict, with what to do: the home belongs to a township, that call began under
  // another root, or --root-out names a file that holds something else.
  static Result<FoundingRoot> of(Call& call, Home& home);

  // An earlier call began, and did not end.
  bool begun() const { return begun_; }
  const wire::SigningKey& key() const { return key_; }

  // Keeps it in the vault and writes it to --root-out; before anything is sent.
  Status keep(Call& call, Home& home) const;
  // Tells the person where it stands, or prints it once; then it goes from the vault.
  Status hand_over(Call& call, Home& home) const;

 private:
  FoundingRoot(wire::SigningKey key, bool begun) : key_(std::move(key)), begun_(begun) {}
  wire::SigningKey key_;
  bool begun_;
};

// kConflict: --root-out names a file that stands, and there is no home yet that could know it.
Status check_root_out(Call& call);

}  // namespace mq::cli
