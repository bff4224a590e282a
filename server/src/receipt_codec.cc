#include "receipt_codec.h"

namespace mq::server {
namespace {

std::uint64_t unsigned_ms(WallTime time) { return static_cast<std::uint64_t>(time.ms); }

}  // namespace

Bytes encode_receipt(const wire::Receipt& receipt) {
  ByteWriter out;
  out.raw(receipt.generation.view());
  out.integer(receipt.stream);
  out.raw(receipt.device.view());
  out.integer(receipt.incarnation);
  out.integer(receipt.seq_from);
  out.integer(receipt.seq_to);
  out.raw(receipt.last_hash.view());
  out.integer(receipt.index);
  out.raw(receipt.head.view());
  out.integer(unsigned_ms(receipt.time));
  out.integer(static_cast<std::uint8_t>(receipt.receipt_class));
  out.raw(receipt.signature.view());
  return out.take();
}

Result<wire::Receipt> parse_receipt(ByteView bytes) {
  ByteReader in(bytes);
  wire::Receipt receipt;
  receipt.generation.data = in.array<16>();
  receipt.stream = in.integer<std::uint32_t>();
  receipt.device.data = in.array<16>();
  receipt.incarnation = in.integer<std::uint32_t>();
  receipt.seq_from = in.integer<std::uint64_t>();
  receipt.seq_to = in.integer<std::uint64_t>();
  receipt.last_hash.data = in.array<32>();
  receipt.index = in.integer<std::uint64_t>();
  receipt.head.data = in.array<32>();
  receipt.time.ms = static_cast<std::int64_t>(in.integer<std::uint64_t>());
  const auto receipt_class = in.integer<std::uint8_t>();
  receipt.signature.data = in.array<64>();
  if (!in.done() || receipt_class < 1 || receipt_class > 2) {
    return Error{Code::kCorrupt, "服务器里的一张回执已损坏", "a stored receipt is damaged"};
  }
  receipt.receipt_class = static_cast<wire::ReceiptClass>(receipt_class);
  return receipt;
}

}  // namespace mq::server
