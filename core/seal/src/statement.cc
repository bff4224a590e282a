#include "statement.h"

#include <algorithm>

namespace mq::seal {

namespace {
constexpr std::uint8_t kForm = 1;
constexpr std::size_t kPaddedBytes = 64;
}  // namespace

Bytes encode_statement(const Statement& statement) {
  ByteWriter out;
  out.integer(kForm);
  out.integer(static_cast<std::uint64_t>(statement.until.ms));
  Bytes bytes = out.take();
  bytes.resize(kPaddedBytes);
  return bytes;
}

Result<Statement> decode_statement(ByteView plaintext) {
  ByteReader in(plaintext);
  const auto form = in.integer<std::uint8_t>();
  if (!in.failed() && form > kForm) {
    return Error{Code::kUnsupported, "较新版本的完整性说明,已留存",
                 "a statement of a newer form; kept"};
  }
  const auto ms = in.integer<std::uint64_t>();
  const ByteView rest = in.rest();
  const bool zeros = std::all_of(rest.begin(), rest.end(), [](std::uint8_t b) { return b == 0; });
  if (in.failed() || form != kForm || plaintext.size() != kPaddedBytes || !zeros) {
    return Error{Code::kCorrupt, "完整性说明的内容不对,已留存不用",
                 "a malformed statement; kept aside"};
  }
  return Statement{WallTime{static_cast<std::int64_t>(ms)}};
}

}  // namespace mq::seal
