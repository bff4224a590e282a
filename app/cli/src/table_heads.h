// The heads of the program's own tables in English; those of forms and ledgers stay as offices
// print them.
#pragma once

#include <string>
#include <string_view>

namespace mq::cli {

// The head itself if it has no English form.
std::string_view english_head(std::string_view zh);

}  // namespace mq::cli
