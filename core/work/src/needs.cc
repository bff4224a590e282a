#include "needs.h"

#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/work/directory.h"
#include "row_at.h"

namespace mq::work {

using P = ::minqing::model::v1::Programme;

namespace {

const model::Field& needs_field(const model::Schema& schema) {
  return *schema.entity("Programme")->field(P::kNeedsFieldNumber);
}

}  // namespace

Result<std::set<std::string>> needs_named(const Workplace& place) {
  const model::Field& field = needs_field(place.vault.schema());
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT needs FROM \"programme\" WHERE deleted = 0 AND "
                                      "needs IS NOT NULL"));
  std::set<std::string> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    MQ_TRY(const std::vector<Bytes> packed, model::unpack_repeated(field, q.blob(0)));
    for (const Bytes& one : packed) {
      MQ_TRY(const model::Value value, model::decode_value(field, one));
      const auto* number = std::get_if<std::int64_t>(&value);
      const model::EnumValue* need = number == nullptr ? nullptr : field.value_of(*number);
      if (need != nullptr) out.insert(need->name);
    }
  }
}

model::Fault gate_fault(const model::Schema& schema, const model::Field& field) {
  const model::EnumValue* need = needs_field(schema).value_named(field.rule.gate());
  const std::string zh = need == nullptr ? field.rule.gate() : need->zh;
  return {field.name,
          cat(field.zh, ":没有活动写明需要采集“", zh,
              "”,不能记;确有需要的,由乡镇管理员或内勤在活动里写明(", "programme set --needs ", zh,
              ")以后再记"),
          cat(field.name, ": no programme names a need for ", field.rule.gate(),
              "; if there is one, the township's desk names it first (programme set --needs ",
              field.rule.gate(), ")")};
}

const model::Entity* companion_of(const model::Schema& schema, const model::Entity& entity) {
  for (const model::Entity& other : schema.entities()) {
    if (other.rule.companion_of() == entity.name) return &other;
  }
  return nullptr;
}

Result<PrivateFacts> private_facts(const Workplace& place, const vault::RowData& data) {
  const model::Schema& schema = place.vault.schema();
  const model::Entity* companion = companion_of(schema, *schema.entity(data.entity));
  PrivateFacts out;
  if (companion == nullptr) return out;
  auto stream = Directory(place).private_stream(data.stream);
  if (!stream.ok() && stream.error().code != Code::kNotAllowed) return std::move(stream).error();
  out.readable = stream.ok();
  if (!out.readable) return out;
  MQ_TRY(out.row, load_at(place, {companion, *stream, data.id}));
  // Those that could not move with their household are read where they stayed.
  if (!out.row || out.row->deleted) {
    MQ_TRY(out.row, place.vault.load(companion->number, data.id));
  }
  return out;
}

}  // namespace mq::work
