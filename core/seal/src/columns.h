// Columns: runs of integers, ids, texts and bytes, written into three areas so that zstd meets
// small numbers, chance and language apart (FORMAT.md section 5).
#pragma once

#include <map>
#include <span>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/model/op.h"
#include "text_code.h"

namespace mq::seal {

// heads: counts, forms and small numbers. loose: bytes that nothing compresses; in a packed frame,
// which zstd never sees, they stand among the heads. texts: text codes.
class Areas {
 public:
  explicit Areas(bool packed) : loose(packed ? heads : apart_), packed_(packed) {}
  Areas(const Areas&) = delete;
  Areas& operator=(const Areas&) = delete;
  ByteWriter heads;
  ByteWriter& loose;
  void text(ByteView utf8);
  Bytes take_loose() { return apart_.take(); }
  Bytes take_texts();

 private:
  bool packed_;
  ByteWriter apart_;
  ByteWriter texts_;
  PackedTextEncoder bits_;
};

class AreaReader {
 public:
  AreaReader(ByteView head_bytes, ByteView loose_bytes, ByteView text_bytes, bool packed)
      : heads(head_bytes),
        loose(packed ? heads : apart_),
        packed_(packed),
        apart_(loose_bytes),
        texts_(text_bytes),
        bits_(text_bytes) {}
  AreaReader(const AreaReader&) = delete;
  AreaReader& operator=(const AreaReader&) = delete;
  ByteReader heads;
  ByteReader& loose;
  bool text(Bytes& utf8) { return packed_ ? bits_.next(utf8) : texts_.next(utf8); }
  bool failed() const { return heads.failed() || loose.failed(); }
  bool done() const {
    return heads.done() && apart_.done() && (packed_ ? bits_.done() : texts_.done());
  }

 private:
  bool packed_;
  ByteReader apart_;
  TextDecoder texts_;
  PackedTextDecoder bits_;
};

// What a number may be guessed from; numbers in the bytes, never changed.
enum class Guess : std::uint8_t { kNothing = 0, kPrevious, kClock, kTime, kDate };
// Guesses of each cell; empty: not offered.
struct Guesses {
  std::vector<std::int64_t> clock;  // HLC milliseconds of the transaction
  std::vector<std::int64_t> time;   // last large number of the touch
};

void encode_integers(std::span<const std::int64_t> values, const Guesses& guesses, Areas& out);
// `out` has as many places as values are expected.
bool decode_integers(AreaReader& in, const Guesses& guesses, std::span<std::int64_t> out);

using Id16 = std::array<std::uint8_t, 16>;

// Ids of a segment in order of first appearance; a later appearance is a short reference.
class IdWriter {
 public:
  void encode(std::span<const Id16> ids, const std::vector<std::int64_t>& clock, Areas& out);

 private:
  std::map<Id16, std::size_t> places_;
};
class IdReader {
 public:
  bool decode(AreaReader& in, const std::vector<std::int64_t>& clock, std::span<Id16> out);

 private:
  std::vector<Id16> ids_;
};

// One column of op values; the form is chosen from the values alone.
class ValueWriter {
 public:
  ValueWriter(Areas& out, IdWriter& ids) : out_(out), ids_(ids) {}
  // `guesses` as for integers. Gives the numbers if the column was one of integers.
  std::vector<std::int64_t> encode(const std::vector<const Bytes*>& values, const Guesses& guesses,
                                   std::uint8_t kind);

 private:
  bool steps(const std::vector<const Bytes*>& values, const Guesses& guesses);
  Areas& out_;
  IdWriter& ids_;
};
class ValueReader {
 public:
  ValueReader(AreaReader& in, IdReader& ids) : in_(in), ids_(ids) {}
  bool decode(const std::vector<Bytes*>& values, const Guesses& guesses,
              std::vector<std::int64_t>& numbers);

 private:
  bool blocks(const std::vector<Bytes*>& values);
  bool steps(const std::vector<Bytes*>& values, const Guesses& guesses);
  AreaReader& in_;
  IdReader& ids_;
};

}  // namespace mq::seal
