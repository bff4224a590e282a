#include "whole_line.h"

#include <algorithm>

#include "command_words.h"
#include "mq/base/text.h"
#include "mq/model/schema.h"
#include "mq/model/text_cleanup.h"

namespace mq::cli {

namespace {

constexpr std::pair<std::string_view, std::size_t> kWordsMax[] = {
    {"invite", 1},  {"members", 1},  {"programme", 2}, {"import", 3}, {"fill", 2},   {"today", 1},
    {"history", 2}, {"report", 2},   {"month", 3},     {"revoke", 2}, {"rotate", 1}, {"rekey", 1},
    {"shred", 1},   {"handover", 1}, {"leave", 2},     {"sync", 1},   {"status", 1}, {"schema", 2}};
// Of the commands of records, by what is to be done.
constexpr std::pair<std::string_view, std::size_t> kRecordWordsMax[] = {
    {"add", 3},        {"list", 2},  {"show", 3}, {"cancel", 3}, {"submit", 4},
    {"duplicates", 2}, {"print", 2}, {"card", 3}, {"overdue", 2}};
constexpr std::size_t kMoveWordsMax = 4;  // issue sign ID -

bool is_switch(std::string_view name) {
  const std::vector<std::string>& all = Args::switches();
  return std::ranges::find(all, name) != all.end();
}

bool is_yes_or_no(std::string_view name) {
  for (const model::Entity& entity : model::Schema::current().entities()) {
    const model::Field* field = entity.field(name);
    if (field != nullptr && field->type == model::FieldType::kBool) return true;
  }
  return false;
}

// What the command knows by that name; of what it does not know it says so itself.
bool is_known(const Args& args, std::string_view name) {
  const auto same = [&](std::string flag) {
    std::replace(flag.begin(), flag.end(), '-', '_');
    return flag == cat("__", name);
  };
  for (const Command& command : commands()) {
    if (args.word(0) == command.name) return std::ranges::any_of(flags_of(command), same);
  }
  return false;
}

std::size_t words_max(const Args& args) {
  for (const auto& [command, most] : kWordsMax) {
    if (args.word(0) == command) return most;
  }
  const bool of_records = model::Schema::current().entity(args.word(0)) != nullptr;
  if (!of_records) return args.words().size();
  for (const auto& [verb, most] : kRecordWordsMax) {
    if (args.word(1) == verb) return most;
  }
  return kMoveWordsMax;
}

}  // namespace

Status check_whole(Call& call) {
  for (const Args::Flag& flag : call.args.flags()) {
    std::string name = flag.name;
    std::replace(name.begin(), name.end(), '_', '-');
    if (is_switch(flag.name) && flag.has_value) {
      return call.usage(cat("--", name, " 后面不跟内容,写了就是要;不要就不写"),
                        cat("--", name, " takes no value; leave it out if you do not mean it"));
    }
    const bool alone = !is_switch(flag.name) && !flag.has_value;
    if (alone && !is_yes_or_no(flag.name) && is_known(call.args, flag.name)) {
      return call.usage(cat("--", name, " 后面缺少内容;要清空请写 --", name, " \"\""),
                        cat("--", name, " lacks its value; write --", name, " \"\" to empty it"));
    }
  }
  const std::size_t most = words_max(call.args);
  if (call.args.words().size() <= most) return {};
  const std::string extra = call.args.word(most);
  return call.usage(cat("多写了“", extra, "”,什么也没有做;是参数就在前面加 --"),
                    cat("\"", extra,
                        "\" is one word too many, nothing was done; if it is a flag, "
                        "write -- before it"));
}

Status check_name(Call& call, std::string_view flag, std::string_view name) {
  if (!trimmed(name).empty() && !model::has_controls(name)) return {};
  return call.usage(cat("--", flag, " 是空的,或含有不能显示的字符,什么也没有做"),
                    cat("--", flag,
                        " is empty or has characters that cannot be shown; nothing "
                        "was done"));
}

}  // namespace mq::cli
