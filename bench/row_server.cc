// Row 6: envelopes of 256 row ops from many clients at once, over TLS, each stored durably before
// it is answered, against empty unary calls of that size through the same gRPC and TLS.
#include <grpcpp/grpcpp.h>

#include <barrier>
#include <thread>

#include "mq/base/text.h"
#include "mq/seal/segment.h"
#include "mq/server/rpc_server.h"
#include "mq/server/tls_identity.h"
#include "mq/sync/grpc_transport.h"
#include "rows.h"
#include "visit.grpc.pb.h"

namespace mq::bench {

namespace {

constexpr std::size_t kOpsInEnvelope = 256;

class EchoService final : public peers::Echo::Service {
 public:
  grpc::Status Put(grpc::ServerContext*, const peers::Blob*, peers::Blob*) override {
    return grpc::Status::OK;
  }
};

class EchoServer {
 public:
  explicit EchoServer(const server::TlsIdentity& identity) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({identity.key_pem, identity.certificate_pem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) stop("the echo server does not start");
  }
  ~EchoServer() { server_->Shutdown(); }

  // A channel of its own, as every device has one.
  std::unique_ptr<peers::Echo::Stub> client(const server::TlsIdentity& identity) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = identity.certificate_pem;
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetSslTargetNameOverride("minqing-server");
    return peers::Echo::NewStub(grpc::CreateCustomChannel(
        cat("127.0.0.1:", port_), grpc::SslCredentials(options), arguments));
  }

 private:
  EchoService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// One client: its calls, ready to send.
struct Client {
  std::unique_ptr<Device> device;
  std::vector<sync::pb::SignedRequest> requests;
  std::unique_ptr<sync::GrpcTransport> transport;
  std::unique_ptr<peers::Echo::Stub> echo;
};

// Calls per second of all clients together, from the moment when all of them are connected.
double rate(std::vector<Client>& clients, const std::function<void(Client&, std::size_t)>& call,
            std::size_t from, std::size_t to) {
  std::barrier ready(static_cast<std::ptrdiff_t>(clients.size()) + 1);
  std::vector<std::thread> threads;
  for (Client& client : clients) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      for (std::size_t i = from; i < to; ++i) call(client, i);
    });
  }
  ready.arrive_and_wait();
  const Watch watch;
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(clients.size() * (to - from)) / watch.seconds();
}

void store(Client& client, std::size_t i) {
  const auto reply = must(client.transport->exchange(client.requests[i]));
  if (reply.results(0).code() != sync::pb::PUSH_CODE_STORED) stop("an envelope is not stored");
}

void echo(Client& client, std::size_t i) {
  grpc::ClientContext context;
  peers::Blob blob, reply;
  blob.set_data(std::string(client.requests[i].ByteSizeLong(), 'x'));
  if (!client.echo->Put(&context, blob, &reply).ok()) stop("an empty call fails");
}

// Padded plaintexts of a chain, the same for every client: what they cost to make is not measured.
std::vector<Bytes> work_of(std::uint32_t calls) {
  const auto visits = static_cast<std::uint32_t>(calls * kOpsInEnvelope);
  std::vector<std::vector<model::Transaction>> parts(calls);
  const w::Data data = w::generate(visits, 1);
  for (std::size_t i = 0; i < visits; ++i) {
    auto& part = parts[i / kOpsInEnvelope];
    part.push_back(transaction_of(op_of(data.v[i])));
    part.back().n = i + 1;
  }
  std::vector<Bytes> out;
  for (const auto& part : parts) {
    out.push_back(must(seal::encode_segment(part, {}, {out.size() % 64 == 0, false})));
  }
  return out;
}

}  // namespace

void row_server(Bench& bench) {
  const Folder folder(bench.folder);
  Town town(folder / "town");
  const auto admin = town.found(1, {});
  const auto village = admin->vault().stream(admin->stream(sync::pb::STREAM_KIND_VILLAGE))->id;
  const auto identity = must(server::own_identity(town.files, folder.path()));
  const auto rpc = must(server::RpcServer::start(town.service(), town.clock, identity,
                                                 "127.0.0.1:0", [](const auto&) {}));
  const EchoServer echo_server(identity);
  std::vector<Client> clients(bench.sizes.clients);
  for (Client& client : clients) {
    const auto code = town.invite(*admin, sync::pb::ROLE_KIND_CADRE, "干部");
    client.device = town.join(code, {});
  }
  const std::vector<Bytes> work = work_of(bench.sizes.calls);
  std::size_t bytes = 0;
  for (Client& client : clients) {
    progress("server: sealing");
    client.device->sync();
    Author author(*client.device, village);
    for (const Bytes& padded : work) {
      client.requests.push_back(push_request(town, *client.device, {author.close(padded)}));
      bytes += client.requests.back().ByteSizeLong();
    }
    client.transport = std::make_unique<sync::GrpcTransport>(rpc->address(), town.random);
    client.transport->expect_server(town.service().server_key());
    client.echo = echo_server.client(identity);
  }
  const std::size_t rounds = static_cast<std::size_t>(bench.sizes.tiny ? 1 : 5);
  const std::size_t each = (bench.sizes.calls - 1) / rounds;
  rate(clients, store, 0, 1);  // connects
  rate(clients, echo, 0, 1);
  std::vector<double> ours, raw;
  for (std::size_t i = 0; i < rounds; ++i) {
    progress(cat("server: round ", i));
    ours.push_back(rate(clients, store, 1 + i * each, 1 + (i + 1) * each));
    raw.push_back(rate(clients, echo, 1 + i * each, 1 + (i + 1) * each));
  }
  const double a = median(ours), b = median(raw);
  const auto mean = bytes / (clients.size() * bench.sizes.calls);
  print({"6",
         cat("server: ", kOpsInEnvelope, "-op envelopes (", mean, " B) from ", clients.size(),
             " clients, TLS, durable"),
         number(a, 0) + " calls/s", number(b, 0) + " calls/s", a / b, "×", 0.3, true,
         "empty unary TLS calls of that size"});
}

}  // namespace mq::bench
