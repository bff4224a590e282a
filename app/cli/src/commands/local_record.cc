#include "local_record.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/work/local_entry.h"

namespace mq::cli {

namespace {

constexpr std::size_t kIdTail = 6;  // digits of an id that are enough to name it
constexpr std::string_view kSavedZh = "已存好(本机),加入后自动归档";
constexpr std::string_view kSavedEn = "saved on this device, a record once it has joined";

// The one that the third word names among those of this entity.
Result<std::optional<work::LocalEntry>> named(RecordContext& c) {
  const std::string word = c.call.args.word(2);
  MQ_TRY(std::vector<work::LocalEntry> all, work::local_entries(c.home.vault()));
  std::optional<work::LocalEntry> found;
  for (work::LocalEntry& entry : all) {
    const bool its =
        entry.entity == &c.entity && word.size() >= kIdTail && entry.id.hex().ends_with(word);
    if (its && found) {
      return Error{Code::kInvalidInput, cat("编号 ", word, " 不止一条,请多写几位"),
                   cat("more than one ", word, ": write more digits")};
    }
    if (its) found = std::move(entry);
  }
  return found;
}

Result<work::LocalEntry> must_name(RecordContext& c) {
  MQ_TRY(std::optional<work::LocalEntry> entry, named(c));
  if (entry) return *std::move(entry);
  return Error{Code::kNotFound,
               cat("没有找到这条先记在本机的", c.entity.zh, ":", c.call.args.word(2)),
               cat("no such ", c.entity.name, " kept here: ", c.call.args.word(2))};
}

Json json_of(const work::LocalEntry& entry, bool english) {
  Json json = {{"id", entry.id.hex()}, {"local", true}};
  for (const work::Input& input : entry.inputs) json[input.field] = input.text;
  json["recorded_on"] = Date::in_shanghai(entry.recorded_at).iso();
  Json faults = Json::array();
  for (const model::Fault& fault : entry.faults) {
    faults.push_back({{"field", fault.field}, {"why", english ? fault.en : fault.zh}});
  }
  json["to_complete"] = std::move(faults);
  return json;
}

std::string line_of(const work::LocalEntry& entry) {
  std::string out;
  for (const work::Input& input : entry.inputs) {
    out += cat(out.empty() ? "" : ",", input.field, " ", input.text);
  }
  return out;
}

Status add(RecordContext& c) {
  MQ_TRY(const work::Inputs inputs, inputs_of(c, c.call.args.word(2)));
  c.call.out.object()["local"] = true;
  return save_record(
      c, [&] { return work::keep_local(c.place, c.entity, inputs); }, kSavedZh, kSavedEn);
}

Status list(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {}));
  MQ_TRY(const std::vector<work::LocalEntry> all, work::local_entries(c.home.vault()));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const work::LocalEntry& entry : all) {
    if (entry.entity != &c.entity) continue;
    rows.push_back(json_of(entry, c.call.out.english()));
    lines.push_back(
        {entry.id.hex().substr(24), Date::in_shanghai(entry.recorded_at).iso(), line_of(entry)});
  }
  c.call.out.object()["count"] = rows.size();
  c.call.out.object()["rows"] = std::move(rows);
  c.call.out.table({"编号", "记录日期", "内容"}, lines);
  c.call.out.say(cat("共 ", lines.size(), " 条先记在本机,加入后自动归档"),
                 cat(lines.size(), " kept on this device until it has joined"));
  return {};
}

Status show(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {}));
  MQ_TRY(const work::LocalEntry entry, must_name(c));
  c.call.out.object() = json_of(entry, c.call.out.english());
  std::vector<std::vector<std::string>> lines;
  for (const work::Input& input : entry.inputs) lines.push_back({input.field, input.text});
  c.call.out.table({c.call.out.english() ? c.entity.rule.en() : c.entity.zh, entry.id.hex()},
                   lines);
  for (const model::Fault& fault : entry.faults) {
    c.call.out.say(cat("待补:", fault.zh), cat("to complete: ", fault.en));
  }
  return {};
}

// With the township's lists at hand it becomes a record at once, or stays with what is wrong.
Status amend(RecordContext& c) {
  MQ_TRY(const work::LocalEntry entry, must_name(c));
  MQ_TRY(const work::Inputs inputs, inputs_of(c, c.call.args.word(3)));
  if (!c.home.can_record()) {
    return save_record(
        c, [&] { return work::amend_local(c.place, entry, inputs); }, kSavedZh, kSavedEn);
  }
  const auto complete = [&]() -> Result<work::Outcome> {
    MQ_TRY(work::Outcome kept, work::amend_local(c.place, entry, inputs));
    if (!kept.ok()) return kept;
    MQ_TRY(std::optional<work::LocalEntry> now, named(c));
    if (!now) return kept;
    MQ_TRY(work::Adopted adopted, work::adopt_local(c.place, *std::move(now)));
    return std::move(adopted.outcome);
  };
  return save_record(c, complete, "已归档", "it is a record now");
}

Status cancel(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"reason"}));
  MQ_TRY(const work::LocalEntry entry, must_name(c));
  MQ_CHECK(work::drop_local(c.home.vault(), entry));
  c.call.out.object()["saved"] = true;
  c.call.out.object()["id"] = entry.id.hex();
  c.call.out.say("已去掉:它只先记在本机,没有归档过", "dropped: it was never a record");
  return {};
}

}  // namespace

Result<bool> concerns_local(RecordContext& c) {
  if (!work::may_be_local(c.entity)) return false;
  const std::string verb = c.call.args.word(1);
  const bool of_one = verb == "show" || verb == "amend" || verb == "cancel";
  if (!c.home.can_record()) return of_one || verb == "add" || verb == "list";
  if (!of_one) return false;
  MQ_TRY(const std::optional<work::LocalEntry> entry, named(c));
  return entry.has_value();
}

Status run_local_record(RecordContext& c) {
  const std::string verb = c.call.args.word(1);
  if (verb == "add") return add(c);
  if (verb == "list") return list(c);
  if (verb == "show") return show(c);
  if (verb == "amend") return amend(c);
  return cancel(c);
}

namespace {

void tell_adopted(Call& call, const std::vector<work::Adopted>& all) {
  std::size_t filed = 0;
  Json left = Json::array();
  for (const work::Adopted& one : all) {
    filed += one.outcome.ok() ? 1 : 0;
    if (one.outcome.ok()) continue;
    const std::string& command = one.entry.entity->command;
    left.push_back({{"entity", command}, {"id", one.entry.id.hex()}});
    for (const model::Fault& fault : one.outcome.faults) {
      call.out.say(cat("待补:", one.entry.entity->zh, " ", one.entry.id.hex(), " ", fault.zh,
                       ";用 ", command, " amend 补上"),
                   cat("to complete: ", command, " ", one.entry.id.hex(), " ", fault.en));
    }
  }
  call.out.object()["filed"] = filed;
  call.out.object()["to_complete"] = std::move(left);
  if (filed > 0) {
    call.out.say(cat("加入前先记在本机的 ", filed, " 条已归档"),
                 cat(filed, " kept before joining are records now"));
  }
}

}  // namespace

bool adopt_kept(Call& call, Home& home) {
  if (!home.can_record()) return false;
  const auto adopted = work::adopt_local(home.place_so_far());
  if (!adopted.ok()) {
    call.out.warn(
        cat("先记在本机的内容这次没有归档,都还在:", adopted.error().zh),
        cat("what was kept here could not be filed, nothing is lost: ", adopted.error().en));
    return false;
  }
  if (adopted->empty()) return false;
  tell_adopted(call, *adopted);
  return std::ranges::any_of(*adopted, [](const work::Adopted& one) { return one.outcome.ok(); });
}

}  // namespace mq::cli
