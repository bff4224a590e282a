// The tree as the house rules see it: what git keeps or is about to keep; without git, what lies in
// the folder, build products and hidden folders left out. Files that are no text are named, empty.
#pragma once

#include <string>

#include "tidy/rules.h"

namespace mq::tidy {

Tree read_tree(const std::string& root);

}  // namespace mq::tidy
