// Records of every entity that has a command: add, list, show, amend, cancel and their own moves.
#include "../home.h"
#include "../readers_text.h"
#include "../record_json.h"
#include "../record_lines.h"
#include "all.h"
#include "duplicates.h"
#include "local_record.h"
#include "mq/base/text.h"
#include "mq/work/calendar.h"
#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "mq/work/handout.h"
#include "mq/work/issue.h"
#include "mq/work/moves.h"
#include "mq/work/profile.h"
#include "mq/work/roster.h"
#include "overdue.h"
#include "paper.h"
#include "record_inputs.h"

namespace mq::cli {

namespace {

constexpr std::size_t kListDefault = 200;
constexpr std::size_t kIdHex = 32;

using Context = RecordContext;

using AddForm = Result<work::Outcome> (*)(const work::Workplace&, const work::Inputs&);
constexpr std::pair<std::string_view, AddForm> kAddForms[] = {
    {"Visit", work::add_visit},     {"Diary", work::add_diary},
    {"Issue", work::add_issue},     {"Household", work::add_household},
    {"Person", work::add_person},   {"Cadre", work::add_cadre},
    {"Pairing", work::add_pairing}, {"Meeting", work::add_meeting},
    {"Opinion", work::add_opinion}, {"Reception", work::add_reception},
    {"Deed", work::add_deed},       {"Commitment", work::add_commitment},
    {"Dispute", work::add_dispute}, {"WorkYear", work::add_work_year},
    {"OrgUnit", work::add_unit},    {"ExportProfile", work::add_profile}};

// Null: it comes about by something else, as a hand-out by issue assign.
AddForm add_form_of(const model::Entity& entity) {
  const auto* found =
      std::ranges::find(kAddForms, entity.name, [](const auto& one) { return one.first; });
  return found == std::end(kAddForms) ? nullptr : found->second;
}

Status add(Context& c, AddForm form) {
  MQ_TRY(const work::Inputs inputs, inputs_of(c, c.call.args.word(2)));
  return save_record(
      c, [&] { return form(c.place, inputs); }, "已存好(本机)", "saved on this device");
}

// The record named on the command line: a household by its number, else by id.
Result<RowId> named_row(Context& c) {
  const std::string word = c.call.args.word(2);
  if (word.empty()) {
    return c.call.usage(cat("请写明是哪一条:", c.entity.command, " ", c.call.args.word(1), " 编号"),
                        cat("say which one: ", c.entity.command, " ", c.call.args.word(1), " ID"));
  }
  const work::Directory directory(c.place);
  if (c.entity.name == "OrgUnit") {
    auto village = directory.village(word);
    if (village.ok()) return village->org_unit;
  }
  // A whole id is that very row, also one that stands for another.
  if (c.entity.name == "Household" && word.size() != kIdHex) {
    auto household = directory.household(word);
    if (household.ok()) return household->id;
    if (household.error().code == Code::kInvalidInput) return std::move(household).error();
  }
  if (c.entity.name == "Cadre") {
    auto cadre = directory.cadre(word);
    if (cadre.ok()) return cadre->id;
    if (cadre.error().code == Code::kInvalidInput) return std::move(cadre).error();
  }
  return directory.row(c.entity, word);
}

// In whose hands it is, and since when.
Status put_keeping(Context& c, const vault::RowData& data) {
  MQ_TRY(const work::Keeping keeping, work::keeping_of(c.place, data));
  if (keeping.holder.empty()) return {};
  c.call.out.object()["held_by"] = keeping.holder;
  c.call.out.object()["held_since"] = keeping.since;
  c.call.out.say(
      cat("现在在:", keeping.holder, keeping.since.empty() ? "" : cat(",自 ", keeping.since)),
      cat("held by: ", keeping.holder,
          keeping.since.empty() ? "" : cat(", since ", keeping.since)));
  return {};
}

Status show(Context& c) {
  MQ_CHECK(only_flags(c.call, {}));
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, row));
  if (!data) return Error{Code::kNotFound, "没有找到这条记录", "no such record"};
  MQ_TRY(c.call.out.object(), whole_record_json(c.place, *data));
  MQ_TRY(const auto lines, record_lines(c.place, *data));
  c.call.out.table({c.call.out.english() ? c.entity.rule.en() : c.entity.zh, row.hex()}, lines);
  if (c.entity.name == "Issue") MQ_CHECK(put_keeping(c, *data));
  return put_readers(c.call.out, c.place, *data);
}

Status amend(Context& c) {
  const vault::View seen = c.place.vault.view();
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const work::Inputs inputs, inputs_of(c, c.call.args.word(3)));
  return save_record(
      c, [&] { return work::amend(c.place, c.entity, row, inputs, seen); }, "已改好(本机)",
      "amended on this device");
}

Status cancel(Context& c) {
  const vault::View seen = c.place.vault.view();
  MQ_CHECK(only_flags(c.call, {"reason"}));
  MQ_TRY(const RowId row, named_row(c));
  const std::string reason = c.call.args.value("reason").value_or("");
  return save_record(
      c, [&] { return work::cancel(c.place, c.entity, row, reason, seen); }, "已作废(本机)",
      "cancelled on this device");
}

// The entities with a state machine whose verbs are commands.
struct Mover {
  std::string_view entity;
  bool (*knows)(std::string_view verb);
  Result<work::Outcome> (*act)(const work::Workplace&, std::string_view, const RowId&,
                               const work::Inputs&);
};
template <class Verbs>
bool among(const Verbs& verbs, std::string_view verb) {
  return std::ranges::any_of(verbs, [&](const auto& each) { return each.verb == verb; });
}
bool of_roster(std::string_view entity, std::string_view verb) {
  return std::ranges::any_of(work::roster_verbs(), [&](const work::RosterVerb& one) {
    return one.entity == entity && one.verb == verb;
  });
}
constexpr Mover kMovers[] = {
    {"Issue", [](std::string_view verb) { return among(work::issue_verbs(), verb); },
     work::move_issue},
    {"Commitment", [](std::string_view verb) { return among(work::commitment_moves(), verb); },
     work::move_commitment},
    {"Dispute", [](std::string_view verb) { return among(work::dispute_moves(), verb); },
     work::move_dispute},
    {"Handout", [](std::string_view verb) { return among(work::handout_moves(), verb); },
     work::move_handout},
    {"Household", [](std::string_view verb) { return of_roster("Household", verb); },
     work::change_household},
    {"Person", [](std::string_view verb) { return of_roster("Person", verb); },
     work::change_person},
    {"OrgUnit", [](std::string_view verb) { return of_roster("OrgUnit", verb); },
     work::change_village},
    {"RosterChange", [](std::string_view verb) { return of_roster("RosterChange", verb); },
     work::undo_change}};

const Mover* mover_of(const model::Entity& entity, std::string_view verb) {
  for (const Mover& mover : kMovers) {
    if (mover.entity == entity.name && mover.knows(verb)) return &mover;
  }
  return nullptr;
}

Status move_by(Context& c, const Mover& mover) {
  MQ_TRY(const RowId row, named_row(c));
  MQ_TRY(const work::Inputs inputs, inputs_of(c, c.call.args.word(3)));
  return save_record(
      c, [&] { return mover.act(c.place, c.call.args.word(1), row, inputs); }, "已办好(本机)",
      "done on this device");
}

// The household named and whatever stands for it, as SQL.
Result<std::string> rows_of_household(Context& c, const std::string& number) {
  MQ_TRY(const work::Household household, work::Directory(c.place).household(number));
  MQ_TRY(const work::Canonical canonical, work::Canonical::households(c.place));
  const bool people = c.entity.name == "Person";
  std::vector<std::string> rows;
  for (const RowId& row :
       people ? canonical.folded(household.id) : canonical.aliases(household.id)) {
    rows.push_back(cat("x'", row.hex(), "'"));
  }
  return join(rows, ", ");
}

// What is another row's double, or moved to another village, is not listed.
Result<std::string> only_counting(Context& c) {
  const bool households = c.entity.name == "Household";
  if (!households && c.entity.name != "Person") return std::string();
  MQ_TRY(const work::Canonical canonical,
         households ? work::Canonical::households(c.place) : work::Canonical::people(c.place));
  std::vector<std::string> rows;
  for (const auto& [row, stream] : canonical.left_out()) {
    rows.push_back(cat("(x'", row.hex(), "', ", stream, ")"));
  }
  if (rows.empty()) return std::string();
  return cat(" AND (id, stream) NOT IN (VALUES ", join(rows, ", "), ")");
}

// Conditions of a list as SQL over the entity's own columns; every value is a number or a hex id.
Result<std::string> list_where(Context& c) {
  std::string where = " WHERE 1 = 1";
  const Args& args = c.call.args;
  const work::Directory directory(c.place);
  if (!args.has("all")) {
    MQ_TRY(const std::string counting, only_counting(c));
    where += cat(" AND deleted = 0", counting);
  }
  if (auto name = args.value("village")) {
    if (c.entity.rule.scope() != model::pb::SCOPE_VILLAGE) {
      return c.call.usage(cat(c.entity.zh, " 不分村,不能用 --village"),
                          cat(c.entity.name, " has no village; leave --village out"));
    }
    MQ_TRY(const work::Village village, directory.village(*name));
    where += cat(" AND stream = ", village.stream);
  }
  if (auto number = args.value("household_id")) {
    if (c.entity.field("household_id") == nullptr) {
      return c.call.usage(cat(c.entity.zh, " 不能按户查"), "this list has no household");
    }
    MQ_TRY(const std::string households, rows_of_household(c, *number));
    where += cat(" AND household_id IN (", households, ")");
  }
  for (const auto& [flag, compare] : {std::pair{"from", ">="}, std::pair{"to", "<="}}) {
    const auto typed = args.value(flag);
    if (!typed) continue;
    const std::string_view column = list_date(c.entity);
    const auto date = Date::parse_iso(*typed);
    if (!date || column.empty()) {
      return c.call.usage(column.empty() ? cat(c.entity.zh, " 没有日期,不能用 --", flag)
                                         : cat("日期应写成 2026-03-05:", *typed),
                          column.empty() ? cat(c.entity.name, " has no date for --", flag)
                                         : cat("not a date like 2026-03-05: ", *typed));
    }
    where += cat(" AND \"", column, "\" ", compare, " ", date->days);
  }
  return where;
}

Status list(Context& c) {
  MQ_CHECK(only_flags(c.call, {"village", "from", "to", "limit", "all", "household_id"}));
  MQ_TRY(const std::string where, list_where(c));
  MQ_TRY(const std::size_t limit, limit_of(c.call, kListDefault));
  sqlite::Database& db = c.place.vault.database();
  MQ_TRY(const std::int64_t all,
         db.integer(cat("SELECT count(DISTINCT id) FROM \"", c.entity.table, "\"", where)));
  const std::string_view day = list_date(c.entity);
  const std::string newest = day.empty() ? std::string() : cat("max(\"", day, "\") DESC, ");
  MQ_TRY(sqlite::Query q, db.query(cat("SELECT id FROM \"", c.entity.table, "\"", where,
                                       " GROUP BY id ORDER BY ", newest, "id DESC LIMIT ", limit)));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    MQ_TRY(const std::optional<vault::RowData> data, c.place.vault.load(c.entity.number, row));
    if (!data) continue;
    MQ_TRY(Json json, record_json(c.place, *data));
    rows.push_back(std::move(json));
    MQ_TRY(std::vector<std::string> line, record_line(c.place, *data));
    lines.push_back(std::move(line));
  }
  const std::vector<std::string> header = record_header(c.entity, c.call.out.english());
  const std::size_t shown = rows.size();
  c.call.out.object()["count"] = all;
  c.call.out.object()["rows"] = std::move(rows);
  c.call.out.table(header, lines);
  c.call.out.say(
      cat("共 ", all, " 条",
          shown < static_cast<std::size_t>(all)
              ? cat(",只列出", day.empty() ? "" : "最近", " ", shown, " 条(--limit 可改)")
              : std::string()),
      cat(all, " in all, ", shown, " shown"));
  return {};
}

std::string usage_of(std::string_view command) {
  for (const Command& one : commands()) {
    if (one.name != command) continue;
    return cat("\n  ", join(split(one.usage, "\n"), "\n  "));
  }
  return {};
}

}  // namespace

Status run_record(Call& call) {
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  const model::Entity* entity = home->vault().schema().entity(call.args.word(0));
  MQ_ASSERT(entity != nullptr);
  Context c{call, *home, home->place_so_far(), *entity};
  const std::string verb = call.args.word(1);
  MQ_TRY(const bool local, concerns_local(c));
  if (local) return run_local_record(c);
  MQ_CHECK(home->place());
  const AddForm form = verb == "add" ? add_form_of(*entity) : nullptr;
  if (form != nullptr) return add(c, form);
  if (verb == "list") return list(c);
  if (const PaperVerb* paper = paper_verb(*entity, call)) return paper->run(c);
  if (verb == "show") return show(c);
  // What a change of the roster did is taken back, never edited.
  const bool fixed = entity->name == "RosterChange";
  if (verb == "amend" && !fixed) return amend(c);
  if (verb == "cancel" && !fixed) return cancel(c);
  if (verb == "submit" && entity->name == "Diary") {
    MQ_TRY(const RowId row, named_row(c));
    return save_record(
        c, [&] { return work::submit_diary(c.place, row); }, "已提交(本机)",
        "submitted on this device");
  }
  const bool of_roster_rows = entity->name == "Household" || entity->name == "Person";
  if (verb == "duplicates" && of_roster_rows) return run_duplicates(c);
  if (verb == "distinct" && of_roster_rows) return run_distinct(c);
  if (verb == "overdue" && entity->name == "Issue") return run_overdue(c);
  if (const Mover* mover = mover_of(*entity, verb)) return move_by(c, *mover);
  return call.usage(
      cat(verb.empty() ? cat("请写明要做什么:") : cat("没有 ", entity->command, " ", verb, ":"),
          usage_of(entity->command)),
      cat(verb.empty() ? cat("say what to do:") : cat("no ", entity->command, " ", verb, ":"),
          usage_of(entity->command)));
}

}  // namespace mq::cli
