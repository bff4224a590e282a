// Qr: a short text as a QR symbol, module by module. The one place that knows libqrencode.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mq/base/result.h"

namespace mq::cli {

struct Qr {
  std::size_t size = 0;    // modules a side, without the quiet zone
  std::vector<bool> dark;  // row by row
  bool dark_at(std::size_t x, std::size_t y) const { return dark[y * size + x]; }
};

// Readable with up to 15% of it spoiled. kInvalidInput if the text does not fit.
Result<Qr> make_qr(std::string_view text);

}  // namespace mq::cli
