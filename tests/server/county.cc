#include "server/county.h"

namespace mq::testing {

Chain::Chain(const Town& town, const Holder& holder, const StreamId& stream,
             std::uint32_t incarnation)
    : town_(town), holder_(holder), stream_(stream), incarnation_(incarnation) {}

wire::Envelope Chain::next(std::size_t bytes) {
  wire::EnvelopeHeader header;
  header.stream = stream_;
  header.device = holder_.id;
  header.incarnation = incarnation_;
  header.control_seq = knows.value_or(town_.state.head_seq());
  header.control_head = town_.state.head_at(header.control_seq);
  header.epoch = town_.state.epoch_at(stream_, header.control_seq);
  header.seq = ++seq;
  header.prev = prev;
  wire::Envelope out = wire::sign_envelope(header, Bytes(bytes, ++fill_), holder_.sign);
  prev = out.hash();
  return out;
}

wire::Envelope Chain::next_with(const std::function<void(wire::EnvelopeHeader&)>& change) {
  wire::Envelope plain = next();
  change(plain.header);
  return wire::sign_envelope(plain.header, plain.ct, holder_.sign);
}

pb::Envelope to_message(const wire::Envelope& envelope) {
  pb::Envelope out;
  put(out.mutable_header(), envelope.header.encode());
  put(out.mutable_ct(), envelope.ct);
  put(out.mutable_signature(), envelope.signature.view());
  return out;
}

pb::SignedRequest signed_request(const Town& town, ByteView id, const wire::SigningKey& key,
                                 std::string_view method, const std::string& body,
                                 std::int64_t time_ms) {
  pb::SignedRequest out;
  put(out.mutable_township(), town.state.township().view());
  put(out.mutable_device(), id);
  out.set_time_ms(static_cast<std::uint64_t>(time_ms));
  out.set_body(body);
  const Bytes bytes =
      wire::request_signed_bytes(wire::server_id(town.server.public_key()), town.state.township(),
                                 id, method, view_of(body), WallTime{time_ms});
  put(out.mutable_signature(), key.sign("mq/r1", bytes).view());
  return out;
}

County::County(server::ServiceOptions service_options, server::Store* other_store)
    : store(other_store != nullptr ? other_store : &memory),
      cadre(populate()),
      options(service_options) {
  EXPECT_TRUE(store->set_setting("server_seed", town.server.seed().view()).ok());
  restart();
}

Holder County::populate() {
  township = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  town.rotate(township);
  town.rotate(village);
  Holder holder = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  return holder;
}

void County::restart() {
  service.reset();
  auto started = server::Service::start(*store, clock, random, options);
  ASSERT_TRUE(started.ok()) << started.error().en;
  service = std::move(*started);
}

Result<pb::ControlAppendReply> County::found(const std::string& code) {
  pb::FoundRequest request;
  request.set_code(code);
  *request.add_entries() = town.log.front();
  auto founded =
      service->found(signed_request(town, town.founder.id.view(), town.founder.sign, "Found",
                                    request.SerializeAsString(), clock.wall().ms));
  if (!founded.ok()) return founded;
  return bring_log();
}

Result<pb::ControlAppendReply> County::bring_log() {
  const auto held = store->control_read(town.state.township(), 0);
  const auto have = static_cast<std::uint32_t>(held->size());
  if (have >= town.log.size()) return pb::ControlAppendReply();
  return append_as(town.founder.id.view(), town.founder.sign, town.state.head_at(have),
                   {town.log.begin() + have, town.log.end()});
}

Result<pb::ControlAppendReply> County::append_as(ByteView id, const wire::SigningKey& key,
                                                 const Hash& expected_head,
                                                 const Entries& entries) {
  pb::ControlAppendRequest request;
  put(request.mutable_expected_head(), expected_head.view());
  for (const pb::ControlEntry& entry : entries) *request.add_entries() = entry;
  return service->control_append(
      signed_request(town, id, key, "ControlAppend", request.SerializeAsString(), clock.wall().ms));
}

pb::ExchangeRequest County::request_for(const std::vector<wire::Envelope>& envelopes) const {
  pb::ExchangeRequest request;
  request.set_control_seq(town.state.head_seq());
  for (const wire::Envelope& envelope : envelopes) *request.add_push() = to_message(envelope);
  return request;
}

Result<pb::ExchangeReply> County::exchange(const Holder& holder,
                                           const pb::ExchangeRequest& request) {
  return service->exchange(signed_request(town, holder.id.view(), holder.sign, "Exchange",
                                          request.SerializeAsString(), clock.wall().ms));
}

pb::ExchangeReply County::push(const std::vector<wire::Envelope>& envelopes) {
  auto reply = exchange(cadre, request_for(envelopes));
  EXPECT_TRUE(reply.ok()) << (reply.ok() ? "" : reply.error().en);
  return reply.ok() ? *reply : pb::ExchangeReply();
}

pb::PushResult County::push_one(const wire::Envelope& envelope) {
  const pb::ExchangeReply reply = push({envelope});
  EXPECT_EQ(reply.results_size(), 1);
  return reply.results_size() == 1 ? reply.results(0) : pb::PushResult();
}

pb::ExchangeReply County::pull(const Holder& holder, const StreamId& stream, std::uint64_t have,
                               const std::string& tag, std::uint32_t bytes_max) {
  pb::ExchangeRequest request;
  request.set_control_seq(town.state.head_seq());
  pb::Cursor& cursor = *request.add_cursors();
  cursor.set_stream(ordinal(stream));
  cursor.set_have(have);
  cursor.set_head_tag(tag);
  request.set_reply_bytes_max(bytes_max);
  auto reply = exchange(holder, request);
  EXPECT_TRUE(reply.ok()) << (reply.ok() ? "" : reply.error().en);
  return reply.ok() ? *reply : pb::ExchangeReply();
}

std::uint32_t County::ordinal(const StreamId& stream) const {
  return town.state.stream(stream)->ordinal;
}

StreamHead County::head(const StreamId& stream) {
  return *store->stream_head(town.state.township(), stream);
}

}  // namespace mq::testing
