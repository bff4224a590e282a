// One move of a state machine on its way: finding it in the table, refusing what is not there,
// storing it beside the fields that belong to it.
#pragma once

#include "mq/work/moves.h"
#include "record_parts.h"

namespace mq::work {

struct Machine {
  const model::Entity& entity;
  std::uint32_t state;  // number of the field
  std::span<const Move> moves;
};

// Only one verb of `moves` leads from `from`, or `to` says which; nullptr if none does.
const Move* move_of(const Machine& machine, std::string_view verb, std::int64_t from,
                    std::int64_t to = 0);
// What the record is now, and which verbs lead on from there.
model::Fault no_such_move(const Machine& machine, std::string_view verb, std::int64_t from);
vault::Change state_step(const Machine& machine, const RowId& row, std::int64_t to,
                         std::string_view reason);

// Fields that a move asks for, each with its own sentence.
void ask_for(const model::Entity& entity, std::initializer_list<std::uint32_t> fields, Form& form);

}  // namespace mq::work
