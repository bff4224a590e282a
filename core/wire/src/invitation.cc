#include "mq/wire/invitation.h"

#include "address.h"
#include "mq/base/text.h"

namespace mq::wire {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSecretSymbols = 24;
constexpr std::size_t kSymbols = 26;
constexpr std::size_t kGroup = 5;
using Symbols = std::array<std::uint8_t, kSymbols>;

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

// The check is the remainder modulo (z - x)(z - x²), a Reed-Solomon code of length 26 ≤ 31: every
// one or two wrong characters, hence every swap, are found. A hash would miss one typo in 1,024.
std::array<std::uint8_t, 2> check_of(std::span<const std::uint8_t> symbols) {
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

Symbols symbols_of(const InviteSecret& secret) {
  Symbols out{};
  std::size_t count = 0;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint8_t byte : secret.view()) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) {
      out[count++] = static_cast<std::uint8_t>(held >> (bits - 5) & 0x1f);
    }
  }
  const auto check = check_of(std::span(out).first(kSecretSymbols));
  out[kSecretSymbols] = check[0];
  out[kSecretSymbols + 1] = check[1];
  return out;
}

InviteSecret secret_of(const Symbols& symbols) {
  InviteSecret out;
  std::size_t count = 0;
  std::uint32_t held = 0;
  int bits = 0;
  for (std::size_t i = 0; i < kSecretSymbols; ++i) {
    held = (held << 5 | symbols[i]) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.writable()[count++] = static_cast<std::uint8_t>(held >> bits);
  }
  return out;
}

Error wrong_code(std::string_view zh, std::string_view en) {
  return {Code::kInvalidInput, cat("邀请码无法使用:", zh, "。请对照原件重新输入。"),
          cat("cannot use the invitation code: ", en, "; compare with the original and try again")};
}

bool is_separator(char c) { return c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r'; }

Result<Symbols> read_symbols(std::string_view text) {
  Symbols out{};
  std::size_t count = 0;
  for (const char c : text) {
    if (is_separator(c)) continue;
    const int value = value_of(c);
    if (value < 0) return wrong_code("有不认识的字符", "it has a character that codes never have");
    if (count < kSymbols) out[count] = static_cast<std::uint8_t>(value);
    ++count;
  }
  if (count != kSymbols) {
    return wrong_code(cat("应有 26 个字符,实有 ", count, " 个"),
                      cat("it has ", count, " characters instead of 26"));
  }
  return out;
}

template <std::size_t N>
Secret<N> derived(const InviteSecret& secret, std::string_view label) {
  Secret<N> out;
  hash_into(out.writable(), {}, label, {secret.view()});
  return out;
}

}  // namespace

InviteSecret new_invite_secret(Random& random) {
  InviteSecret out;
  random.fill(out.writable());
  return out;
}

InviteKeys derive_invite(const InviteSecret& secret) {
  InviteId id;
  hash_into(id.data, {}, "mq/iv1", {secret.view()});
  return {id, SigningKey::from_seed(derived<32>(secret, "mq/is1")), derived<32>(secret, "mq/ib1"),
          derived<32>(secret, "mq/ik1")};
}

std::string format_invite_code(const InviteSecret& secret, std::string_view address) {
  std::string out;
  const Symbols symbols = symbols_of(secret);
  for (std::size_t i = 0; i < kSymbols; ++i) {
    // The last group takes the odd character, so that none stands alone.
    if (i != 0 && i % kGroup == 0 && i + 1 < kSymbols) out += '-';
    out += kAlphabet[symbols[i]];
  }
  return cat(out, '@', address);
}

Result<InviteCode> parse_invite_code(std::string_view text) {
  const std::string_view whole = trimmed(text);
  const auto at = whole.find('@');
  if (at == std::string_view::npos) {
    return wrong_code("缺少“@服务器地址”", "the \"@server address\" is missing");
  }
  MQ_TRY(const Symbols symbols, read_symbols(whole.substr(0, at)));
  const auto check = check_of(std::span(symbols).first(kSecretSymbols));
  if (check[0] != symbols[kSecretSymbols] || check[1] != symbols[kSecretSymbols + 1]) {
    return wrong_code("有字符输错了", "a character is mistyped");
  }
  const std::string_view address = trimmed(whole.substr(at + 1));
  if (!is_address(address)) {
    return wrong_code("“@”后面不是 主机:端口", "what follows \"@\" is not host:port");
  }
  return InviteCode{secret_of(symbols), std::string(address)};
}

Hash invite_mac(const Key32& mac, const Hash& prev, const InviteId& id) {
  Hash out;
  hash_into(out.data, mac.view(), "mq/im1", {prev.view(), id.view()});
  return out;
}

}  // namespace mq::wire
