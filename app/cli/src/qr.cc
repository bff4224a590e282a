#include "qr.h"

#include <qrencode.h>

#include <memory>
#include <string>

namespace mq::cli {

namespace {

constexpr int kAnyVersion = 0;  // the smallest that holds the text
constexpr int kCaseSensitive = 1;
constexpr unsigned char kDarkBit = 1;  // the other bits say what a module is for

struct FreeQr {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

Result<Qr> make_qr(std::string_view text) {
  const std::string terminated(text);
  const std::unique_ptr<QRcode, FreeQr> code(QRcode_encodeString(
      terminated.c_str(), kAnyVersion, QR_ECLEVEL_M, QR_MODE_8, kCaseSensitive));
  if (code == nullptr) {
    return Error{Code::kInvalidInput, "这段文字太长,做不成二维码",
                 "the text is too long for a QR symbol"};
  }
  Qr qr;
  qr.size = static_cast<std::size_t>(code->width);
  for (std::size_t i = 0; i < qr.size * qr.size; ++i) {
    qr.dark.push_back((code->data[i] & kDarkBit) != 0);
  }
  return qr;
}

}  // namespace mq::cli
