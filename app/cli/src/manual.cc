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

std::string lines_of(std::string_view text) {
  std::string out;
  for (const std::string& line : split(text, "\n")) out += cat(".PP\n", body(line), "\n");
  return out;
}

class Manual {
 public:
  explicit Manual(bool english) : english_(english) {}

  std::string page_of(const Command& command) const {
    std::string out = cat(header(cat("minqing-", command.name), pick(command.zh, command.en)),
                          ".SH ", pick("用法", "SYNOPSIS"), "\n");
    for (const std::string& line : split(command.usage, "\n")) {
      out += cat(".HP 4\n", body(cat("minqing ", line)), "\n");
    }
    if (command.run == run_record) {
      out += cat(".SH ", pick("各项", "FIELDS"), "\n");
      for (const model::Entity& entity : model::Schema::current().entities()) {
        const bool its =
            entity.command == command.name ||
            (!entity.rule.companion_of().empty() &&
             entity.rule.companion_of() == model::Schema::current().entity(command.name)->name);
        if (its) out += fields_of(entity);
      }
    }
    return cat(out, examples_text(command.name), ".SH ", pick("参见", "SEE ALSO"),
               "\n.BR minqing (1)\n");
  }

  std::string first_page() const {
    std::string out =
        cat(header("minqing", pick("没有信号也能记走访和民情日记,有信号时加密对账",
                                   "visits and diaries recorded without signal, reconciled "
                                   "encrypted when there is one")),
            ".SH ", pick("用法", "SYNOPSIS"), "\n.HP 4\nminqing [\\-\\-home ",
            pick("文件夹|\\-\\-user 名字] 命令 …", "DIR|\\-\\-user NAME] COMMAND …"), "\n.PP\n",
            pick("各命令都可加 \\-\\-json,形状见 minqing help json。",
                 "Every command takes \\-\\-json; for its shape see minqing help json."),
            "\n.SH ", pick("命令", "COMMANDS"), "\n");
    for (const Command& command : commands()) {
      out += cat(".TP\n.BR ", roff(cat("minqing-", command.name)), " (1)\n",
                 body(pick(command.zh, command.en)), "\n");
    }
    for (const HelpTopic& topic : help_topics()) {
      out += cat(".SH ", pick(topic.name, topic.english), "\n", lines_of(pick(topic.zh, topic.en)));
    }
    return out;
  }

 private:
  std::string_view pick(std::string_view zh, std::string_view en) const {
    return english_ ? en : zh;
  }

  // Chinese has no blanks to stretch, and words of commands are not to be hyphenated.
  std::string header(std::string_view name, std::string_view what) const {
    return cat(".TH ", roff(name), " 1 \"\" \"minqing 0.1.0\" \"", pick("民情", "minqing"),
               "\"\n.nh\n.ad l\n.SH ", pick("名称", "NAME"), "\n", roff(name), " \\- ", roff(what),
               "\n");
  }

  std::string fields_of(const model::Entity& entity) const {
    std::string out;
    for (const model::Field& field : entity.fields) {
      if (field.rule.system()) continue;
      std::vector<std::string> values;
      for (const model::EnumValue& value : field.values) {
        if (!value.zh.empty()) values.push_back(value.zh);
      }
      const bool needed = field.rule.need() != model::pb::NEED_NEVER;
      out += cat(".TP\n.B ", roff(cat("--", field.name)), "\n",
                 body(pick(field.zh, field.rule.en())), needed ? pick("(必填)", " (required)") : "",
                 values.empty() ? "" : pick(":", ": "), body(join(values, pick("、", ", "))), "\n");
    }
    return out;
  }

  std::string examples_text(std::string_view command) const {
    std::string out = cat(".SH ", pick("例子", "EXAMPLES"), "\n");
    for (const Example& example : examples_of(command)) {
      out += cat(".TP\n.B ", roff(cat("minqing ", example.line)), "\n",
                 body(pick(example.zh, example.en)), "\n");
    }
    return out;
  }

  bool english_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> manual_pages(bool english) {
  const Manual manual(english);
  std::vector<std::pair<std::string, std::string>> out{{"minqing.1", manual.first_page()}};
  for (const Command& command : commands()) {
    out.emplace_back(cat("minqing-", command.name, ".1"), manual.page_of(command));
  }
  return out;
}

}  // namespace mq::cli
