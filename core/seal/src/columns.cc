#include "columns.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "mq/base/text.h"

namespace mq::seal {
namespace {

constexpr std::uint8_t kForms = 10;  // form byte of integers: guess × 10 + width
constexpr std::uint8_t kList = 9;    // instead of a width: a varint each
constexpr std::uint8_t kGuesses = 5;
constexpr std::uint8_t kIds = 0x40;
constexpr std::uint8_t kTexts = 0x41;
constexpr std::uint8_t kBlocks = 0x42;
constexpr std::uint8_t kSteps = 0x43;
constexpr std::uint8_t kAtClock = 0x44;   // all equal the clock
constexpr std::uint8_t kAtTime = 0x45;    // all equal the last time of their touch
constexpr std::uint8_t kConstant = 0x80;  // and above: all are one small number, zigzag in 7 bits
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kShanghai = 28'800'000;

std::uint64_t bits_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t number_of(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

std::size_t varint_bytes(std::uint64_t value) {
  std::size_t bytes = 1;
  while (value >>= 7) ++bytes;
  return bytes;
}
std::size_t zigzag_bytes(std::int64_t value) {
  return varint_bytes(bits_of(value) << 1 ^ bits_of(value >> 63));
}
std::uint8_t width_of(std::uint64_t value) {
  std::uint8_t width = 0;
  for (; value != 0; value >>= 8) ++width;
  return width;
}

std::int64_t day_of(std::int64_t ms) {
  const std::int64_t local = number_of(bits_of(ms) + bits_of(kShanghai));
  return local / kDay - (local % kDay < 0 ? 1 : 0);
}

bool offered(Guess guess, const Guesses& guesses, std::size_t count) {
  switch (guess) {
    case Guess::kNothing:
      return true;
    case Guess::kPrevious:
      return count > 1;
    case Guess::kClock:
    case Guess::kDate:
      return guesses.clock.size() == count;
    case Guess::kTime:
      return guesses.time.size() == count;
  }
  return false;
}

// What cell i is guessed to be; kPrevious is the caller's.
std::int64_t guess_at(Guess guess, const Guesses& guesses, std::size_t i) {
  switch (guess) {
    case Guess::kClock:
      return guesses.clock[i];
    case Guess::kTime:
      return guesses.time[i];
    case Guess::kDate:
      return day_of(guesses.clock[i]);
    default:
      return 0;
  }
}

// One way to write a column: the differences from the guesses, and what they would cost.
struct Plan {
  Guess guess = Guess::kNothing;
  std::uint8_t width = 0;
  std::int64_t base = 0;
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::vector<std::int64_t> rest;  // one fewer than the values for kPrevious
};

Plan plan_of(Guess guess, std::span<const std::int64_t> values, const Guesses& guesses) {
  Plan plan;
  plan.guess = guess;
  const bool previous = guess == Guess::kPrevious;
  for (std::size_t i = previous ? 1 : 0; i < values.size(); ++i) {
    const std::int64_t guessed = previous ? values[i - 1] : guess_at(guess, guesses, i);
    plan.rest.push_back(number_of(bits_of(values[i]) - bits_of(guessed)));
  }
  const auto [least, most] = std::minmax_element(plan.rest.begin(), plan.rest.end());
  plan.base = *least;
  plan.width = width_of(bits_of(*most) - bits_of(*least));
  plan.bytes = zigzag_bytes(plan.base) + plan.width * plan.rest.size();
  std::size_t list_bytes = 0;
  for (const std::int64_t r : plan.rest) list_bytes += zigzag_bytes(r);
  if (list_bytes < plan.bytes) {
    plan.width = kList;
    plan.bytes = list_bytes;
  }
  if (previous) plan.bytes += zigzag_bytes(values[0]);
  return plan;
}

// The whole column in its form byte; 0: it does not fit.
std::uint8_t short_form(const Plan& plan) {
  if (plan.width != 0) return 0;
  const std::uint64_t zigzag = bits_of(plan.base) << 1 ^ bits_of(plan.base >> 63);
  if (plan.guess == Guess::kNothing && zigzag < kConstant) {
    return static_cast<std::uint8_t>(kConstant + zigzag);
  }
  if (plan.guess == Guess::kClock && plan.base == 0) return kAtClock;
  if (plan.guess == Guess::kTime && plan.base == 0) return kAtTime;
  return 0;
}

bool decode_short(std::uint8_t form, const Guesses& guesses, std::span<std::int64_t> out) {
  if (form >= kConstant) {
    const std::uint64_t zigzag = form - kConstant;
    const std::int64_t value = number_of(zigzag >> 1 ^ (~(zigzag & 1) + 1));
    std::fill(out.begin(), out.end(), value);
    return true;
  }
  const auto& from = form == kAtClock ? guesses.clock : guesses.time;
  if ((form != kAtClock && form != kAtTime) || from.size() != out.size()) return false;
  std::copy(from.begin(), from.end(), out.begin());
  return true;
}

void write_plan(const Plan& plan, Areas& out) {
  if (plan.width == kList) {
    for (const std::int64_t r : plan.rest) out.heads.zigzag(r);
    return;
  }
  out.heads.zigzag(plan.base);
  for (int plane = 0; plane < plan.width; ++plane) {
    ByteWriter& area = plane + 1 == plan.width ? out.heads : out.loose;
    for (const std::int64_t r : plan.rest) {
      area.integer(static_cast<std::uint8_t>((bits_of(r) - bits_of(plan.base)) >> (8 * plane)));
    }
  }
}

bool read_rest(AreaReader& in, std::uint8_t width, std::span<std::int64_t> rest) {
  if (width == kList) {
    for (std::int64_t& r : rest) r = in.heads.zigzag();
    return !in.failed();
  }
  const std::uint64_t base = bits_of(in.heads.zigzag());
  for (std::int64_t& r : rest) r = number_of(base);
  for (int plane = 0; plane < width; ++plane) {
    const ByteView bytes = (plane + 1 == width ? in.heads : in.loose).raw(rest.size());
    if (bytes.size() != rest.size()) return false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      rest[i] = number_of(bits_of(rest[i]) + (std::uint64_t{bytes[i]} << (8 * plane)));
    }
  }
  return !in.failed();
}

bool decode_integers_as(std::uint8_t form, AreaReader& in, const Guesses& guesses,
                        std::span<std::int64_t> out) {
  if (form >= kAtClock) return decode_short(form, guesses, out);
  const auto guess = static_cast<Guess>(form / kForms);
  if (form >= kForms * kGuesses || !offered(guess, guesses, out.size())) return false;
  if (guess == Guess::kPrevious) {
    out[0] = in.heads.zigzag();
    if (!read_rest(in, form % kForms, out.subspan(1))) return false;
    for (std::size_t i = 1; i < out.size(); ++i) {
      out[i] = number_of(bits_of(out[i]) + bits_of(out[i - 1]));
    }
    return true;
  }
  if (!read_rest(in, form % kForms, out)) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = number_of(bits_of(out[i]) + bits_of(guess_at(guess, guesses, i)));
  }
  return true;
}

std::int64_t time_of(const Id16& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id[i];
  return ms;
}
void set_time(Id16& id, std::int64_t ms) {
  for (std::size_t i = 0; i < 6; ++i) {
    id[i] = static_cast<std::uint8_t>(bits_of(ms) >> (8 * (5 - i)));
  }
}

std::optional<std::int64_t> number_in(const Bytes& value) {
  ByteReader reader(value);
  const std::int64_t number = reader.zigzag();
  if (!reader.done()) return std::nullopt;
  return number;
}

// As ByteWriter::zigzag, in one piece: a segment has tens of thousands of these.
void assign_zigzag(std::int64_t number, Bytes& out) {
  std::array<std::uint8_t, 10> bytes;
  std::size_t size = 0;
  for (std::uint64_t left = bits_of(number) << 1 ^ bits_of(number >> 63);; left >>= 7) {
    bytes[size] = static_cast<std::uint8_t>(left | 0x80);
    if (left >> 7 == 0) break;
    ++size;
  }
  bytes[size++] &= 0x7f;
  out.assign(bytes.begin(), bytes.begin() + size);
}

// The parts of a step as model/step writes them: from, to, reason, actor.
struct Step {
  std::int64_t from = 0;
  std::int64_t to = 0;
  Bytes reason;
  Id16 actor{};
};
std::optional<Step> step_in(const Bytes& value) {
  ByteReader reader(value);
  Step step;
  step.from = number_of(reader.varint());
  step.to = number_of(reader.varint());
  step.reason = to_bytes(reader.block());
  step.actor = reader.array<16>();
  if (!reader.done() || !is_utf8(text_of(step.reason))) return std::nullopt;
  return step;
}

template <class Predicate>
bool all(const std::vector<const Bytes*>& values, Predicate predicate) {
  return std::all_of(values.begin(), values.end(),
                     [&](const Bytes* value) { return predicate(*value); });
}

}  // namespace

void Areas::text(ByteView utf8) {
  if (packed_) {
    bits_.add(utf8);
  } else {
    encode_text(utf8, texts_);
    texts_.integer(std::uint8_t{0});
  }
}

Bytes Areas::take_texts() { return packed_ ? bits_.take() : texts_.take(); }

void encode_integers(std::span<const std::int64_t> values, const Guesses& guesses, Areas& out) {
  if (values.empty()) return;
  Plan best;
  for (std::uint8_t g = 0; g < kGuesses; ++g) {
    const auto guess = static_cast<Guess>(g);
    if (!offered(guess, guesses, values.size())) continue;
    Plan plan = plan_of(guess, values, guesses);
    if (plan.bytes < best.bytes) best = std::move(plan);
  }
  if (const std::uint8_t form = short_form(best); form != 0) {
    out.heads.integer(form);
    return;
  }
  const auto guess = static_cast<std::uint8_t>(best.guess);
  out.heads.integer(static_cast<std::uint8_t>(guess * kForms + best.width));
  if (best.guess == Guess::kPrevious) out.heads.zigzag(values[0]);
  write_plan(best, out);
}

bool decode_integers(AreaReader& in, const Guesses& guesses, std::span<std::int64_t> out) {
  if (out.empty()) return true;
  return decode_integers_as(in.heads.integer<std::uint8_t>(), in, guesses, out) && !in.failed();
}

// A token each: 0 new, 1 as before in this column, else 2 + how far back in the list of ids. Then
// the times of the new ids as integers, and their other ten bytes.
void IdWriter::encode(std::span<const Id16> ids, const std::vector<std::int64_t>& clock,
                      Areas& out) {
  std::vector<std::int64_t> times;
  Guesses guesses;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto [found, added] = places_.emplace(ids[i], places_.size());
    if (added) {
      out.heads.varint(0);
      times.push_back(time_of(ids[i]));
      guesses.clock.push_back(clock[i]);
      out.loose.raw(ByteView(ids[i]).subspan(6));
    } else if (i > 0 && ids[i] == ids[i - 1]) {
      out.heads.varint(1);
    } else {
      out.heads.varint(2 + places_.size() - 1 - found->second);
    }
  }
  encode_integers(times, guesses, out);
}

bool IdReader::decode(AreaReader& in, const std::vector<std::int64_t>& clock, std::span<Id16> out) {
  std::vector<std::size_t> fresh;
  std::vector<std::size_t> places(out.size());
  Guesses guesses;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t token = in.heads.varint();
    if (in.failed()) return false;
    if (token == 0) {
      fresh.push_back(i);
      guesses.clock.push_back(clock[i]);
      places[i] = ids_.size();
      ids_.push_back({});
      const ByteView tail = in.loose.raw(10);
      if (tail.size() != 10) return false;
      std::memcpy(ids_.back().data() + 6, tail.data(), 10);
    } else if (token == 1 ? i == 0 : token - 2 >= ids_.size()) {
      return false;
    } else {
      places[i] = token == 1 ? places[i - 1] : ids_.size() - 1 - (token - 2);
    }
  }
  std::vector<std::int64_t> times(fresh.size());
  if (!decode_integers(in, guesses, times)) return false;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (times[i] < 0 || times[i] >> 48 != 0) return false;
    set_time(ids_[places[fresh[i]]], times[i]);
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = ids_[places[i]];
  return true;
}

std::vector<std::int64_t> ValueWriter::encode(const std::vector<const Bytes*>& values,
                                              const Guesses& guesses, std::uint8_t kind) {
  std::vector<std::int64_t> numbers;
  for (const Bytes* value : values) {
    const auto number = number_in(*value);
    if (!number) break;
    numbers.push_back(*number);
  }
  if (numbers.size() == values.size()) {
    encode_integers(numbers, guesses, out_);
    return numbers;
  }
  const auto is_text = [](const Bytes& value) { return is_utf8(text_of(value)); };
  if (all(values, is_text)) {
    out_.heads.integer(kTexts);
    for (const Bytes* value : values) out_.text(*value);
  } else if (all(values, [](const Bytes& value) { return value.size() == 16; })) {
    out_.heads.integer(kIds);
    std::vector<Id16> ids(values.size());
    for (std::size_t i = 0; i < ids.size(); ++i) std::memcpy(ids[i].data(), values[i]->data(), 16);
    ids_.encode(ids, guesses.clock, out_);
  } else if (kind != static_cast<std::uint8_t>(model::OpKind::kStep) || !steps(values, guesses)) {
    out_.heads.integer(kBlocks);
    std::vector<std::int64_t> sizes;
    sizes.reserve(values.size());
    for (const Bytes* value : values) sizes.push_back(static_cast<std::int64_t>(value->size()));
    encode_integers(sizes, {}, out_);
    for (const Bytes* value : values) out_.loose.raw(*value);
  }
  return {};
}

bool ValueWriter::steps(const std::vector<const Bytes*>& values, const Guesses& guesses) {
  std::vector<std::int64_t> from;
  std::vector<std::int64_t> to;
  std::vector<Bytes> reasons;
  std::vector<Id16> actors;
  for (const Bytes* value : values) {
    auto step = step_in(*value);
    if (!step) return false;
    from.push_back(step->from);
    to.push_back(step->to);
    reasons.push_back(std::move(step->reason));
    actors.push_back(step->actor);
  }
  out_.heads.integer(kSteps);
  encode_integers(from, {}, out_);
  encode_integers(to, {}, out_);
  for (const Bytes& reason : reasons) out_.text(reason);
  ids_.encode(actors, guesses.clock, out_);
  return true;
}

bool ValueReader::decode(const std::vector<Bytes*>& values, const Guesses& guesses,
                         std::vector<std::int64_t>& numbers) {
  const auto form = in_.heads.integer<std::uint8_t>();
  if (in_.failed()) return false;
  switch (form) {
    case kIds: {
      std::vector<Id16> ids(values.size());
      if (!ids_.decode(in_, guesses.clock, ids)) return false;
      for (std::size_t i = 0; i < ids.size(); ++i) values[i]->assign(ids[i].begin(), ids[i].end());
      return true;
    }
    case kTexts:
      return std::all_of(values.begin(), values.end(), [&](Bytes* value) {
        value->clear();
        return in_.text(*value);
      });
    case kBlocks:
      return blocks(values);
    case kSteps:
      return steps(values, guesses);
    default:
      break;
  }
  numbers.resize(values.size());
  if (!decode_integers_as(form, in_, guesses, numbers)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) assign_zigzag(numbers[i], *values[i]);
  return true;
}

bool ValueReader::blocks(const std::vector<Bytes*>& values) {
  std::vector<std::int64_t> sizes(values.size());
  if (!decode_integers(in_, {}, sizes)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (sizes[i] < 0 || bits_of(sizes[i]) > in_.loose.left()) return false;
    *values[i] = to_bytes(in_.loose.raw(bits_of(sizes[i])));
  }
  return true;
}

bool ValueReader::steps(const std::vector<Bytes*>& values, const Guesses& guesses) {
  std::vector<std::int64_t> from(values.size());
  std::vector<std::int64_t> to(values.size());
  std::vector<Bytes> reasons(values.size());
  std::vector<Id16> actors(values.size());
  if (!decode_integers(in_, {}, from) || !decode_integers(in_, {}, to)) return false;
  for (Bytes& reason : reasons) {
    if (!in_.text(reason)) return false;
  }
  if (!ids_.decode(in_, guesses.clock, actors)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    ByteWriter value;
    value.varint(bits_of(from[i]));
    value.varint(bits_of(to[i]));
    value.block(reasons[i]);
    value.raw(actors[i]);
    *values[i] = value.take();
  }
  return true;
}

}  // namespace mq::seal
