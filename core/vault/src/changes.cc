#include "changes.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/step.h"
#include "removal.h"

namespace mq::vault {

using model::Op;
using model::OpKind;

namespace {

constexpr std::size_t kValueBytesMax = 49'152;

Error refused(const std::string& zh, const std::string& en) {
  return {Code::kInvalidInput, cat("保存:", zh), cat("saving: ", en)};
}

bool fits(const model::Field& field, const model::Value& value) {
  if (model::is_empty(value)) return true;
  switch (field.type) {
    case model::FieldType::kText:
      return std::holds_alternative<std::string>(value);
    case model::FieldType::kBytes:
      return std::holds_alternative<Bytes>(value);
    default:
      return std::holds_alternative<std::int64_t>(value);
  }
}

// What a change of a repeated field names, by bytes and each once.
std::vector<Bytes> elements_of(const model::Field& field, const Change& change) {
  std::vector<Bytes> out;
  const auto add = [&](const model::Value& value) {
    if (!model::is_empty(value)) out.push_back(model::encode_value(field, value));
  };
  for (const model::Value& value : change.values) add(value);
  add(change.value);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

class Changes {
 public:
  Changes(Vault::State& state, const OpenRow& row, const model::Entity& entity,
          const ResolvedContext& seen)
      : state_(state), row_(row), entity_(entity), seen_(seen) {}

  void expect(std::size_t changes) { ops_.reserve(changes); }
  Status take(const Change& change) {
    if (change.kind == Change::Kind::kDelete) return erase();
    const model::Field* field = entity_.field(change.field);
    if (field == nullptr) {
      return refused(cat(entity_.zh, "没有第 ", change.field, " 号字段"),
                     cat(entity_.name, " has no field ", change.field));
    }
    MQ_CHECK(check(*field, change.value));
    for (const model::Value& value : change.values) MQ_CHECK(check(*field, value));
    const MergeCell* cell = row_.state.cell({field->number, field->op_kind()});
    if (field->op_kind() == OpKind::kStep) return step(*field, cell, change);
    if (!field->repeated) return set_one(*field, cell, model::encode_value(*field, change.value));
    const std::vector<Bytes> named = elements_of(*field, change);
    const bool whole = change.kind == Change::Kind::kSet && field->op_kind() == OpKind::kAdd;
    if (change.kind == Change::Kind::kRemove) return remove(*field, cell, named, true);
    if (whole) MQ_CHECK(remove(*field, cell, named, false));
    return add(*field, cell, named);
  }

  std::vector<Op> finish() { return std::move(ops_); }

 private:
  static Status check(const model::Field& field, const model::Value& value) {
    if (!fits(field, value)) {
      return refused(cat("“", field.zh, "”的值类型不对"),
                     cat("the value of ", field.name, " has another type"));
    }
    const auto* text = std::get_if<std::string>(&value);
    const auto* bytes = std::get_if<Bytes>(&value);
    const std::size_t size = text != nullptr ? text->size() : bytes != nullptr ? bytes->size() : 0;
    if (size <= kValueBytesMax) return {};
    return refused(cat("“", field.zh, "”太长,超过 48 KiB,请分开写"),
                   cat(field.name, " is longer than 48 KiB, split it"));
  }

  void emit(OpKind kind, std::uint32_t field, Bytes value) {
    ops_.push_back({kind, entity_.number, row_.id, field, std::move(value)});
  }

  // Deciding between concurrent values emits an op even if the shown one stays.
  Status set_one(const model::Field& field, const MergeCell* cell, Bytes value) {
    Bytes shown;
    if (cell != nullptr && !cell->heads.empty()) {
      const StreamLines view(state_.lines, row_.stream);
      MQ_TRY(shown, state_.head_value(row_, *cell, cell->heads[shown_head(*cell, view)]));
    }
    const bool again = std::any_of(ops_.begin(), ops_.end(),
                                   [&](const Op& op) { return op.field == field.number; });
    const bool same = shown == value && !row_.contested.contains(field.number) && !again;
    if (!same) emit(field.op_kind(), field.number, std::move(value));
    return {};
  }

  Status step(const model::Field& field, const MergeCell* cell, const Change& change) {
    const auto* to = std::get_if<std::int64_t>(&change.value);
    if (to == nullptr || *to < 0) {
      return refused(cat("“", field.zh, "”要有下一步的状态"), cat(field.name, " needs a state"));
    }
    model::Step move;
    if (cell != nullptr) move.from = replay(*cell, StreamLines(state_.lines, row_.stream)).state;
    for (const Op& op : ops_) {
      const auto before = model::decode_step(op.value);
      if (op.field == field.number && before.ok()) move.from = before->to;
    }
    move.to = static_cast<std::uint32_t>(*to);
    move.reason = change.reason;
    move.actor = state_.actor;
    const bool settles = row_.contested.contains(field.number);
    if (change.kind == Change::Kind::kSet && move.from == move.to && !settles) return {};
    emit(OpKind::kStep, field.number, model::encode_step(move));
    return {};
  }

  // Also added if only others hold it whom the author had not seen: their removal must not win.
  Status add(const model::Field& field, const MergeCell* cell, const std::vector<Bytes>& named) {
    for (const Bytes& value : named) {
      const bool there = cell != nullptr &&
                         std::any_of(cell->heads.begin(), cell->heads.end(), [&](const Head& h) {
                           return h.value == value && seen_.covers_dot(h.dot);
                         });
      if (!there) emit(field.op_kind(), field.number, value);
    }
    return {};
  }

  Status remove(const model::Field& field, const MergeCell* cell, const std::vector<Bytes>& named,
                bool if_named) {
    std::vector<NamedElement> gone;
    if (cell == nullptr || field.op_kind() != OpKind::kAdd) return {};
    for (const Head& head : cell->heads) {
      const bool is_named = std::ranges::binary_search(named, head.value);
      if (is_named != if_named || !seen_.covers_dot(head.dot)) continue;
      gone.push_back(
          {state_.lines.at(head.dot.line).chain, head.dot.n, head.dot.i, element_tag(head.value)});
    }
    std::sort(gone.begin(), gone.end());
    if (!gone.empty()) emit(OpKind::kRemove, field.number, encode_removal(gone));
    return {};
  }

  Status erase() {
    if (row_.rid == 0) {
      return Error{Code::kNotFound, cat("删除:没有这条", entity_.zh),
                   cat("deleting: there is no such ", entity_.name)};
    }
    if (!row_.deleted) emit(OpKind::kDelete, 0, {});
    return {};
  }

  Vault::State& state_;
  const OpenRow& row_;
  const model::Entity& entity_;
  const ResolvedContext& seen_;
  std::vector<Op> ops_;
};

}  // namespace

Result<std::vector<Op>> ops_of(Vault::State& state, const OpenRow& row,
                               const std::vector<const Change*>& changes,
                               const ResolvedContext& seen) {
  const model::Entity* entity = state.schema.entity(row.entity);
  if (entity == nullptr) {
    return refused(cat("没有第 ", row.entity, " 号表"), cat("there is no entity ", row.entity));
  }
  Changes out(state, row, *entity, seen);
  out.expect(changes.size());
  for (const Change* change : changes) MQ_CHECK(out.take(*change));
  return out.finish();
}

}  // namespace mq::vault
