#include "setup_text.h"

#include "mq/base/text.h"

namespace mq::cli {

Result<std::vector<work::SetupItem>> setup_list(Call& call, Home& home) {
  MQ_TRY(const work::Workplace place, home.place());
  MQ_TRY(std::vector<work::SetupItem> items, work::setup_items(place));
  MQ_TRY(const std::optional<Bytes> file, home.vault().setting(kRootFile));
  if (!file) return items;
  const std::string path = to_string(*file);
  items.push_back({"root_away", "县根密钥移到离线介质", "the county root on offline media",
                   cat("mv ", path), false, !call.world.files.exists(path)});
  return items;
}

std::vector<work::SetupItem> undone(const std::vector<work::SetupItem>& items, bool required_only) {
  std::vector<work::SetupItem> out;
  for (const work::SetupItem& item : items) {
    if (!item.done && (item.required || !required_only)) out.push_back(item);
  }
  return out;
}

std::string list_text(const Output& out, const std::vector<work::SetupItem>& items) {
  std::vector<std::string> parts;
  for (const work::SetupItem& item : items) {
    parts.push_back(out.english() ? cat(item.en, " (", item.todo, ")")
                                  : cat(item.zh, "(", item.todo, ")"));
  }
  return join(parts, out.pick("、", ", "));
}

// Whoever keeps the township's house is told what it lacks, and when the kit is to be drilled.
Status tell_setup(Call& call, Home& home) {
  MQ_TRY(const work::Workplace place, home.place());
  MQ_TRY(const std::optional<Date> drilled, work::recovery_drilled(place));
  const bool kit = place.control.recovery() != nullptr;
  const bool due = kit && work::drill_due(drilled, Date::in_shanghai(place.clock.wall()));
  Json day;
  if (drilled) day = drilled->iso();
  call.out.object()["recovery"] = {{"kit", kit}, {"drilled", day}, {"due", due}};
  if (!place.is_desk()) return {};
  if (due && !place.control.setup()) {
    call.out.say("恢复单该演练了:请找来任意两张,recover drill",
                 "the recovery kit is due for its drill: get two of its sheets, recover drill");
  }
  if (!place.control.setup()) return {};
  MQ_TRY(const std::vector<work::SetupItem> items, setup_list(call, home));
  const std::vector<work::SetupItem> missing = undone(items, false);
  Json names = Json::array();
  for (const work::SetupItem& item : missing) names.push_back(item.name);
  call.out.object()["missing"] = std::move(names);
  if (missing.empty() && place.control.practice()) return {};
  if (missing.empty()) {
    call.out.say("筹备已齐:可以 org open", "nothing is missing: org open");
    return {};
  }
  const std::string list = list_text(call.out, missing);
  call.out.say(cat("筹备还缺:", list), cat("still to prepare: ", list));
  return {};
}

}  // namespace mq::cli
