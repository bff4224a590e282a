#include "xlsx_strings.h"

#include <charconv>

#include "mq/base/text.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kEscapeLength = 7;  // _xHHHH_

// The character escaped at text[at], or 0. Surrogates and NUL stay as they are written.
std::uint32_t escaped_character(std::string_view text, std::size_t at) {
  const std::string_view part = text.substr(at, kEscapeLength);
  if (part.size() < kEscapeLength || !part.starts_with("_x") || part.back() != '_') return 0;
  std::uint32_t value = 0;
  const char* end = part.data() + kEscapeLength - 1;
  const auto [stop, error] = std::from_chars(part.data() + 2, end, value, 16);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return error != std::errc() || stop != end || surrogate ? 0 : value;
}

}  // namespace

std::string plain_text(const pugi::xml_node& node) {
  std::string out;
  for (const pugi::xml_node& each : node.children()) {
    if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata) out += each.value();
  }
  return out;
}

std::string unescaped(std::string text) {
  if (text.find("_x") == std::string::npos) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t character = escaped_character(text, at);
    if (character == 0) {
      out += text[at++];
    } else {
      append_utf8(out, character);
      at += kEscapeLength;
    }
  }
  return out;
}

std::string rich_text(const pugi::xml_node& node) {
  std::string out;
  for (const pugi::xml_node& each : node.children()) {
    const std::string_view name = local_name(each.name());
    if (name == "t") out += plain_text(each);
    if (name == "r") out += plain_text(child(each, "t"));
  }
  return unescaped(std::move(out));
}

Result<std::vector<std::string>> read_strings(std::string_view xml, const Limits& limits) {
  std::vector<std::string> strings;
  const auto add = [&](std::size_t, const pugi::xml_node& node) -> Status {
    if (strings.size() >= limits.cells_max) {
      return Error{Code::kExhausted,
                   cat("表格里不同的文字超过上限 ", limits.cells_max, " 条，请把表拆成几份。"),
                   cat("The workbook exceeds the limit of ", limits.cells_max,
                       " shared strings; split the table.")};
    }
    std::string text = rich_text(node);
    if (!is_utf8(text)) {
      return Error{
          Code::kInvalidInput,
          cat("表格里第 ", strings.size() + 1, " 条共享文字不是有效的文字，文件可能损坏。"),
          cat("Shared string ", strings.size() + 1,
              " is not valid text; the file may be damaged.")};
    }
    if (text.size() > limits.cell_bytes_max) text.resize(limits.cell_bytes_max + 1);
    strings.push_back(std::move(text));
    return {};
  };
  MQ_CHECK(each_element(xml, "sharedStrings", {{{"sst", "si"}, Extent::kWhole}}, add));
  return strings;
}

}  // namespace mq::tabular
