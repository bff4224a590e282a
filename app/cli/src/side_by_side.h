// Texts beside each other on a terminal, each wrapped in a column of its own.
#pragma once

#include <string>
#include <vector>

namespace mq::cli {

// Lines that fit `width` columns of the terminal; one text below the other if they would be too
// narrow to read. A Chinese character is two columns wide.
std::vector<std::string> side_by_side(const std::vector<std::string>& texts, std::size_t width);

}  // namespace mq::cli
