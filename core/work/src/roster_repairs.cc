#include "roster_repairs.h"

#include <map>
#include <set>

#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "minqing/model/v1/roster.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/canonical.h"
#include "roster_then.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

struct Split {
  RowId change, household;
  std::set<RowId> people;
};

class Reading {
 public:
  Reading(const Workplace& place, Canonical households, Canonical people)
      : place_(place), households_(std::move(households)), people_(std::move(people)) {}

  Result<Repair> two_heads() {
    MQ_TRY(sqlite::Query q, place_.vault.database().query(
                                "SELECT id, stream, household_id FROM \"person\" WHERE deleted = 0 "
                                "AND relation IN (?1, ?2) AND household_id IS NOT NULL"));
    q.bind(1, std::int64_t{mpb::RELATION_HEAD}).bind(2, std::int64_t{mpb::RELATION_SELF});
    std::map<RowId, int> heads;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const RowId row = RowId::from(q.blob(0)).value_or(RowId{});
      const RowId home = RowId::from(q.blob(2)).value_or(RowId{});
      if (people_.counts(row, q.integer(1))) ++heads[households_.home(home)];
    }
    Repair out{"一户有两个户主;请再定一次户主(household head 户编号 --to 姓名)",
               "households with two heads; name the head once more: household head NO --to NAME",
               "", 0};
    for (const auto& [household, count] : heads) {
      if (count < 2) continue;
      MQ_TRY(const std::optional<std::string> number, number_of(household));
      if (!number) continue;
      if (out.count++ == 0) out.command = cat("household show ", *number);
    }
    return out;
  }

  Result<Repair> emptied_splits() {
    MQ_TRY(const std::vector<Split> all, splits());
    Repair out{
        "两台设备各分了一次户,空出来的一户还计着;请撤销那次分户(change undo 编号)",
        "households that were split off twice, and nobody is in; take that split back: change "
        "undo ID",
        "", 0};
    for (const Split& one : all) {
      const bool twice = std::ranges::any_of(all, [&](const Split& other) {
        return &other != &one && std::ranges::any_of(one.people, [&](const RowId& person) {
          return other.people.contains(person);
        });
      });
      if (!twice) continue;
      MQ_TRY(const std::optional<std::string> number, number_of(one.household));
      MQ_TRY(const bool empty, nobody_in(one.household));
      if (!number || !empty) continue;
      if (out.count++ == 0) out.command = cat("change undo ", one.change.hex());
    }
    return out;
  }

 private:
  // Of one that counts.
  Result<std::optional<std::string>> number_of(const RowId& household) const {
    MQ_TRY(sqlite::Query q, place_.vault.database().query(
                                "SELECT stream, status, household_no FROM \"household\" WHERE id = "
                                "?1 AND deleted = 0"));
    q.bind(1, household.view());
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return std::optional<std::string>();
      if (out_of_scope(q.integer(1)) || !households_.counts(household, q.integer(0))) continue;
      return std::optional(std::string(q.text(2)));
    }
  }

  Result<bool> nobody_in(const RowId& household) const {
    for (const RowId& home : households_.folded(household)) {
      MQ_TRY(sqlite::Query q, place_.vault.database().query(
                                  "SELECT id, stream FROM \"person\" WHERE household_id = ?1 AND "
                                  "deleted = 0"));
      q.bind(1, home.view());
      for (;;) {
        MQ_TRY(const bool more, q.step());
        if (!more) break;
        if (people_.counts(RowId::from(q.blob(0)).value_or(RowId{}), q.integer(1))) return false;
      }
    }
    return true;
  }

  Result<std::vector<Split>> splits() const {
    const model::Entity& entity = *place_.vault.schema().entity("RosterChange");
    MQ_TRY(sqlite::Query q, place_.vault.database().query(
                                "SELECT id, \"to\", people FROM \"roster_change\" WHERE kind = ?1 "
                                "AND deleted = 0 AND undone_on IS NULL ORDER BY id"));
    q.bind(1, std::int64_t{mpb::CHANGE_KIND_SPLIT});
    std::vector<Split> out;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return out;
      MQ_TRY(const std::vector<Bytes> to, model::unpack_repeated(*entity.field("to"), q.blob(1)));
      MQ_TRY(const std::vector<Bytes> people,
             model::unpack_repeated(*entity.field("people"), q.blob(2)));
      if (to.empty()) continue;
      Split& one = out.emplace_back();
      one.change = RowId::from(q.blob(0)).value_or(RowId{});
      one.household = RowId::from(to.front()).value_or(RowId{});
      for (const Bytes& person : people) one.people.insert(RowId::from(person).value_or(RowId{}));
    }
  }

  const Workplace& place_;
  Canonical households_, people_;
};

}  // namespace

Result<std::vector<Repair>> roster_repairs(const Workplace& place) {
  MQ_TRY(Canonical households, Canonical::households(place));
  MQ_TRY(Canonical people, Canonical::people(place));
  Reading reading(place, std::move(households), std::move(people));
  std::vector<Repair> out;
  MQ_TRY(out.emplace_back(), reading.two_heads());
  MQ_TRY(out.emplace_back(), reading.emptied_splits());
  return out;
}

}  // namespace mq::work
