// conflicts: 两种说法, side by side with their authors; a person writes the next word.
#include "../home.h"
#include "../record_json.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"

namespace mq::cli {

namespace {

// Where people find it: P3 facts stand beside the household or person that they are of.
const model::Entity* home_of(const model::Schema& schema, std::uint32_t number) {
  const model::Entity* entity = schema.entity(number);
  if (entity == nullptr || entity->rule.companion_of().empty()) return entity;
  return schema.entity(entity->rule.companion_of());
}

// The name behind a device of the control log.
Result<std::string> author(const work::Workplace& place, const DeviceId& device) {
  const wire::DeviceRecord* record = place.control.device(device);
  if (record == nullptr) return device.hex();
  MQ_TRY(const std::vector<work::Cadre> cadres, work::Directory(place).cadres());
  for (const work::Cadre& cadre : cadres) {
    if (cadre.member == record->person) return cadre.name;
  }
  return record->person.hex();
}

Result<Json> conflict_json(const work::Workplace& place, const vault::Conflict& conflict,
                           std::vector<std::vector<std::string>>& lines) {
  const model::Entity* entity = place.vault.schema().entity(conflict.entity);
  const model::Field* field = entity == nullptr ? nullptr : entity->field(conflict.field);
  Json claims = Json::array();
  for (const vault::Claim& claim : conflict.claims) {
    vault::Cell cell{conflict.field, claim.value, {}};
    std::string text;
    if (field != nullptr) {
      MQ_TRY(text, cell_text(place, *field, cell));
    }
    MQ_TRY(const std::string who, author(place, claim.device));
    claims.push_back({{"value", text},
                      {"author", who},
                      {"shown", claim.shown},
                      {"recorded", shanghai_minute({claim.hlc.ms()})},
                      {"clock_doubtful", claim.clock_class == ClockClass::kKnownWrong}});
    lines.push_back({entity == nullptr ? "?" : entity->zh, conflict.row.hex(),
                     field == nullptr ? cat(conflict.field) : field->zh, text, who,
                     claim.shown ? "现在显示" : ""});
  }
  const model::Entity* shown = home_of(place.vault.schema(), conflict.entity);
  return Json{{"id", conflict.row.hex()},
              {"entity", shown == nullptr ? "" : shown->command},
              {"field", field == nullptr ? cat(conflict.field) : field->name},
              {"claims", std::move(claims)}};
}

Status resolve(Call& call, Home& home, const work::Workplace& place, vault::View seen) {
  const std::string id = call.args.word(2);
  auto value = call.args.required("value");
  if (id.empty() || !value.ok()) {
    return call.usage("用法:conflicts resolve 编号 --field 项 --value 内容",
                      "usage: conflicts resolve ID --field NAME --value TEXT");
  }
  MQ_TRY(const std::vector<vault::Conflict> all, home.vault().conflicts());
  const std::string wanted = call.args.value("field").value_or("");
  for (const vault::Conflict& conflict : all) {
    const model::Entity* entity = place.vault.schema().entity(conflict.entity);
    const model::Field* field = entity == nullptr ? nullptr : entity->field(conflict.field);
    if (field == nullptr || !conflict.row.hex().ends_with(id)) continue;
    if (!wanted.empty() && wanted != field->name && wanted != field->zh) continue;
    work::Outcome outcome;
    MQ_CHECK(home.saving([&]() -> Status {
      MQ_TRY(outcome, work::amend(place, *home_of(place.vault.schema(), conflict.entity),
                                  conflict.row, {{field->name, *value}}, seen));
      return {};
    }));
    if (!outcome.ok()) return work::refused(outcome.faults);
    call.out.object()["resolved"] = conflict.row.hex();
    call.out.say(cat("已写下定论:", field->zh), cat("settled: ", field->name));
    return {};
  }
  return Error{Code::kNotFound, cat("没有找到这处两种说法:", id), cat("no such conflict: ", id)};
}

}  // namespace

Status run_conflicts(Call& call) {
  MQ_CHECK(only_flags(call, {"field", "value"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const vault::View seen = home->vault().view();
  if (call.args.word(1) == "resolve") return resolve(call, *home, place, seen);
  MQ_TRY(const std::vector<vault::Conflict> all, home->vault().conflicts());
  Json list = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const vault::Conflict& conflict : all) {
    MQ_TRY(Json one, conflict_json(place, conflict, lines));
    list.push_back(std::move(one));
  }
  call.out.object()["count"] = list.size();
  call.out.object()["conflicts"] = std::move(list);
  if (!lines.empty()) call.out.table({"", "编号", "项", "说法", "谁写的", ""}, lines);
  call.out.say(cat("两种说法 ", all.size(), " 处"), cat(all.size(), " conflicts"));
  return {};
}

}  // namespace mq::cli
