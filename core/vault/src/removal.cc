#include "removal.h"

#include <algorithm>

#include "mq/wire/crypto.h"

namespace mq::vault {

ElementTag element_tag(ByteView value) {
  const Hash whole = wire::hash("mq/el1", {value});
  ElementTag tag{};
  std::copy_n(whole.data.begin(), tag.size(), tag.begin());
  return tag;
}

Bytes encode_removal(const std::vector<NamedElement>& elements) {
  ByteWriter out;
  for (const NamedElement& element : elements) {
    out.raw(element.chain.device.view());
    out.integer(element.chain.incarnation);
    out.varint(element.n);
    out.varint(element.i);
    out.raw(element.tag);
  }
  return out.take();
}

std::optional<std::vector<NamedElement>> decode_removal(ByteView bytes) {
  ByteReader in(bytes);
  std::vector<NamedElement> out;
  while (in.left() > 0) {
    NamedElement element;
    element.chain.device.data = in.array<16>();
    element.chain.incarnation = in.integer<std::uint32_t>();
    element.n = in.varint();
    element.i = static_cast<std::uint32_t>(in.varint());
    element.tag = in.array<4>();
    out.push_back(element);
  }
  if (in.failed()) return std::nullopt;
  return out;
}

}  // namespace mq::vault
