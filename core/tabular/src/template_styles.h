// The cell formats of a blank, and the few made from them: the same with a red ground, shown as a
// date, or kept as text. Nothing that was there changes its number.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mq/base/result.h"

namespace mq::tabular {

enum class Made { kRed, kDate, kText };

class StyleEditor {
 public:
  // The part as normalise_xml leaves it, already read once by Styles; empty: the workbook has none,
  // and every format is 0.
  explicit StyleEditor(std::string xml);

  // The number of the format made from `base`.
  std::size_t made(std::size_t base, Made what);
  bool is_text(std::size_t base) const { return base < texts_.size() && texts_[base]; }
  // The part with all that was made.
  std::string part() const;

 private:
  void add_xf(std::string xf);

  std::string xml_;
  std::string prefix_;
  // A list below the root: its opening tag, and where its closing tag begins (0: it has none).
  struct Span {
    std::size_t begin = 0, tag_end = 0, end = 0;
  };
  Span* span_of(std::string_view name);
  void note(std::string_view name, std::string_view text);

  Span formats_, fills_, number_formats_;
  std::size_t root_end_ = 0, before_borders_ = 0, fill_count_ = 0;
  std::size_t next_number_format_ = 0;
  std::vector<std::string> xfs_;  // as they stand, then those made
  std::vector<bool> texts_;       // of each: kept as text
  std::size_t own_xfs_ = 0;
  std::map<std::pair<std::size_t, Made>, std::size_t> made_;
};

}  // namespace mq::tabular
