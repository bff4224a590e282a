#include "mq/wire/code_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "mq/base/secret.h"
#include "mq/base/text.h"

namespace mq::wire {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCheckSymbols = 2;
constexpr std::size_t kSymbolsMax = 31;  // of the Reed-Solomon code
constexpr std::size_t kBytesMax = 15;

// The bits of a secret on their way between bytes and symbols; wiped, since they are the secret.
struct Symbols {
  std::array<std::uint8_t, kSymbolsMax> values{};
  Symbols() = default;
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;
  ~Symbols() { wipe(values); }
};

// GF(32), x^5 + x^2 + 1.
std::uint8_t times_x(std::uint8_t a) {
  return static_cast<std::uint8_t>((a << 1 ^ ((a & 16) != 0 ? 0x25 : 0)) & 0x1f);
}
std::uint8_t times(std::uint8_t a, std::uint8_t b) {
  std::uint8_t out = 0;
  for (int bit = 4; bit >= 0; --bit) {
    out = times_x(out);
    if ((b >> bit & 1) != 0) out = static_cast<std::uint8_t>(out ^ a);
  }
  return out;
}

// The check is the remainder modulo (z - x)(z - x²), a Reed-Solomon code of length ≤ 31: every one
// or two wrong characters, hence every swap, are found. A hash would miss one typo in 1,024.
std::array<std::uint8_t, kCheckSymbols> check_of(std::span<const std::uint8_t> symbols) {
  constexpr std::uint8_t kSum = 6;      // x + x²
  constexpr std::uint8_t kProduct = 8;  // x · x²
  std::uint8_t high = 0;
  std::uint8_t low = 0;
  for (const std::uint8_t symbol : symbols) {
    const auto feedback = static_cast<std::uint8_t>(symbol ^ high);
    high = static_cast<std::uint8_t>(low ^ times(feedback, kSum));
    low = times(feedback, kProduct);
  }
  return {high, low};
}

int value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'I' || c == 'L') c = '1';
  if (c == 'O') c = '0';
  if (c == 'U') c = 'V';
  const auto at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool is_separator(char c) { return c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r'; }

// Characters that carry the secret.
std::size_t symbols_for(std::size_t bytes) {
  MQ_ASSERT(bytes > 0 && bytes % 5 == 0 && bytes <= kBytesMax);
  return bytes * 8 / 5;
}

Status read_symbols(std::string_view text, const CodeName& name, std::span<std::uint8_t> out) {
  std::size_t count = 0;
  for (const char c : text) {
    if (is_separator(c)) continue;
    const int value = value_of(c);
    if (value < 0) {
      return unusable_code(name, "有不认识的字符", "it has a character that codes never have");
    }
    if (count < out.size()) out[count] = static_cast<std::uint8_t>(value);
    ++count;
  }
  if (count == out.size()) return {};
  return unusable_code(name, cat("应有 ", out.size(), " 个字符,实有 ", count, " 个"),
                       cat("it has ", count, " characters instead of ", out.size()));
}

// "3: XXXXX-…": which line, and what follows. Nothing if the line is not numbered up to `lines`.
struct Numbered {
  std::size_t number = 0;
  std::string_view code;
};
std::optional<Numbered> numbered(std::string_view line, std::size_t lines) {
  constexpr std::string_view kAfter[] = {":", ":", ".", "、", ")", " ", "\t"};
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits < 1 || digits > 2) return std::nullopt;
  std::size_t number = 0;
  for (const char c : line.substr(0, digits)) {
    number = 10 * number + static_cast<std::size_t>(c - '0');
  }
  if (number < 1 || number > lines) return std::nullopt;
  for (const std::string_view after : kAfter) {
    if (!line.substr(digits).starts_with(after)) continue;
    return Numbered{number, trimmed(line.substr(digits + after.size()))};
  }
  return std::nullopt;
}

// The lines as they are read; wiped, since they are the secret.
struct Lines {
  std::vector<Secret<kBytesMax>> bytes;
  std::vector<bool> seen;
};

Status take_line(std::string_view line, const CodeName& name, Lines& lines) {
  const auto read = numbered(line, lines.seen.size());
  if (!read) return {};
  const std::size_t at = read->number - 1;
  if (lines.seen[at]) {
    return unusable_code(name, cat("第 ", read->number, " 行出现了两次(两张要分开给)"),
                         cat("line ", read->number, " stands twice (give two of them apart)"));
  }
  const std::string zh = cat(name.zh, "第 ", read->number, " 行");
  const std::string en = cat(name.en, ", line ", read->number);
  MQ_CHECK(decode_code(read->code, {zh, en}, lines.bytes[at].writable()));
  lines.seen[at] = true;
  return {};
}

}  // namespace

std::string encode_code(ByteView bytes, std::size_t group) {
  const std::size_t carrying = symbols_for(bytes.size());
  Symbols symbols;
  std::size_t count = 0;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) {
      symbols.values[count++] = static_cast<std::uint8_t>(held >> (bits - 5) & 0x1f);
    }
  }
  const auto check = check_of(std::span(symbols.values).first(carrying));
  std::copy(check.begin(), check.end(), symbols.values.data() + carrying);
  std::string out;
  const std::size_t all = carrying + kCheckSymbols;
  for (std::size_t i = 0; i < all; ++i) {
    if (i != 0 && i % group == 0 && i + group <= all) out += '-';
    out += kAlphabet[symbols.values[i]];
  }
  return out;
}

Status decode_code(std::string_view text, const CodeName& name, std::span<std::uint8_t> bytes) {
  const std::size_t carrying = symbols_for(bytes.size());
  Symbols symbols;
  const auto all = std::span(symbols.values).first(carrying + kCheckSymbols);
  MQ_CHECK(read_symbols(text, name, all));
  const auto check = check_of(all.first(carrying));
  if (!std::equal(check.begin(), check.end(), all.data() + carrying)) {
    return unusable_code(name, "有字符输错了", "a character is mistyped");
  }
  std::size_t count = 0;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint8_t symbol : all.first(carrying)) {
    held = (held << 5 | symbol) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[count++] = static_cast<std::uint8_t>(held >> bits);
  }
  return {};
}

std::string encode_lines(ByteView bytes, std::size_t group) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += kBytesMax) {
    out += cat(at / kBytesMax + 1, ": ", encode_code(bytes.subspan(at, kBytesMax), group), '\n');
  }
  return out;
}

Status decode_lines(std::string_view text, const CodeName& name, std::span<std::uint8_t> bytes) {
  MQ_ASSERT(bytes.size() % kBytesMax == 0 && bytes.size() < 100 * kBytesMax);
  Lines lines{std::vector<Secret<kBytesMax>>(bytes.size() / kBytesMax), {}};
  lines.seen.resize(lines.bytes.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    MQ_CHECK(take_line(trimmed(text.substr(0, end)), name, lines));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (std::size_t i = 0; i < lines.seen.size(); ++i) {
    if (lines.seen[i]) continue;
    return unusable_code(name, cat("缺第 ", i + 1, " 行"), cat("line ", i + 1, " is missing"));
  }
  for (std::size_t i = 0; i < lines.bytes.size(); ++i) {
    const ByteView line = lines.bytes[i].view();
    std::copy(line.begin(), line.end(), bytes.subspan(i * kBytesMax).begin());
  }
  return {};
}

Error unusable_code(const CodeName& name, std::string_view zh, std::string_view en) {
  return {Code::kInvalidInput, cat(name.zh, "无法使用:", zh, "。请对照原件重新输入。"),
          cat("cannot use the ", name.en, ": ", en, "; compare with the original and try again")};
}

}  // namespace mq::wire
