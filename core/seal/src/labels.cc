#include "mq/seal/labels.h"

#include "mq/seal/box.h"

namespace mq::seal {

namespace {

std::optional<StreamId> township_stream(const wire::ControlState& state) {
  for (const wire::StreamRecord& stream : state.streams()) {
    if (stream.kind == wire::pb::STREAM_KIND_TOWNSHIP) return stream.id;
  }
  return std::nullopt;
}

}  // namespace

// The label's first four bytes name the epoch it is sealed under.
std::string label_or_nothing(const wire::ControlState& state, const Keyring& keyring,
                             ByteView sealed) {
  const auto stream = township_stream(state);
  if (!stream || sealed.size() < 4) return {};
  const std::uint32_t epoch = ByteReader(sealed).integer<std::uint32_t>();
  // Of a side that a heal made void as well: what is to be done again has names.
  std::vector<const Key32*> keys = keyring.void_keys(*stream, epoch);
  if (const Key32* key = keyring.key(*stream, epoch)) keys.insert(keys.begin(), key);
  for (const Key32* key : keys) {
    const auto label = open_label(*key, *stream, sealed);
    if (label.ok()) return *label;
  }
  return {};
}

}  // namespace mq::seal
