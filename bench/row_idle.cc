// Row 3: a device with nothing new asks a server with nothing new, over 30 streams.
#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

void row_idle(Bench& bench) {
  const Folder folder(bench.folder);
  Town town(folder / "town");
  constexpr int kVillages = 14;  // with their private streams, the township and the diary: 30
  const auto admin = town.found(kVillages, {});
  static_cast<void>(town.invite(*admin, sync::pb::ROLE_KIND_CADRE, "干部"));
  // Every stream has something, so that cursors and heads are real.
  for (const vault::StreamInfo& stream : admin->vault().streams()) {
    vault::Change change;
    const model::Entity& entity = *admin->vault().schema().entity("Visit");
    change.entity = entity.number;
    change.row = new_id<RowId>(town.clock, town.random);
    change.field = entity.field("text")->number;
    change.value = std::string("看望");
    admin->record({{stream.ix, {change}}});
  }
  admin->sync();
  const auto streams = admin->vault().streams().size();
  const std::uint64_t trips = admin->transport().round_trips, bytes = admin->transport().bytes;
  admin->sync();
  const auto used = static_cast<double>(admin->transport().round_trips - trips);
  const auto moved = static_cast<double>(admin->transport().bytes - bytes);
  print({"3", cat("sync with nothing new, ", streams, " streams: round trips"), number(used, 0), "",
         used, "", 1, false, "one is the least"});
  print({"3", cat("sync with nothing new, ", streams, " streams: messages both ways"),
         number(moved, 0) + " B", "", moved, "B", 1024, false, "serialised messages"});
}

}  // namespace mq::bench
