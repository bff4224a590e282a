#include "mq/work/directory.h"

#include <algorithm>
#include <map>

#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/model/text_cleanup.h"
#include "mq/work/canonical.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
namespace cpb = wire::pb;

namespace {

constexpr std::size_t kIdTailMin = 6;  // hexadecimal digits that a person may type instead of an id

RowId row_id(const sqlite::Query& query, int column) {
  return RowId::from(query.blob(column)).value_or(RowId{});
}

// Both a whole id and its tail, as SQL: the tail is compared in hexadecimal.
bool looks_like_id(std::string_view text) {
  return text.size() >= kIdTailMin && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

Error not_found(std::string_view zh_kind, std::string_view en_kind, std::string_view typed) {
  return {Code::kNotFound, cat("没有找到", zh_kind, ":", typed, ";请核对后再输"),
          cat("no such ", en_kind, ": ", typed)};
}

Error ambiguous(std::string_view zh_kind, std::string_view en_kind, std::string_view typed,
                const std::vector<std::string>& candidates) {
  const std::string list = join(candidates, "、");
  return {Code::kInvalidInput, cat(zh_kind, " ", typed, " 不止一个:", list, ";请改用编号"),
          cat("more than one ", en_kind, " ", typed, ": ", list, "; use the id")};
}

// Made here and not registered yet, or readable by the log; what was handed over is not.
bool still_mine(const Workplace& place, const vault::StreamInfo& stream) {
  return stream.ordinal == 0 ||
         place.control.may_read(place.member, stream.id, place.control.head_seq());
}

}  // namespace

Result<std::vector<Village>> Directory::villages() const {
  const vault::Vault& vault = place_.vault;
  MQ_TRY(sqlite::Query q, place_.vault.database().query(
                              "SELECT id, name, region_code, stream_id, kind FROM \"org_unit\" "
                              "WHERE deleted = 0 AND stream_id IS NOT NULL ORDER BY order_no, id"));
  std::vector<Village> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) break;
    const auto stream_id = StreamId::from(q.blob(3));
    const vault::StreamInfo* stream = stream_id ? vault.stream(*stream_id) : nullptr;
    if (stream == nullptr) continue;             // a village this person has no part in
    if (!still_mine(place_, *stream)) continue;  // or has none any more
    Village village{row_id(q, 0),
                    std::string(q.text(1)),
                    std::string(q.text(2)),
                    stream->ix,
                    0,
                    q.integer(4) == mpb::ORG_KIND_HEADQUARTERS};
    for (const vault::StreamInfo& other : vault.streams()) {
      const bool is_private = other.kind == cpb::STREAM_KIND_PRIVATE;
      if (is_private && still_mine(place_, other) &&
          std::ranges::equal(other.owner, stream_id->data)) {
        village.private_stream = other.ix;
      }
    }
    out.push_back(std::move(village));
  }
  std::stable_partition(out.begin(), out.end(), [](const Village& v) { return !v.office; });
  return out;
}

Result<Village> Directory::village(std::string_view typed) const {
  MQ_TRY(const std::vector<Village> all, villages());
  const std::string wanted(trimmed(typed));
  for (const Village& village : all) {
    const std::string id = village.org_unit.hex();
    const bool by_id = looks_like_id(wanted) && id.ends_with(wanted);
    if (village.name == wanted || (!wanted.empty() && village.region_code == wanted) || by_id) {
      return village;
    }
  }
  std::vector<std::string> names;
  for (const Village& village : all) names.push_back(village.name);
  return Error{Code::kNotFound, cat("没有找到村(社区):", wanted, ";本机上有:", join(names, "、")),
               cat("no such village here: ", wanted, "; known: ", join(names, ", "))};
}

Result<std::optional<Village>> Directory::village_of_stream(vault::StreamIx stream) const {
  MQ_TRY(const std::vector<Village> all, villages());
  for (const Village& village : all) {
    if (village.stream == stream || village.private_stream == stream) return std::optional(village);
  }
  return std::optional<Village>();
}

Result<vault::StreamIx> Directory::private_stream(vault::StreamIx stream) const {
  MQ_TRY(const std::optional<Village> village, village_of_stream(stream));
  if (village && village->private_stream != 0) return village->private_stream;
  const std::string name = village ? village->name : std::string();
  return Error{
      Code::kNotAllowed,
      cat("本机没有", name, "敏感信息的密钥,看不到也不能写;需要的请乡镇管理员授权,什么也没有存"),
      cat("this device holds no key to the sensitive facts of ", name,
          ": they can neither be read nor written here; ask the township's admin")};
}

namespace {

constexpr std::string_view kHouseholdColumns =
    "SELECT h.id, h.stream, h.household_no, h.group_no, h.status, p.name FROM \"household\" h "
    "LEFT JOIN \"person\" p ON p.id = h.head_person_id AND p.stream = h.stream ";

Household household_of(const sqlite::Query& q) {
  return {row_id(q, 0),
          q.integer(1),
          std::string(q.text(2)),
          std::string(q.text(5)),
          static_cast<int>(q.integer(3)),
          static_cast<int>(q.integer(4))};
}

Result<std::vector<Household>> read_households(sqlite::Query& q) {
  std::vector<Household> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back(household_of(q));
  }
}

// Cancelled rows that stand for themselves.
Status drop_cancelled(const Workplace& place, const Canonical& canonical,
                      std::vector<Household>& found) {
  for (auto at = found.begin(); at != found.end();) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(
                                "SELECT deleted FROM \"household\" WHERE id = ?1 AND stream = ?2"));
    q.bind(1, at->id.view()).bind(2, at->stream);
    MQ_TRY(const bool row, q.step());
    const bool gone = row && q.integer(0) != 0 && canonical.of(at->id) == at->id;
    at = gone ? found.erase(at) : at + 1;
  }
  return {};
}

// Those that count; a row that is another's double is that one.
Result<std::vector<Household>> kept(const Workplace& place, const Canonical& canonical,
                                    std::vector<Household> found) {
  if (canonical.plain()) return found;
  std::vector<Household> out;
  const auto add = [&](const Household& one) {
    const bool there = std::ranges::any_of(out, [&](const Household& h) { return h.id == one.id; });
    if (!there && canonical.counts(one.id, one.stream)) out.push_back(one);
  };
  for (const Household& one : found) {
    const RowId row = canonical.of(one.id);
    if (row == one.id) {
      add(one);
      continue;
    }
    MQ_TRY(sqlite::Query q, place.vault.database().query(
                                cat(kHouseholdColumns, "WHERE h.deleted = 0 AND h.id = ?1")));
    q.bind(1, row.view());
    MQ_TRY(const std::vector<Household> rows, read_households(q));
    for (const Household& other : rows) add(other);
  }
  return out;
}

}  // namespace

Result<Household> Directory::household(std::string_view typed) const {
  const std::string number = model::normal_number(typed);
  sqlite::Database& db = place_.vault.database();
  MQ_TRY(const Canonical canonical, Canonical::households(place_));
  MQ_TRY(sqlite::Query q,
         db.query(cat(kHouseholdColumns,
                      "WHERE h.deleted = 0 AND (h.household_no = ?1 OR h.household_no = ?2)")));
  q.bind(1, std::string_view(number)).bind(2, trimmed(typed));
  MQ_TRY(std::vector<Household> found, read_households(q));
  MQ_TRY(found, kept(place_, canonical, std::move(found)));
  if (found.empty() && looks_like_id(number)) {
    MQ_TRY(sqlite::Query by_id,
           db.query(cat(kHouseholdColumns,
                        "WHERE (h.deleted = 0 OR ?2) AND lower(hex(h.id)) LIKE '%' || ?1")));
    std::string lower = number;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // A split that was taken back is gone, and what was recorded there names the old household.
    by_id.bind(1, std::string_view(lower)).bind(2, std::int64_t{canonical.plain() ? 0 : 1});
    MQ_TRY(found, read_households(by_id));
    if (!canonical.plain()) MQ_CHECK(drop_cancelled(place_, canonical, found));
    MQ_TRY(found, kept(place_, canonical, std::move(found)));
  }
  if (found.empty()) return not_found("户编号", "household", typed);
  if (found.size() > 1) {
    std::vector<std::string> ids;
    for (const Household& h : found) ids.push_back(cat(h.number, " ", h.head_name));
    return ambiguous("户编号", "household", typed, ids);
  }
  return found.front();
}

Result<std::vector<Household>> Directory::households(vault::StreamIx stream) const {
  MQ_TRY(const Canonical canonical, Canonical::households(place_));
  MQ_TRY(sqlite::Query q, place_.vault.database().query(cat(kHouseholdColumns,
                                                            "WHERE h.deleted = 0 AND h.stream = ?1 "
                                                            "ORDER BY h.household_no")));
  q.bind(1, stream);
  MQ_TRY(std::vector<Household> out, read_households(q));
  std::erase_if(out, [&](const Household& one) { return !canonical.counts(one.id, stream); });
  return out;
}

Result<std::vector<Household>> Directory::bare_households() const {
  MQ_TRY(const Canonical canonical, Canonical::households(place_));
  MQ_TRY(sqlite::Query q,
         place_.vault.database().query(
             "SELECT id, stream, household_no, group_no, status, NULL FROM \"household\" "
             "WHERE deleted = 0"));
  MQ_TRY(std::vector<Household> all, read_households(q));
  if (canonical.plain()) return all;
  std::map<RowId, Household> counting;
  for (const Household& one : all) {
    if (canonical.counts(one.id, one.stream)) counting.insert_or_assign(one.id, one);
  }
  std::vector<Household> out;
  for (const Household& one : all) {
    const auto at = counting.find(canonical.of(one.id));
    if (at == counting.end()) continue;
    const bool itself = one.id == at->first;
    if (itself && one.stream != at->second.stream) continue;
    out.push_back(at->second);
    out.back().number = one.number;
  }
  return out;
}

Status Directory::name_head(Household& household) const {
  static const std::string kOne = cat(kHouseholdColumns, "WHERE h.id = ?1 AND h.stream = ?2");
  MQ_TRY(sqlite::Query q, place_.vault.database().query(kOne));
  q.bind(1, household.id.view()).bind(2, household.stream);
  MQ_TRY(const bool found, q.step());
  if (found) household = household_of(q);
  return {};
}

Result<std::vector<Cadre>> Directory::cadres() const {
  MQ_TRY(sqlite::Query q, place_.vault.database().query(
                              "SELECT id, name, rank_class, area_ids, member_id FROM \"cadre\" "
                              "WHERE deleted = 0 ORDER BY order_no IS NULL, order_no, id"));
  const model::Field* areas =
      place_.vault.schema().entity("Cadre")->field(mpb::Cadre::kAreaIdsFieldNumber);
  std::vector<Cadre> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    Cadre cadre{row_id(q, 0), std::string(q.text(1)), static_cast<int>(q.integer(2)), {}, {}};
    MQ_TRY(const std::vector<Bytes> members, model::unpack_repeated(*areas, q.blob(3)));
    for (const Bytes& area : members) cadre.areas.push_back(RowId::from(area).value_or(RowId{}));
    cadre.member = PersonId::from(q.blob(4));
    out.push_back(std::move(cadre));
  }
}

Result<Cadre> Directory::cadre(std::string_view typed) const {
  MQ_TRY(const std::vector<Cadre> all, cadres());
  const std::string wanted = model::clean_name(typed);
  std::vector<const Cadre*> found;
  for (const Cadre& cadre : all) {
    const bool by_id = looks_like_id(wanted) && cadre.id.hex().ends_with(wanted);
    if (cadre.name == wanted || by_id) found.push_back(&cadre);
  }
  if (found.empty()) return not_found("干部", "cadre", typed);
  if (found.size() == 1) return *found.front();
  std::vector<std::string> ids;
  for (const Cadre* cadre : found) ids.push_back(cat(cadre->name, "(", cadre->id.hex(), ")"));
  return ambiguous("干部", "cadre", typed, ids);
}

Result<std::optional<Cadre>> Directory::me() const {
  MQ_TRY(const std::vector<Cadre> all, cadres());
  for (const Cadre& cadre : all) {
    if (cadre.member == place_.member) return std::optional(cadre);
  }
  return std::optional<Cadre>();
}

Result<RowId> Directory::row(const model::Entity& entity, std::string_view typed) const {
  std::string wanted(trimmed(typed));
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!looks_like_id(wanted)) {
    return Error{Code::kNotFound,
                 cat("没有找到", entity.zh, ":", typed, ";编号要写全,或最后 ", kIdTailMin,
                     " 位以上(0-9、a-f)"),
                 cat("no such ", entity.name, ": ", typed, "; give the whole id or its last ",
                     kIdTailMin, " digits or more (0-9, a-f)")};
  }
  MQ_TRY(sqlite::Query q,
         place_.vault.database().query(cat("SELECT DISTINCT id FROM \"", entity.table,
                                           "\" WHERE lower(hex(id)) LIKE '%' || ?1 LIMIT 6")));
  q.bind(1, std::string_view(wanted));
  std::vector<RowId> found;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    found.push_back(row_id(q, 0));
  }
  if (found.empty()) return not_found(entity.zh, entity.name, typed);
  if (found.size() == 1) return found.front();
  std::vector<std::string> ids;
  for (const RowId& id : found) ids.push_back(id.hex());
  return ambiguous(entity.zh, entity.name, typed, ids);
}

Result<vault::StreamIx> Directory::township_stream() const {
  for (const vault::StreamInfo& stream : place_.vault.streams()) {
    if (stream.kind == cpb::STREAM_KIND_TOWNSHIP) return stream.ix;
  }
  return Error{Code::kNotFound, "本机还没有加入乡镇;先用 minqing join 或 org create",
               "this device belongs to no township yet; use minqing join or org create"};
}

Result<vault::StreamIx> Directory::diary_stream() const {
  for (const vault::StreamInfo& stream : place_.vault.streams()) {
    const bool own = stream.kind == cpb::STREAM_KIND_DIARY &&
                     std::ranges::equal(stream.owner, place_.member.data);
    if (own && still_mine(place_, stream)) return stream.ix;
  }
  return Error{Code::kNotFound, "本机上没有您的民情日记流;请先同步一次,或请乡镇管理员重新邀请",
               "your diary stream is not here; sync once, or ask the township to invite you again"};
}

}  // namespace mq::work
