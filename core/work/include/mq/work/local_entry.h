// Local entries: what is recorded on a device that belongs to no township yet, or has no keys.
//
// Kept as typed, durable, on this device alone, and checked as far as the schema goes; whom and
// what it names cannot be looked up yet. Once the device knows its streams each becomes a record as
// if it were typed then, in one commit with its end as a local entry. What does not fit is kept and
// asked about, never dropped. 廉政 and 检举控告 are refused before anything is kept.
#pragma once

#include <string>
#include <vector>

#include "mq/work/entry.h"

namespace mq::work {

struct LocalEntry {
  RowId id;  // names it here; the record gets one of its own
  const model::Entity* entity = nullptr;
  Inputs inputs;
  WallTime recorded_at;
  std::vector<model::Fault> faults;  // why the last contact could not make it a record
};

// Visit, Diary and Issue can be kept; nothing else is needed out there.
bool may_be_local(const model::Entity& entity);

// `place` needs no township: an empty control log will do. Nothing is kept if there are faults.
Result<Outcome> keep_local(const Workplace& place, const model::Entity& entity,
                           const Inputs& inputs);
// Further or other inputs for one that is kept; an input of an empty text takes it back.
Result<Outcome> amend_local(const Workplace& place, const LocalEntry& entry, const Inputs& inputs);
Status drop_local(vault::Vault& vault, const LocalEntry& entry);

// Oldest first. kCorrupt: written by no program of ours.
Result<std::vector<LocalEntry>> local_entries(vault::Vault& vault);

// What became of one of them.
struct Adopted {
  LocalEntry entry;
  Outcome outcome;  // not ok(): it is still kept, with these faults
};
// Makes a record of it if it fits. The day on which it was typed goes with a visit and an issue.
Result<Adopted> adopt_local(const Workplace& place, LocalEntry entry);
// Each of them, oldest first.
Result<std::vector<Adopted>> adopt_local(const Workplace& place);

}  // namespace mq::work
