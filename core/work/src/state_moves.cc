#include "state_moves.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::work {

const Move* move_of(const Machine& machine, std::string_view verb, std::int64_t from,
                    std::int64_t to) {
  const auto found = std::ranges::find_if(machine.moves, [&](const Move& move) {
    return move.verb == verb && move.from == from && (to == 0 || move.to == to);
  });
  return found == machine.moves.end() ? nullptr : &*found;
}

model::Fault no_such_move(const Machine& machine, std::string_view verb, std::int64_t from) {
  std::vector<std::string> next;
  for (const Move& move : machine.moves) {
    std::string command = cat(machine.entity.command, " ", move.verb);
    const bool listed = std::ranges::find(next, command) != next.end();
    if (move.from == from && !listed) next.push_back(std::move(command));
  }
  const std::string now = model::format_value(*machine.entity.field(machine.state), from);
  const std::string list = join(next, "、");
  return {"state",
          cat("这条", machine.entity.zh, "现在是 ", now, ",不能 ", verb,
              list.empty() ? std::string(";它已经办完,没有下一步") : cat(";现在可以:", list)),
          cat("it is ", now, " now and cannot ", verb,
              list.empty() ? std::string("; nothing follows") : cat("; what can: ", list))};
}

vault::Change state_step(const Machine& machine, const RowId& row, std::int64_t to,
                         std::string_view reason) {
  vault::Change change;
  change.kind = vault::Change::Kind::kStep;
  change.entity = machine.entity.number;
  change.row = row;
  change.field = machine.state;
  change.value = to;
  change.reason = std::string(reason);
  return change;
}

void ask_for(const model::Entity& entity, std::initializer_list<std::uint32_t> fields, Form& form) {
  for (const std::uint32_t number : fields) {
    const model::Field& field = *entity.field(number);
    const bool faulty = std::ranges::any_of(
        form.faults(), [&](const model::Fault& fault) { return fault.field == field.name; });
    if (faulty || !model::is_empty(form.value(number))) continue;
    form.fault(field.name, cat(field.zh, ":这一步必须填写(--", field.name, ")"),
               cat(field.name, ": this step asks for it (--", field.name, ")"));
  }
}

}  // namespace mq::work
