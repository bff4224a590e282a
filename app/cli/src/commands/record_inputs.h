// What the record commands share: inputs from flags or JSON, and saying what became of an entry.
#pragma once

#include <functional>

#include "../home.h"
#include "mq/work/entry.h"

namespace mq::cli {

struct RecordContext {
  Call& call;
  Home& home;
  work::Workplace place;
  const model::Entity& entity;
};

// The JSON object on standard input if the word is "-", else the flags; a flag given twice is a
// list.
Result<work::Inputs> inputs_of(RecordContext& c, const std::string& word);

using RecordAct = std::function<Result<work::Outcome>()>;
// Runs the act, on a full disk with the reserve, and says what became of it; a refusal becomes the
// command's error.
Status save_record(RecordContext& c, const RecordAct& act, std::string_view zh,
                   std::string_view en);

}  // namespace mq::cli
