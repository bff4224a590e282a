#include "record_inputs.h"

#include <iostream>
#include <iterator>

#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kJsonBytesMax = 1u << 20;

bool is_common(std::string_view name) {
  const auto& common = common_flags();
  return std::find(common.begin(), common.end(), name) != common.end();
}

// What show adds beside the fields; a record shown can be given back as it is.
bool beside_fields(std::string_view key) {
  return key == "id" || key == "cancelled" || key == "contested" || key == "withheld" ||
         key == "readers" || key == "private_readers" || key == "held_by" || key == "held_since";
}

// As one would type it. A number of money is in 分, as show gives it.
std::string typed_text(const model::Field* field, const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "是" : "否";
  if (value.is_string()) return value.get<std::string>();
  const bool money = field != nullptr && field->rule.kind() == model::pb::KIND_MONEY;
  if (money && value.is_number_integer()) {
    return model::format_value(*field, value.get<std::int64_t>());
  }
  return value.dump();
}

// One JSON object on standard input: strings, numbers, booleans, lists of strings.
Result<work::Inputs> inputs_of_json(const RecordContext& c) {
  std::string text;
  for (std::istreambuf_iterator<char> at(std::cin), end;
       at != end && text.size() <= kJsonBytesMax;) {
    text.push_back(*at++);
  }
  if (text.size() > kJsonBytesMax) {
    return Error{Code::kInvalidInput, "标准输入超过 1 MB,没有保存", "more than 1 MB, not saved"};
  }
  if (!is_utf8(text)) {
    return Error{Code::kInvalidInput,
                 "标准输入不是 UTF-8 文字(可能是 GBK),没有保存;请转成 UTF-8 再试",
                 "the input is not UTF-8, not saved; convert it first"};
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Error{Code::kInvalidInput, "标准输入应是一个 JSON 对象,没有保存",
                 "standard input should be one JSON object; nothing was saved"};
  }
  work::Inputs inputs;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null() || beside_fields(key)) continue;
    const model::Field* field = work::input_field(c.place.vault.schema(), c.entity, key);
    std::vector<std::string> parts;
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
      parts.push_back(typed_text(field, one));
    }
    inputs.push_back({key, join(parts, "、")});
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

Status tell_outcome(RecordContext& c, const work::Outcome& outcome, std::string_view zh_done,
                    std::string_view en_done) {
  Call& call = c.call;
  Json& json = call.out.object();
  json["faults"] = faults_json(outcome.faults, call.out.english());
  json["flags"] = faults_json(outcome.flags, call.out.english());
  json["saved"] = outcome.ok();
  if (!outcome.ok()) return work::refused(outcome.faults);
  json["id"] = outcome.row.hex();
  call.out.say(cat(zh_done, ":", c.entity.zh, " ", outcome.row.hex()),
               cat(en_done, ": ", c.entity.name, " ", outcome.row.hex()));
  for (const auto& [kind, row] : outcome.also) {
    json[kind] = row.hex();
    const model::Entity* made = c.place.vault.schema().entity(kind);
    call.out.say(cat("  同时登记 ", made == nullptr ? kind : made->zh, " ", row.hex()),
                 cat("  also made: ", kind, " ", row.hex()));
  }
  for (const model::Fault& flag : outcome.flags) {
    call.out.say(cat("  请留意:", flag.zh), cat("  note: ", flag.en));
  }
  return {};
}

}  // namespace

Result<work::Inputs> inputs_of(RecordContext& c, const std::string& word) {
  if (word == "-") {
    for (const Args::Flag& flag : c.call.args.flags()) {
      if (is_common(flag.name)) continue;
      return c.call.usage(cat("用 - 从标准输入读时,不再写 --", flag.name, ";请写进 JSON 里"),
                          cat("with - everything comes from standard input: write ", flag.name,
                              " there, not as a flag"));
    }
    return inputs_of_json(c);
  }
  if (!word.empty()) {
    return c.call.usage(cat("不明白“", word, "”:各项用 --项 内容 写,或用 - 从标准输入读 JSON"),
                        cat("what is ", word, "? write --field value, or - for JSON"));
  }
  work::Inputs inputs;
  for (const Args::Flag& flag : c.call.args.flags()) {
    if (is_common(flag.name)) continue;
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

Status save_record(RecordContext& c, const RecordAct& act, std::string_view zh,
                   std::string_view en) {
  work::Outcome outcome;
  MQ_CHECK(c.home.saving([&]() -> Status {
    MQ_TRY(outcome, act());
    return {};
  }));
  return tell_outcome(c, outcome, zh, en);
}

}  // namespace mq::cli
