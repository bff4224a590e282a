// Fuzzes the server's front door: any bytes, from anybody, to every method. Never a crash; nothing
// is stored for who has not signed; nothing is given to who may not read; the store stays whole.
#include <google/protobuf/stubs/logging.h>

#include "fuzz/front_door.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto silent = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(silent);
  static mq::fuzz::FrontDoor door;
  door.offer({data, size});
  return 0;
}
