// ControlDraft: builds the entries of one append, chained, batched and signed.
//
// It reads the head of the state once, when it is made; if somebody else appends first, the server
// refuses the append and a new draft is made from the new state. It checks no rule: apply() does.
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "mq/wire/control.h"

namespace mq::wire {

class ControlDraft {
 public:
  // count entries will be added, all by this author (device id; invitation id for the device entry
  // that uses it). More than one entry needs a batch id. Of an empty state the first entry is the
  // genesis and brings the township's id in its body.
  ControlDraft(const ControlState& state, ByteView author, WallTime time, std::size_t count = 1,
               std::optional<GroupId> batch = std::nullopt);

  // Only the payload of `body` is the caller's (and the township at genesis). Co-signers sign in
  // the order given; a person elsewhere co-signs the entry later with co_sign_control.
  ControlDraft& add(pb::ControlBody body, const SigningKey& key,
                    const pb::KeyRecord* record = nullptr,
                    std::initializer_list<const SigningKey*> co_signers = {});

  // What the next entry will follow: an invitation's MAC is over prev().
  std::uint32_t seq() const { return seq_ + 1; }
  const Hash& prev() const { return prev_; }
  // All `count` entries, ready to append.
  std::vector<pb::ControlEntry> take();

 private:
  std::optional<TownshipId> township_;
  Bytes author_;
  WallTime time_;
  std::size_t count_;
  std::optional<GroupId> batch_;
  std::uint32_t seq_;
  Hash prev_;
  std::vector<pb::ControlEntry> entries_;
};

}  // namespace mq::wire
