// Row 11: folding a control log against bare verifies of its signatures; bytes of a rotation.
#include "mq/base/text.h"
#include "mq/seal/box.h"
#include "mq/wire/control_draft.h"
#include "rows.h"

namespace mq::bench {

namespace {

namespace wpb = wire::pb;

// A rotation of the township's stream, which every device reads, with the older keys wrapped in it.
std::size_t rotation_bytes(Town& town, Device& admin) {
  const wire::ControlState& log = admin.control().state();
  const vault::StreamIx ix = admin.stream(wpb::STREAM_KIND_TOWNSHIP);
  const StreamId stream = admin.vault().stream(ix)->id;
  const std::uint32_t epoch = log.epoch_at(stream, log.head_seq()) + 1;
  Key32 key;
  town.random.fill(key.writable());
  wpb::KeyRecord record;
  for (const auto& [id, box_key] : log.recipients(stream)) {
    record.add_ordered(to_string(must(seal::seal_box(box_key, key.view(), town.random))));
  }
  wpb::ControlBody body;
  body.mutable_rotate()->set_stream(to_string(stream.view()));
  body.mutable_rotate()->set_epoch(epoch);
  body.mutable_rotate()->set_commitment(to_string(seal::commitment(key, stream, epoch).view()));
  body.mutable_rotate()->set_wrapped_older(
      to_string(admin.keyring().wrapped_older(stream, epoch, key, town.random)));
  const seal::Identity& me = *admin.keyring().identity();
  wire::ControlDraft draft(log, me.device.view(), town.clock.wall());
  const auto entries = draft.add(body, me.sign, &record).take();
  wire::ControlState after = log;
  must(after.apply(entries, wire::Records::kRequired));
  return entries.front().ByteSizeLong();
}

void print_rotation(Town& town, Device& admin, std::size_t devices, double budget) {
  const auto bytes = static_cast<double>(rotation_bytes(town, admin));
  print({"11", cat("rotation of one stream, ", devices, " devices"), number(bytes, 0) + " B",
         number(static_cast<double>(devices) * 80, 0) + " B", bytes, "B", budget, false,
         "the sealed keys alone"});
}

void print_fold(Device& admin, int repeats) {
  const auto entries = must(admin.control().entries(0));
  std::size_t signatures = 0;
  for (const wpb::ControlEntry& entry : entries) {
    signatures += 1 + static_cast<std::size_t>(entry.co_signatures_size());
  }
  const wire::SigningKey& key = admin.keyring().identity()->sign;
  const Hash message = wire::hash("mq/bench", {});
  const Signature signature = key.sign("mq/s2", message.view());
  std::vector<double> fold, bare;
  for (int i = 0; i <= repeats; ++i) {
    const Watch first;
    wire::ControlState state;
    must(state.apply(entries));
    const double a = first.ms();
    const Watch second;
    for (std::size_t k = 0; k < signatures; ++k) {
      if (!wire::verify(key.public_key(), "mq/s2", message.view(), signature)) stop("no verify");
    }
    if (i == 0) continue;
    fold.push_back(a);
    bare.push_back(second.ms());
  }
  const double a = median(fold), b = median(bare);
  print({"11", cat("fold a control log of ", entries.size(), " entries"), number(a, 1) + " ms",
         number(b, 1) + " ms", a / b, "×", 1.3, false,
         cat(signatures, " bare verifies of its signatures")});
}

}  // namespace

void row_control(Bench& bench) {
  const Folder folder(bench.folder);
  Town town(folder / "town");
  const auto admin = town.found(1, {});
  const std::size_t most = bench.sizes.tiny ? 4 : 128;
  for (std::size_t devices = 2; devices <= most; ++devices) {
    progress(cat("control: device ", devices));
    const auto code = town.invite(*admin, sync::pb::ROLE_KIND_CADRE, cat("干部", devices));
    static_cast<void>(town.join(code, {}));
    if (devices == most / 4 || devices == most) {
      admin->sync();
      print_rotation(town, *admin, devices, devices == most ? 11'264 : 3'072);
    }
  }
  print_fold(*admin, bench.sizes.repeats);
}

}  // namespace mq::bench
