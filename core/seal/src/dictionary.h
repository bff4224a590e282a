// What the segment codec knows beforehand: the invented records that zstd starts from, and the
// characters in order of frequency. Both are part of the format and numbered; a change is a new
// one.
#pragma once

#include <string_view>

namespace mq::seal {

std::string_view dictionary_v1();
// 239 characters of one byte, then those of two; each once.
std::string_view characters_v1();
// 1,984 words for texts that are written as bits.
std::string_view words_v1();

}  // namespace mq::seal
