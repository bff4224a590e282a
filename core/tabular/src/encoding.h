// Encoding: the bytes of a text table as UTF-8, and the name of what they were.
//
// A byte-order mark decides; without one strict UTF-8 is tried first, then GB18030, because text
// in GB18030 is almost never valid UTF-8 while the reverse is common. Never guesses further and
// never replaces what it cannot read.
#pragma once

#include <string>
#include <string_view>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::tabular {

struct DecodedText {
  std::string encoding;   // "utf-8", "gb18030" or "utf-16"
  std::string converted;  // holds the text if it had to be converted
  std::string_view utf8;  // without byte-order mark; a view of the file or of converted

  DecodedText() = default;
  DecodedText(const DecodedText&) = delete;
  DecodedText& operator=(const DecodedText&) = delete;
};

// Fills out, which may then view into file: both must live while out.utf8 is used.
// kInvalidInput: none of the encodings, or NUL bytes; the message names the line.
Status decode_text(ByteView file, DecodedText& out);

// Appends to out the bytes of an encoding that iconv knows. name is for the message.
// kInvalidInput: a byte does not fit; out then ends before it.
Status convert_to_utf8(ByteView bytes, const char* encoding, std::string_view name,
                       std::string& out);

// Lines are ended by LF, CRLF or CR; the line on which the byte at offset stands, from 1.
std::size_t line_of(std::string_view text, std::size_t offset);

}  // namespace mq::tabular
