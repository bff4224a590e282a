// Any text as a recovery sheet, any content as a file of founding: never a crash; a sheet that is
// read can be printed and reads the same. The first byte says which; checks of files are mended,
// so that what is behind them is reached.
#include <cstdlib>

#include "append_file.h"
#include "mq/seal/recovery_kit.h"
#include "mq/sync/founding.h"
#include "mq/sync/rejoin.h"

namespace {

void paper(mq::ByteView text) {
  const auto sheet = mq::seal::read_sheet(mq::text_of(text));
  if (!sheet.ok()) return;
  const auto again = mq::seal::read_sheet(mq::seal::sheet_text(*sheet));
  const bool same = again.ok() && mq::seal::check_code(*again) == mq::seal::check_code(*sheet) &&
                    again->address == sheet->address;
  if (!same) std::abort();
}

void files(mq::ByteView content) {
  static_cast<void>(mq::sync::read_founding(content));
  static_cast<void>(mq::sync::read_founding(mq::sync::checked_file("mqtf1", content)));
  static_cast<void>(mq::sync::read_rejoin(mq::sync::checked_file("mqrj1", content)));
  static_cast<void>(mq::sync::read_append_file("mqgr1", mq::sync::checked_file("mqgr1", content)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const mq::ByteView rest(data + 1, size - 1);
  if ((data[0] & 1) == 0) {
    paper(rest);
  } else {
    files(rest);
  }
  return 0;
}
