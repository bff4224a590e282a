// Frame: the content of a segment before compression and after (FORMAT.md section 4).
#pragma once

#include <vector>

#include "mq/base/result.h"
#include "mq/model/op.h"

namespace mq::seal {

struct Frame {
  Bytes heads;
  Bytes loose;
  Bytes texts;
  bool packed_text = false;
  // varint size of heads ‖ varint size of loose, unless packed ‖ the three areas.
  Bytes joined() const;
  Bytes preface() const;
};

struct FrameOptions {
  bool whole_context = false;
  bool packed_text = false;
};

// kInvalidInput: not a run of transactions of one chain; kExhausted: more than one frame may hold.
Result<Frame> encode_frame(const std::vector<model::Transaction>& transactions,
                           const model::Context& running, const FrameOptions& options);
// Accepts every content that reads to its end within the bounds, whichever forms its writer chose;
// `running` is unchanged after an error.
Result<std::vector<model::Transaction>> decode_frame(ByteView content, bool packed_text,
                                                     model::Context& running);

}  // namespace mq::seal
