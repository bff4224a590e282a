// Row 2: bytes on the wire for workload W, sealing included, against its Protobuf bytes; and one
// visit alone.
//
// What leaves a device is counted whole: header, signature, tag, padding. Bytes are exact and the
// same on every machine.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/segment.h"
#include "mq/wire/envelope.h"
#include "rows.h"
#include "visit.pb.h"

namespace mq::bench {

namespace {

constexpr std::uint32_t kDevices = 20;
constexpr std::size_t kAround = wire::kHeaderBytes + 64 + 16;

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

// Seals one stream of one device to the end, as the sealer does, and opens it again.
std::size_t bytes_sealed(std::vector<model::Transaction> all, bool diary) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i].n = i + 1;
  model::Context there;
  std::size_t bytes = 0;
  constexpr std::size_t kAtOnce = 200;
  for (std::size_t at = 0; at < all.size();) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto left = std::min(kAtOnce, all.size() - at);
    const std::vector<model::Transaction> next(begin, begin + static_cast<std::ptrdiff_t>(left));
    const auto fitted = must(seal::fit_segment(next, {}, {at == 0, diary}));
    const auto back = must(seal::decode_segment(fitted.plaintext, there));
    if (!std::equal(back.begin(), back.end(), next.begin())) stop("a segment is not the same");
    bytes += fitted.plaintext.size() + kAround;
    at += fitted.count;
  }
  return bytes;
}

void alone(const w::Data& data) {
  constexpr std::size_t kMost = 2000;
  std::vector<double> sizes;
  double sum = 0, protobuf = 0;
  for (const w::Visit& v : data.v) {
    if (sizes.size() == kMost) break;
    model::Transaction t = transaction_of(op_of(v));
    t.n = 1;
    sizes.push_back(static_cast<double>(must(seal::encode_segment({t}, {}, {})).size() + kAround));
    sum += sizes.back();
    protobuf += static_cast<double>(protobuf_bytes(v));
  }
  const auto n = static_cast<double>(sizes.size());
  print({"2", cat("one visit sent alone, mean of ", sizes.size()), number(sum / n, 1) + " B",
         number(protobuf / n, 1) + " B", sum / n, "B", 450, false, "its Protobuf bytes, unsigned"});
  print_fact("2", cat("one visit alone: median ", number(median(sizes), 0), " B, p90 ",
                      number(quantile(sizes, 0.9), 0), " B"));
}

}  // namespace

void row_wire(Bench& bench) {
  const w::Data data = w::generate(bench.sizes.visits, kDevices);
  std::size_t protobuf = 0;
  std::vector<std::vector<model::Transaction>> village(kDevices), diary(kDevices);
  for (const w::Visit& v : data.v) {
    protobuf += protobuf_bytes(v);
    village[v.device].push_back(transaction_of(op_of(v)));
  }
  for (const w::Diary& d : data.d) {
    protobuf += protobuf_bytes(d);
    diary[d.device].push_back(transaction_of(op_of(d)));
  }
  for (const w::Edit& e : data.e) {
    const w::Visit& v = data.v[e.visit_ix];
    protobuf += protobuf_bytes(e, v);
    village[e.device].push_back(transaction_of(op_of(e, v)));
  }
  std::size_t sealed = 0;
  for (std::uint32_t device = 0; device < kDevices; ++device) {
    progress(cat("wire: device ", device + 1));
    sealed += bytes_sealed(std::move(village[device]), false);
    sealed += bytes_sealed(std::move(diary[device]), true);
  }
  const auto a = static_cast<double>(sealed), b = static_cast<double>(protobuf);
  print({"2", cat("wire bytes of W, ", bench.sizes.visits, " visits"), number(a / 1024, 0) + " KiB",
         number(b / 1024, 0) + " KiB", a / b, "×", 0.34, false, "Protobuf bytes, in the clear"});
  alone(data);
}

}  // namespace mq::bench
