#include "mq/work/settle.h"

#include <algorithm>

#include "mq/base/text.h"
#include "rights.h"

namespace mq::work {

namespace {

constexpr std::string_view kBetween = "\n——\n";

const model::Field* field_of(const Workplace& place, const vault::Conflict& conflict) {
  const model::Entity* entity = place.vault.schema().entity(conflict.entity);
  return entity == nullptr ? nullptr : entity->field(conflict.field);
}

}  // namespace

Result<model::Value> one_claim(const vault::Conflict& conflict, std::size_t index) {
  if (index < conflict.claims.size()) return conflict.claims[index].value;
  return Error{Code::kInvalidInput,
               cat("只有 ", conflict.claims.size(), " 种说法,没有第 ", index + 1, " 种"),
               cat("there are ", conflict.claims.size(), " versions, none is number ", index + 1)};
}

Result<model::Value> all_claims(const Workplace& place, const vault::Conflict& conflict) {
  const model::Field* field = field_of(place, conflict);
  if (field == nullptr || field->rule.merge() != model::pb::MERGE_TEXT) {
    return Error{Code::kInvalidInput,
                 cat(field == nullptr ? "这一项" : field->zh,
                     " 只能有一个是对的,不能都留;请用 --take 号码,或 --value 写新的"),
                 "only one of them can be true: use --take N, or --value"};
  }
  std::vector<vault::Claim> claims = conflict.claims;
  std::stable_partition(claims.begin(), claims.end(),
                        [](const vault::Claim& claim) { return claim.shown; });
  std::vector<std::string> texts;
  for (const vault::Claim& claim : claims) {
    const auto* text = std::get_if<std::string>(&claim.value);
    const bool more = text != nullptr && !trimmed(*text).empty() &&
                      std::ranges::find(texts, *text) == texts.end();
    if (more) texts.push_back(*text);
  }
  return model::Value(join(texts, kBetween));
}

Status settle(const Workplace& place, const vault::Conflict& conflict, model::Value value,
              vault::View seen) {
  const model::Entity& entity = *place.vault.schema().entity(conflict.entity);
  MQ_TRY(const vault::RowData data, row_to_change(place, entity, conflict.row));
  if (data.deleted) {
    return Error{Code::kConflict, cat("这条", entity.zh, "已经作废,不用再定论"),
                 "the record was cancelled, nothing is left to settle"};
  }
  vault::Change change;
  change.entity = conflict.entity;
  change.row = conflict.row;
  change.field = conflict.field;
  change.value = std::move(value);
  const auto done = place.vault.commit({{conflict.stream, {std::move(change)}}}, seen);
  return done.ok() ? Status() : Status(done.error());
}

}  // namespace mq::work
