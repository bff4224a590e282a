#include "text_code.h"

#include <algorithm>
#include <unordered_map>

#include "dictionary.h"
#include "mq/base/result.h"
#include "mq/base/text.h"

namespace mq::seal {
namespace {

constexpr std::uint8_t kEnd = 0x00;
constexpr std::uint32_t kSingles = 239;  // codes 0x01–0xEF
constexpr std::uint8_t kLead = 0xf0;     // 0xF0–0xFE take a second byte
constexpr std::uint8_t kEscape = 0xff;
constexpr std::uint32_t kSymbols = 1 + kSingles + 15 * 256;  // 0 is the end mark

struct Character {
  std::array<std::uint8_t, 3> utf8{};
  std::uint8_t bytes = 0;
};

// Symbol numbers of characters and back; made once from characters_v1, never changed.
struct Tables {
  std::vector<std::uint16_t> symbol_of = std::vector<std::uint16_t>(0x10000);  // 0: none
  std::vector<Character> characters = std::vector<Character>(kSymbols);
  Tables() {
    std::uint32_t symbol = 0;
    for (const std::uint32_t point : code_points(characters_v1())) {
      MQ_ASSERT(++symbol < kSymbols && point < 0x10000 && symbol_of[point] == 0);
      symbol_of[point] = static_cast<std::uint16_t>(symbol);
      std::string text;
      append_utf8(text, point);
      std::memcpy(characters[symbol].utf8.data(), text.data(), text.size());
      characters[symbol].bytes = static_cast<std::uint8_t>(text.size());
    }
    MQ_ASSERT(symbol == kSymbols - 1);
  }
};
const Tables& tables() {
  static const Tables made;
  return made;
}

// Bytes of the character that begins with `lead`; 0: nothing begins so.
std::size_t length_of(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

// One character of valid UTF-8; moves `at` behind it.
std::uint32_t next_point(ByteView utf8, std::size_t& at) {
  const std::uint8_t lead = utf8[at];
  const std::size_t length = length_of(lead);
  if (length == 1) return utf8[at++];
  std::uint32_t point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (utf8[at + i] & 0x3fU);
  at += length;
  return point;
}

std::uint32_t symbol_of(std::uint32_t point) {
  return point < 0x10000 ? tables().symbol_of[point] : 0;
}

void append(Bytes& out, const Character& character) {
  for (std::size_t i = 0; i < character.bytes; ++i) out.push_back(character.utf8[i]);
}

// A character that has a symbol must not come escaped: one text, one code.
bool append_escaped(Bytes& out, std::string_view utf8, std::uint32_t symbols) {
  if (!is_utf8(utf8)) return false;
  std::size_t at = 0;
  const std::uint32_t symbol = symbol_of(next_point(view_of(utf8), at));
  if (at != utf8.size() || (symbol != 0 && symbol < symbols)) return false;
  const ByteView bytes = view_of(utf8);
  out.insert(out.end(), bytes.begin(), bytes.end());
  return true;
}

// The packed form: a prefix says the class, some bits the place within it. Classes of characters
// hold symbol numbers, classes of words places in words_v1.
struct PackClass {
  bool words;
  std::uint32_t first;
  int bits;
  std::uint32_t prefix;
  int prefix_bits;
};
constexpr std::array<PackClass, 14> kClasses{{
    {false, 0, 4, 0b000, 3},
    {false, 144, 7, 0b001, 3},
    {false, 16, 5, 0b0100, 4},
    {false, 80, 6, 0b0101, 4},
    {false, 272, 7, 0b0110, 4},
    {false, 400, 8, 0b0111, 4},
    {false, 656, 9, 0b1000, 4},
    {false, 1168, 11, 0b1001, 4},
    {true, 0, 6, 0b1010, 4},
    {true, 64, 7, 0b1011, 4},
    {true, 192, 8, 0b1100, 4},
    {true, 448, 9, 0b1101, 4},
    {true, 960, 10, 0b1110, 4},
    {false, 48, 5, 0b11110, 5},
}};
constexpr std::uint32_t kPackSymbols = 3216;
constexpr std::uint32_t kPackEscape = 0b11111;
constexpr int kPackEscapeBits = 5;
constexpr int kPointBits = 21;
constexpr std::size_t kWordMax = 4;  // characters
constexpr std::uint32_t kWords = 1984;

const PackClass& class_of(bool words, std::uint32_t number) {
  for (const PackClass& c : kClasses) {
    if (c.words == words && number >= c.first && number - c.first < 1U << c.bits) return c;
  }
  MQ_ASSERT(false);
  return kClasses[0];
}

// Words by their code points, 16 bits each; made once from words_v1, never changed.
struct Words {
  std::unordered_map<std::uint64_t, std::uint32_t> place_of;
  std::vector<std::string> texts;
  Words() {
    for (const std::string& line : split(words_v1(), "\n")) {
      for (const std::string& word : split(line, " ")) {
        std::uint64_t key = 0;
        for (const std::uint32_t point : code_points(word)) key = key << 16 | point;
        MQ_ASSERT(place_of.emplace(key, static_cast<std::uint32_t>(texts.size())).second);
        texts.push_back(word);
      }
    }
    MQ_ASSERT(texts.size() == kWords);
  }
};
const Words& words() {
  static const Words made;
  return made;
}

// The longest word that begins at points[at]; its length, 0 if there is none.
std::size_t word_at(const std::vector<std::uint32_t>& points, std::size_t at,
                    std::uint32_t& place) {
  std::uint64_t key = 0;
  std::size_t found = 0;
  for (std::size_t i = at; i < points.size() && i < at + kWordMax; ++i) {
    if (points[i] == 0 || points[i] >= 0x10000) break;
    key = key << 16 | points[i];
    const auto word = words().place_of.find(key);
    if (word == words().place_of.end()) continue;
    place = word->second;
    found = i + 1 - at;
  }
  return found;
}

}  // namespace

void encode_text(ByteView utf8, ByteWriter& out) {
  const std::uint16_t* const symbols = tables().symbol_of.data();
  Bytes codes;
  codes.reserve(utf8.size() + utf8.size() / 4 + 8);
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    const std::uint32_t point = next_point(utf8, at);
    const std::uint32_t symbol = point < 0x10000 ? symbols[point] : 0;
    if (symbol == 0) {
      codes.push_back(kEscape);
      codes.insert(codes.end(), utf8.begin() + static_cast<std::ptrdiff_t>(begin),
                   utf8.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (symbol <= kSingles) {
      codes.push_back(static_cast<std::uint8_t>(symbol));
    } else {
      const std::uint32_t place = symbol - kSingles - 1;
      codes.push_back(static_cast<std::uint8_t>(kLead + place / 256));
      codes.push_back(static_cast<std::uint8_t>(place % 256));
    }
  }
  out.raw(codes);
}

// The loop that runs longest: characters go to a buffer whole, four bytes each, and count for as
// many as they have. What it walks on stands in locals, or each byte written could have changed it.
bool TextDecoder::next(Bytes& utf8) {
  constexpr std::size_t kRoom = 1024;
  std::array<std::uint8_t, kRoom + sizeof(Character)> buffer;
  const Character* const known = tables().characters.data();
  const std::uint8_t* const codes = codes_.data();
  const std::size_t size = codes_.size();
  std::size_t at = at_;
  std::size_t used = 0;
  const auto flush = [&] {
    utf8.insert(utf8.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
    used = 0;
  };
  const auto put = [&](std::size_t symbol) {
    const Character character = known[symbol];
    std::memcpy(buffer.data() + used, &character, sizeof character);
    used += character.bytes;
  };
  while (at < size) {
    if (used > kRoom) flush();
    const std::uint8_t code = codes[at++];
    if (code == kEnd) {
      flush();
      at_ = at;
      return true;
    }
    if (code < kLead) {
      put(code);
    } else if (code == kEscape) {
      flush();
      at_ = at;
      if (!escaped(utf8)) return false;
      at = at_;
    } else {
      if (at == size) return false;
      put(kSingles + 1 + 256U * (code - kLead) + codes[at++]);
    }
  }
  return false;
}

bool TextDecoder::escaped(Bytes& utf8) {
  const ByteView rest = codes_.subspan(at_);
  const std::size_t length = rest.empty() ? 0 : length_of(rest[0]);
  if (length == 0 || length > rest.size()) return false;
  at_ += length;
  return append_escaped(utf8, text_of(rest.first(length)), kSymbols);
}

void PackedTextEncoder::bits(std::uint32_t value, int count) {
  held_ = held_ << count | value;
  count_ += count;
  while (count_ >= 8) {
    count_ -= 8;
    out_.push_back(static_cast<std::uint8_t>(held_ >> count_));
  }
}

void PackedTextEncoder::symbol(bool word, std::uint32_t number) {
  const PackClass& c = class_of(word, number);
  bits(c.prefix, c.prefix_bits);
  bits(number - c.first, c.bits);
}

void PackedTextEncoder::add(ByteView utf8) {
  const std::vector<std::uint32_t> points = code_points(text_of(utf8));
  for (std::size_t at = 0; at < points.size();) {
    std::uint32_t place = 0;
    if (const std::size_t length = word_at(points, at, place); length > 0) {
      symbol(true, place);
      at += length;
      continue;
    }
    const std::uint32_t number = symbol_of(points[at]);
    if (number != 0 && number < kPackSymbols) {
      symbol(false, number);
    } else {
      bits(kPackEscape, kPackEscapeBits);
      bits(points[at], kPointBits);
    }
    ++at;
  }
  symbol(false, 0);
}

Bytes PackedTextEncoder::take() {
  if (count_ > 0) bits(0, 8 - count_);
  return std::move(out_);
}

std::uint32_t PackedTextDecoder::bits(int count) {
  std::uint32_t value = 0;
  for (; count > 0; --count, ++at_) {
    if (at_ / 8 >= bytes_.size()) failed_ = true;
    const std::uint32_t bit = failed_ ? 0 : bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    value = value << 1 | bit;
  }
  return value;
}

bool PackedTextDecoder::escaped(Bytes& utf8) {
  const std::uint32_t point = bits(kPointBits);
  if (failed_ || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
  std::string text;
  append_utf8(text, point);
  return append_escaped(utf8, text, kPackSymbols);
}

int PackedTextDecoder::next_class() {
  std::uint32_t prefix = 0;
  for (int length = 1; length <= kPackEscapeBits; ++length) {
    prefix = prefix << 1 | bits(1);
    const auto* found = std::find_if(kClasses.begin(), kClasses.end(), [&](const PackClass& c) {
      return c.prefix_bits == length && c.prefix == prefix;
    });
    if (found != kClasses.end()) return static_cast<int>(found - kClasses.begin());
  }
  return -1;
}

bool PackedTextDecoder::next(Bytes& utf8) {
  while (!failed_) {
    const int place = next_class();
    if (failed_) return false;
    if (place < 0) {
      if (!escaped(utf8)) return false;
      continue;
    }
    const PackClass& found = kClasses[static_cast<std::size_t>(place)];
    const std::uint32_t number = found.first + bits(found.bits);
    if (failed_) return false;
    if (found.words) {
      const ByteView word = view_of(words().texts[number]);
      utf8.insert(utf8.end(), word.begin(), word.end());
    } else if (number == 0) {
      return true;
    } else {
      append(utf8, tables().characters[number]);
    }
  }
  return false;
}

bool PackedTextDecoder::done() const {
  if (failed_ || (at_ + 7) / 8 != bytes_.size()) return false;
  return at_ % 8 == 0 || (bytes_.back() & (0xffU >> (at_ % 8))) == 0;
}

}  // namespace mq::seal
