// Sections, shapes and touch times: the parts of a frame that both directions share.
#pragma once

#include <vector>

#include "columns.h"
#include "layout.h"
#include "mq/model/op.h"

namespace mq::seal {

// Low bits of a frame's first number, above them the count of transactions.
enum FrameFlags : unsigned {
  kWholeContext = 1,
  kHasSections = 2,
  kHasGroups = 4,
  kHasCounters = 8,  // an HLC counter that is not zero
  kFlagsAll = 15
};
inline constexpr int kFlagBits = 4;

// False: every transaction has the context `before` and the defaults, and no section is written.
bool sections_needed(const std::vector<model::Transaction>& transactions,
                     const model::Context& before);
// Runs of transactions with equal context, checkpoint, class, schema and least reader.
void encode_sections(const std::vector<model::Transaction>& transactions,
                     const model::Context& before, Areas& out);
// The clocks of the transactions must stand already; false: not what encode_sections writes.
bool decode_sections(AreaReader& in, const model::Context& before,
                     std::vector<model::Transaction>& transactions);

void encode_shape(const Shape& shape, Areas& out);
bool decode_shape(AreaReader& in, Shape& shape);

// The last large number seen in each touch, column after column: what a time is guessed from.
class TouchTimes {
 public:
  explicit TouchTimes(const std::vector<std::int64_t>& clock) : clock_(clock), time_(clock) {}
  Guesses guesses(const Column& column) const;
  // `numbers` of the column's cells; none if it was not one of integers.
  void see(const Column& column, const std::vector<std::int64_t>& numbers);

 private:
  const std::vector<std::int64_t>& clock_;
  std::vector<std::int64_t> time_;
};

}  // namespace mq::seal
