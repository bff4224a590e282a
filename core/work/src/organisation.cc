#include "mq/work/organisation.h"

#include <algorithm>

#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/wire/crypto.h"
#include "rights.h"
#include "row_changes.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
namespace cpb = wire::pb;

namespace {

StreamId derived_stream(std::string_view label, const TownshipId& township, std::string_view name) {
  StreamId id;
  wire::hash_into(id.data, {}, label, {township.view(), view_of(name)});
  return id;
}

Status add_village(const Workplace& place, vault::Draft& draft, const std::string& name,
                   const std::string& region_code, std::int64_t kind) {
  const TownshipId& township = place.control.township();
  const StreamId stream = village_stream_id(township, name);
  const StreamId inner = derived_stream("mq/vp1", township, name);
  vault::StreamInfo info;
  info.id = stream;
  info.kind = cpb::STREAM_KIND_VILLAGE;
  info.label = name;
  MQ_CHECK(place.vault.add_stream(info));
  info.id = inner;
  info.kind = cpb::STREAM_KIND_PRIVATE;
  info.owner = to_bytes(stream.view());
  MQ_CHECK(place.vault.add_stream(info));
  RowChanges row(place, "OrgUnit", village_row_id(township, name));
  row.set(mpb::OrgUnit::kNameFieldNumber, name)
      .set(mpb::OrgUnit::kKindFieldNumber, kind)
      .set(mpb::OrgUnit::kStreamIdFieldNumber, to_bytes(stream.view()));
  if (!region_code.empty()) row.set(mpb::OrgUnit::kRegionCodeFieldNumber, region_code);
  MQ_TRY(const std::int64_t known,
         place.vault.database().integer("SELECT count(*) FROM \"org_unit\""));
  row.set(mpb::OrgUnit::kOrderNoFieldNumber, known + 1);
  row.into(draft);
  return {};
}

}  // namespace

StreamId village_stream_id(const TownshipId& township, std::string_view name) {
  return derived_stream("mq/vs1", township, name);
}

StreamId diary_stream_id(const TownshipId& township, const PersonId& person) {
  return derived_stream("mq/ds1", township, text_of(person.view()));
}

RowId village_row_id(const TownshipId& township, std::string_view name) {
  RowId id;
  wire::hash_into(id.data, {}, "mq/vr1", {township.view(), view_of(name)});
  return id;
}

Status write_founding_rows(const Workplace& place, const FoundingFacts& facts) {
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  vault::Draft draft{stream, {}};
  const auto fresh = [&] { return new_id<RowId>(place.clock, place.random); };

  Bytes fingerprint_key(32);
  place.random.fill(fingerprint_key);
  const RowId programme = fresh();
  RowChanges(place, "TownshipFacts", fresh())
      .set(mpb::TownshipFacts::kCountyNameFieldNumber, facts.county_name)
      .set(mpb::TownshipFacts::kTownshipNameFieldNumber, facts.township_name)
      .set(mpb::TownshipFacts::kPhaseFieldNumber, std::int64_t{mpb::TOWNSHIP_PHASE_PREPARING})
      .set(mpb::TownshipFacts::kFingerprintKeyFieldNumber, fingerprint_key)
      .set_row(mpb::TownshipFacts::kProgrammeIdFieldNumber, programme)
      .into(draft);
  MQ_CHECK(
      add_village(place, draft, cat(facts.township_name, "机关"), "", mpb::ORG_KIND_HEADQUARTERS));
  RowChanges(place, "Cadre", fresh())
      .set(mpb::Cadre::kNameFieldNumber, facts.founder_name)
      .set(mpb::Cadre::kMemberIdFieldNumber, to_bytes(place.member.view()))
      .set(mpb::Cadre::kOrderNoFieldNumber, std::int64_t{1})
      .into(draft);
  const Date today = Date::in_shanghai(place.clock.wall());
  RowChanges(place, "Programme", programme)
      .set(mpb::Programme::kTitleFieldNumber, std::string("结对走访"))
      .set(mpb::Programme::kFromFieldNumber, std::int64_t{Date::of(today.year(), 1, 1)->days})
      .set(mpb::Programme::kToFieldNumber, std::int64_t{Date::of(today.year(), 12, 31)->days})
      .into(draft);
  for (const auto& [rank, pairs] :
       {std::pair{mpb::RANK_CLASS_COUNTY, 4}, std::pair{mpb::RANK_CLASS_SECTION, 2},
        std::pair{mpb::RANK_CLASS_GENERAL, 1}}) {
    RowChanges(place, "QuotaRule", fresh())
        .set_row(mpb::QuotaRule::kProgrammeIdFieldNumber, programme)
        .set(mpb::QuotaRule::kRankClassFieldNumber, std::int64_t{rank})
        .set(mpb::QuotaRule::kPairsFieldNumber, std::int64_t{pairs})
        .into(draft);
  }
  MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Result<Village> village_or_new(const Workplace& place, const std::string& name,
                               const std::string& region_code) {
  auto known = Directory(place).village(name);
  if (known.ok() || known.error().code != Code::kNotFound) return known;
  MQ_CHECK(need_desk(place));
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  const bool community = name.ends_with("社区");
  MQ_CHECK(place.vault.together([&]() -> Status {
    vault::Draft draft{stream, {}};
    MQ_CHECK(add_village(place, draft, name, region_code,
                         community ? mpb::ORG_KIND_COMMUNITY : mpb::ORG_KIND_VILLAGE));
    MQ_CHECK(place.vault.commit({draft}, seen));
    return {};
  }));
  return Directory(place).village(name);
}

PersonId member_id(const Workplace& place, const RowId& cadre) {
  PersonId id;
  wire::hash_into(id.data, {}, "mq/pi1", {place.control.township().view(), cadre.view()});
  return id;
}

namespace {

// What the row of a cadre lacks to be the account of a member with those villages.
RowChanges account_changes(const Workplace& place, const Cadre& cadre,
                           const std::vector<RowId>& villages) {
  RowChanges changes(place, "Cadre", cadre.id);
  if (!cadre.member) {
    changes.set(mpb::Cadre::kMemberIdFieldNumber, to_bytes(member_id(place, cadre.id).view()));
  }
  for (const RowId& village : villages) {
    const bool has = std::ranges::find(cadre.areas, village) != cadre.areas.end();
    if (!has) changes.add_row(mpb::Cadre::kAreaIdsFieldNumber, village);
  }
  return changes;
}

}  // namespace

Result<Account> prepare_account(const Workplace& place, const std::string& name,
                                const std::string& rank, const std::vector<RowId>& villages) {
  MQ_CHECK(need_admin(place));
  const vault::View seen = place.vault.view();
  const Directory directory(place);
  Account account;
  auto known = directory.cadre(name);
  if (!known.ok() && known.error().code != Code::kNotFound) return std::move(known).error();
  const RowId row = known.ok() ? known->id : new_id<RowId>(place.clock, place.random);
  const Cadre before = known.ok() ? *known : Cadre{row, name, 0, {}, {}};
  account.member = before.member ? *before.member : member_id(place, row);
  RowChanges changes = account_changes(place, before, villages);
  if (!known.ok()) {
    MQ_TRY(const std::vector<Cadre> all, directory.cadres());
    changes.set(mpb::Cadre::kNameFieldNumber, name)
        .set(mpb::Cadre::kOrderNoFieldNumber, static_cast<std::int64_t>(all.size()) + 1);
  }
  if (!rank.empty()) {
    const model::Field* field =
        place.vault.schema().entity("Cadre")->field(mpb::Cadre::kRankClassFieldNumber);
    MQ_TRY(model::Value value, model::parse_value(*field, rank));
    changes.set(mpb::Cadre::kRankClassFieldNumber, std::move(value));
  }
  MQ_TRY(const vault::StreamIx stream, directory.township_stream());
  vault::Draft draft{stream, {}};
  changes.into(draft);
  if (!draft.changes.empty()) MQ_CHECK(place.vault.commit({draft}, seen));
  MQ_TRY(account.cadre, directory.cadre(row.hex()));
  return account;
}

Status bind_accounts(const Workplace& place, const std::vector<AccountOf>& accounts) {
  MQ_CHECK(need_admin(place));
  const vault::View seen = place.vault.view();
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  vault::Draft draft{stream, {}};
  for (const AccountOf& account : accounts) {
    account_changes(place, account.cadre, account.villages).into(draft);
  }
  if (!draft.changes.empty()) MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Status bind_self(const Workplace& place, const std::string& name) {
  MQ_CHECK(need_admin(place));
  const vault::View seen = place.vault.view();
  const Directory directory(place);
  MQ_TRY(const std::optional<Cadre> mine, directory.me());
  if (mine) return {};
  const auto known = directory.cadre(name);
  const bool free = known.ok() && !known->member;
  RowChanges changes(place, "Cadre", free ? known->id : new_id<RowId>(place.clock, place.random));
  changes.set(mpb::Cadre::kMemberIdFieldNumber, to_bytes(place.member.view()));
  if (!free) {
    MQ_TRY(const std::vector<Cadre> all, directory.cadres());
    changes.set(mpb::Cadre::kNameFieldNumber, name)
        .set(mpb::Cadre::kOrderNoFieldNumber, static_cast<std::int64_t>(all.size()) + 1);
  }
  MQ_TRY(const vault::StreamIx stream, directory.township_stream());
  vault::Draft draft{stream, {}};
  changes.into(draft);
  MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Result<std::vector<Quota>> quotas(const Workplace& place) {
  const model::Field* rank_field =
      place.vault.schema().entity("QuotaRule")->field(mpb::QuotaRule::kRankClassFieldNumber);
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, rank_class, pairs, days_per_month FROM \"quota_rule\" WHERE deleted = 0 "
             "AND rank_class IS NOT NULL ORDER BY rank_class, id"));
  std::vector<Quota> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    Quota quota{RowId::from(q.blob(0)).value_or(RowId{}), static_cast<int>(q.integer(1)),
                model::format_value(*rank_field, q.integer(1)), static_cast<int>(q.integer(2)),
                static_cast<int>(q.integer(3))};
    // Two desks may each have made a rule for a rank while offline: the first id stands.
    if (!out.empty() && out.back().rank == quota.rank) continue;
    out.push_back(std::move(quota));
  }
}

Status set_quota(const Workplace& place, const std::string& rank, int count, QuotaOf of) {
  MQ_CHECK(need_desk(place));
  const vault::View seen = place.vault.view();
  const model::Field* field =
      place.vault.schema().entity("QuotaRule")->field(mpb::QuotaRule::kRankClassFieldNumber);
  MQ_TRY(model::Value value, model::parse_value(*field, rank));
  MQ_TRY(const std::vector<Quota> all, quotas(place));
  RowId row = new_id<RowId>(place.clock, place.random);
  bool known = false;
  for (const Quota& quota : all) {
    if (quota.rank != std::get<std::int64_t>(value)) continue;
    row = quota.row;
    known = true;
  }
  RowChanges changes(place, "QuotaRule", row);
  changes.set(of == QuotaOf::kDays ? mpb::QuotaRule::kDaysPerMonthFieldNumber
                                   : mpb::QuotaRule::kPairsFieldNumber,
              std::int64_t{count});
  if (!known) {
    changes.set(mpb::QuotaRule::kRankClassFieldNumber, std::move(value));
    MQ_TRY(const std::vector<ProgrammeRow> list, programmes(place));
    if (!list.empty()) changes.set_row(mpb::QuotaRule::kProgrammeIdFieldNumber, list.front().row);
  }
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  vault::Draft draft{stream, {}};
  changes.into(draft);
  MQ_CHECK(place.vault.commit({draft}, seen));
  return {};
}

Result<std::vector<ProgrammeRow>> programmes(const Workplace& place) {
  const model::Field& needs =
      *place.vault.schema().entity("Programme")->field(mpb::Programme::kNeedsFieldNumber);
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT id, title, \"from\", \"to\", needs, auto_lock_minutes, "
                              "rotate_days FROM \"programme\" "
                              "WHERE deleted = 0 ORDER BY \"from\", id"));
  std::vector<ProgrammeRow> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    ProgrammeRow row{RowId::from(q.blob(0)).value_or(RowId{}),
                     std::string(q.text(1)),
                     Date{static_cast<std::int32_t>(q.integer(2))},
                     Date{static_cast<std::int32_t>(q.integer(3))},
                     {},
                     static_cast<std::uint32_t>(q.integer(6)),
                     static_cast<int>(q.integer(5))};
    MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(needs, q.blob(4)));
    for (const Bytes& one : packed) {
      MQ_TRY(const model::Value value, model::decode_value(needs, one));
      row.needs.push_back(model::format_value(needs, value));
    }
    out.push_back(std::move(row));
  }
}

Result<std::uint32_t> rotate_days(const Workplace& place) {
  MQ_TRY(const std::vector<ProgrammeRow> list, programmes(place));
  const Date today = Date::in_shanghai(place.clock.wall());
  std::uint32_t shortest = 0;
  for (const ProgrammeRow& row : list) {
    if (row.rotate_days == 0 || today < row.from || row.to < today) continue;
    shortest = shortest == 0 ? row.rotate_days : std::min(shortest, row.rotate_days);
  }
  return shortest;
}

Result<std::optional<int>> auto_lock_minutes(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT min(auto_lock_minutes) FROM \"programme\" WHERE deleted = 0 "
                              "AND auto_lock_minutes > 0 AND \"from\" <= ?1 AND \"to\" >= ?1"));
  q.bind(1, std::int64_t{Date::in_shanghai(place.clock.wall()).days});
  MQ_TRY(const bool row, q.step());
  return row && !q.is_null(0) ? std::optional(static_cast<int>(q.integer(0))) : std::nullopt;
}

}  // namespace mq::work
