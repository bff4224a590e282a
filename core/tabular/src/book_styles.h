// The cell formats of a book, by number, and the part of the file that holds them.
#pragma once

#include <string>

namespace mq::tabular {

// In the order of the part; those of the table have a border.
enum class Look {
  kPlain,
  kTitle,
  kLead,
  kNote,
  kHeader,
  kText,
  kCount,
  kHundredths,
  kShare,
  kDate,
  kDash,
};

// The number of a format; those of the totals are bold.
int format_of(Look look, bool total);

std::string styles_part();

}  // namespace mq::tabular
