// Makes a zip in memory.
#pragma once

#include <string>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::tabular {

struct ZipPart {
  std::string name;
  std::string content;
};

// How hard to pack: kQuick takes less time and more room.
enum class Packing { kUsual, kQuick };

// In order, deflated, each dated 1980-01-01, so that the same parts give the same bytes with the
// same libdeflate. kInternal: libzip refused, which is a fault of this program or of its memory.
Result<Bytes> zip_of(const std::vector<ZipPart>& parts, Packing packing = Packing::kUsual);

}  // namespace mq::tabular
