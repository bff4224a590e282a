// CSV for one recipient: UTF-8 with its mark, or GB18030 for programs that know nothing else.
#pragma once

#include <string>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::tabular {

enum class CsvEncoding { kUtf8, kGb18030 };

// As write_csv, in that encoding; GB18030 has every character. kInvalidInput: not UTF-8;
// kUnsupported: this system cannot convert.
Result<Bytes> csv_file(const std::vector<std::vector<std::string>>& rows, CsvEncoding encoding);

}  // namespace mq::tabular
