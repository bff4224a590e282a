// The unlock code of this device, from its drawing to the admins who hold it.
//
// The vault remembers the code (setting "unlock.code"), so that it can be sealed again to a new
// admin without becoming another. It is written down as drawn, then wrapped in the key file, then
// written down as wrapped: after a kill in between the next contact wraps it again. Whoever may
// have read it and is no admin any more makes it another code.
#pragma once

#include "home.h"
#include "mq/base/date.h"
#include "unlock_code.h"

namespace mq::cli {

// Another code in place of the one before, for its owner's paper; the next contact seals the same
// one to the admins.
Result<UnlockCode> draw_for_paper(Home& home, const World& world);

// A code opened this device on that day and opens it no more.
Status note_unlock_use(Home& home, const World& world, Date day);

struct Renewed {
  bool written = false;     // something new is to be sent
  bool paper_void = false;  // a code that its owner had on paper opens nothing any more
};
// Sees to it that admins and recovery hold the code of this device, as far as its owner may write
// to a diary stream that they read. Does nothing if all is as it should be.
Result<Renewed> renew_unlock(Home& home, const World& world);

// Who could help with a forgotten passphrase, and where a code was used: lines of `status`.
Status tell_unlock(Call& call, Home& home, const work::Workplace& place);

}  // namespace mq::cli
