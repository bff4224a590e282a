// Answers: a device at the mercy of its server, which has the server's key and a helper among the
// admins.
//
// An input is one byte and an answer: at which door the device hears it, and whether what the
// device will check is made to fit first. The same device meets every input: all of it happens
// inside one commit of the vault that is then called off.
#pragma once

#include "support/world.h"

namespace mq::fuzz {

namespace pb = sync::pb;

enum class Door : std::uint8_t {
  kInfo,         // who the server is
  kExchange,     // a reply as it is
  kSigned,       // … with its checkpoint, receipts and heads signed and computed anew
  kInsider,      // bytes that an admin seals as a frame, and his server delivers
  kControl,      // the log, read because the exchange speaks of a new head
  kControlMade,  // … signed and chained by an admin
  kJoinRead,     // the log, as a newcomer with a code is shown it
  kJoinFind,
};
inline constexpr std::uint8_t kDoors = 8;

class Answers {
 public:
  Answers();
  void offer(ByteView input);
  std::vector<Bytes> seeds();

 private:
  friend class HostileServer;
  struct ChainEnd {
    std::uint64_t seq = 0;
    Hash hash;
    std::uint64_t n = 0;
  };
  // What a process loads once; loaded anew after an input that has changed it.
  struct Loaded {
    seal::Keyring keyring;
    sync::ControlStore control;
  };
  static std::unique_ptr<Loaded> load(testing::SimDevice& device);
  void sync_with(Door door, const std::string& answer);
  void join_with(Door door, const std::string& answer);
  void see_own_work();

  pb::ExchangeReply fitted(const pb::ExchangeRequest& request, pb::ExchangeReply reply);
  void fit_part(const pb::ExchangeRequest& request, pb::StreamPart& part);
  void sign_time(const pb::ExchangeRequest& request, pb::ExchangeReply& reply);
  Hash head_at(const pb::Cursor& cursor) const;
  pb::ExchangeReply from_insider(const std::string& bytes);
  wire::Envelope sealed_by_insider(const StreamId& stream, std::uint8_t kind, ByteView bytes,
                                   ChainEnd& end);
  std::string chained(const std::string& answer) const;

  testing::World world_;
  testing::SimDevice& admin_;
  testing::SimDevice& cadre_;
  testing::SimDevice& newcomer_;
  std::string code_;
  testing::MemoryStore::Data stored_;
  std::map<std::uint32_t, std::pair<std::uint64_t, Hash>> shown_;  // heads of this input's replies
  std::unique_ptr<Loaded> cadres_, newcomers_;
  wire::SigningKey server_key_;
  RowId own_row_;
};

}  // namespace mq::fuzz
