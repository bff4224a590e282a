// Town: a whole township on real disks: one server in this process, devices with encrypted vaults.
//
// Messages between them are serialised and parsed as on a wire; only the socket is missing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "measure.h"
#include "mq/base/system.h"
#include "mq/seal/keyring.h"
#include "mq/seal/sealer.h"
#include "mq/server/service.h"
#include "mq/server/sqlite_store.h"
#include "mq/sync/engine.h"
#include "mq/vault/encrypted_vfs.h"
#include "mq/vault/key_file.h"
#include "mq/vault/vault.h"
#include "mq/worker/thread_worker.h"

namespace mq::bench {

// Of every home made here.
inline constexpr const char* kPassphrase = "量一量到底有多快";

class LoopTransport final : public sync::Transport {
 public:
  explicit LoopTransport(server::Service& service) : service_(service) {}
  Result<sync::pb::InfoReply> info(const sync::pb::InfoRequest& request) override;
  Result<sync::pb::ControlAppendReply> found(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::FindInviteReply> find_invite(
      const sync::pb::FindInviteRequest& request) override;
  Result<sync::pb::ControlReadReply> control_read(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ControlAppendReply> control_append(
      const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ExchangeReply> exchange(const sync::pb::SignedRequest& request) override;
  Result<sync::pb::ChainHeadsReply> chain_heads(const sync::pb::SignedRequest& request) override;
  Result<bool> watch(const sync::pb::SignedRequest& request, int wait_ms) override;
  void expect_server(const VerifyKey&) override {}

  std::uint64_t round_trips = 0, bytes = 0;  // messages, both ways

 private:
  template <class Reply, class Request>
  Result<Reply> carry(const Request& request,
                      Result<Reply> (server::Service::*method)(const Request&));
  server::Service& service_;
};

class Town;

// How a home is made: what the passphrase costs to try, and which schema it speaks.
struct HomeOptions {
  const model::Schema* schema = nullptr;  // null: the product's
  vault::KdfCost cost{1, 8u << 10};       // cheap, for the many homes whose unlocking is not timed
};

class Device {
 public:
  // Opens the home of that folder, or makes it.
  Device(Town& town, std::string folder, const HomeOptions& options);

  vault::Vault& vault() { return *vault_; }
  seal::Keyring& keyring() { return *keyring_; }
  sync::ControlStore& control() { return *control_; }
  seal::Sealer& sealer() { return *sealer_; }
  sync::SyncEngine& engine() { return *engine_; }
  LoopTransport& transport() { return transport_; }
  Worker& worker() { return worker_; }
  const std::string& folder() const { return folder_; }
  std::string database_path() const;

  // Steps until both sides agree.
  void sync();
  // The first stream of that kind; with an owner, that owner's.
  vault::StreamIx stream(int kind, ByteView owner = {}) const;
  // Commits many drafts at once, not for timing.
  void record(const std::vector<vault::Draft>& drafts);

 private:
  Town& town_;
  std::string folder_;
  LoopTransport transport_;
  ThreadWorker worker_;  // as the program lends one
  std::unique_ptr<vault::EncryptedVfs> vfs_;
  std::unique_ptr<vault::Vault> vault_;
  std::optional<seal::Keyring> keyring_;
  std::optional<sync::ControlStore> control_;
  std::optional<seal::ContinuationToken> token_;
  std::optional<seal::Sealer> sealer_;
  std::optional<sync::SyncEngine> engine_;
};

class Town {
 public:
  // Everything below `folder`.
  explicit Town(const std::string& folder);

  std::unique_ptr<Device> found(int villages, const HomeOptions& options);
  // Person and code; the device comes by join() with it.
  std::string invite(Device& admin, sync::pb::RoleKind role, const std::string& name);
  std::unique_ptr<Device> join(const std::string& code, const HomeOptions& options);
  // A home without a township, for the caller to join with.
  std::unique_ptr<Device> new_home(const HomeOptions& options);

  server::Service& service() { return *service_; }
  const std::string& store_path() const { return store_path_; }

  SystemClock clock;
  SystemRandom random;
  DiskFileSystem files;

 private:
  std::string folder_, store_path_;
  std::unique_ptr<server::SqliteStore> store_;
  std::unique_ptr<server::Service> service_;
  int homes_ = 0;
};

// Seals like a device, without a vault behind it: one chain in one stream.
class Author {
 public:
  // With the keys that the device holds now; the stream's kind decides the padding.
  Author(Device& device, const StreamId& stream);
  // All of them, in as many envelopes as they need.
  std::vector<wire::Envelope> seal(std::vector<model::Transaction> all);
  // The next envelope with this padded plaintext.
  wire::Envelope close(const Bytes& padded);

 private:
  Device& device_;
  wire::EnvelopeHeader next_;
  bool diary_ = false;
  std::uint64_t n_ = 0;
  SystemRandom random_;
};

// A request that pushes these, signed by the device; ask for nothing back.
sync::pb::SignedRequest push_request(Town& town, Device& device,
                                     const std::vector<wire::Envelope>& envelopes);
// In exchanges of at most 250 KiB; ends the program if one is not stored.
void push(Town& town, Device& device, const std::vector<wire::Envelope>& envelopes);

}  // namespace mq::bench
