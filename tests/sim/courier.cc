// Bundles: files that somebody carries from device to device, late, twice, cut or to the wrong one.
#include "mq/base/text.h"
#include "mq/sync/bundle.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

namespace {

constexpr std::size_t kBundlesMax = 6;

sync::BundleHome home_of(SimDevice& d) {
  return {d.vault(), d.keyring(), d.control(), d.sealer(), d.clock, d.random};
}

}  // namespace

void Simulation::courier(int index) {
  if (!bundles_.empty() && turns_.chance(55)) {
    const Bundle& bundle = bundles_[turns_.below(bundles_.size())];
    // To whom it is for, or to whoever happens to be there.
    std::vector<int> to;
    for (std::size_t i = 0; i < world_.devices.size(); ++i) {
      SimDevice& d = *world_.devices[i];
      if (d.running() && bundle.to.contains(d.keyring().identity()->device)) {
        to.push_back(static_cast<int>(i));
      }
    }
    const bool right = !to.empty() && turns_.chance(85);
    return unpack(right ? to[turns_.below(to.size())] : index, bundle);
  }
  pack(index);
}

void Simulation::pack(int index) {
  SimDevice& d = device(index);
  sync::BundleOptions options;
  options.path = "usb/bundle";
  const wire::ControlState known = d.control().state();
  for (const wire::DeviceRecord& each : known.devices()) {
    if (!each.span.until && turns_.chance(20)) options.recipients.push_back(each.id);
  }
  testing::SimFiles stick;
  const bool killed = turns_.chance(20);
  say(cat(d.name(), " stores a copy to be carried", killed ? " and loses power" : ""));
  if (killed) faults_.arm(testing::Faults::Mode::kFromThere, 1 + turns_.below(40));
  const auto written = sync::export_bundle(options, home_of(d), stick);
  faults_.stop();
  if (killed) stand_up(index);
  check_outbox(index);
  if (!written.ok()) {
    const Code code = written.error().code;
    const bool expected = killed || code == Code::kExhausted || code == Code::kNotAllowed;
    if (!expected) fault(cat(d.name(), " cannot store a copy: ", written.error().en));
    return say(written.error().en);
  }
  auto bytes = stick.read(options.path, sync::kBundleFileBytesMax);
  if (!bytes.ok()) return fault("a copy that was stored is not there");
  Bundle bundle{std::move(*bytes), {options.recipients.begin(), options.recipients.end()}};
  if (bundle.to.empty()) {
    for (const auto* each : known.admin_devices(known.head_seq())) bundle.to.insert(each->id);
  }
  if (bundles_.size() == kBundlesMax) bundles_.erase(bundles_.begin());
  bundles_.push_back(std::move(bundle));
  ++result_.carried;
}

void Simulation::unpack(int index, const Bundle& bundle) {
  SimDevice& d = device(index);
  d.disk.set_full(false);
  Bytes bytes = bundle.bytes;
  const bool cut = turns_.chance(15);
  const bool killed = turns_.chance(20);
  if (cut) bytes.resize(turns_.below(bytes.size()));
  say(cat(d.name(), " takes in ", cut ? "half a copy" : "a copy",
          killed ? " and loses power" : ""));
  if (killed) faults_.arm(testing::Faults::Mode::kFromThere, 1 + turns_.below(40));
  const auto taken = sync::import_bundle(bytes, home_of(d));
  faults_.stop();
  if (killed) stand_up(index);
  const bool good = !cut && !killed && bundle.to.contains(d.keyring().identity()->device);
  if (good && (!taken.ok() || !taken->whole)) {
    fault(cat(d.name(), " cannot take in a copy: ", taken.ok() ? "cut" : taken.error().en));
  }
  if (taken.ok()) say(cat(taken->merged, " merged, ", taken->undecided, " undecided"));
  check_outbox(index);
  check_reads(index, 2);
}

}  // namespace mq::sim
