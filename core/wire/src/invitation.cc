#include "mq/wire/invitation.h"

#include "address.h"
#include "mq/base/text.h"
#include "mq/wire/code_text.h"

namespace mq::wire {

namespace {

constexpr CodeName kName{"邀请码", "invitation code"};
constexpr std::size_t kGroup = 5;

template <std::size_t N>
Secret<N> derived(const InviteSecret& secret, std::string_view label) {
  Secret<N> out;
  hash_into(out.writable(), {}, label, {secret.view()});
  return out;
}

}  // namespace

InviteSecret new_invite_secret(Random& random) {
  InviteSecret out;
  random.fill(out.writable());
  return out;
}

InviteKeys derive_invite(const InviteSecret& secret) {
  InviteId id;
  hash_into(id.data, {}, "mq/iv1", {secret.view()});
  return {id, SigningKey::from_seed(derived<32>(secret, "mq/is1")), derived<32>(secret, "mq/ib1"),
          derived<32>(secret, "mq/ik1")};
}

std::string format_invite_code(const InviteSecret& secret, std::string_view address) {
  return cat(encode_code(secret.view(), kGroup), '@', address);
}

Result<InviteCode> parse_invite_code(std::string_view text) {
  const std::string_view whole = trimmed(text);
  const auto at = whole.find('@');
  if (at == std::string_view::npos) {
    return unusable_code(kName, "缺少“@服务器地址”", "the \"@server address\" is missing");
  }
  InviteSecret secret;
  MQ_CHECK(decode_code(whole.substr(0, at), kName, secret.writable()));
  const std::string_view address = trimmed(whole.substr(at + 1));
  if (!is_address(address)) {
    return unusable_code(kName, "“@”后面不是 主机:端口", "what follows \"@\" is not host:port");
  }
  return InviteCode{std::move(secret), std::string(address)};
}

Hash invite_mac(const Key32& mac, const Hash& prev, const InviteId& id) {
  Hash out;
  hash_into(out.data, mac.view(), "mq/im1", {prev.view(), id.view()});
  return out;
}

}  // namespace mq::wire
