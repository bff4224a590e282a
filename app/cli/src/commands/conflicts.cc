// conflicts: 两种说法, side by side with authors and brackets; a person takes one, takes both, or
// writes a third.
#include "../home.h"
#include "../op_text.h"
#include "../record_json.h"
#include "../record_lines.h"
#include "../side_by_side.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "mq/work/settle.h"

namespace mq::cli {

namespace {

constexpr std::size_t kWidth = 96;  // of a terminal, for what stands side by side

// Where people find it: P3 facts stand beside the household or person that they are of.
const model::Entity* home_of(const model::Schema& schema, std::uint32_t number) {
  const model::Entity* entity = schema.entity(number);
  if (entity == nullptr || entity->rule.companion_of().empty()) return entity;
  return schema.entity(entity->rule.companion_of());
}

const model::Field* field_of(const model::Schema& schema, const vault::Conflict& conflict) {
  const model::Entity* entity = schema.entity(conflict.entity);
  return entity == nullptr ? nullptr : entity->field(conflict.field);
}

bool is_about_standing(const vault::Conflict& conflict) {
  return conflict.field == work::kWhetherItStands;
}

// What is decided, as people and as programs call it.
struct Subject {
  std::string zh, name;
};
Subject subject_of(const model::Schema& schema, const vault::Conflict& conflict) {
  if (is_about_standing(conflict)) return {"作废", "cancelled"};
  const model::Field* field = field_of(schema, conflict);
  if (field == nullptr) return {cat(conflict.field), cat(conflict.field)};
  return {field->zh, field->name};
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

// One version as it is shown.
struct Told {
  std::string text, author, recorded, bracket;
  bool shown = false, clock_doubtful = false;
};

// When it was written as far as can be proved; empty if its envelope is not kept any more.
std::string bracket_of(const std::vector<vault::HistoryEntry>& history,
                       const vault::Conflict& conflict, const vault::Claim& claim) {
  for (const vault::HistoryEntry& entry : history) {
    const bool same = entry.device == claim.device && entry.hlc.packed == claim.hlc.packed &&
                      (entry.op.field == conflict.field || is_about_standing(conflict));
    if (same) return bracket_text(entry);
  }
  return {};
}

Result<std::vector<Told>> told(Home& home, const work::Workplace& place,
                               const vault::Conflict& conflict) {
  const model::Field* field = field_of(place.vault.schema(), conflict);
  const auto open = [&](const wire::Envelope& envelope) { return home.opened(envelope); };
  MQ_TRY(const auto history, home.vault().history(conflict.entity, conflict.row, open));
  std::vector<Told> out;
  for (const vault::Claim& claim : conflict.claims) {
    Told one;
    if (is_about_standing(conflict)) {
      one.text = "作废";
    } else if (field != nullptr) {
      MQ_TRY(one.text, cell_text(place, *field, {conflict.field, claim.value, {}}));
    }
    MQ_TRY(one.author, author(place, claim.device));
    one.recorded = shanghai_minute({claim.hlc.ms()});
    one.bracket = bracket_of(history, conflict, claim);
    one.shown = claim.shown;
    one.clock_doubtful = claim.clock_class == ClockClass::kKnownWrong;
    out.push_back(std::move(one));
  }
  if (is_about_standing(conflict))
    out.push_back({"不作废,留着", "别人后来写过", "", "", true, false});
  return out;
}

Json conflict_json(const work::Workplace& place, const vault::Conflict& conflict,
                   const std::vector<Told>& versions) {
  Json claims = Json::array();
  for (const Told& one : versions) {
    claims.push_back({{"value", one.text},
                      {"author", one.author},
                      {"shown", one.shown},
                      {"recorded", one.recorded},
                      {"bracket", one.bracket},
                      {"clock_doubtful", one.clock_doubtful}});
  }
  const model::Entity* shown = home_of(place.vault.schema(), conflict.entity);
  return Json{{"id", conflict.row.hex()},
              {"entity", shown == nullptr ? "" : shown->command},
              {"field", subject_of(place.vault.schema(), conflict).name},
              {"claims", std::move(claims)}};
}

// Which record it is, in the words of a list; empty for what only a newer version knows.
Result<std::string> record_words(const work::Workplace& place, const vault::Conflict& conflict) {
  const model::Entity* entity = home_of(place.vault.schema(), conflict.entity);
  if (entity == nullptr || entity->command.empty()) return std::string();
  MQ_TRY(const auto data, place.vault.load(entity->number, conflict.row));
  if (!data) return std::string(entity->zh);
  MQ_TRY(const std::vector<std::string> line, record_line(place, *data));
  return cat(entity->zh, " ", join(line, "  "));
}

Status put(Call& call, const work::Workplace& place, const vault::Conflict& conflict,
           const std::vector<Told>& versions) {
  if (call.out.json()) return {};
  MQ_TRY(const std::string which, record_words(place, conflict));
  call.out.text("");
  call.out.text(cat(which, "  【", subject_of(place.vault.schema(), conflict).zh, "】"));
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const Told& one = versions[i];
    columns.push_back(cat(
        i + 1, ". ", one.author, one.shown ? "(现在显示)" : "", "\n", one.recorded,
        one.clock_doubtful ? "(时钟可能不对)" : "", "\n",
        one.bracket.empty() ? std::string() : cat("不早于—不晚于 ", one.bracket, "\n"), one.text));
  }
  for (const std::string& line : side_by_side(columns, kWidth)) call.out.text(line);
  return {};
}

// What the person decided: one of them, all of them, or words of his own.
Status write_word(Call& call, Home& home, const work::Workplace& place,
                  const vault::Conflict& conflict, vault::View seen) {
  if (call.args.has("take_both")) {
    MQ_TRY(model::Value value, work::all_claims(place, conflict));
    return home.saving([&] { return work::settle(place, conflict, std::move(value), seen); });
  }
  const auto value = call.args.value("value");
  const model::Field* field = field_of(place.vault.schema(), conflict);
  if (value && (field == nullptr || field->rule.system())) {
    const Subject subject = subject_of(place.vault.schema(), conflict);
    return Error{Code::kInvalidInput, cat(subject.zh, " 不能另写,请用 --take 号码选其中一种"),
                 cat(subject.name, " cannot be written anew: take one of them (--take N)")};
  }
  std::size_t number = 0;
  if (!value) {
    MQ_TRY(number, count_of(call, "take", 0));
  }
  work::Outcome outcome;
  MQ_CHECK(home.saving([&]() -> Status {
    if (value) {
      MQ_TRY(outcome, work::amend(place, *home_of(place.vault.schema(), conflict.entity),
                                  conflict.row, {{field->name, *value}}, seen));
    } else {
      MQ_TRY(outcome, work::take_claim(place, conflict, number - 1, seen));
    }
    return {};
  }));
  return outcome.ok() ? Status() : work::refused(outcome.faults);
}

Status resolve(Call& call, Home& home, const work::Workplace& place, vault::View seen) {
  const std::string id = call.args.word(2);
  const int ways = (call.args.value("value") ? 1 : 0) + (call.args.has("take_both") ? 1 : 0) +
                   (call.args.value("take") ? 1 : 0);
  if (id.empty() || ways != 1) {
    return call.usage(
        "用法:conflicts resolve 编号 --field 项 --take 号码 | --take-both | --value 内容",
        "usage: conflicts resolve ID --field NAME --take N | --take-both | --value TEXT");
  }
  MQ_TRY(const std::vector<vault::Conflict> all, home.vault().conflicts());
  const std::string wanted = call.args.value("field").value_or("");
  std::vector<const vault::Conflict*> found;
  for (const vault::Conflict& conflict : all) {
    const Subject subject = subject_of(place.vault.schema(), conflict);
    if (!conflict.row.hex().ends_with(id)) continue;
    if (wanted.empty() || wanted == subject.name || wanted == subject.zh)
      found.push_back(&conflict);
  }
  if (found.empty()) {
    return Error{Code::kNotFound, cat("没有找到这处两种说法:", id), cat("no such conflict: ", id)};
  }
  if (found.size() > 1) {
    return call.usage("这条记录有几项两种说法,请用 --field 写明是哪一项",
                      "several facts of it have two versions: say which with --field");
  }
  MQ_CHECK(write_word(call, home, place, *found.front(), seen));
  const Subject subject = subject_of(place.vault.schema(), *found.front());
  call.out.object()["resolved"] = found.front()->row.hex();
  call.out.say(cat("已写下定论:", subject.zh, ";没有采用的仍在 history 里"),
               cat("settled: ", subject.name, "; what was not taken stays in its history"));
  return {};
}

}  // namespace

Status run_conflicts(Call& call) {
  MQ_CHECK(only_flags(call, {"field", "value", "take", "take_both"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const vault::View seen = home->vault().view();
  if (call.args.word(1) == "resolve") return resolve(call, *home, place, seen);
  MQ_TRY(const std::vector<vault::Conflict> all, home->vault().conflicts());
  Json list = Json::array();
  for (const vault::Conflict& conflict : all) {
    MQ_TRY(const std::vector<Told> versions, told(*home, place, conflict));
    list.push_back(conflict_json(place, conflict, versions));
    MQ_CHECK(put(call, place, conflict, versions));
  }
  call.out.object()["count"] = list.size();
  call.out.object()["conflicts"] = std::move(list);
  call.out.say(cat("两种说法 ", all.size(), " 处"), cat(all.size(), " conflicts"));
  return {};
}

}  // namespace mq::cli
