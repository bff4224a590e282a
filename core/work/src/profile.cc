#include "mq/work/profile.h"

#include "form.h"
#include "minqing/model/v1/form.pb.h"
#include "mq/base/text.h"
#include "rights.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using E = mpb::ExportProfile;

namespace {

constexpr std::string_view kProfileSql =
    "SELECT name, id_style, phone_style, name_style, encoding, columns, basis FROM "
    "\"export_profile\" WHERE deleted = 0 ORDER BY name, id";

WriteStyle style_of(std::int64_t number) {
  return number == 0 ? WriteStyle::kPlain : static_cast<WriteStyle>(number);
}

Profile profile_of(const sqlite::Query& q) {
  Profile out;
  out.name = q.text(0);
  out.document = style_of(q.integer(1));
  out.phone = style_of(q.integer(2));
  out.person = style_of(q.integer(3));
  if (q.integer(4) == mpb::FILE_ENCODING_GB18030) out.encoding = tabular::CsvEncoding::kGb18030;
  for (const std::string& column : split(q.text(5), "、")) {
    if (!trimmed(column).empty()) out.columns.emplace_back(trimmed(column));
  }
  out.basis = q.text(6);
  return out;
}

Result<std::vector<Profile>> profiles(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kProfileSql));
  std::vector<Profile> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.push_back(profile_of(q));
  }
}

}  // namespace

Result<Outcome> add_profile(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  MQ_TRY(Form form, Form::read(place, *place.vault.schema().entity("ExportProfile"), inputs));
  form.require(model::pb::NEED_SAVE);
  MQ_TRY(const std::vector<Profile> known, profiles(place));
  for (const Profile& each : known) {
    if (each.name != form.text(E::kNameFieldNumber)) continue;
    form.fault("name", cat("名称:已经有 ", each.name, ",用 profile amend 改"),
               cat("name: ", each.name, " is here already; amend it"));
  }
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(const vault::StreamIx stream, Directory(place).township_stream());
  MQ_CHECK(place.vault.commit({{stream, form.changes(outcome.row)}}, seen));
  return outcome;
}

Result<Profile> profile_named(const Workplace& place, std::string_view name) {
  MQ_TRY(const std::vector<Profile> known, profiles(place));
  std::vector<std::string> names;
  for (const Profile& each : known) {
    if (each.name == trimmed(name)) return each;
    names.push_back(each.name);
  }
  const std::string list = names.empty() ? "无" : join(names, "、");
  return Error{
      Code::kNotFound,
      cat("没有导出格式 ", name, ";现有:", list, ";用 profile add --name ", name, " 建一个"),
      cat("no export profile ", name, "; there are: ", list)};
}

}  // namespace mq::work
