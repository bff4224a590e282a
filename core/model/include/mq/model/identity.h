// Row ids that are derived, not drawn, so that the same file on two devices is one set of rows
// (PROTOCOL section 1). Labels and layouts are for ever; tests/model holds golden values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mq/base/bytes.h"
#include "mq/base/date.h"
#include "mq/base/ids.h"
#include "mq/model/chinese_id.h"

namespace mq::model {

// BLAKE2b-128("mq/hh1" ‖ township ‖ normal_number(number)). Only for a number that an official
// roster gives; a number typed on a device never makes an id. The number is not empty.
RowId household_row_id(const TownshipId& township, std::string_view official_number);

// BLAKE2b-128("mq/ri1" ‖ stream ‖ entity u32 ‖ source key) for every other imported row.
RowId imported_row_id(const StreamId& stream, std::uint32_t entity, ByteView source_key);
RowId imported_row_id(const StreamId& stream, std::uint32_t entity, std::string_view source_key);

// A person's source key: household id, then the ID fingerprint, else name and birth date. The name
// is compared as clean_name makes it.
Bytes person_source_key(const RowId& household, ByteView id_fingerprint, std::string_view name,
                        std::optional<Date> birth);

// BLAKE2b-128(key, "mq/fp1" ‖ the person's number): one value whichever document or spelling showed
// it. key is TownshipFacts.fingerprint_key. A text that is no ID number is taken as written,
// normalised; an empty one gives an empty fingerprint.
Bytes fingerprint(ByteView key, std::string_view id_number);
// The same of a number that read_chinese_id() has read already; what it gave, and the text.
Bytes fingerprint(ByteView key, const std::optional<ChineseId>& read, std::string_view id_number);

}  // namespace mq::model
