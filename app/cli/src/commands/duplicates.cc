#include "duplicates.h"

#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/duplicates.h"

namespace mq::cli {

namespace {

constexpr std::size_t kIdTail = 8;

std::string tail(const RowId& row) {
  const std::string hex = row.hex();
  return hex.substr(hex.size() - kIdTail);
}

Result<RowId> named(RecordContext& c, std::size_t word) {
  const std::string typed = c.call.args.word(word);
  const work::Directory directory(c.place);
  if (c.entity.name == "Household") {
    MQ_TRY(const work::Household household, directory.household(typed));
    return household.id;
  }
  return directory.row(c.entity, typed);
}

}  // namespace

Status run_duplicates(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {"village"}));
  std::optional<vault::StreamIx> stream;
  if (const auto name = c.call.args.value("village")) {
    MQ_TRY(const work::Village village, work::Directory(c.place).village(*name));
    stream = village.stream;
  }
  const bool people = c.entity.name == "Person";
  MQ_TRY(const std::vector<work::LikelyPair> pairs,
         people ? work::likely_people(c.place, stream) : work::likely_households(c.place, stream));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const work::LikelyPair& pair : pairs) {
    rows.push_back({{"a", pair.a.hex()},
                    {"b", pair.b.hex()},
                    {"a_text", pair.a_text},
                    {"b_text", pair.b_text},
                    {"a_household_no", pair.a_house},
                    {"b_household_no", pair.b_house},
                    {"why", c.call.out.pick(pair.why_zh, pair.why_en)}});
    lines.push_back({people ? tail(pair.a) : pair.a_house, pair.a_text,
                     people ? tail(pair.b) : pair.b_house, pair.b_text,
                     std::string(c.call.out.pick(pair.why_zh, pair.why_en))});
  }
  c.call.out.object()["count"] = rows.size();
  c.call.out.object()["rows"] = std::move(rows);
  c.call.out.table({"甲", "", "乙", "", "为什么"}, lines);
  c.call.out.say(
      cat("可能重复 ", lines.size(), " 对;是同一个:", c.entity.command, " merge 甲 --into 乙",
          people ? "" : " --same", ";不是:", c.entity.command, " distinct 甲 乙"),
      cat(lines.size(), " likely pairs; the same: ", c.entity.command, " merge A --into B",
          people ? "" : " --same", "; not: ", c.entity.command, " distinct A B"));
  return {};
}

Status run_distinct(RecordContext& c) {
  MQ_CHECK(only_flags(c.call, {}));
  if (c.call.args.word(3).empty()) {
    return c.call.usage(cat("请写明哪两个:", c.entity.command, " distinct 甲 乙"),
                        cat("say which two: ", c.entity.command, " distinct A B"));
  }
  MQ_TRY(const RowId a, named(c, 2));
  MQ_TRY(const RowId b, named(c, 3));
  return save_record(
      c, [&] { return work::say_distinct(c.place, c.entity, a, b); }, "已记下(本机),这两个不再问",
      "written down on this device, these two are not asked again");
}

}  // namespace mq::cli
