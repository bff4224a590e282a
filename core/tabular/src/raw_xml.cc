#include "raw_xml.h"

#include <algorithm>
#include <charconv>

#include "mq/base/text.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Behind a comment, CDATA or instruction that stands at `at`; `at` itself if none does.
std::size_t behind_other(std::string_view xml, std::size_t at) {
  constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
  for (const auto& [opening, closing] : kOthers) {
    if (!xml.substr(at).starts_with(opening)) continue;
    const std::size_t found = xml.find(closing, at + opening.size());
    return found == std::string_view::npos ? xml.size() : found + closing.size();
  }
  return at;
}

struct Place {
  std::size_t begin, end;  // of the value, without quotes
};

std::optional<Place> find_value(std::string_view tag, std::string_view name) {
  std::size_t at = tag.find_first_of(" \t\r\n/>");
  while (at != std::string_view::npos) {
    at = tag.find_first_not_of(" \t\r\n/>", at);
    const std::size_t equals = at == std::string_view::npos ? at : tag.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::size_t open = tag.find_first_of("\"'", equals);
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = tag.find(tag[open], open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    if (local_name(trimmed(tag.substr(at, equals - at))) == name) return Place{open + 1, close};
    at = close + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<RawTag> next_tag(std::string_view xml, std::size_t& at) {
  for (;;) {
    at = xml.find('<', at);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t behind = behind_other(xml, at);
    if (behind == at) break;
    at = behind;
  }
  RawTag tag;
  tag.begin = at;
  tag.end = std::min(end_of_tag(xml, at), xml.size());
  const std::string_view text = xml.substr(tag.begin, tag.end - tag.begin);
  tag.closing = text.starts_with("</");
  tag.empty = text.ends_with("/>");
  const std::size_t from = tag.closing ? 2 : 1;
  const std::size_t to = text.find_first_of(" \t\r\n/>", from);
  tag.name = text.substr(from, to == std::string_view::npos ? to : to - from);
  at = tag.end;
  return tag;
}

std::optional<std::string_view> raw_attribute(std::string_view tag, std::string_view name) {
  const auto place = find_value(tag, name);
  if (!place) return std::nullopt;
  return tag.substr(place->begin, place->end - place->begin);
}

std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string with_attribute(std::string_view tag, std::string_view name, std::string_view value) {
  if (const auto place = find_value(tag, name)) {
    return cat(tag.substr(0, place->begin), value, tag.substr(place->end));
  }
  const std::size_t tail = tag.ends_with("/>") ? 2 : 1;
  std::string_view head = tag.substr(0, tag.size() - tail);
  while (!head.empty() && kBlanks.find(head.back()) != std::string_view::npos) {
    head.remove_suffix(1);
  }
  return cat(head, " ", name, "=\"", value, "\"", tag.substr(tag.size() - tail));
}

std::string edited(std::string_view xml, const std::vector<RawEdit>& edits) {
  std::string out;
  out.reserve(xml.size());
  std::size_t at = 0;
  for (const RawEdit& edit : edits) {
    out += xml.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += xml.substr(at);
  return out;
}

std::string without_results(std::string_view xml) {
  std::vector<RawEdit> edits;
  bool formula = false;
  std::size_t value = 0;
  for (std::size_t at = 0; const auto tag = next_tag(xml, at);) {
    const std::string_view name = local_name(tag->name);
    if (name == "c") formula = false;
    if (name == "f" && !tag->closing) formula = true;
    if (name == "v" && !tag->closing) value = tag->begin;
    if (name == "v" && tag->closing && formula) edits.push_back({value, tag->end, ""});
  }
  return edits.empty() ? std::string(xml) : edited(xml, edits);
}

}  // namespace mq::tabular
