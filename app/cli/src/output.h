// Output: one language, one form. Sentences for people, or one JSON object for programs.
//
// In JSON mode sentences are dropped and the object is printed once at the end. Tables align by
// display width, since a Chinese character is two columns wide.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"

namespace mq::cli {

using Json = nlohmann::ordered_json;

class Output {
 public:
  Output(bool json, bool english) : json_(json), english_(english) {}

  bool json() const { return json_; }
  bool english() const { return english_; }
  std::string_view pick(std::string_view zh, std::string_view en) const {
    return english_ ? en : zh;
  }
  void say(std::string_view zh, std::string_view en);
  void text(std::string_view line);
  // As it is, in both modes; for files that commands print.
  void raw(std::string_view bytes);
  // Heads as in Chinese; what has an English form is shown in it.
  void table(const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows);
  // To standard error, in both modes.
  void warn(std::string_view zh, std::string_view en);
  // `exit`: what the program ends with.
  void fail(const Error& error, int exit);
  // Progress on a terminal only; quiet in a pipe.
  void progress(std::string_view what, std::size_t done, std::size_t all);
  void progress_end();

  Json& object() { return object_; }
  // Prints the object in JSON mode. False, and said on standard error, if not all could be written.
  bool finish();

 private:
  bool json_;
  bool english_;
  bool progress_shown_ = false;
  Json object_ = Json::object();
};

// The first set of LC_ALL, LC_MESSAGES, LANG begins with "en".
bool english_wanted();

// DESIGN section 8: 0 done … 7 damaged.
int exit_code(Code code);

// Text for a terminal: what would steer it, or show words in another order, as U+FFFD. Lines and
// tabs stay.
std::string harmless(std::string_view text);

// A table with aligned columns, a line under its header.
std::string table_text(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

// Columns of a terminal that the text takes.
std::size_t display_width(std::string_view text);
std::string padded(std::string_view text, std::size_t width);

}  // namespace mq::cli
