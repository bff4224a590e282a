// Manual pages: groff of what help says, one page for the program and one for each command.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mq::cli {

// File name ("minqing-visit.1") and content, in UTF-8 (groff -Kutf8), the program's own page first.
// Values of forms stay Chinese in both languages.
std::vector<std::pair<std::string, std::string>> manual_pages(bool english);

}  // namespace mq::cli
