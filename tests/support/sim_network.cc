#include "support/sim_network.h"

namespace mq::testing {

namespace pb = sync::pb;

namespace {

Error unreachable() {
  return {Code::kUnavailable, "连不上服务器。", "the server cannot be reached"};
}

}  // namespace

SimServer::SimServer(std::uint64_t seed) : random(seed) { restart(); }

void SimServer::restart() {
  service_.reset();
  server::ServiceOptions options;
  options.loopback = true;
  auto started = server::Service::start(store, clock, random, options);
  MQ_ASSERT(started.ok());
  service_ = std::move(*started);
}

void SimServer::restore(MemoryStore::Data data, bool told) {
  service_.reset();
  store.restore(std::move(data));
  if (told) MQ_ASSERT(server::renew_generation(store, random).ok());
  restart();
}

void Wiretap::see(const pb::SignedRequest& request) {
  pb::ExchangeRequest body;
  if (!body.ParseFromString(request.body())) return;
  for (const pb::Envelope& envelope : body.push()) {
    const auto [known, fresh] = seen_.emplace(envelope.header(), envelope.ct());
    if (!fresh && known->second != envelope.ct()) {
      repeated_.push_back(to_hex(view_of(envelope.header())));
    }
  }
}

// One flipped bit, or a reply that ends too early.
std::string SimNetwork::damaged(std::string bytes) {
  if (bytes.empty()) return bytes;
  if (hundredth(weather_.cut)) bytes.resize(random_.below(bytes.size()));
  if (!bytes.empty() && hundredth(weather_.garble)) {
    char& byte = bytes[random_.below(bytes.size())];
    byte = static_cast<char>(byte ^ (1 << random_.below(8)));
  }
  return bytes;
}

template <class Request>
bool SimNetwork::request_lost(const Request& request, const std::function<void()>& deliver) {
  static_cast<void>(request);
  if (hundredth(weather_.later)) {
    late_.push_back(deliver);
    return true;
  }
  return std::exchange(drop_request_, false) || hundredth(weather_.lose_request);
}

template <class Reply, class Request>
Result<Reply> SimNetwork::carry(const Request& request,
                                Result<Reply> (server::Service::*method)(const Request&)) {
  if (offline_) return unreachable();
  ++round_trips_;
  const bool fault = faults_ != nullptr && faults_->next();
  // A fault takes the request and the reply by turns: the server has acted in every second run.
  const bool fault_before = fault && faults_->calls() % 2 == 0;
  const std::string sent = request.SerializeAsString();
  bytes_up_ += sent.size();
  largest_up_ = std::max(largest_up_, sent.size());
  const auto deliver = [this, sent, method] {
    Request parsed;
    if (parsed.ParseFromString(sent)) static_cast<void>((server_.service().*method)(parsed));
  };
  if (fault_before || request_lost(request, deliver)) return unreachable();
  if (hundredth(weather_.repeat)) deliver();

  Request parsed;
  MQ_ASSERT(parsed.ParseFromString(sent));
  auto reply = (server_.service().*method)(parsed);
  if (fault || std::exchange(drop_reply_, false) || hundredth(weather_.lose_reply)) {
    return unreachable();
  }
  if (!reply.ok()) return reply;
  const std::string received = damaged(reply->SerializeAsString());
  bytes_down_ += received.size();
  Reply out;
  if (!out.ParseFromString(received)) return unreachable();
  return out;
}

Result<pb::InfoReply> SimNetwork::info(const pb::InfoRequest& request) {
  return carry(request, &server::Service::info);
}
Result<pb::ControlAppendReply> SimNetwork::found(const pb::SignedRequest& request) {
  return carry(request, &server::Service::found);
}
Result<pb::FindInviteReply> SimNetwork::find_invite(const pb::FindInviteRequest& request) {
  return carry(request, &server::Service::find_invite);
}
Result<pb::ControlReadReply> SimNetwork::control_read(const pb::SignedRequest& request) {
  auto reply = carry(request, &server::Service::control_read);
  if (!reply.ok() || !bend_log_after) return reply;
  for (pb::ControlEntry& entry : *reply->mutable_entries()) {
    pb::ControlBody body;
    MQ_ASSERT(body.ParseFromString(entry.body()));
    if (body.seq() > *bend_log_after) {
      body.set_prev(std::string(Hash::kSize, 'x'));
    } else {
      body.set_time_ms(body.time_ms() + 1);
    }
    entry.set_body(body.SerializeAsString());
  }
  return reply;
}
Result<pb::ChainHeadsReply> SimNetwork::chain_heads(const pb::SignedRequest& request) {
  return carry(request, &server::Service::chain_heads);
}
Result<pb::ControlAppendReply> SimNetwork::control_append(const pb::SignedRequest& request) {
  const std::function<void()> hook = before_append;
  if (hook) hook();
  return carry(request, &server::Service::control_append);
}
Result<pb::ExchangeReply> SimNetwork::exchange(const pb::SignedRequest& request) {
  if (wiretap_ != nullptr) wiretap_->see(request);
  auto reply = carry(request, &server::Service::exchange);
  if (reply.ok()) forge(*reply);
  if (reply.ok() && alter) alter(*reply);
  if (!reply.ok() || !bend_signatures) return reply;
  for (pb::StreamPart& part : *reply->mutable_parts()) {
    for (pb::StoredEnvelope& stored : *part.mutable_envelopes()) {
      std::string& signature = *stored.mutable_envelope()->mutable_signature();
      signature[5] = static_cast<char>(signature[5] ^ 1);
    }
  }
  return reply;
}
void SimNetwork::forge(pb::ExchangeReply& reply) {
  if (forge_next == Forgery::kNone) return;
  for (int i = 0; i < reply.parts_size() && !forged; ++i) {
    auto& envelopes = *reply.mutable_parts(i)->mutable_envelopes();
    if (forge_next == Forgery::kWithheld) {
      reply.mutable_parts()->DeleteSubrange(i, 1);
      forged = true;
    } else if (forge_next == Forgery::kShort && !envelopes.empty() && !reply.more()) {
      envelopes.RemoveLast();
      forged = true;
    } else if (forge_next == Forgery::kSwapped && envelopes.size() > 1) {
      envelopes.SwapElements(0, 1);
      forged = true;
    } else if (forge_next == Forgery::kTwice && !envelopes.empty()) {
      *envelopes.Add() = envelopes[0];
      forged = true;
    }
  }
  if (forged) forge_next = Forgery::kNone;
}

Result<bool> SimNetwork::watch(const pb::SignedRequest&, int) { return unreachable(); }

void SimNetwork::deliver_late() {
  for (const auto& deliver : std::exchange(late_, {})) deliver();
}

}  // namespace mq::testing
