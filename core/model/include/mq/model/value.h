// Value: one cell's content in memory; its bytes on the wire; its text for people.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"

namespace mq::model {

// nothing; numbers of every kind (bool 0/1, enum number, date in days, instant in ms, money in 分);
// text; a row or member id or another blob.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

inline bool is_empty(const Value& v) { return std::holds_alternative<std::monostate>(v); }

}  // namespace mq::model
