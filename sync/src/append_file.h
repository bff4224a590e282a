// Entries on their way by file to whoever signs or appends them: magic, content, check.
#pragma once

#include <string_view>

#include "messages.h"
#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/wire/control.h"

namespace mq::sync {

// magic ‖ content ‖ H("mq/tf1" ‖ all before).
Bytes checked_file(std::string_view magic, ByteView content);
// The content. kCorrupt: damaged, larger than bytes_max, or of another kind.
Result<Bytes> checked_content(std::string_view magic, ByteView file, std::size_t bytes_max);

// One append: what it follows, and its entries.
Bytes append_file(std::string_view magic, const Hash& prev,
                  const std::vector<pb::ControlEntry>& entries);
struct AppendFile {
  Hash prev;
  std::vector<pb::ControlEntry> entries;
};
Result<AppendFile> read_append_file(std::string_view magic, ByteView file);

// kInvalidInput: the log has moved on since the entries were signed; nothing was changed.
Error stale_file();

}  // namespace mq::sync
