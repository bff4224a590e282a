#include <algorithm>

#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

constexpr std::uint32_t kDevices = 20;

void append(std::vector<wire::Envelope>& to, std::vector<wire::Envelope> from) {
  for (wire::Envelope& envelope : from) to.push_back(std::move(envelope));
}

}  // namespace

Corpus::Corpus(const std::string& folder, std::uint32_t visits)
    : town(folder), data(w::generate(visits, kDevices)) {
  const HomeOptions options{&w_schema(), {1, 8u << 10}};
  admin = town.found(1, options);
  village = admin->vault().stream(admin->stream(sync::pb::STREAM_KIND_VILLAGE))->id;
  for (std::uint32_t i = 0; i < kDevices; ++i) {
    progress(cat("corpus: joining device ", i + 1));
    const auto code = town.invite(*admin, sync::pb::ROLE_KIND_CADRE, cat("干部", i + 1));
    authors.push_back(town.join(code, options));
  }
  std::vector<model::Transaction> roster;
  for (const Household& household : households_of(data)) {
    ops.push_back(op_of(household));
    roster.push_back(transaction_of(ops.back()));
  }
  // One control head for all of them, so that nothing of the log changes between two pushes.
  for (auto& author : authors) author->sync();
  admin->sync();
  append(envelopes, Author(*admin, village).seal(roster));
  push(town, *admin, envelopes);

  std::vector<std::vector<model::Transaction>> in_village(kDevices), in_diary(kDevices);
  for (const w::Visit& v : data.v) {
    ops.push_back(op_of(v));
    in_village[v.device].push_back(transaction_of(ops.back()));
  }
  for (const w::Diary& d : data.d) {
    ops.push_back(op_of(d));
    in_diary[d.device].push_back(transaction_of(ops.back()));
  }
  for (const w::Edit& e : data.e) {
    ops.push_back(op_of(e, data.v[e.visit_ix]));
    in_village[e.device].push_back(transaction_of(ops.back()));
  }
  for (std::uint32_t i = 0; i < kDevices; ++i) {
    progress(cat("corpus: sealing the work of device ", i + 1));
    Device& device = *authors[i];
    const StreamId diary = device.vault().stream(device.stream(sync::pb::STREAM_KIND_DIARY))->id;
    auto own = Author(device, village).seal(std::move(in_village[i]));
    append(own, Author(device, diary).seal(std::move(in_diary[i])));
    push(town, device, own);
    append(envelopes, std::move(own));
  }
  for (const wire::Envelope& envelope : envelopes) sealed_bytes += envelope.bytes();
}

Corpus& Bench::corpus() {
  if (!corpus_) corpus_ = std::make_unique<Corpus>(folder + "/corpus", sizes.held);
  return *corpus_;
}

Device& Bench::holder() {
  if (!holder_) {
    const HomeOptions options{&w_schema(), {}};
    Corpus& held = corpus();
    const auto code = held.town.invite(*held.admin, sync::pb::ROLE_KIND_DESK, "内勤");
    holder_ = held.town.join(code, options);
    holder_->sync();
  }
  return *holder_;
}

}  // namespace mq::bench
