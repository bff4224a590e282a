// completion: a script for the shell, out of the same table as help; it never runs the program.
#include <algorithm>

#include "../command_words.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

// Before one is typed: the flags that every command takes.
constexpr std::string_view kNoCommand = "";

constexpr std::string_view kCandidates = R"sh(
# The words before the cursor, one argument each; prints what may follow, a line each.
_minqing_candidates() {
  local word='' line='' flag=''
  for word in "$@"; do
    if [ "$word" = '=' ]; then continue; fi
    if [ -n "$flag" ]; then flag=''; continue; fi
    case "$word" in
      --*=*) ;;
      -o) flag=$word ;;
      --*) _minqing_switch "$word" || flag=$word ;;
      *) line="$line${line:+ }$word" ;;
    esac
  done
  if [ -n "$flag" ]; then _minqing_values "${line%% *}" "$flag"; return; fi
  _minqing_next "$line"
  _minqing_flags "${line%% *}"
}
)sh";

constexpr std::string_view kBash = R"sh(
_minqing() {
  local IFS=$'\n' current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=($(compgen -W "$(_minqing_candidates "${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "$current"))
}
complete -o default -F _minqing minqing
)sh";

constexpr std::string_view kZsh = R"sh(
_minqing() {
  local -a found
  found=(${(f)"$(_minqing_candidates "${(@)words[2,CURRENT-1]}")"})
  (( $#found )) && compadd -- $found || _files
}
compdef _minqing minqing
)sh";

std::string branch(std::string_view key, const std::vector<std::string>& words) {
  std::string out = cat("    '", key, "') printf '%s\\n'");
  for (const std::string& word : words) out += cat(" '", word, "'");
  return cat(out, " ;;\n");
}

std::string function(std::string_view name, std::string_view key, const std::string& branches) {
  return cat("_minqing_", name, "() {\n  case \"", key, "\" in\n", branches, "  esac\n}\n");
}

std::string flag_branches() {
  std::vector<std::string> common;
  for (const std::string& flag : common_flags()) common.push_back(cat("--", flag));
  std::string out = branch(kNoCommand, common);
  for (const Command& command : commands()) out += branch(command.name, flags_of(command));
  return out;
}

std::string value_branches() {
  std::string out;
  for (const Command& command : commands()) {
    for (const std::string& flag : flags_of(command)) {
      const std::vector<std::string> values = values_of(command, flag);
      if (!values.empty()) out += branch(cat(command.name, " ", flag), values);
    }
  }
  return out;
}

std::string script_for(bool zsh) {
  std::string nexts;
  for (const auto& [before, words] : next_words()) nexts += branch(before, words);
  std::string switches;
  for (std::string name : Args::switches()) {
    switches += cat(switches.empty() ? "    " : "|", "--", name);
    std::replace(name.begin(), name.end(), '_', '-');  // either is the same flag
    switches += cat("|--", name);
  }
  return cat(zsh ? "#compdef minqing\n" : "# bash completion of minqing\n",
             function("next", "$1", nexts), function("flags", "$1", flag_branches()),
             function("values", "$1 $2", value_branches()),
             function("switch", "$1", cat(switches, ") return 0 ;;\n    *) return 1 ;;\n")),
             kCandidates, zsh ? kZsh : kBash);
}

}  // namespace

Status run_completion(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const std::string shell = call.args.word(1);
  if (shell != "bash" && shell != "zsh") {
    return call.usage("用法:completion bash|zsh", "usage: completion bash|zsh");
  }
  const std::string script = script_for(shell == "zsh");
  call.out.object() = {{"shell", shell}, {"script", script}};
  if (!call.out.json()) call.out.raw(script);
  return {};
}

}  // namespace mq::cli
