// Verbs of the bundle tests: one stick that everybody writes to and reads from.
#pragma once

#include "mq/sync/bundle.h"
#include "sync/records.h"

namespace mq::testing {

inline sync::BundleHome home_of(SimDevice& device) {
  return {device.vault(),  device.keyring(), device.control(),
          device.sealer(), device.clock,     device.random};
}

inline DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }

struct Stick {
  SimFiles files;

  Result<sync::BundleWritten> write(SimDevice& from, const std::string& name,
                                    const std::vector<DeviceId>& to = {}) {
    return sync::export_bundle({"usb/" + name, to}, home_of(from), files);
  }
  // As it must succeed.
  sync::BundleWritten good(SimDevice& from, const std::string& name,
                           const std::vector<DeviceId>& to = {}) {
    const auto written = write(from, name, to);
    if (!written.ok()) ADD_FAILURE() << written.error().en;
    return written.ok() ? *written : sync::BundleWritten{};
  }
  Bytes file(const std::string& name) {
    const auto bytes = files.read("usb/" + name, sync::kBundleFileBytesMax);
    if (!bytes.ok()) ADD_FAILURE() << bytes.error().en;
    return bytes.ok() ? *bytes : Bytes{};
  }
  sync::BundleTaken taken(SimDevice& by, const std::string& name) {
    const auto taken = sync::import_bundle(file(name), home_of(by));
    if (!taken.ok()) ADD_FAILURE() << taken.error().en;
    return taken.ok() ? *taken : sync::BundleTaken{};
  }
};

}  // namespace mq::testing
