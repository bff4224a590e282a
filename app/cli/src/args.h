// Args: a command line taken apart, before any command sees it.
//
// `--flag value` and `--flag=value`; hyphens and underscores in flag names are the same. A flag
// followed by another flag or by nothing is a switch. "--" ends the flags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"

namespace mq::cli {

class Args {
 public:
  struct Flag {
    std::string name;  // with underscores, without dashes
    std::string value;
    bool has_value = false;
  };

  // Flags that never take the next word, without dashes.
  static const std::vector<std::string>& switches();
  // The first word that is no flag is the command; flags may stand anywhere.
  static Args parse(const std::vector<std::string>& arguments);

  const std::vector<std::string>& words() const { return words_; }
  const std::vector<Flag>& flags() const { return flags_; }
  std::string word(std::size_t index) const;
  bool has(std::string_view name) const;
  // The last one given.
  std::optional<std::string> value(std::string_view name) const;
  // Every one given, in order.
  std::vector<std::string> values(std::string_view name) const;
  // The value, or a usage error that names the flag.
  Result<std::string> required(std::string_view name) const;
  // kInvalidInput naming the first flag that is not in `known`.
  Status only(const std::vector<std::string>& known) const;

 private:
  std::vector<std::string> words_;
  std::vector<Flag> flags_;
};

}  // namespace mq::cli
