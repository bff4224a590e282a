#include "fuzz/seeds.h"
#include "minqing/sync/v1/sync.pb.h"
#include "mq/seal/recovery_kit.h"
#include "mq/wire/control.h"
#include "support/sim_random.h"

namespace mq::fuzz {
namespace {

Bytes marked(std::uint8_t first, ByteView rest) {
  Bytes out{first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

// What stands before the check of a founding file: names, then the genesis.
Bytes founding() {
  wire::pb::ControlBody body;
  body.set_version(1);
  body.mutable_genesis()->set_county_root(std::string(32, 'r'));
  body.mutable_genesis()->set_server_key(std::string(32, 's'));
  body.mutable_genesis()->set_server_address("10.0.0.1:8443");
  body.mutable_genesis()->mutable_device()->set_device(std::string(16, 'd'));
  wire::pb::ControlEntry entry;
  entry.set_body(body.SerializeAsString());
  entry.set_signature(std::string(64, 'x'));
  ByteWriter writer;
  for (const char* name : {"试验县", "试验镇", "管理员"}) writer.block(name);
  writer.block(entry.SerializeAsString());
  return writer.take();
}

Bytes rejoin() {
  ByteWriter writer;
  writer.raw(Bytes(16 + 16 + 16 + 32 + 32, 7));
  writer.block("管理员");
  writer.block("10.0.0.1:8443");
  return writer.take();
}

Bytes append() {
  wire::pb::ControlAppendRequest request;
  request.set_expected_head(std::string(32, 'h'));
  request.add_entries()->set_body("body");
  return to_bytes(request.SerializeAsString());
}

}  // namespace

std::vector<Bytes> seeds() {
  testing::SimRandom random(3);
  const auto seed = seal::RecoverySeed::draw(random);
  std::vector<Bytes> out;
  for (const char* address : {"", "10.0.0.1:8443"}) {
    for (const seal::Sheet& sheet : seal::make_sheets(seed, {{}, {}, address}, random)) {
      out.push_back(marked(0, view_of(seal::sheet_text(sheet))));
    }
  }
  for (const Bytes& file : {founding(), rejoin(), append()}) out.push_back(marked(1, file));
  return out;
}

}  // namespace mq::fuzz
