#include "op_text.h"

#include "mq/base/text.h"
#include "mq/model/step.h"
#include "record_json.h"

namespace mq::cli {

Result<std::string> op_text(const work::Workplace& place, const model::Field* field,
                            const model::Op& op) {
  if (op.kind == model::OpKind::kDelete) return std::string("作废");
  if (field == nullptr) return std::string("较新版本的内容");
  if (op.kind == model::OpKind::kStep) {
    MQ_TRY(const model::Step step, model::decode_step(op.value));
    const std::string to = model::format_value(*field, std::int64_t{step.to});
    if (step.from == 0) return to;  // the first one
    return cat(model::format_value(*field, std::int64_t{step.from}), " → ", to);
  }
  if (op.kind == model::OpKind::kRemove) return std::string("去掉");
  auto value = model::decode_value(*field, op.value);
  if (!value.ok()) return std::string("较新版本的内容");
  vault::Cell cell{field->number, *value, {*value}};
  return cell_text(place, *field, cell);
}

std::string bracket_text(const vault::HistoryEntry& entry) {
  const std::string before =
      entry.not_before.time_ms > 0 ? shanghai_minute({entry.not_before.time_ms}) : "不详";
  const std::string after = entry.not_after ? shanghai_minute(*entry.not_after) : "未送到";
  return cat(before, " — ", after);
}

}  // namespace mq::cli
