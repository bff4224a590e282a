#include "command_words.h"

#include <algorithm>
#include <set>

#include "commands/all.h"
#include "help_topics.h"
#include "mq/base/text.h"
#include "mq/model/schema.h"
#include "mq/work/ledger.h"

namespace mq::cli {

namespace {

bool is_word(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '|' || c == '-';
  }) && token.front() != '-';
}

// Brackets and the mark of repetition say how often, not what.
std::string bare(std::string token) {
  for (const std::string_view mark : {"[", "]", "…", ","}) {
    for (std::size_t at = 0; (at = token.find(mark)) != std::string::npos;) {
      token.erase(at, mark.size());
    }
  }
  return token;
}

std::vector<std::string> tokens_of(std::string_view usage_line) {
  std::vector<std::string> out;
  for (std::string& token : split(usage_line, " ")) {
    token = bare(std::move(token));
    if (!token.empty()) out.push_back(std::move(token));
  }
  return out;
}

void keep(std::vector<std::string>& words, const std::string& word) {
  if (std::ranges::find(words, word) == words.end()) words.push_back(word);
}

// "org township request|certify …" puts both words behind "org township".
void read_words(std::string_view usage_line, std::map<std::string, std::vector<std::string>>& out) {
  const std::vector<std::string> tokens = tokens_of(usage_line);
  std::string before = tokens.front();
  for (std::size_t i = 1; i < tokens.size() && is_word(tokens[i]); ++i) {
    const std::vector<std::string> choices = split(tokens[i], "|");
    for (const std::string& word : choices) keep(out[before], word);
    if (choices.size() > 1) return;
    before += cat(" ", tokens[i]);
  }
}

const model::Entity* entity_of(const Command& command) {
  return command.run == run_record ? model::Schema::current().entity(command.name) : nullptr;
}

// Its own fields, those of the sensitive facts beside it included.
std::vector<const model::Field*> fields_of(const Command& command) {
  std::vector<const model::Field*> out;
  const model::Entity* entity = entity_of(command);
  if (entity == nullptr) return out;
  for (const model::Entity& one : model::Schema::current().entities()) {
    if (one.name != entity->name && one.rule.companion_of() != entity->name) continue;
    for (const model::Field& field : one.fields) {
      if (!field.rule.system()) out.push_back(&field);
    }
  }
  return out;
}

const std::vector<std::string>& list_flags() {
  static const std::vector<std::string> kFlags = {"--village", "--from", "--to",
                                                  "--limit",   "--all",  "--household_id"};
  return kFlags;
}

std::vector<std::string> labels_of(const model::Field& field) {
  std::vector<std::string> out;
  for (const model::EnumValue& value : field.values) {
    if (!value.zh.empty()) out.push_back(value.zh);
  }
  if (field.type == model::FieldType::kBool) out = {"是", "否"};
  return out;
}

// "--role admin|desk" in the usage.
std::vector<std::string> values_in_usage(const Command& command, std::string_view flag) {
  for (const std::string& line : split(command.usage, "\n")) {
    const std::vector<std::string> tokens = tokens_of(line);
    const auto at = std::ranges::find(tokens, flag);
    if (at == tokens.end() || std::next(at) == tokens.end()) continue;
    const std::string& value = *std::next(at);
    if (is_word(value) && value.find('|') != std::string::npos) return split(value, "|");
  }
  return {};
}

}  // namespace

std::map<std::string, std::vector<std::string>> next_words() {
  std::map<std::string, std::vector<std::string>> out;
  for (const Command& command : commands()) {
    out[""].emplace_back(command.name);
    out["help"].emplace_back(command.name);
    if (entity_of(command) != nullptr) out["schema"].emplace_back(command.name);
    for (const std::string& line : split(command.usage, "\n")) read_words(line, out);
  }
  out["help"].emplace_back("json");
  for (const HelpTopic& topic : help_topics()) out["help"].emplace_back(topic.name);
  for (const work::LedgerEntry& ledger : work::ledgers()) out["report"].emplace_back(ledger.id);
  return out;
}

std::vector<std::string> flags_of(const Command& command) {
  std::set<std::string> out;
  for (const std::string& line : split(command.usage, "\n")) {
    for (const std::string& token : tokens_of(line)) {
      if (token.starts_with("--") || token == "-o") out.insert(token);
    }
  }
  for (const model::Field* field : fields_of(command)) out.insert(cat("--", field->name));
  if (entity_of(command) != nullptr) out.insert(list_flags().begin(), list_flags().end());
  for (const std::string& flag : common_flags()) out.insert(cat("--", flag));
  return {out.begin(), out.end()};
}

std::vector<std::string> values_of(const Command& command, std::string_view flag) {
  for (const model::Field* field : fields_of(command)) {
    if (cat("--", field->name) == flag) return labels_of(*field);
  }
  std::vector<std::string> in_usage = values_in_usage(command, flag);
  if (!in_usage.empty() || entity_of(command) == nullptr) return in_usage;
  // of the issue that a visit's need or an opinion becomes
  for (const model::Field& field : model::Schema::current().entity("Issue")->fields) {
    if (cat("--", field.name) == flag) return labels_of(field);
  }
  return {};
}

const char* need_mark(const model::Field& field) {
  if (field.rule.need() == model::pb::NEED_SAVE) return "!";
  return field.rule.need() == model::pb::NEED_SUBMIT ? "‡" : "";
}

void explain_marks(Output& out) {
  out.say("必填:! 登记时就要填,‡ 提交、办结时要填;没有记号的可以不填",
          "needed: ! to record it, ‡ to submit or close it; the others may be left out");
}

}  // namespace mq::cli
