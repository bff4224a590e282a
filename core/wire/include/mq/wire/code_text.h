// Code text: secrets that people read out, write down and type in (invitations, unlock codes).
//
// Crockford base32 in capital letters, five bits a character, and two characters of check: every
// one or two wrong characters, hence every swap, are found. Reading forgives case, blanks, hyphens,
// I/L for 1, O for 0 and U for V. Errors never repeat the code.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::wire {

// What a code is called in sentences about it.
struct CodeName {
  std::string_view zh;  // 邀请码
  std::string_view en;  // invitation code
};

// 5, 10 or 15 bytes. Hyphens between groups of `group` characters; the last group takes what would
// stand alone.
std::string encode_code(ByteView bytes, std::size_t group);

// Fills `bytes`, 5, 10 or 15 of them. kInvalidInput with the reason: a character that codes never
// have, wrong length, mistyped; never says where.
Status decode_code(std::string_view text, const CodeName& name, std::span<std::uint8_t> bytes);

// Longer secrets on paper: numbered lines of 15 bytes each, "1: XXXXX-…".
std::string encode_lines(ByteView bytes, std::size_t group);
// Fills `bytes`, a multiple of 15 and at most 1,485. Takes the lines in any order, with a colon, a
// stop, a bracket or a blank after the number; passes over what is not numbered, so that a printed
// page may be given as it is. kInvalidInput: a line is missing, given twice or mistyped (which
// one).
Status decode_lines(std::string_view text, const CodeName& name, std::span<std::uint8_t> bytes);

// The sentence for a code that cannot be used: the reason, and to compare with the original.
Error unusable_code(const CodeName& name, std::string_view zh, std::string_view en);

}  // namespace mq::wire
