#include "mq/work/settle.h"

#include <algorithm>

#include "mq/base/text.h"
#include "rights.h"
#include "row_at.h"

namespace mq::work {

namespace {

constexpr std::string_view kBetween = "\n——\n";

const model::Field* field_of(const Workplace& place, const vault::Conflict& conflict) {
  const model::Entity* entity = place.vault.schema().entity(conflict.entity);
  return entity == nullptr ? nullptr : entity->field(conflict.field);
}

bool is_state(const model::Field& field) { return field.rule.merge() == model::pb::MERGE_STEP; }

Error no_such_claim(std::size_t all, std::size_t index) {
  return {Code::kInvalidInput, cat("只有 ", all, " 种说法,没有第 ", index + 1, " 种"),
          cat("there are ", all, " versions, none is number ", index + 1)};
}

vault::Change word(const vault::Conflict& conflict, std::uint32_t field, model::Value value) {
  vault::Change change;
  change.entity = conflict.entity;
  change.row = conflict.row;
  change.field = field;
  change.value = std::move(value);
  return change;
}

Status write(const Workplace& place, const vault::Conflict& conflict, vault::Change change,
             vault::View seen) {
  const auto done = place.vault.commit({{conflict.stream, {std::move(change)}}}, seen);
  return done.ok() ? Status() : Status(done.error());
}

// Any word of somebody who has seen the cancellation says that the record stands: the reason of
// cancelling goes, or a fact is written once more.
Status keep(const Workplace& place, const vault::Conflict& conflict, vault::View seen) {
  const model::Entity& entity = *place.vault.schema().entity(conflict.entity);
  const RowAt at{&entity, conflict.stream, conflict.row};
  if (const model::Field* reason = entity.field("cancel_reason")) {
    MQ_TRY(const Content said, cell_of(place, at, *reason));
    if (!said.empty()) return write(place, conflict, word(conflict, reason->number, {}), seen);
  }
  for (const model::Field& field : entity.fields) {
    if (field.repeated || is_state(field)) continue;
    MQ_TRY(const Content said, cell_of(place, at, field));
    if (said.empty()) continue;
    return place.vault.together([&]() -> Status {
      MQ_CHECK(write(place, conflict, word(conflict, field.number, {}), seen));
      return write(place, conflict, word(conflict, field.number, said.front()), place.vault.view());
    });
  }
  return Error{Code::kInvalidInput, cat("这条", entity.zh, "没有内容可保留,请作废"),
               "the record holds nothing that could be kept; cancel it"};
}

// Also where it lives now, if somebody cancelled it in a village that it had left.
Result<Outcome> cancel_it(const Workplace& place, const vault::Conflict& conflict,
                          const vault::RowData& data, vault::View seen) {
  const model::Entity& entity = *place.vault.schema().entity(conflict.entity);
  vault::Change gone = word(conflict, 0, {});
  gone.kind = vault::Change::Kind::kDelete;
  Outcome outcome{{}, {}, conflict.row, {}};
  MQ_CHECK(place.vault.together([&]() -> Status {
    const model::Field* reason = entity.field("cancel_reason");
    if (reason != nullptr) {
      MQ_TRY(const Content said, cell_of(place, {&entity, conflict.stream, conflict.row}, *reason));
      const std::string why = text_of(said);
      MQ_TRY(outcome,
             cancel(place, entity, conflict.row, why.empty() ? "按作废的一方" : why, seen));
    }
    const bool here = reason == nullptr || data.stream != conflict.stream;
    return here && outcome.ok() ? write(place, conflict, std::move(gone), seen) : Status();
  }));
  return outcome;
}

Error cancelled_already(const model::Entity& entity) {
  return {Code::kConflict, cat("这条", entity.zh, "已经作废,不用再定论"),
          "the record was cancelled, nothing is left to settle"};
}

}  // namespace

Result<Outcome> take_claim(const Workplace& place, const vault::Conflict& conflict,
                           std::size_t index, vault::View seen) {
  const model::Entity& entity = *place.vault.schema().entity(conflict.entity);
  MQ_TRY(const vault::RowData data, row_to_change(place, entity, conflict.row));
  if (data.deleted) return cancelled_already(entity);
  const bool whether = conflict.field == kWhetherItStands;
  const std::size_t all = conflict.claims.size() + (whether ? 1 : 0);
  if (index >= all) return no_such_claim(all, index);
  const Outcome done{{}, {}, conflict.row, {}};
  if (whether && index < conflict.claims.size()) return cancel_it(place, conflict, data, seen);
  if (whether) {
    MQ_CHECK(keep(place, conflict, seen));
    return done;
  }
  const model::Field& field = *field_of(place, conflict);
  const model::Value& wanted = conflict.claims[index].value;
  if (is_state(field)) {
    MQ_TRY(const Content now, cell_of(place, {&entity, conflict.stream, conflict.row}, field));
    if (now.empty() || now.front() != wanted) {
      const std::string shows =
          now.empty() ? std::string() : model::format_value(field, now.front());
      return Error{Code::kInvalidInput,
                   cat("这一步没有算数:", entity.zh, "现在是 ", shows,
                       ",状态只能按流程走。没错就选现在这一种;还要走那一步,请用 ", entity.command,
                       " 的命令再办一次(help ", entity.command, ")"),
                   cat("that move did not count; it is ", shows,
                       " now: confirm that, or make the move anew with its own command")};
    }
  }
  MQ_CHECK(settle(place, conflict, wanted, seen));
  return done;
}

Result<model::Value> all_claims(const Workplace& place, const vault::Conflict& conflict) {
  const model::Field* field = field_of(place, conflict);
  if (field == nullptr || field->rule.merge() != model::pb::MERGE_TEXT) {
    const bool fact = field != nullptr && !is_state(*field);
    return Error{Code::kInvalidInput,
                 cat(field == nullptr ? "这条作废不作废" : field->zh, " 只能有一个是对的,不能都留;",
                     "请用 --take 号码", fact ? ",或 --value 写新的" : ""),
                 cat("only one of them can be true: use --take N", fact ? ", or --value" : "")};
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
  if (data.deleted) return cancelled_already(entity);
  return write(place, conflict, word(conflict, conflict.field, std::move(value)), seen);
}

}  // namespace mq::work
