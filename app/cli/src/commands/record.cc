// visit, diary, issue, household, person: add, list, show, amend, cancel and their own moves.
#include <iostream>
#include <iterator>

#include "../home.h"
#include "../record_json.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"

namespace mq::cli {

namespace {

constexpr std::size_t kListDefault = 200;
constexpr std::size_t kJsonBytesMax = 1u << 20;

bool is_common(std::string_view name) {
  const auto& common = common_flags();
  return std::find(common.begin(), common.end(), name) != common.end();
}

// One JSON object on standard input: strings, numbers, booleans, lists of strings.
Result<work::Inputs> inputs_of_json(Call& call) {
  std::string text;
  for (std::istreambuf_iterator<char> at(std::cin), end;
       at != end && text.size() < kJsonBytesMax;) {
    text.push_back(*at++);
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Error{Code::kInvalidInput, "标准输入应是一个 JSON 对象",
                 "standard input should be one JSON object"};
  }
  work::Inputs inputs;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null() || key == "id" || key == "cancelled" || key == "contested") continue;
    std::vector<std::string> parts;
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      if (one.is_boolean()) {
        parts.emplace_back(one.get<bool>() ? "是" : "否");
      } else {
        parts.push_back(one.is_string() ? one.get<std::string>() : one.dump());
      }
    }
    inputs.push_back({key, join(parts, "、")});
  }
  static_cast<void>(call);
  return inputs;
}

Result<work::Inputs> inputs_of(Call& call, std::string_view word,
                               const std::vector<std::string_view>& own = {}) {
  if (word == "-") return inputs_of_json(call);
  work::Inputs inputs;
  for (const Args::Flag& flag : call.args.flags()) {
    const bool mine = std::find(own.begin(), own.end(), flag.name) != own.end();
    if (is_common(flag.name) || mine) continue;
    const std::string text = flag.has_value ? flag.value : "是";
    auto same = std::find_if(inputs.begin(), inputs.end(),
                             [&](const work::Input& i) { return i.field == flag.name; });
    if (same == inputs.end()) {
      inputs.push_back({flag.name, text});
    } else {
      same->text += cat("、", text);
    }
  }
  return inputs;
}

Json faults_json(const std::vector<model::Fault>& faults, bool english) {
  Json list = Json::array();
  for (const model::Fault& fault : faults) {
    list.push_back({{"field", fault.field}, {"why", english ? fault.en : fault.zh}});
  }
  return list;
}

// Says what became of an entry; a refusal becomes the command's error.
Status tell(Call& call, const model::Entity& entity, const work::Outcome& outcome,
            std::string_view zh_done, std::string_view en_done) {
  Json& json = call.out.object();
  json["faults"] = faults_json(outcome.faults, call.out.english());
  json["flags"] = faults_json(outcome.flags, call.out.english());
  json["saved"] = outcome.ok();
  if (!outcome.ok()) return work::refused(outcome.faults);
  json["id"] = outcome.row.hex();
  call.out.say(cat(zh_done, ":", entity.zh, " ", outcome.row.hex()),
               cat(en_done, ": ", entity.name, " ", outcome.row.hex()));
  for (const auto& [kind, row] : outcome.also) {
    json[kind] = row.hex();
    call.out.say(cat("  同时登记 ", kind, " ", row.hex()),
                 cat("  also made: ", kind, " ", row.hex()));
  }
  for (const model::Fault& flag : outcome.flags) {
    call.out.say(cat("  请留意:", flag.zh), cat("  note: ", flag.en));
  }
  return {};
}

struct Context {
  Call& call;
  Home& home;
  work::Workplace place;
  const model::Entity& entity;
};

using Act = std::function<Result<work::Outcome>()>;

Status save(Context& c, const Act& act, std::string_view zh, std::string_view en) {
  work::Outcome outcome;
  MQ_CHECK(c.home.saving([&]() -> Status {
    MQ_TRY(outcome, act());
    return {};
  }));
  return tell(c.call, c.entity, outcome, zh, en);
}

Status add(Context& c) {
  MQ_TRY(const work::Inputs inputs, inputs_of(c.call, c.call.args.word(2)));
  const Act act = [&]() -> Result<work::Outcome> {
    if (c.entity.name == "Visit") return work::add_visit(c.place, inputs);
    if (c.entity.name == "Diary") return work::add_diary(c.place, inputs);
    if (c.entity.name == "Issue") return work::add_issue(c.place, inputs);
    if (c.entity.name == "Household") return work::add_household(c.place, inputs);
    return work::add_person(c.place, inputs);
  };
  return save(c, act, "已存好(本机)", "saved on this device");
}

// The record named on the command line: a household by its number, else by id.
Result<RowId> named_row(Context& c) {
  const std::string word = c.call.args.word(2);
  if (word.empty()) {
    return c.call.usage(cat("请写明是哪一条:", c.entity.command, " ", c.call.args.word(1), " 编号"),
                        cat("say which one: ", c.entity.command, " ", c.call.args.word(1), " ID"));
  }
  const work::Directory directory(c.place);
  if (c.entity.name == "Household") {
    auto household = directory.household(word);
    if (household.ok()) return household->id;
  }
  return directory.row(c.entity, word);
}

Status show(Context& c) {
  MQ_CHECK(only_flags(c.call, {}));
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, row));
  if (!data) return Error{Code::kNotFound, "没有找到这条记录", "no such record"};
  MQ_TRY(c.call.out.object(), record_json(c.place, *data));
  std::vector<std::vector<std::string>> lines;
  for (const vault::Cell& cell : data->cells) {
    const model::Field* field = c.entity.field(cell.field);
    if (field == nullptr || field->rule.kind() == model::pb::KIND_FINGERPRINT) continue;
    MQ_TRY(std::string text, cell_text(c.place, *field, cell));
    if (!text.empty()) lines.push_back({field->zh, std::move(text)});
  }
  if (data->deleted) lines.push_back({"已作废", "是"});
  if (data->contested) lines.push_back({"两种说法", "有;用 minqing conflicts 查看"});
  c.call.out.table({c.entity.zh, row.hex()}, lines);
  return {};
}

Status amend(Context& c) {
  const vault::View seen = c.place.vault.view();
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const work::Inputs inputs, inputs_of(c.call, c.call.args.word(3)));
  return save(
      c, [&] { return work::amend(c.place, c.entity, row, inputs, seen); }, "已改好(本机)",
      "amended on this device");
}

Status cancel(Context& c) {
  const vault::View seen = c.place.vault.view();
  MQ_CHECK(only_flags(c.call, {"reason"}));
  MQ_TRY(const RowId row, named_row(c));
  const std::string reason = c.call.args.value("reason").value_or("");
  return save(
      c, [&] { return work::cancel(c.place, c.entity, row, reason, seen); }, "已作废(本机)",
      "cancelled on this device");
}

Status move(Context& c, Result<work::Outcome> (*act)(const work::Workplace&, const RowId&,
                                                     const work::Inputs&)) {
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const work::Inputs inputs, inputs_of(c.call, c.call.args.word(3)));
  return save(
      c, [&] { return act(c.place, row, inputs); }, "已办好(本机)", "done on this device");
}

// Conditions of a list as SQL over the entity's own columns.
Result<std::string> list_where(Context& c) {
  std::string where = " WHERE 1 = 1";
  if (!c.call.args.has("all")) where += " AND deleted = 0";
  if (auto name = c.call.args.value("village")) {
    MQ_TRY(const work::Village village, work::Directory(c.place).village(*name));
    where += cat(" AND stream = ", village.stream);
  }
  for (const auto& [flag, compare] : {std::pair{"from", ">="}, std::pair{"to", "<="}}) {
    const auto typed = c.call.args.value(flag);
    if (!typed || c.entity.field("date") == nullptr) continue;
    const auto date = Date::parse_iso(*typed);
    if (!date) {
      return c.call.usage(cat("日期应写成 2026-03-05:", *typed), cat("not a date: ", *typed));
    }
    where += cat(" AND date ", compare, " ", date->days);
  }
  return where;
}

Status list(Context& c) {
  MQ_CHECK(only_flags(c.call, {"village", "from", "to", "limit", "all"}));
  MQ_TRY(const std::string where, list_where(c));
  std::size_t limit = kListDefault;
  if (auto typed = c.call.args.value("limit")) limit = std::strtoul(typed->c_str(), nullptr, 10);
  sqlite::Database& db = c.place.vault.database();
  MQ_TRY(const std::int64_t all,
         db.integer(cat("SELECT count(*) FROM \"", c.entity.table, "\"", where)));
  MQ_TRY(sqlite::Query q, db.query(cat("SELECT DISTINCT id FROM \"", c.entity.table, "\"", where,
                                       " ORDER BY id DESC LIMIT ", limit)));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, row));
    if (!data) continue;
    MQ_TRY(Json json, record_json(c.place, *data));
    std::vector<std::string> line{row.hex()};
    for (const char* key : {"date", "household_no", "household_id", "no", "title", "name",
                            "outcome", "state", "status", "text"}) {
      if (!json.contains(key)) continue;
      const Json& value = json[key];
      line.emplace_back(
          first_characters(value.is_string() ? value.get<std::string>() : value.dump(), 24));
    }
    lines.push_back(std::move(line));
    rows.push_back(std::move(json));
  }
  c.call.out.object()["count"] = all;
  c.call.out.object()["rows"] = std::move(rows);
  c.call.out.table({"编号", c.entity.zh}, lines);
  c.call.out.say(cat("共 ", all, " 条"), cat(all, " in all"));
  return {};
}

}  // namespace

Status run_record(Call& call) {
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const model::Entity* entity = place.vault.schema().entity(call.args.word(0));
  MQ_ASSERT(entity != nullptr);
  Context c{call, *home, place, *entity};
  const std::string verb = call.args.word(1);
  if (verb == "add") return add(c);
  if (verb == "list") return list(c);
  if (verb == "show") return show(c);
  if (verb == "amend") return amend(c);
  if (verb == "cancel") return cancel(c);
  if (verb == "accept" && entity->name == "Issue") return move(c, work::accept_issue);
  if (verb == "close" && entity->name == "Issue") return move(c, work::close_issue);
  if (verb == "submit" && entity->name == "Diary") {
    MQ_TRY(const RowId row, named_row(c));
    return save(
        c, [&] { return work::submit_diary(c.place, row); }, "已提交(本机)",
        "submitted on this device");
  }
  return call.usage(
      cat("不认识:", call.args.word(0), " ", verb, ";用 minqing help ", call.args.word(0)),
      cat("unknown: ", call.args.word(0), " ", verb, "; see minqing help ", call.args.word(0)));
}

}  // namespace mq::cli
