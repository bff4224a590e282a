// Examples of every command: one table for help and the manual pages.
//
// Names, villages and households are those of samples/township, files are relative to the tree. One
// that is marked `alone` runs as it stands on a desk that has imported the sample's roster of
// 鱼泉村, its cadres and its pairings; the tests run them all. In the others 编号 stands for a
// record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mq::cli {

struct Example {
  std::string line;  // all of it, without the program's name
  std::string zh, en;
  bool alone = false;
};

// In the order of the table; none if there is no such command.
std::vector<Example> examples_of(std::string_view command);

}  // namespace mq::cli
