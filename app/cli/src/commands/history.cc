// history: every change of one record, oldest first, with what brackets it in time.
#include <algorithm>

#include "../home.h"
#include "../op_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"

namespace mq::cli {

namespace {

// The record behind an id, whatever its kind.
Result<std::pair<const model::Entity*, RowId>> find(const work::Workplace& place,
                                                    const std::string& id) {
  for (const model::Entity& entity : place.vault.schema().entities()) {
    if (entity.command.empty()) continue;
    if (entity.name == "Household") {
      auto household = work::Directory(place).household(id);
      if (household.ok()) return std::pair{&entity, household->id};
    }
    auto row = work::Directory(place).row(entity, id);
    if (row.ok()) return std::pair{&entity, *row};
    if (row.error().code != Code::kNotFound) return std::move(row).error();
  }
  return Error{Code::kNotFound, cat("没有找到这条记录:", id), cat("no such record: ", id)};
}

// P3 facts of the row among them, in the order of their time.
Result<std::vector<vault::HistoryEntry>> entries_of(Home& home, const work::Workplace& place,
                                                    const model::Entity& entity, const RowId& row) {
  const auto open = [&](const wire::Envelope& envelope) { return home.opened(envelope); };
  MQ_TRY(std::vector<vault::HistoryEntry> all, home.vault().history(entity.number, row, open));
  const model::Entity* companion = work::companion_of(place.vault.schema(), entity);
  if (companion == nullptr) return all;
  MQ_TRY(const std::vector<vault::HistoryEntry> guarded,
         home.vault().history(companion->number, row, open));
  all.insert(all.end(), guarded.begin(), guarded.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.hlc.packed < b.hlc.packed; });
  return all;
}

}  // namespace

Status run_history(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  if (call.args.word(1).empty()) return call.usage("用法:history 编号", "usage: history ID");
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const auto found, find(place, call.args.word(1)));
  const auto& [entity, row] = found;
  MQ_TRY(const std::vector<vault::HistoryEntry> entries, entries_of(*home, place, *entity, row));
  MQ_TRY(const std::vector<work::Cadre> cadres, work::Directory(place).cadres());
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const vault::HistoryEntry& entry : entries) {
    const model::Entity* of = place.vault.schema().entity(entry.op.entity);
    const model::Field* field = of == nullptr ? nullptr : of->field(entry.op.field);
    MQ_TRY(const std::string text, op_text(place, field, entry.op));
    const wire::DeviceRecord* device = place.control.device(entry.device);
    std::string who = entry.device.hex();
    for (const work::Cadre& cadre : cadres) {
      if (device != nullptr && cadre.member == device->person) who = cadre.name;
    }
    const std::string said = shanghai_minute({entry.hlc.ms()});
    list.push_back({{"field", field == nullptr ? "" : field->name},
                    {"value", text},
                    {"author", who},
                    {"device_time", said},
                    {"bracket", bracket_text(entry)}});
    lines.push_back({said, who, field == nullptr ? "" : field->zh, text, bracket_text(entry)});
  }
  call.out.object() = {
      {"id", row.hex()}, {"entity", entity->command}, {"entries", std::move(list)}};
  call.out.table({"本机时间", "谁", "项", "内容", "不早于 — 不晚于"}, lines);
  return {};
}

}  // namespace mq::cli
