#include "manual.h"

#include "command.h"
#include "command_examples.h"
#include "commands/all.h"
#include "help_topics.h"
#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::cli {

namespace {

// As text of a page: a backslash and a hyphen mean themselves, and no line is a request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool starts = out.empty() || out.back() == '\n';
    if (starts && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// Of running text: a line may end after a mark, as Chinese has no blanks between its words.
std::string body(std::string_view text) {
  constexpr std::string_view kMarks = "\u3002\u3001,;:?!)|";
  constexpr std::size_t kWideBytes = 3;
  const std::string escaped = roff(text);
  std::string out;
  for (std::string_view rest = escaped; !rest.empty();) {
    const std::string_view one = first_characters(rest, 1);
    rest.remove_prefix(one.size());
    out += one;
    const std::string_view next = first_characters(rest, 1);
    const bool goes_on = next.size() >= kWideBytes && kMarks.find(next) == std::string_view::npos;
    if (goes_on && kMarks.find(one) != std::string_view::npos) out += "\\:";
  }
  return out;
}

// Chinese has no blanks to stretch, and words of commands are not to be hyphenated.
std::string header(std::string_view name, std::string_view what) {
  return cat(".TH ", roff(name), " 1 \"\" \"minqing 0.1.0\" \"民情\"\n.nh\n.ad l\n.SH 名称\n",
             roff(name), " \\- ", roff(what), "\n");
}

std::string lines_of(std::string_view text) {
  std::string out;
  for (const std::string& line : split(text, "\n")) out += cat(".PP\n", body(line), "\n");
  return out;
}

std::string fields_of(const model::Entity& entity) {
  std::string out;
  for (const model::Field& field : entity.fields) {
    if (field.rule.system()) continue;
    std::vector<std::string> values;
    for (const model::EnumValue& value : field.values) {
      if (!value.zh.empty()) values.push_back(value.zh);
    }
    const bool needed = field.rule.need() != model::pb::NEED_NEVER;
    out += cat(".TP\n.B ", roff(cat("--", field.name)), "\n", body(field.zh),
               needed ? "(必填)" : "", values.empty() ? "" : ":", body(join(values, "、")), "\n");
  }
  return out;
}

std::string examples_text(std::string_view command) {
  std::string out = ".SH 例子\n";
  for (const Example& example : examples_of(command)) {
    out += cat(".TP\n.B ", roff(cat("minqing ", example.line)), "\n", body(example.zh), "\n");
  }
  return out;
}

std::string page_of(const Command& command) {
  std::string out = cat(header(cat("minqing-", command.name), command.zh), ".SH 用法\n");
  for (const std::string& line : split(command.usage, "\n")) {
    out += cat(".HP 4\n", body(cat("minqing ", line)), "\n");
  }
  if (command.run == run_record) {
    out += ".SH 各项\n";
    for (const model::Entity& entity : model::Schema::current().entities()) {
      const bool its =
          entity.command == command.name ||
          (!entity.rule.companion_of().empty() &&
           entity.rule.companion_of() == model::Schema::current().entity(command.name)->name);
      if (its) out += fields_of(entity);
    }
  }
  return cat(out, examples_text(command.name), ".SH 参见\n.BR minqing (1)\n");
}

std::string first_page() {
  std::string out = cat(header("minqing", "没有信号也能记走访和民情日记,有信号时加密对账"),
                        ".SH 用法\n.HP 4\nminqing [\\-\\-home 文件夹|\\-\\-user 名字] 命令 …\n.PP\n"
                        "各命令都可加 \\-\\-json,形状见 minqing help json。\n.SH 命令\n");
  for (const Command& command : commands()) {
    out += cat(".TP\n.BR ", roff(cat("minqing-", command.name)), " (1)\n", body(command.zh), "\n");
  }
  for (const HelpTopic& topic : help_topics()) {
    out += cat(".SH ", topic.name, "\n", lines_of(topic.zh));
  }
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> manual_pages() {
  std::vector<std::pair<std::string, std::string>> out{{"minqing.1", first_page()}};
  for (const Command& command : commands()) {
    out.emplace_back(cat("minqing-", command.name, ".1"), page_of(command));
  }
  return out;
}

}  // namespace mq::cli
