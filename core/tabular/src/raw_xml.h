// Raw XML: where the tags of a part stand, so that it can be edited without being written anew.
//
// Only for text that each_element has walked without an error: its tags pair and it has no DOCTYPE.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mq::tabular {

struct RawTag {
  std::size_t begin = 0, end = 0;  // from '<' to behind '>'
  std::string_view name;           // as written, with its prefix
  bool closing = false, empty = false;
};

// The next tag at or behind `at`, which moves behind it; comments, CDATA and instructions are
// passed over. Nothing at the end.
std::optional<RawTag> next_tag(std::string_view xml, std::size_t& at);

// The value of an attribute of a tag's text, by local name, as written; nothing if it has none.
std::optional<std::string_view> raw_attribute(std::string_view tag, std::string_view name);
// The number that an attribute is; 0 if it is none.
std::size_t number_in(std::string_view text);
// The tag's text with that attribute, in place or added at the end. The value needs no escapes.
std::string with_attribute(std::string_view tag, std::string_view name, std::string_view value);

// Where to put which text instead; in order, not overlapping.
struct RawEdit {
  std::size_t begin = 0, end = 0;
  std::string text;
};
std::string edited(std::string_view xml, const std::vector<RawEdit>& edits);

// Cells of a worksheet, or of some of its rows, without what their formulas came to last time:
// whoever opens the file computes it.
std::string without_results(std::string_view xml);

// A worksheet in which cells that share a formula have it each for themselves, so that each can
// name other cells; too many of them stay as they are.
std::string without_sharing(std::string_view xml);

}  // namespace mq::tabular
