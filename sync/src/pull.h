// Pull: what an exchange brought, checked before anything of it is applied.
//
// The heads of every stream are recomputed over the envelopes in the server's order, from the head
// held here; a server that dropped, swapped or forged anything does not get past this.
#pragma once

#include <map>
#include <vector>

#include "messages.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"

namespace mq::sync {

struct PulledEnvelope {
  vault::StreamIx stream = 0;
  std::uint64_t index = 0;
  Hash head;  // at index
  WallTime time;
  wire::Envelope envelope;
};

// A stream as asked for in the request.
struct Asked {
  vault::StreamIx ix = 0;
  StreamId id;
  vault::Vault::Cursor cursor;
};
using AskedStreams = std::map<std::uint32_t, Asked>;  // by ordinal

// The newest receipt held of each stream: what a server that lost data is shown.
using LatestReceipts = std::map<std::uint32_t, wire::Receipt>;

// An envelope of our own push whose place a receipt proves; it need not come back to us.
struct Placed {
  vault::StreamIx stream = 0;
  std::uint64_t index = 0;
  Hash head;
  Hash hash;
  WallTime time;
};

struct Pulled {
  std::vector<PulledEnvelope> envelopes;
  std::vector<std::uint32_t> diverged;  // the server's stream is not the one we hold, or is shorter
  bool level = true;                    // nothing further stands on the server
};

// Where receipts show that what was just pushed follows our cursors at once, the cursors move on
// over it; the heads are recomputed.
std::vector<Placed> place_pushed(const std::vector<wire::Envelope>& pushed,
                                 const std::vector<wire::Receipt>& receipts,
                                 const TownshipId& township, const wire::Generation& generation,
                                 AskedStreams& asked);

// What a checkpoint's digest is over: every stream asked, as the reply shows it.
Result<Hash> shown_digest(const pb::ExchangeReply& reply, const AskedStreams& asked,
                          const TownshipId& township, const wire::Generation& generation);

// How a reply is read: what was asked, under which log, against which receipts.
struct Reading {
  const AskedStreams& asked;
  const wire::ControlState& log;
  const wire::Generation& generation;
  const LatestReceipts& receipts;
  bool same_log = false;  // the server's is ours; else a part ends before what ours does not know
};

// kCorrupt: heads or signatures do not verify, or an answer to what was not asked.
Result<Pulled> check_parts(const pb::ExchangeReply& reply, const Reading& reading);

}  // namespace mq::sync
