// What a true server says at each door, as a start.
#include "frame.h"
#include "fuzz/answers.h"
#include "fuzz/seeds.h"
#include "seal/transactions.h"
#include "server/county.h"
#include "sync/records.h"

namespace mq::fuzz {

namespace {

Bytes input(Door door, const std::string& answer) {
  Bytes out = {static_cast<std::uint8_t>(door)};
  const Bytes rest = to_bytes(view_of(answer));
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

// The device's own transport, writing down what it hears.
class Listening final : public sync::Transport {
 public:
  explicit Listening(sync::Transport& inner) : inner_(inner) {}

  Result<pb::InfoReply> info(const pb::InfoRequest& r) override { return note(inner_.info(r)); }
  Result<pb::ControlAppendReply> found(const pb::SignedRequest& r) override {
    return note(inner_.found(r));
  }
  Result<pb::FindInviteReply> find_invite(const pb::FindInviteRequest& r) override {
    return note(inner_.find_invite(r), &find);
  }
  Result<pb::ControlReadReply> control_read(const pb::SignedRequest& r) override {
    return note(inner_.control_read(r), &read);
  }
  Result<pb::ControlAppendReply> control_append(const pb::SignedRequest& r) override {
    return note(inner_.control_append(r));
  }
  Result<pb::ExchangeReply> exchange(const pb::SignedRequest& r) override {
    return note(inner_.exchange(r), &exchanged);
  }
  Result<pb::ChainHeadsReply> chain_heads(const pb::SignedRequest& r) override {
    return note(inner_.chain_heads(r));
  }
  Result<bool> watch(const pb::SignedRequest& r, int ms) override { return inner_.watch(r, ms); }
  void expect_server(const VerifyKey& key) override { inner_.expect_server(key); }

  std::vector<std::string> find, read, exchanged;

 private:
  template <class Reply>
  Result<Reply> note(Result<Reply> reply, std::vector<std::string>* to = nullptr) {
    if (to != nullptr && reply.ok()) to->push_back(reply->SerializeAsString());
    return reply;
  }
  sync::Transport& inner_;
};

}  // namespace

std::vector<Bytes> Answers::seeds() {
  std::vector<Bytes> out;
  testing::SimRandom random(5);
  // Another invitation lengthens the log; a newcomer reads all of it.
  const auto another = world_.invite_cadre(admin_, "赵", world_.villages);
  MQ_ASSERT(another.ok());
  Listening joining(newcomer_.network);
  MQ_ASSERT(sync::join_township(code_, newcomer_.vault(), newcomer_.keyring(), newcomer_.control(),
                                joining, newcomer_.clock, random)
                .ok());
  for (const std::string& each : joining.find) out.push_back(input(Door::kJoinFind, each));
  for (const std::string& each : joining.read) out.push_back(input(Door::kJoinRead, each));

  Listening syncing(cadre_.network);
  sync::SyncEngine engine(cadre_.vault(), cadre_.keyring(), cadre_.control(), cadre_.sealer(),
                          syncing, cadre_.clock, random);
  for (int i = 0; i < 12; ++i) {
    const auto progress = engine.step();
    if (progress.ok() && *progress == sync::Progress::kIdle) break;
  }
  MQ_ASSERT(!syncing.exchanged.empty() && !syncing.read.empty());
  for (const std::string& each : syncing.exchanged) {
    for (const Door door : {Door::kExchange, Door::kSigned}) {
      out.push_back(input(door, each));
    }
  }
  for (const std::string& each : syncing.read) {
    out.push_back(input(Door::kControl, each));
    out.push_back(input(Door::kControlMade, each));
  }
  // An insider's envelopes: frames as the encoder writes them, one to four of them.
  for (int i = 0; i < 16; ++i) {
    const auto transactions = i < 2 ? std::vector{testing::visit(3, "敲门无人，年底回。")}
                                    : testing::some_transactions(random, {});
    const auto frame = seal::encode_frame(transactions, {}, {.whole_context = true});
    MQ_ASSERT(frame.ok());
    std::string answer = {static_cast<char>(i % 4), static_cast<char>(i % 5 == 0 ? 3 : 1)};
    out.push_back(input(Door::kInsider, answer + to_string(frame->joined())));
  }
  out.push_back(input(Door::kInfo, "\x0a\x20"));
  return out;
}

std::vector<Bytes> seeds() { return Answers().seeds(); }

}  // namespace mq::fuzz
