// Help on what people do rather than on one command: 月底, 备份, 离线 …
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mq::cli {

struct HelpTopic {
  const char* name;     // what people type after help
  const char* english;  // the same in English
  const char* title;
  const char* zh;  // lines
  const char* en;
};

const std::vector<HelpTopic>& help_topics();
// By either name; nullptr if there is none.
const HelpTopic* help_topic(std::string_view name);

}  // namespace mq::cli
