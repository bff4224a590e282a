// Text code 1: Chinese in one or two bytes a character instead of three (FORMAT.md section 3).
//
// 0x00 ends a text; 0x01–0xEF are the 239 commonest characters; 0xF0–0xFE with a second byte are
// 3,840 more; 0xFF brings any other character in UTF-8. Lossless for every valid UTF-8 text, and
// one text has one code. The packed form writes the same characters as bits, for texts too short
// for zstd to learn from.
#pragma once

#include <string>

#include "mq/base/bytes.h"

namespace mq::seal {

// Valid UTF-8 only; without the end mark.
void encode_text(ByteView utf8, ByteWriter& out);

// Texts after one another out of a buffer.
class TextDecoder {
 public:
  explicit TextDecoder(ByteView codes) : codes_(codes) {}
  // One text up to its end mark, appended; false: not what encode_text writes.
  bool next(Bytes& utf8);
  bool done() const { return at_ == codes_.size(); }

 private:
  bool escaped(Bytes& utf8);
  ByteView codes_;
  std::size_t at_ = 0;
};

// A run of texts as bits, each with its end mark; zero bits fill the last byte.
class PackedTextEncoder {
 public:
  void add(ByteView utf8);
  Bytes take();

 private:
  void bits(std::uint32_t value, int count);
  void symbol(bool word, std::uint32_t number);
  Bytes out_;
  std::uint64_t held_ = 0;
  int count_ = 0;
};

class PackedTextDecoder {
 public:
  explicit PackedTextDecoder(ByteView bytes) : bytes_(bytes) {}
  bool next(Bytes& utf8);
  // Only zero bits of the last byte are left.
  bool done() const;

 private:
  std::uint32_t bits(int count);
  bool escaped(Bytes& utf8);
  // Its place among the classes; -1 is the escape, or the end of the bytes.
  int next_class();
  ByteView bytes_;
  std::size_t at_ = 0;  // in bits
  bool failed_ = false;
};

}  // namespace mq::seal
