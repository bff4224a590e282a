#include "args.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::cli {

namespace {

std::string with_underscores(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

bool is_switch(std::string_view name) {
  const std::vector<std::string>& all = Args::switches();
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

// So that `--json visit list` means what it says.
const std::vector<std::string>& Args::switches() {
  static const std::vector<std::string> kSwitches = {
      "json",      "dry_run", "skip_refused", "practice",    "watch",      "help",
      "version",   "all",     "yes",          "keep_admins", "root_print", "rejoin",
      "devices",   "mask",    "delegated",    "for_person",  "replace",    "sign",
      "take_both", "changes", "history",      "same"};
  return kSwitches;
}

Args Args::parse(const std::vector<std::string>& arguments) {
  Args args;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      args.words_.insert(args.words_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         arguments.end());
      break;
    }
    if (!word.starts_with("--")) {
      if (word == "-o" && i + 1 < arguments.size()) {
        args.flags_.push_back({"o", arguments[++i], true});
      } else {
        args.words_.push_back(word);
      }
      continue;
    }
    Flag flag;
    const std::size_t equals = word.find('=');
    flag.name = with_underscores(word.substr(2, equals == std::string::npos ? equals : equals - 2));
    if (equals != std::string::npos) {
      flag.value = word.substr(equals + 1);
      flag.has_value = true;
    } else if (!is_switch(flag.name) && i + 1 < arguments.size() &&
               !arguments[i + 1].starts_with("--")) {
      flag.value = arguments[++i];
      flag.has_value = true;
    }
    args.flags_.push_back(std::move(flag));
  }
  return args;
}

std::string Args::word(std::size_t index) const {
  return index < words_.size() ? words_[index] : std::string();
}

bool Args::has(std::string_view name) const {
  return std::any_of(flags_.begin(), flags_.end(), [&](const Flag& f) { return f.name == name; });
}

std::optional<std::string> Args::value(std::string_view name) const {
  std::optional<std::string> found;
  for (const Flag& flag : flags_) {
    if (flag.name == name && flag.has_value) found = flag.value;
  }
  return found;
}

std::vector<std::string> Args::values(std::string_view name) const {
  std::vector<std::string> found;
  for (const Flag& flag : flags_) {
    if (flag.name == name && flag.has_value) found.push_back(flag.value);
  }
  return found;
}

Result<std::string> Args::required(std::string_view name) const {
  if (auto found = value(name)) return *found;
  return Error{Code::kInvalidInput, cat("缺少参数 --", name), cat("missing --", name)};
}

Status Args::only(const std::vector<std::string>& known) const {
  for (const Flag& flag : flags_) {
    if (std::find(known.begin(), known.end(), flag.name) == known.end()) {
      return Error{Code::kInvalidInput, cat("不认识的参数 --", flag.name, ";用 minqing help 查看"),
                   cat("unknown flag --", flag.name, "; see minqing help")};
    }
  }
  return {};
}

}  // namespace mq::cli
