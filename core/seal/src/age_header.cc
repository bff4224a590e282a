#include "age_header.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

namespace mq::seal {
namespace {

constexpr std::size_t kColumns = 64;
constexpr std::string_view kMacStart = "---";

Error malformed() {
  return {Code::kCorrupt, "age 文件的文件头不合格式:文件已损坏,请重新拷贝一份",
          "the header of the age file is malformed: it was damaged; copy it again"};
}

// The next line without its end; nothing if there is no line end any more.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

bool visible(std::string_view argument) {
  return !argument.empty() &&
         std::ranges::all_of(argument, [](char c) { return c >= 33 && c <= 126; });
}

// "-> type argument …"
std::optional<std::vector<std::string>> arguments_of(std::string_view line) {
  if (!line.starts_with("-> ")) return std::nullopt;
  std::vector<std::string> out;
  for (std::string_view rest = line.substr(3);;) {
    const std::size_t blank = rest.find(' ');
    out.emplace_back(rest.substr(0, blank));
    if (!visible(out.back())) return std::nullopt;
    if (blank == std::string_view::npos) return out;
    rest.remove_prefix(blank + 1);
  }
}

// Full lines of 64 columns, then a shorter one, which may be empty.
std::optional<Bytes> body_of(std::string_view& rest) {
  Bytes body;
  for (;;) {
    const auto line = next_line(rest);
    if (!line || line->size() > kColumns) return std::nullopt;
    const auto bytes = from_base64(*line, Base64::kBare);
    if (!bytes) return std::nullopt;
    body.insert(body.end(), bytes->begin(), bytes->end());
    if (line->size() < kColumns) return body;
  }
}

std::optional<AgeStanza> stanza_of(std::string_view& rest) {
  const auto line = next_line(rest);
  if (!line) return std::nullopt;
  auto args = arguments_of(*line);
  if (!args) return std::nullopt;
  auto body = body_of(rest);
  if (!body) return std::nullopt;
  return AgeStanza{std::move(*args), std::move(*body)};
}

bool read_mac(std::string_view& rest, std::array<std::uint8_t, 32>& mac) {
  const auto line = next_line(rest);
  if (!line || !line->starts_with("--- ")) return false;
  const auto bytes = from_base64(line->substr(4), Base64::kBare);
  if (!bytes || bytes->size() != mac.size()) return false;
  std::ranges::copy(*bytes, mac.begin());
  return true;
}

}  // namespace

Result<ParsedAgeHeader> parse_age_header(ByteView file) {
  const std::string_view text = text_of(file.first(std::min(file.size(), kAgeHeaderBytesMax)));
  if (!text.starts_with(kAgeVersionLine)) {
    const auto version = text.substr(0, text.find('\n'));
    const bool known = kAgeVersionLine.starts_with(version);  // cut within the line
    const bool later = version.starts_with("age-encryption.org/v") && visible(version);
    if (known || !later) return malformed();
    return Error{Code::kUnsupported, "这种 age 文件本程序不收:格式版本较新",
                 "this age file is not taken: a later version of the format"};
  }
  std::string_view rest = text.substr(kAgeVersionLine.size());
  ParsedAgeHeader out;
  while (!rest.starts_with(kMacStart)) {
    auto stanza = stanza_of(rest);
    if (!stanza || out.header.stanzas.size() == kAgeStanzasMax) return malformed();
    out.header.stanzas.push_back(std::move(*stanza));
  }
  out.authenticated = file.first(text.size() - rest.size() + kMacStart.size());
  if (out.header.stanzas.empty() || !read_mac(rest, out.header.mac)) return malformed();
  out.bytes = text.size() - rest.size();
  return out;
}

std::string age_header_text(const std::vector<AgeStanza>& stanzas) {
  std::string out(kAgeVersionLine);
  for (const AgeStanza& stanza : stanzas) {
    out += "->";
    for (const std::string& argument : stanza.args) out += " " + argument;
    out += "\n";
    const std::string body = to_base64(stanza.body, Base64::kBare);
    // A body of whole lines ends with an empty one.
    for (std::size_t at = 0; at <= body.size(); at += kColumns) {
      out += body.substr(at, kColumns) + "\n";
    }
  }
  return out.append(kMacStart);
}

std::string age_mac_line(const std::array<std::uint8_t, 32>& mac) {
  return " " + to_base64(mac, Base64::kBare) + "\n";
}

std::string to_base64(ByteView bytes, Base64 form) {
  const int variant = form == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL
                                              : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
  out.pop_back();  // the zero that ends it
  return out;
}

std::optional<Bytes> from_base64(std::string_view text, Base64 form) {
  const int variant = form == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL
                                              : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
  // libsodium 1.0.18 takes some bytes above 0x7F for letters of the alphabet.
  if (!text.empty() && !visible(text)) return std::nullopt;
  Bytes out(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  // With no end asked for, anything left over is refused, and so are bits that would be dropped.
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        variant) != 0) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

}  // namespace mq::seal
