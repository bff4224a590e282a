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
  MQ_CHECK(out.load_others());
  MQ_TRY(const std::vector<Household> all, Directory(place).bare_households());
  out.stands_.reserve(all.size());
  for (const Household& one : all) {
    out.by_number_.emplace(one.number, one.id);
    out.stands_.emplace(one.id, Stand{one.stream, one.status});
  }
  return out;
}

// Where no row stands for another, those who do not count are those who are struck off.
Status KnownRoster::load_others() {
  MQ_TRY(sqlite::Query q,
         place_->vault.database().query(cat(
             "SELECT id, stream, deleted, household_id, name, birth, id_fingerprint, cancel_reason "
             "FROM \"person\"",
             people_.plain() ? " WHERE deleted <> 0" : "")));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
    if (by_id_.contains(row)) continue;
    if (q.integer(2) == 0 || !people_.counts(row, q.integer(1))) {
      if (!cancelled_.contains(row)) others_.emplace(row, q.integer(1));
      continue;
    }
    others_.erase(row);  // where it stood before it moved
    Cancelled& one = cancelled_[row];
    one.reason = std::string(q.text(7));
    one.who.id = row;
    one.who.stream = q.integer(1);
    one.who.household = households_.home(RowId::from(q.blob(3)).value_or(RowId{}));
    one.who.name = folded_name(q.text(4));
    if (!q.is_null(5)) one.who.birth = Date{static_cast<std::int32_t>(q.integer(5))};
    one.who.fingerprint = to_bytes(q.blob(6));
  }
}

namespace {

Reason in_another_village() {
  return {"这一户在本机登记在别的村;没有改动,真的迁了村请用 household move",
          "stands in another village here; left alone: if it has moved, household move"};
}

// Nothing: a household that is one.
std::optional<Reason> no_more(int status) {
  if (status == mpb::HOUSEHOLD_STATUS_MOVED_OUT) {
    return Reason{
        "这一户在本机登记为迁出,名册里还有;没有改动。还在的请先 household amend 户编号 "
        "--status 正常,再导一次;不在的请在名册里删去",
        "has moved out here, and the file still has it; left alone. If it is there: "
        "household amend NUMBER --status 正常, and import again"};
  }
  if (status == mpb::HOUSEHOLD_STATUS_DEAD) {
    return Reason{
        "这一户在本机登记为死亡,名册里还有;没有改动。还有人的请先 household amend 户编号 "
        "--status 正常,再导一次;没有的请在名册里删去",
        "has died out here, and the file still has it; left alone. If somebody lives: "
        "household amend NUMBER --status 正常, and import again"};
  }
  if (status == mpb::HOUSEHOLD_STATUS_CANCELLED) {
    return Reason{
        "这一户在本机登记为注销,名册里还有;没有改动。还在的请先 household amend 户编号 "
        "--status 正常,再导一次;不在的请在名册里删去",
        "was struck off here, and the file still has it; left alone. If it is there: "
        "household amend NUMBER --status 正常, and import again"};
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<Reason>> KnownRoster::ended(const Asked& family) const {
  const auto here = stands_.find(family.id);
  if (households_.plain()) {
    if (here == stands_.end()) return std::optional<Reason>();
    if (here->second.stream != family.stream) return std::optional(in_another_village());
    return no_more(here->second.status);
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
      const bool kept = here == stands_.end() || households_.revived(family.id);
      return kept ? std::nullopt : no_more(here->second.status);
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

// Of several the one whose number or birth it is, else the first that may be him.
template <class People>
const PersonFacts* found_in(const People& people, const PersonFacts& one) {
  const PersonFacts* perhaps = nullptr;
  for (const PersonFacts* known : people) {
    const bool number = !one.fingerprint.empty() && one.fingerprint == known->fingerprint;
    const bool clash = !one.fingerprint.empty() && !known->fingerprint.empty() && !number;
    const bool named = one.name == known->name && !clash;
    if (number || (named && one.birth && one.birth == known->birth)) return known;
    if (named && perhaps == nullptr && births_agree(*known, one)) perhaps = known;
  }
  return perhaps;
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
  if (const PersonFacts* known = found_in(residents(household), one)) {
    return {known->id, known->stream};
  }
  const RowId home = households_.home(household);
  std::vector<const PersonFacts*> gone;
  if (const auto same = cancelled_.find(one.id); same != cancelled_.end()) {
    return {one.id, same->second.who.stream, false, true};
  }
  for (const auto& [row, each] : cancelled_) {
    if (each.who.household == home) gone.push_back(&each.who);
  }
  const PersonFacts* known = found_in(gone, one);
  return known == nullptr ? Where{one.id} : Where{known->id, known->stream, false, true};
}

std::string KnownRoster::reason_of(const RowId& person) const {
  const auto found = cancelled_.find(person);
  return found == cancelled_.end() ? std::string() : found->second.reason;
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
