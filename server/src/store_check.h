// What every Store promises about its content, asked through the interface alone.
#pragma once

#include <string>
#include <vector>

#include "mq/server/store.h"

namespace mq::server {

// Adds a sentence for every fault: control log links, stream heads, indexes, chain links. An error
// only if the store cannot be read at all.
Status check_logs(Store& store, std::vector<std::string>& faults);

// kInvalidInput unless chunk `chunk` of a blob of `bytes` has this size.
Status check_chunk(std::uint64_t bytes, std::uint32_t chunk, std::size_t chunk_bytes);
Error wrong_chunk();

}  // namespace mq::server
