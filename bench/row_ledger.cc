// Row 9, ledgers: RP01 of a month and of a year over a million visits of three real villages.
//
// The visits come in through Vault::apply, the path of a first sync: real rows, merge data, chains
// and envelope records; only the envelopes' ciphertext is a stand-in, since nothing opens it here.
// The raw limit counts the same figures (per village, per cadre, in all, distinct households among
// them) with SQL over a covering index in plain SQLite.
#include <sqlite3.h>

#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "mq/work/entry.h"
#include "mq/work/ledger.h"
#include "mq/work/today.h"
#include "rows.h"
#include "township.h"

namespace mq::bench {

namespace {

using V = model::pb::Visit;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kLastDay = 20'714;  // 2026-09-18
constexpr std::int64_t kPerDay = 720;      // as in W
constexpr std::size_t kInEnvelope = 100;
constexpr std::size_t kDevices = 20;

struct Fact {
  std::size_t village = 0, household = 0, cadre = 0, text = 0;
  std::int64_t day = 0, outcome = 0, part = 0;
};

struct Place {
  std::vector<work::Village> villages;
  std::vector<std::vector<work::Household>> households;  // by village
  std::vector<work::Cadre> cadres;
  std::vector<std::string> texts;
};

Place place_of(Township& township) {
  const work::Workplace workplace = township.place();
  const work::Directory directory(workplace);
  Place place;
  for (work::Village& village : must(directory.villages())) {
    auto households = must(directory.households(village.stream));
    if (households.empty()) continue;
    place.households.push_back(std::move(households));
    place.villages.push_back(std::move(village));
  }
  place.cadres = must(directory.cadres());
  w::Rng random{5};
  for (int i = 0; i < 2'000; ++i) place.texts.push_back(w::text(random, 60, 200));
  return place;
}

std::vector<Fact> facts_of(const Place& place, std::uint32_t count) {
  w::Rng random{11};
  std::vector<Fact> out(count);
  const auto below = [&](std::size_t n) {
    return std::size_t{random.below(static_cast<std::uint32_t>(n))};
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    Fact& fact = out[i];
    fact.village = (i / kInEnvelope) % place.villages.size();
    fact.household = below(place.households[fact.village].size());
    fact.cadre = below(place.cadres.size());
    fact.text = below(place.texts.size());
    fact.day = kLastDay - (count - 1 - i) / kPerDay;
    fact.outcome = 1 + static_cast<std::int64_t>(below(5));
    fact.part = 1 + static_cast<std::int64_t>(below(3));
  }
  return out;
}

model::Transaction visit_of(const Place& place, const Fact& fact, const model::Entity& entity,
                            const RowId& row) {
  model::Transaction t;
  t.hlc = Hlc::of(fact.day * kDayMs + 20'000'000);
  t.clock_class = ClockClass::kAnchored;
  const auto set = [&](std::uint32_t number, const model::Value& value) {
    const model::Field& field = *entity.field(number);
    t.ops.push_back(
        {field.op_kind(), entity.number, row, number, model::encode_value(field, value)});
  };
  const auto id = [](const RowId& of) { return model::Value(to_bytes(of.view())); };
  set(V::kVisitedByFieldNumber, id(place.cadres[fact.cadre].id));
  set(V::kRecordedByFieldNumber, id(place.cadres[fact.cadre].id));
  set(V::kTargetKindFieldNumber, std::int64_t{1});
  set(V::kHouseholdIdFieldNumber, id(place.households[fact.village][fact.household].id));
  set(V::kVillageIdFieldNumber, id(place.villages[fact.village].org_unit));
  set(V::kDateFieldNumber, fact.day);
  set(V::kPartFieldNumber, fact.part);
  set(V::kTextFieldNumber, place.texts[fact.text]);
  set(V::kVisitTypeFieldNumber, std::int64_t{1});
  set(V::kMethodFieldNumber, std::int64_t{1});
  set(V::kOutcomeFieldNumber, fact.outcome);
  return t;
}

// What one device sent of one village: a chain of envelopes.
struct Chain {
  wire::EnvelopeHeader header;
  std::uint64_t n = 0;
};

class Loader {
 public:
  Loader(Township& township, const Place& place) : town_(township), place_(place) {}

  void load(const std::vector<Fact>& facts) {
    constexpr std::size_t kInCommit = 40;
    for (std::size_t at = 0; at < facts.size();) {
      must(town_.device->vault().together([&]() -> Status {
        for (std::size_t i = 0; i < kInCommit && at < facts.size(); ++i) {
          const std::size_t end = std::min(facts.size(), at + kInEnvelope);
          MQ_CHECK(envelope({facts.data() + at, end - at}));
          at = end;
        }
        return {};
      }));
      progress(cat("ledger: loaded ", at, " of ", facts.size()));
    }
  }

 private:
  Status envelope(std::span<const Fact> facts) {
    vault::Vault& vault = town_.device->vault();
    const work::Village& village = place_.villages[facts.front().village];
    const vault::StreamInfo& stream = *vault.stream(village.stream);
    Chain& chain = chains_[{village.stream, ++count_ % kDevices}];
    wire::Envelope envelope;
    wire::EnvelopeHeader& header = chain.header;
    header.stream = stream.id;
    header.device.data[0] = static_cast<std::uint8_t>(1 + count_ % kDevices);
    header.incarnation = 1;
    ++header.seq;
    const Bytes counter = to_bytes(view_of(std::to_string(count_)));
    envelope.ct = Bytes(64, 0);
    std::copy(counter.begin(), counter.end(), envelope.ct.begin());
    header.ct_bytes = 64;
    envelope.header = header;
    envelope.ct_hash = wire::ciphertext_hash(envelope.ct);
    header.prev = envelope.hash();
    std::vector<model::Transaction> transactions;
    for (const Fact& fact : facts) {
      RowId row;
      row.data = w::ulid(ids_, fact.day * kDayMs);
      transactions.push_back(visit_of(place_, fact, *vault.schema().entity("Visit"), row));
      transactions.back().n = ++chain.n;
    }
    MQ_TRY(const auto applied, vault.apply(village.stream, envelope, transactions));
    if (applied != vault::Vault::Applied::kMerged) stop("a visit does not merge");
    return vault.set_cursor(village.stream, {++index_[village.stream], {}}, envelope.hash(),
                            {(facts.back().day + 1) * kDayMs});
  }

  Township& town_;
  const Place& place_;
  std::map<std::pair<vault::StreamIx, std::size_t>, Chain> chains_;
  std::map<vault::StreamIx, std::uint64_t> index_;
  std::size_t count_ = 0;
  w::Rng ids_{21};
};

void load_plain(Plain& plain, const Place& place, const std::vector<Fact>& facts) {
  plain.execute(
      "CREATE TABLE v(village INTEGER, date INTEGER, household BLOB, cadre BLOB, outcome INTEGER, "
      "part INTEGER, recorded INTEGER, text TEXT); BEGIN");
  sqlite3_stmt* insert = plain.prepare("INSERT INTO v VALUES(?,?,?,?,?,?,?,?)");
  for (const Fact& fact : facts) {
    const RowId& household = place.households[fact.village][fact.household].id;
    const RowId& cadre = place.cadres[fact.cadre].id;
    const std::string& text = place.texts[fact.text];
    sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(fact.village));
    sqlite3_bind_int64(insert, 2, fact.day);
    sqlite3_bind_blob(insert, 3, household.data.data(), 16, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 4, cadre.data.data(), 16, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 5, fact.outcome);
    sqlite3_bind_int64(insert, 6, fact.part);
    sqlite3_bind_int64(insert, 7, fact.day);
    sqlite3_bind_text(insert, 8, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) stop("plain SQLite does not store a row");
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  plain.execute("COMMIT");
  plain.execute(
      "CREATE INDEX covering ON v(date, village, cadre, household, outcome, part, recorded)");
}

// The figures of RP01 by SQL; returns the number of visits.
std::int64_t count_plain(Plain& plain, const work::Period& period) {
  const std::string counts =
      "count(*), count(DISTINCT CASE WHEN outcome <= 2 THEN household END), sum(outcome <= 2), "
      "sum(outcome = 3), sum(outcome = 4), sum(outcome = 5), sum(part = 3), "
      "sum(recorded - date > 3) FROM v WHERE date BETWEEN ?1 AND ?2";
  std::int64_t visits = 0;
  for (const char* group : {"village", "cadre", ""}) {
    const std::string by = *group == '\0' ? "" : cat(" GROUP BY ", group);
    sqlite3_stmt* select = plain.prepare(cat("SELECT ", counts, by));
    sqlite3_bind_int64(select, 1, period.from.days);
    sqlite3_bind_int64(select, 2, period.to.days);
    while (sqlite3_step(select) == SQLITE_ROW) visits = sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
  }
  return visits;
}

std::int64_t visits_in(const work::Ledger& ledger) {
  for (std::size_t i = 0; i < ledger.columns.size(); ++i) {
    if (ledger.columns[i] == "走访户次") return std::get<std::int64_t>(ledger.totals[i]);
  }
  stop("the ledger has no count of visits");
}

struct Times {
  double ours = 0, raw = 0;  // ms
  std::int64_t visits = 0;
};

Times compare(Township& township, Plain& plain, const work::Period& period, int repeats) {
  std::vector<double> ours, raw;
  Times times;
  for (int i = 0; i <= repeats; ++i) {
    work::LedgerRequest request;
    request.period = period;
    const work::Workplace workplace = township.place();
    const Watch first;
    times.visits = visits_in(must(work::ledger_rp01(workplace, request)));
    const double a = first.ms();
    const Watch second;
    if (count_plain(plain, period) != times.visits) stop("the two counts differ");
    const double b = second.ms();
    if (i == 0 && repeats > 1) continue;
    ours.push_back(a);
    raw.push_back(b);
  }
  times.ours = median(ours);
  times.raw = median(raw);
  return times;
}

// One issue to ten visits; one in a hundred of them is open.
class Issues {
 public:
  Issues(Township& township, const Place& place)
      : place_(place), at_(township.place()), entity_(at_.vault.schema().entity("Issue")->number) {}

  void add(std::size_t count) {
    for (std::size_t done = 0; done < count;) {
      std::map<vault::StreamIx, std::vector<vault::Change>> changes;
      for (std::size_t i = 0; i < kInCommit && done < count; ++i, ++done) add_one(done, changes);
      std::vector<vault::Draft> drafts;
      for (auto& [stream, list] : changes) drafts.push_back({stream, std::move(list)});
      must(at_.vault.commit(drafts, at_.vault.view()));
    }
  }

 private:
  using I = model::pb::Issue;
  static constexpr std::size_t kInCommit = 1'000;

  void add_one(std::size_t at, std::map<vault::StreamIx, std::vector<vault::Change>>& changes) {
    const work::Village& village = place_.villages[at % place_.villages.size()];
    const bool open = at % 100 == 0;
    const std::int64_t day = kLastDay - static_cast<std::int64_t>(at % 700) - 10;
    RowId row;
    at_.random.fill(row.data);
    const auto set = [&](std::uint32_t field, model::Value value) {
      vault::Change change;
      change.entity = entity_;
      change.row = row;
      change.field = field;
      change.value = std::move(value);
      changes[village.stream].push_back(std::move(change));
    };
    const std::int64_t state =
        open ? model::pb::ISSUE_STATE_ACCEPTED : model::pb::ISSUE_STATE_FINISHED;
    const std::string& text = place_.texts[at % place_.texts.size()];
    set(I::kTitleFieldNumber, std::string(first_characters(text, 10)));
    set(I::kTextFieldNumber, text);
    set(I::kStateFieldNumber, state);
    set(I::kVillageIdFieldNumber, to_bytes(village.org_unit.view()));
    set(I::kRegisteredOnFieldNumber, day);
    set(I::kDueAtFieldNumber, (day + 20) * kDayMs);
    set(I::kRecordedByFieldNumber, to_bytes(place_.cadres[at % place_.cadres.size()].id.view()));
    if (open) return;
    set(I::kClosedOnFieldNumber, day + 5);
    set(I::kCallbackFieldNumber, std::int64_t{1});
  }

  const Place& place_;
  const work::Workplace at_;
  const std::uint32_t entity_;
};

constexpr double kFrameMs = 1000.0 / 60;
constexpr std::size_t kPairs = 4;  // of a cadre of county rank

// What a screen asks each time it is opened, by somebody who has not met one of his households.
void measure_today(Township& township, const Place& place, std::size_t held, int repeats) {
  const work::Workplace workplace = township.place();
  const std::size_t issues = held / 10;
  Issues(township, place).add(issues);
  const work::Cadre me = *must(work::Directory(workplace).me());
  for (std::size_t i = 0; i < kPairs; ++i) {
    const auto made =
        must(work::add_pairing(workplace, {{"cadre_id", me.name},
                                           {"household_id", place.households.front()[i].number},
                                           {"from", "2026-01-05"}}));
    if (!made.ok()) stop("a pairing is refused");
  }
  std::vector<double> times;
  for (int i = 0; i <= 3 * repeats; ++i) {
    const Watch watch;
    if (must(work::today(workplace)).pairs != static_cast<int>(kPairs)) stop("a pairing is lost");
    if (i > 0) times.push_back(watch.ms());
  }
  print({"9",
         cat("today, for a cadre with ", kPairs, " households, ", held, " visits and ", issues,
             " issues held"),
         number(median(times), 1) + " ms", number(kFrameMs, 1) + " ms", median(times), "ms",
         kFrameMs, false, "one frame at 60 Hz"});
}

}  // namespace

void row_ledger(Bench& bench) {
  const Folder folder(bench.folder);
  Township township(folder / "town");
  township.import_organisation(bench.samples);
  const Place place = place_of(township);
  const std::vector<Fact> facts = facts_of(place, bench.sizes.million);
  const Watch loading;
  Loader(township, place).load(facts);
  const double seconds = loading.seconds();
  Plain plain(folder / "plain.db", nullptr);
  load_plain(plain, place, facts);

  const Date last{static_cast<std::int32_t>(kLastDay)};
  const Times month = compare(township, plain, {Date{last.days - 30}, last}, bench.sizes.repeats);
  print({"9", cat("RP01 of a month (", month.visits, " visits), ", facts.size(), " held"),
         number(month.ours, 0) + " ms", number(month.raw, 0) + " ms", month.ours, "ms", 200, false,
         "the same count over a plain covering index"});
  const Times year = compare(township, plain, {Date{last.days - 364}, last}, bench.sizes.repeats);
  print({"9", cat("RP01 of a year (", year.visits, " visits), ", facts.size(), " held"),
         number(year.ours, 0) + " ms", number(year.raw, 0) + " ms", year.ours / year.raw, "×", 2,
         false, "the same count over a plain covering index"});
  measure_today(township, place, facts.size(), bench.sizes.repeats);
  print_fact("9", cat("loading ", facts.size(), " visits of the product's schema through apply: ",
                      number(static_cast<double>(facts.size()) / seconds, 0), " visits/s"));
}

}  // namespace mq::bench
