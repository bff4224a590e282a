#include "id_number.h"

#include "minqing/model/v1/person.pb.h"
#include "mq/base/text.h"
#include "mq/model/chinese_id.h"
#include "mq/model/identity.h"
#include "mq/model/relation.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using P = mpb::Person;

Result<Bytes> fingerprint_key(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT fingerprint_key FROM \"township_facts\" WHERE "
                                      "fingerprint_key IS NOT NULL ORDER BY id LIMIT 1"));
  MQ_TRY(const bool found, q.step());
  if (found) return to_bytes(q.blob(0));
  return Error{Code::kConflict, "本机还没有乡镇的基本资料;请先同步一次再做这件事",
               "the township's facts are not here yet; sync once, then try again"};
}

namespace {

void compare(const model::ChineseId& id, const Form& whole, Form& form) {
  if (!id.check_fits) {
    form.flag("id_no", "证件号:校验位不对,请核对", "id_no: the check digit does not fit");
  }
  if (id.birth && !whole.has(P::kBirthFieldNumber)) {
    form.set(P::kBirthFieldNumber, std::int64_t{id.birth->days});
  } else if (id.birth && whole.integer(P::kBirthFieldNumber) != id.birth->days) {
    form.flag("birth", "出生日期:与证件号里的不同,请核对", "birth: differs from the ID number");
  }
  const std::int64_t sex = whole.integer(P::kSexFieldNumber);
  if (sex == mpb::SEX_UNKNOWN) form.set(P::kSexFieldNumber, id.sex);
  if ((sex == mpb::SEX_MALE || sex == mpb::SEX_FEMALE) && sex != id.sex) {
    form.flag("sex", "性别:与证件号里的不同,请核对", "sex: differs from the ID number");
  }
}

Status flag_double(const Workplace& place, const RowId& row, const Bytes& fingerprint, Form& form) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT name FROM \"person\" WHERE deleted = 0 AND "
                                      "id_fingerprint = ?1 AND id <> ?2 LIMIT 1"));
  q.bind(1, fingerprint).bind(2, row.view());
  MQ_TRY(const bool found, q.step());
  if (found) {
    form.flag("id_no", cat("证件号:与 ", q.text(0), " 用了同一个号码,请核对"),
              cat("id_no: the same number as ", q.text(0)));
  }
  return {};
}

}  // namespace

Status check_person(const Workplace& place, const RowId& row, const Form& whole, Form& form) {
  const std::int64_t sex = whole.integer(P::kSexFieldNumber);
  const auto of_relation = model::sex_of_relation(whole.integer(P::kRelationFieldNumber));
  if (of_relation && *of_relation != sex && (sex == mpb::SEX_MALE || sex == mpb::SEX_FEMALE)) {
    form.flag("relation", "与户主关系:与性别对不上,请核对", "relation: does not fit the sex");
  }
  const auto given = form.private_value(mpb::PersonPrivate::kIdNoFieldNumber);
  const auto* number = given ? std::get_if<std::string>(&*given) : nullptr;
  if (number == nullptr) return {};
  MQ_TRY(const Bytes key, fingerprint_key(place));
  Bytes fingerprint = model::fingerprint(key, *number);
  MQ_CHECK(flag_double(place, row, fingerprint, form));
  form.set(P::kIdFingerprintFieldNumber, std::move(fingerprint));
  if (const auto id = model::read_chinese_id(*number)) {
    compare(*id, whole, form);
  } else {
    form.flag("id_no", "证件号:位数或字符不像证件号码,请核对",
              "id_no: does not look like an ID number");
  }
  return {};
}

}  // namespace mq::work
