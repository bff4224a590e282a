// The number by which people name a device: the last eight digits of its id.
#pragma once

#include <string>

#include "mq/base/ids.h"

namespace mq::cli {

inline constexpr std::size_t kDeviceNumberDigits = 8;

inline std::string device_number(const DeviceId& device) {
  const std::string hex = device.hex();
  return hex.substr(hex.size() - kDeviceNumberDigits);
}

}  // namespace mq::cli
