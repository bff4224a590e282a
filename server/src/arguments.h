// The command line of minqing-server.
#pragma once

#include <string>
#include <vector>

#include "mq/base/result.h"

namespace mq::server {

struct Arguments {
  enum class Command { kServe, kBackup, kRestore, kCheck, kHelp };
  Command command = Command::kServe;
  std::string data;  // the data folder
  std::string file;  // backup: written; restore: read
  std::string listen = "0.0.0.0:8443";
  std::string store = "sqlite";
  std::string tls_certificate, tls_key;
  std::string log;  // empty: standard error
};

// kInvalidInput: what is wrong with the command line. kUnsupported: a store this build lacks.
Result<Arguments> parse_arguments(const std::vector<std::string>& words);

std::string help_text(bool english);

}  // namespace mq::server
