#include "mq/seal/segment.h"

#include <algorithm>
#include <bit>

#include "compress.h"
#include "dictionary.h"
#include "frame.h"
#include "mq/wire/envelope.h"
#include "text_code.h"

namespace mq::seal {
namespace {

// First byte of the body: which dictionary, and how texts are written.
constexpr std::uint8_t kDictionary1 = 1;  // text code 1 in bytes, zstd starts from dictionary 1
constexpr std::uint8_t kPacked1 = 2;      // text code 1 in bits; as it stands, no zstd

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kPaddedMin = 64;
constexpr std::size_t kDiaryStep = 1024;
constexpr std::size_t kPackedTextMax = 3072;  // longer texts never come out shorter as bits
constexpr std::size_t kPaddedMax = wire::kEnvelopeBytesMax - wire::kHeaderBytes - 64 - 16;

const Bytes& dictionary() {
  static const Bytes coded = [] {
    ByteWriter out;
    encode_text(view_of(dictionary_v1()), out);
    return out.take();
  }();
  return coded;
}

// Padmé: at most 12 % more, and sizes tell O(log log n) bits.
std::size_t padme(std::size_t size) {
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
  const auto kept = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - std::min(exponent, kept))) - 1;
  return (size + mask) & ~mask;
}

std::size_t padded_size(std::size_t size, bool diary) {
  if (diary) return (size + kDiaryStep - 1) / kDiaryStep * kDiaryStep;
  return std::max(kPaddedMin, padme(size));
}

Bytes body_of(std::uint8_t form, const Bytes& content) {
  ByteWriter body;
  body.integer(form);
  body.raw(content);
  return body.take();
}

// Proportional steps reach the target in two or three encodings, where halving would take ten.
std::size_t scaled(std::size_t count, std::size_t size, std::size_t target) {
  const std::size_t guess = count * target / size;
  return std::clamp<std::size_t>(guess - guess / 64, 1, count - 1);
}

Error corrupt() {
  return {Code::kCorrupt, "这一段解不开:长度、填充或格式号不对,已留存不用",
          "the segment does not decode: wrong length, padding or form; it is kept aside"};
}

}  // namespace

Result<Bytes> encode_segment(const std::vector<model::Transaction>& transactions,
                             const model::Context& running, const SegmentOptions& options) {
  MQ_TRY(const Frame frame, encode_frame(transactions, running, {options.whole_context, false}));
  const Error too_large{Code::kExhausted, "一段里的内容太多,一个信封装不下,请分成几段封存",
                        "too much for one envelope; seal it in several segments"};
  if (frame.joined().size() > kSegmentPlainMax) return too_large;
  Bytes body = body_of(kDictionary1, compress(frame, dictionary()));
  if (frame.texts.size() <= kPackedTextMax) {
    MQ_TRY(const Frame bits, encode_frame(transactions, running, {options.whole_context, true}));
    Bytes packed = body_of(kPacked1, bits.joined());
    if (packed.size() < body.size()) body = std::move(packed);
  }
  const std::size_t size = padded_size(kLengthBytes + body.size(), options.diary);
  if (size > kPaddedMax) return too_large;
  ByteWriter out;
  out.integer(static_cast<std::uint32_t>(body.size()));
  out.raw(body);
  Bytes plain = out.take();
  plain.resize(size);
  return plain;
}

Result<std::vector<model::Transaction>> decode_segment(ByteView plaintext,
                                                       model::Context& running) {
  ByteReader reader(plaintext);
  const ByteView body = reader.raw(reader.integer<std::uint32_t>());
  if (reader.failed() || body.empty() || plaintext.size() > kPaddedMax) return corrupt();
  const std::size_t used = kLengthBytes + body.size();
  if (plaintext.size() != padded_size(used, false) && plaintext.size() != padded_size(used, true)) {
    return corrupt();
  }
  const ByteView padding = reader.rest();
  if (!std::all_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b == 0; })) {
    return corrupt();
  }
  if (body[0] != kDictionary1 && body[0] != kPacked1) {
    return Error{Code::kUnsupported, "这一段由较新的版本写成,已留存,请更新程序",
                 "the segment was written by a newer version; it is kept, update the program"};
  }
  if (body[0] == kPacked1) return decode_frame(body.subspan(1), true, running);
  MQ_TRY(const Bytes content, decompress(body.subspan(1), dictionary(), kSegmentPlainMax));
  return decode_frame(content, false, running);
}

Result<FittedSegment> fit_segment(const std::vector<model::Transaction>& transactions,
                                  const model::Context& running, const SegmentOptions& options) {
  constexpr int kTriesMax = 4;
  const std::size_t target = options.diary ? kDiarySegmentTarget : kSegmentTarget;
  std::size_t count = transactions.size();
  for (int tries = 1;; ++tries) {
    const std::vector<model::Transaction> some(transactions.begin(),
                                               transactions.begin() + static_cast<long>(count));
    auto plain = encode_segment(some, running, options);
    if (plain.ok() ? plain->size() <= target || count <= 1 : count <= 1) {
      MQ_TRY(Bytes bytes, std::move(plain));
      return FittedSegment{std::move(bytes), count};
    }
    if (!plain.ok() && plain.error().code != Code::kExhausted) return std::move(plain).error();
    const bool near = plain.ok() && tries < kTriesMax;
    count = near ? scaled(count, plain->size(), target) : (count + 1) / 2;
  }
}

}  // namespace mq::seal
