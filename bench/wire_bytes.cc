// Bytes on the wire for workload W, sealing included, against its Protobuf bytes; and one visit
// alone.
//
// What leaves a device is counted whole: header, signature, tag, padding. Bytes are exact and the
// same on every machine; the times are not and stand only for orientation.
#include <workload.h>  // as a system header: it keeps its own style

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "mq/seal/segment.h"
#include "mq/wire/envelope.h"
#include "visit.pb.h"

namespace {

using mq::model::Op;
using mq::model::Transaction;

constexpr std::size_t kAround = mq::wire::kHeaderBytes + 64 + 16;
enum Entity : std::uint32_t { kVisit = 30, kDiary = 40 };

mq::Bytes number(std::int64_t value) {
  mq::ByteWriter out;
  out.zigzag(value);
  return out.take();
}

// One transaction of one row; fields carry the numbers of visit.proto.
class Author {
 public:
  Author(std::uint32_t entity, const std::array<std::uint8_t, 16>& row, std::int64_t ms)
      : entity_(entity), row_{row} {
    transaction_.hlc = mq::Hlc::of(ms);
  }
  Author& set(std::uint32_t field, mq::Bytes value) {
    transaction_.ops.push_back(
        {mq::model::OpKind::kRegister, entity_, row_, field, std::move(value)});
    return *this;
  }
  Author& set(std::uint32_t field, std::int64_t value) { return set(field, number(value)); }
  Author& set(std::uint32_t field, const std::string& text) {
    return set(field, mq::to_bytes(text));
  }
  Author& set(std::uint32_t field, const std::array<std::uint8_t, 16>& id) {
    return set(field, mq::to_bytes(mq::ByteView(id)));
  }
  Transaction take() { return std::move(transaction_); }

 private:
  std::uint32_t entity_;
  mq::RowId row_;
  Transaction transaction_;
};

Transaction transaction_of(const w::Visit& v) {
  return Author(kVisit, v.id, v.created_ms)
      .set(2, v.household)
      .set(3, std::int64_t{v.cadre})
      .set(4, v.started_ms)
      .set(5, v.ended_ms)
      .set(6, std::int64_t{v.lat_e6})
      .set(7, std::int64_t{v.lon_e6})
      .set(8, std::int64_t{v.form})
      .set(9, std::int64_t{v.outcome})
      .set(10, v.summary)
      .set(11, std::int64_t{v.issues})
      .set(12, std::int64_t{v.people})
      .set(13, std::int64_t{v.status})
      .set(14, v.created_ms)
      .set(15, v.updated_ms)
      .set(16, std::int64_t{v.device})
      .take();
}
Transaction transaction_of(const w::Diary& d) {
  return Author(kDiary, d.id, d.updated_ms)
      .set(2, d.visit)
      .set(3, std::int64_t{d.cadre})
      .set(4, d.day_ms)
      .set(5, d.body)
      .set(6, d.updated_ms)
      .take();
}
Transaction transaction_of(const w::Edit& e, const w::Visit& v) {
  constexpr std::array<std::uint32_t, 4> kFields{9, 11, 13, 10};
  Author author(kVisit, v.id, e.updated_ms);
  const std::uint32_t field = kFields[static_cast<std::size_t>(e.field)];
  if (e.field == 3) {
    author.set(field, e.sval);
  } else {
    author.set(field, std::int64_t{e.ival});
  }
  return author.set(15, e.updated_ms).take();
}

std::string bytes_of(const std::array<std::uint8_t, 16>& id) { return {id.begin(), id.end()}; }

std::size_t protobuf_bytes(const w::Visit& v) {
  peers::Op op;
  auto& m = *op.mutable_v();
  m.set_id(bytes_of(v.id));
  m.set_household(bytes_of(v.household));
  m.set_cadre(v.cadre);
  m.set_started_ms(static_cast<std::uint64_t>(v.started_ms));
  m.set_ended_ms(static_cast<std::uint64_t>(v.ended_ms));
  m.set_lat_e6(v.lat_e6);
  m.set_lon_e6(v.lon_e6);
  m.set_form(static_cast<std::uint32_t>(v.form));
  m.set_outcome(static_cast<std::uint32_t>(v.outcome));
  m.set_summary(v.summary);
  m.set_issues(static_cast<std::uint32_t>(v.issues));
  m.set_people(static_cast<std::uint32_t>(v.people));
  m.set_status(static_cast<std::uint32_t>(v.status));
  m.set_created_ms(static_cast<std::uint64_t>(v.created_ms));
  m.set_updated_ms(static_cast<std::uint64_t>(v.updated_ms));
  m.set_device(v.device);
  return op.ByteSizeLong();
}
std::size_t protobuf_bytes(const w::Diary& d) {
  peers::Op op;
  auto& m = *op.mutable_d();
  m.set_id(bytes_of(d.id));
  m.set_visit(bytes_of(d.visit));
  m.set_cadre(d.cadre);
  m.set_day_ms(static_cast<std::uint64_t>(d.day_ms));
  m.set_body(d.body);
  m.set_updated_ms(static_cast<std::uint64_t>(d.updated_ms));
  return op.ByteSizeLong();
}
std::size_t protobuf_bytes(const w::Edit& e, const w::Visit& v) {
  peers::Op op;
  auto& m = *op.mutable_e();
  m.set_id(bytes_of(v.id));
  if (e.field == 0) m.set_outcome(static_cast<std::uint32_t>(e.ival));
  if (e.field == 1) m.set_issues(static_cast<std::uint32_t>(e.ival));
  if (e.field == 2) m.set_status(static_cast<std::uint32_t>(e.ival));
  if (e.field == 3) m.set_summary(e.sval);
  m.set_updated_ms(static_cast<std::uint64_t>(e.updated_ms));
  return op.ByteSizeLong();
}

struct Sum {
  std::size_t envelopes = 0;
  std::size_t bytes = 0;
  std::size_t most = 0;
  double encode_ms = 0;
  double decode_ms = 0;
};

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

[[noreturn]] void stop(const char* why) {
  std::fprintf(stderr, "wire_bytes: %s\n", why);
  std::exit(1);
}

// Seals one stream of one device to the end, as the sealer does, and opens it again.
void seal_all(std::vector<Transaction> all, bool diary, Sum& sum) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i].n = i + 1;
  mq::model::Context there;
  constexpr std::size_t kAtOnce = 200;
  for (std::size_t at = 0; at < all.size();) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto left = std::min(kAtOnce, all.size() - at);
    const std::vector<Transaction> next(begin, begin + static_cast<std::ptrdiff_t>(left));
    const auto start = std::chrono::steady_clock::now();
    const auto fitted = mq::seal::fit_segment(next, {}, {at == 0, diary});
    sum.encode_ms += since(start);
    if (!fitted.ok()) stop(fitted.error().en.c_str());
    const auto middle = std::chrono::steady_clock::now();
    const auto back = mq::seal::decode_segment(fitted->plaintext, there);
    sum.decode_ms += since(middle);
    if (!back.ok() || !std::equal(back->begin(), back->end(), next.begin())) stop("not the same");
    sum.bytes += fitted->plaintext.size() + kAround;
    sum.most = std::max(sum.most, fitted->plaintext.size() + kAround);
    ++sum.envelopes;
    at += fitted->count;
  }
}

void print(const char* what, const Sum& sum) {
  const auto n = static_cast<double>(sum.envelopes);
  std::printf(
      "%-8s %6zu envelopes %10zu B  mean %7.1f  most %6zu  encode %.2f ms  decode %.2f ms\n", what,
      sum.envelopes, sum.bytes, static_cast<double>(sum.bytes) / n, sum.most, sum.encode_ms / n,
      sum.decode_ms / n);
}

void alone(const w::Data& data) {
  Sum sum;
  std::vector<std::size_t> sizes;
  std::size_t protobuf = 0;
  for (const w::Visit& v : data.v) {
    if (sizes.size() == 2000) break;
    Transaction t = transaction_of(v);
    t.n = 7;
    const auto start = std::chrono::steady_clock::now();
    const auto plain = mq::seal::encode_segment({t}, {}, {});
    sum.encode_ms += since(start);
    if (!plain.ok()) stop(plain.error().en.c_str());
    const auto middle = std::chrono::steady_clock::now();
    mq::model::Context running;
    if (!mq::seal::decode_segment(*plain, running).ok()) stop("one visit does not open");
    sum.decode_ms += since(middle);
    sizes.push_back(plain->size() + kAround);
    sum.bytes += sizes.back();
    sum.most = std::max(sum.most, sizes.back());
    ++sum.envelopes;
    protobuf += protobuf_bytes(v);
  }
  std::sort(sizes.begin(), sizes.end());
  print("alone", sum);
  std::printf("one visit alone: mean %.1f B, median %zu B, p90 %zu B; Protobuf mean %.1f B\n",
              static_cast<double>(sum.bytes) / static_cast<double>(sizes.size()),
              sizes[sizes.size() / 2], sizes[sizes.size() * 9 / 10],
              static_cast<double>(protobuf) / static_cast<double>(sizes.size()));
}

}  // namespace

int main(int count, char** arguments) {
  constexpr std::uint32_t kDevices = 20;
  const auto visits = static_cast<std::uint32_t>(count > 1 ? std::atoi(arguments[1]) : 10'000);
  const w::Data data = w::generate(visits, kDevices);
  std::size_t protobuf = 0;
  std::vector<std::vector<Transaction>> village(kDevices);
  std::vector<std::vector<Transaction>> diary(kDevices);
  for (const auto& v : data.v) {
    protobuf += protobuf_bytes(v);
    village[v.device].push_back(transaction_of(v));
  }
  for (const auto& d : data.d) {
    protobuf += protobuf_bytes(d);
    diary[d.device].push_back(transaction_of(d));
  }
  for (const auto& e : data.e) {
    protobuf += protobuf_bytes(e, data.v[e.visit_ix]);
    village[e.device].push_back(transaction_of(e, data.v[e.visit_ix]));
  }
  Sum visit_sum;
  Sum diary_sum;
  for (std::uint32_t device = 0; device < kDevices; ++device) {
    seal_all(std::move(village[device]), false, visit_sum);
    seal_all(std::move(diary[device]), true, diary_sum);
  }
  print("village", visit_sum);
  print("diary", diary_sum);
  const std::size_t total = visit_sum.bytes + diary_sum.bytes;
  std::printf("W(%u): %zu B on the wire, %zu B Protobuf: %.4f\n", visits, total, protobuf,
              static_cast<double>(total) / static_cast<double>(protobuf));
  alone(data);
  return 0;
}
