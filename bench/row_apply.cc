// Row 4: verify, open and merge what others wrote, against SQLite's own session apply of the same
// row ops, which verifies and opens nothing. Both commit at the same places: after each 256 KiB
// received, as the engine does.
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include <algorithm>

#include "mq/base/text.h"
#include "rows.h"

namespace mq::bench {

namespace {

constexpr std::size_t kExchangeBytes = 262'144;

struct Batch {
  std::vector<wire::Envelope> envelopes;
  std::vector<std::uint8_t> changeset;
};

int keep_ours(void*, int, sqlite3_changeset_iter*) { return SQLITE_CHANGESET_REPLACE; }

// What a session records of the same row ops, cut into as many pieces as there are batches.
void record_changesets(const std::string& path, const std::vector<RowOp>& ops,
                       std::vector<Batch>& batches) {
  Plain plain(path);
  std::size_t at = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const std::size_t end = ops.size() * (i + 1) / batches.size();
    sqlite3_session* session = nullptr;
    if (sqlite3session_create(plain.raw(), "main", &session) != SQLITE_OK ||
        sqlite3session_attach(session, nullptr) != SQLITE_OK) {
      stop("no session");
    }
    plain.execute("BEGIN");
    for (; at < end; ++at) plain.put(ops[at]);
    plain.execute("COMMIT");
    int bytes = 0;
    void* changes = nullptr;
    if (sqlite3session_changeset(session, &bytes, &changes) != SQLITE_OK) stop("no changeset");
    const auto* begin = static_cast<const std::uint8_t*>(changes);
    batches[i].changeset.assign(begin, begin + bytes);
    sqlite3_free(changes);
    sqlite3session_delete(session);
  }
}

double apply_changesets(const std::string& path, std::vector<Batch>& batches) {
  Plain plain(path);
  const Watch watch;
  for (Batch& batch : batches) {
    if (sqlite3changeset_apply(plain.raw(), static_cast<int>(batch.changeset.size()),
                               batch.changeset.data(), nullptr, keep_ours, nullptr) != SQLITE_OK) {
      stop("a changeset does not apply");
    }
  }
  return watch.seconds();
}

double receive_all(Town& town, Device& admin, const std::vector<Batch>& batches) {
  const auto code = town.invite(admin, sync::pb::ROLE_KIND_DESK, "内勤");
  const auto device = town.join(code, {&w_schema(), {1, 8u << 10}});
  const auto merged = [](std::size_t, seal::Sealer::Received received) -> Status {
    if (received != seal::Sealer::Received::kMerged) stop("an envelope does not merge");
    return {};
  };
  const Watch watch;
  for (const Batch& batch : batches) {
    std::vector<const wire::Envelope*> envelopes;
    for (const wire::Envelope& envelope : batch.envelopes) envelopes.push_back(&envelope);
    must(device->vault().together([&]() -> Status {
      return device->sealer().receive_all(envelopes, device->control().state(), merged);
    }));
  }
  return watch.seconds();
}

}  // namespace

void row_apply(Bench& bench) {
  const Folder folder(bench.folder);
  Corpus corpus(folder / "corpus", bench.sizes.visits);
  std::vector<Batch> batches(1);
  std::size_t bytes = 0;
  for (const wire::Envelope& envelope : corpus.envelopes) {
    bytes += envelope.bytes();
    if (bytes > kExchangeBytes) {
      batches.emplace_back();
      bytes = envelope.bytes();
    }
    batches.back().envelopes.push_back(envelope);
  }
  record_changesets(folder / "recorded.db", corpus.ops, batches);
  std::vector<double> ours, raw;
  for (int i = 0; i <= bench.sizes.repeats; ++i) {
    progress(cat("apply: run ", i));
    const double a = receive_all(corpus.town, *corpus.admin, batches);
    const double b = apply_changesets(folder / cat("applied-", i, ".db"), batches);
    if (i == 0) continue;
    ours.push_back(a);
    raw.push_back(b);
  }
  const auto n = static_cast<double>(corpus.ops.size());
  const double a = n / median(ours), b = n / median(raw);
  print({"4", cat("verify, open, merge: ", corpus.ops.size(), " row ops of 20 devices"),
         number(a, 0) + " /s", number(b, 0) + " /s", a / b, "×", 0.75, true,
         "SQLite session apply, plain and unsigned"});
}

}  // namespace mq::bench
