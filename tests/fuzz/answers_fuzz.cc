// Fuzzes what a device hears: a hostile server's introduction, replies and control log, on the way
// into engine, sealer and vault. Never a crash, and what the person recorded stays.
#include <google/protobuf/stubs/logging.h>

#include "fuzz/answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(silent);
  static mq::fuzz::Answers answers;
  answers.offer({data, size});
  return 0;
}
