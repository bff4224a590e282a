#include "unlock_code.h"

#include "mq/wire/code_text.h"

namespace mq::cli {

namespace {
constexpr wire::CodeName kName{"解锁码", "unlock code"};
constexpr std::size_t kGroup = 4;
}  // namespace

UnlockCode new_unlock_code(Random& random) {
  UnlockCode out;
  random.fill(out.writable());
  return out;
}

std::string format_unlock_code(const UnlockCode& code) {
  return wire::encode_code(code.view(), kGroup);
}

Result<UnlockCode> parse_unlock_code(std::string_view text) {
  UnlockCode out;
  MQ_CHECK(wire::decode_code(text, kName, out.writable()));
  return out;
}

}  // namespace mq::cli
