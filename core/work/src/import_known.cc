#include "import_known.h"

#include <algorithm>

#include "minqing/model/v1/household.pb.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

Result<KnownRoster> KnownRoster::load(const Workplace& place) {
  KnownRoster out;
  out.place_ = &place;
  MQ_TRY(out.households_, Canonical::households(place));
  MQ_TRY(out.people_, Canonical::people(place));
  MQ_TRY(out.everybody_, everybody(place));
  out.by_id_.reserve(out.everybody_.size());
  for (std::size_t i = 0; i < out.everybody_.size(); ++i) {
    out.by_id_.emplace(out.everybody_[i].id, i);
    out.residents_[out.everybody_[i].household].push_back(i);
  }
  // Where no row stands for another, those who do not count are those who are struck off.
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(out.people_.plain()
                                          ? "SELECT id, stream FROM \"person\" WHERE deleted <> 0"
                                          : "SELECT id, stream FROM \"person\""));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    if (!out.by_id_.contains(row)) out.others_.emplace(row, q.integer(1));
  }
  MQ_TRY(const std::vector<Household> all, Directory(place).bare_households());
  out.stands_.reserve(all.size());
  for (const Household& one : all) {
    out.by_number_.emplace(one.number, one.id);
    out.stands_.emplace(one.id, one.stream);
  }
  return out;
}

namespace {

Reason in_another_village() {
  return {"这一户在本机登记在别的村;没有改动,真的迁了村请用 household move",
          "stands in another village here; left alone: if it has moved, household move"};
}

}  // namespace

Result<std::optional<Reason>> KnownRoster::ended(const Asked& family) const {
  if (households_.plain()) {
    const auto here = stands_.find(family.id);
    if (here == stands_.end() || here->second == family.stream) return std::optional<Reason>();
    return std::optional(in_another_village());
  }
  if (households_.of(family.id) != family.id) {
    return std::optional(Reason{"这一户已并为同一户,名册里还单独有;没有改动,请核对",
                                "was found to be one with another household; left alone"});
  }
  if (households_.home(family.id) != family.id) {
    return std::optional(Reason{"这一户已并入别的户,名册里还有;没有改动,请核对",
                                "was merged into another household; left alone"});
  }
  MQ_TRY(sqlite::Query q, place_->vault.database().query(
                              "SELECT stream FROM \"household\" WHERE id = ?1 AND deleted = 0"));
  q.bind(1, family.id.view());
  bool left = false, elsewhere = false;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    const bool there = q.integer(0) == family.stream;
    if (!households_.counts(family.id, q.integer(0))) {
      left = left || there;
    } else if (there) {
      return std::optional<Reason>();
    } else {
      elsewhere = true;
    }
  }
  if (!left && !elsewhere) return std::optional<Reason>();
  if (!left) return std::optional(in_another_village());
  return std::optional(Reason{"这一户已迁到别的村,名册里还写在原村;没有改动,请核对",
                              "moved to another village; left alone"});
}

bool KnownRoster::of_others(const Asked& family) const {
  const auto here = residents_.find(family.id);
  if (here == residents_.end()) return false;
  for (const PersonFacts& one : family.people) {
    const Where where = person(family.id, one);
    if (where.stream != 0) return false;
    for (const std::size_t i : here->second) {
      if (everybody_[i].name == one.name || alike(everybody_[i].name, one.name)) return false;
    }
  }
  return true;
}

std::u32string KnownRoster::name_of(const RowId& person) const {
  const auto found = by_id_.find(person);
  return found == by_id_.end() ? std::u32string() : everybody_[found->second].name;
}

std::vector<const PersonFacts*> KnownRoster::residents(const RowId& household) const {
  std::vector<const PersonFacts*> out;
  const auto here = residents_.find(households_.home(household));
  if (here == residents_.end()) return out;
  for (const std::size_t i : here->second) out.push_back(&everybody_[i]);
  return out;
}

std::string KnownRoster::typed_here(const Asked& family) const {
  const auto found = by_number_.find(family.number);
  if (found == by_number_.end() || found->second == family.id) return "";
  const auto here = residents_.find(found->second);
  for (const std::size_t i : here == residents_.end() ? std::vector<std::size_t>{} : here->second) {
    if (everybody_[i].head) return everybody_[i].shown;
  }
  return family.number;
}

namespace {

// A day, and a month with it; a day or month where none was known.
bool births_agree(const PersonFacts& known, const PersonFacts& one) {
  if (!known.birth) return one.birth || one.birth_month;
  constexpr int kMonths = 12;
  const std::int32_t month = known.birth->year() * kMonths + known.birth->month() - 1;
  return !one.birth && one.birth_month == month;
}

}  // namespace

KnownRoster::Where KnownRoster::person(const RowId& household, const PersonFacts& one) const {
  const auto counting = by_id_.find(one.id);
  const auto own = others_.find(one.id);
  if (counting != by_id_.end() || own != others_.end()) {
    const bool twin = people_.of(one.id) != one.id;
    return {one.id, counting == by_id_.end() ? own->second : everybody_[counting->second].stream,
            twin};
  }
  const auto here = residents_.find(households_.home(household));
  if (here == residents_.end()) return {one.id, 0, false};
  const PersonFacts* perhaps = nullptr;
  for (const std::size_t i : here->second) {
    const PersonFacts& known = everybody_[i];
    const bool number = !one.fingerprint.empty() && one.fingerprint == known.fingerprint;
    const bool clash = !one.fingerprint.empty() && !known.fingerprint.empty() && !number;
    const bool named = one.name == known.name && !clash;
    if (number || (named && one.birth && one.birth == known.birth)) {
      return {known.id, known.stream, false};
    }
    if (named && perhaps == nullptr && births_agree(known, one)) perhaps = &known;
  }
  return perhaps == nullptr ? Where{one.id, 0, false} : Where{perhaps->id, perhaps->stream, false};
}

std::vector<ImportFault> KnownRoster::likely(const Newcomers& fresh) const {
  std::vector<ImportFault> out;
  for (const Match& match : matches(everybody_, fresh.people)) {
    const std::size_t at = match.b - everybody_.size();
    const bool both = match.a >= everybody_.size();
    const PersonFacts& other =
        both ? fresh.people[match.a - everybody_.size()] : everybody_[match.a];
    // One number twice in the file has been said already.
    if (both && !other.fingerprint.empty() && other.fingerprint == fresh.people[at].fingerprint) {
      continue;
    }
    out.push_back({fresh.lines[at], "姓名", Fate::kFlagged, other.shown, "",
                   cat("可能和户 ", other.house, " 的 ", other.shown, " 是同一个人:", match.why.zh),
                   cat("may be ", other.shown, " of household ", other.house, ": ", match.why.en)});
  }
  return out;
}

}  // namespace mq::work
