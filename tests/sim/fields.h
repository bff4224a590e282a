// The cells the simulation writes, of rows in three kinds of stream, and its values as words.
#pragma once

#include <string>
#include <vector>

#include "mq/model/op.h"
#include "mq/model/value.h"
#include "oracle.h"

namespace mq::sim {

// Two registers, a text, a set, a state machine; 0 where the entity has none.
struct Fields {
  std::uint32_t entity = 0, first = 0, second = 0, text = 0, set = 0, step = 0;
};

const Fields& visit_fields();
const Fields& diary_fields();
const Fields& issue_fields();
const Fields& private_fields();  // of a household, in the PRIVATE stream
const Fields& fields_of(std::uint32_t entity);

// Registers, text and set that there are, the state machine not.
std::vector<std::uint32_t> plain_fields(std::uint32_t entity);
bool is_set(const CellName& cell);

// A value that occurs nowhere else, in the cell's type: a sentence, a number, an id.
model::Value unique_value(const CellName& cell, std::uint64_t number, std::uint64_t seed);
// The same value always gives the same word.
std::string word_of(const model::Value& value);
// Of what an op writes or moves to; empty if it is neither.
std::string word_of(const model::Op& op);

}  // namespace mq::sim
