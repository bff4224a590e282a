// What the tests of the rules share: the tree, read once, and the two verbs.
#pragma once

#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/tree.h"

namespace mq::tidy {

inline const Tree& house() {
  static const Tree tree = read_tree(".");
  return tree;
}

// How often a rule about one file complains about a sample.
inline std::size_t complaints(Complaints (*rule)(const File&), const std::string& path,
                              const std::string& text) {
  return rule({path, text}).size();
}

// Asks a rule about every file of the house.
inline void expect_kept(Complaints (*rule)(const File&)) {
  ASSERT_GT(house().size(), 100u) << "run it in the source folder, as ctest does";
  Complaints all;
  for (const File& file : house()) {
    for (std::string& each : rule(file)) all.push_back(std::move(each));
  }
  EXPECT_TRUE(all.empty()) << join(all, "\n");
}

}  // namespace mq::tidy
