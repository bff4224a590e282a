// Contact: one meeting with the server, used by sync and by every command that needs the log.
#pragma once

#include "home.h"
#include "mq/sync/membership.h"

namespace mq::cli {

// Registers villages that were made offline, steps the engine until both sides agree, and on an
// admin's device tends the membership.
// kUnavailable: the work is safe, and the sentence says so.
Result<sync::SyncReport> reconcile(Call& call, Home& home, sync::Transport& transport);

// As reconcile(), before an act that only makes sense with the server: offline nothing is changed,
// and the sentence says so.
Status contact_first(Call& call, Home& home, sync::Transport& transport);

// This home as the acts on the control log want it.
sync::Member member_of(Home& home, sync::Transport& transport, const World& world);

// Whether the log says that this device was stopped.
bool stopped(Home& home);

// Streams of the vault that the control log does not know yet, and diaries of desks and admins who
// have none; only an admin's device registers.
Status register_streams(Home& home, sync::Transport& transport, const World& world);

// Waits until the server announces something, or for wait_ms; the home is not held meanwhile. The
// line is opened if there is none and kept for the next call: it knows what was announced before,
// so that nothing is heard twice.
Status wait_for_news(Call& call, std::unique_ptr<sync::Transport>& line, int wait_ms);

}  // namespace mq::cli
