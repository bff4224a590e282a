// Numbers of Chinese identity documents (GB 11643-1999): what they say, and whether they add up.
//
// A number is read to check a form and to make a fingerprint; this layer never stores it. Faults
// are hints for the person: a wrong check digit is flagged and kept, never refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mq/base/date.h"

namespace mq::model {

enum class IdForm {
  kCurrent,     // 18 digits
  kLegacy,      // 15 digits, before 1999: no check digit, born 19yy
  kDisability,  // the 18 digits of its holder, then kind and grade
};

struct ChineseId {
  IdForm form = IdForm::kCurrent;
  std::string number;         // as written on the card: no blanks or quotes, X upper case
  std::string region;         // 6 digits
  std::optional<Date> birth;  // nothing if the digits are no calendar day
  std::int64_t sex = 0;       // GB/T 2261.1: 1 male, 2 female
  bool check_fits = true;
  char disability_kind = 0;   // 1 … 7; kDisability only
  char disability_grade = 0;  // 1 … 4

  // The 18 digits that mean the person, whichever document showed them.
  std::string person_number() const;
};

// Nothing if the length or a character cannot be that of an ID number.
std::optional<ChineseId> read_chinese_id(std::string_view text);

// The last character that belongs to the first 17 digits; 0 if they are not 17 digits.
char check_character(std::string_view first17);

}  // namespace mq::model
