#include "mq/model/relation.h"

#include <algorithm>
#include <iterator>

namespace mq::model {

std::optional<std::int64_t> sex_of_relation(std::int64_t relation) {
  constexpr std::int64_t kMale[] = {11, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
                                    41, 43, 46, 47, 51, 53, 55, 57, 61, 63, 66,
                                    71, 73, 76, 78, 81, 83, 85, 87, 89, 93, 95};
  constexpr std::int64_t kFemale[] = {12, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
                                      42, 44, 45, 48, 52, 54, 56, 58, 62, 64, 67,
                                      72, 74, 75, 77, 82, 84, 86, 88, 90, 94, 96};
  if (std::binary_search(std::begin(kMale), std::end(kMale), relation)) return 1;
  if (std::binary_search(std::begin(kFemale), std::end(kFemale), relation)) return 2;
  return std::nullopt;
}

}  // namespace mq::model
