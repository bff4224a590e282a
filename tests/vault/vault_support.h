// A small schema in two versions, and devices that seal without secrets, for tests of the vault.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>

#include "mq/base/text.h"
#include "mq/vault/vault.h"
#include "support/sim_clock.h"
#include "support/sim_random.h"

namespace mq::vault::testing {

using mq::testing::SimClock;
using mq::testing::SimRandom;
namespace protobuf = ::google::protobuf;

// Entity Note (7) and, from version 2, a further field of it and entity Later (8).
inline constexpr std::uint32_t kNote = 7, kLater = 8;
inline constexpr std::uint32_t kCount = 1, kPlace = 2, kText = 3, kMarks = 4, kLog = 5, kState = 6,
                               kTitle = 7, kFresh = 9;

class TestSchema {
 public:
  explicit TestSchema(std::uint32_t version) {
    for (const auto* file : {protobuf::FileDescriptorProto::descriptor()->file(),
                             model::pb::EntityRule::descriptor()->file()}) {
      protobuf::FileDescriptorProto proto;
      file->CopyTo(&proto);
      pool_.BuildFile(proto);
    }
    protobuf::FileDescriptorProto proto;
    proto.set_name("vault_test.proto");
    proto.set_package("vault_test");
    proto.add_dependency(model::pb::EntityRule::descriptor()->file()->name());
    proto.set_syntax("proto3");
    if (version >= 1) add_note(proto, version);
    if (version >= 2) {
      auto& later = add_entity(proto, "Later", kLater);
      add_field(later, "title", 1, kString, model::pb::MERGE_REGISTER, false);
    }
    auto& state = *proto.add_enum_type();
    state.set_name("NoteState");
    for (int k = 0; k < 4; ++k) {
      auto& value = *state.add_value();
      value.set_name(k == 0 ? "NOTE_STATE_UNSPECIFIED" : cat("NOTE_STATE_S", k));
      value.set_number(k);
      value.mutable_options()->MutableExtension(model::pb::value)->set_zh(cat("状态", k));
    }
    const protobuf::FileDescriptor* file = pool_.BuildFile(proto);
    EXPECT_NE(file, nullptr);
    auto schema = model::Schema::from(std::max(version, 1u), {file});
    EXPECT_TRUE(schema.ok()) << schema.error().en;
    schema_ = std::move(schema).value();
  }
  const model::Schema& get() const { return *schema_; }

 private:
  static constexpr auto kString = protobuf::FieldDescriptorProto::TYPE_STRING;
  static constexpr auto kNumber = protobuf::FieldDescriptorProto::TYPE_INT64;

  static protobuf::DescriptorProto& add_entity(protobuf::FileDescriptorProto& file,
                                               const std::string& name, std::uint32_t number) {
    auto& message = *file.add_message_type();
    message.set_name(name);
    auto& rule = *message.mutable_options()->MutableExtension(model::pb::entity);
    rule.set_number(number);
    rule.set_zh(name);
    rule.set_en(name);
    rule.set_scope(model::pb::SCOPE_VILLAGE);
    return message;
  }
  static protobuf::FieldDescriptorProto& add_field(protobuf::DescriptorProto& message,
                                                   const std::string& name, std::uint32_t number,
                                                   protobuf::FieldDescriptorProto::Type type,
                                                   model::pb::Merge merge, bool repeated) {
    auto& field = *message.add_field();
    field.set_name(name);
    field.set_json_name(name);
    field.set_number(static_cast<int>(number));
    field.set_type(type);
    field.set_label(repeated ? protobuf::FieldDescriptorProto::LABEL_REPEATED
                             : protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    auto& rule = *field.mutable_options()->MutableExtension(model::pb::rule);
    rule.set_zh(name);
    rule.set_en(name);
    rule.set_merge(merge);
    rule.set_search(type == kString);
    return field;
  }
  static void add_note(protobuf::FileDescriptorProto& file, std::uint32_t version) {
    auto& note = add_entity(file, "Note", kNote);
    add_field(note, "count", kCount, kNumber, model::pb::MERGE_REGISTER, false);
    add_field(note, "place", kPlace, kNumber, model::pb::MERGE_REGISTER, false);
    add_field(note, "text", kText, kString, model::pb::MERGE_TEXT, false);
    add_field(note, "marks", kMarks, kNumber, model::pb::MERGE_SET, true);
    add_field(note, "log", kLog, kNumber, model::pb::MERGE_APPEND, true);
    auto& state = add_field(note, "state", kState, protobuf::FieldDescriptorProto::TYPE_ENUM,
                            model::pb::MERGE_STEP, false);
    state.set_type_name(".vault_test.NoteState");
    add_field(note, "title", kTitle, kString, model::pb::MERGE_REGISTER, false);
    if (version >= 2) {
      add_field(note, "fresh", kFresh, kNumber, model::pb::MERGE_REGISTER, false);
    }
  }

  protobuf::DescriptorPool pool_;
  std::unique_ptr<model::Schema> schema_;
};

inline const model::Schema& schema_v1() {
  static const TestSchema schema(1);
  return schema.get();
}
inline const model::Schema& schema_v2() {
  static const TestSchema schema(2);
  return schema.get();
}

// A folder that goes when the test ends.
class TempFolder {
 public:
  TempFolder() {
    static int count = 0;
    path_ =
        std::filesystem::temp_directory_path() / cat("mq_vault_test_", ::getpid(), "_", ++count);
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// What seal would do, without keys: opened contents by envelope hash.
using Opened = std::map<Hash, std::vector<model::Transaction>>;

class Device {
 public:
  Device(std::uint8_t number, Opened& opened, const model::Schema& schema = schema_v1(),
         std::string path = ":memory:")
      : number_(number), opened_(opened), random_(number), path_(std::move(path)) {
    open(schema);
    DeviceId id;
    id.data[0] = number;
    if (!vault->device()) {
      EXPECT_TRUE(vault->set_device(id, number).ok());
    }
    StreamInfo info;
    info.id.data[0] = 0x51;
    info.ordinal = 3;
    const auto ix = vault->add_stream(info);
    EXPECT_TRUE(ix.ok());
    stream = ix.value();
  }

  void open(const model::Schema& schema) {
    vault.reset();
    VaultOptions options;
    options.path = path_;
    options.schema = &schema;
    options.create = true;
    auto opened = Vault::open(options, clock, random_);
    ASSERT_TRUE(opened.ok()) << opened.error().en;
    vault = std::move(opened).value();
  }

  RowId new_row() {
    clock.advance(std::chrono::milliseconds(5));
    return new_id<RowId>(clock, random_);
  }
  static Change set(const RowId& row, std::uint32_t field, model::Value value,
                    std::uint32_t entity = kNote) {
    Change change;
    change.entity = entity;
    change.row = row;
    change.field = field;
    change.value = std::move(value);
    return change;
  }
  static Change of(Change::Kind kind, const RowId& row, std::uint32_t field = 0,
                   model::Value value = {}) {
    Change change = set(row, field, std::move(value));
    change.kind = kind;
    return change;
  }
  void save(std::vector<Change> changes) { save(std::move(changes), vault->view()); }
  void save(std::vector<Change> changes, View seen) {
    clock.advance(std::chrono::milliseconds(1000));
    const auto group = vault->commit({{stream, std::move(changes)}}, seen);
    ASSERT_TRUE(group.ok()) << group.error().en;
  }

  // Nothing if there is nothing to seal.
  std::optional<wire::Envelope> seal() {
    const auto unsealed = vault->unsealed(stream, 1 << 20);
    EXPECT_TRUE(unsealed.ok());
    if (unsealed->empty()) return std::nullopt;
    std::vector<model::Transaction> transactions;
    for (const auto& u : *unsealed) transactions.push_back(u.transaction);
    const auto end = vault->own_chain(stream);
    EXPECT_TRUE(end.ok());
    wire::Envelope envelope;
    envelope.header.stream = vault->stream(stream)->id;
    envelope.header.device = *vault->device();
    envelope.header.incarnation = vault->incarnation();
    envelope.header.seq = end->seq + 1;
    envelope.header.prev = end->hash;
    ByteWriter ct;
    ct.integer(number_);
    ct.varint(++sealed_);
    ct.varint(transactions.front().hlc.packed);
    envelope.ct = ct.take();
    envelope.ct.resize(64);
    envelope.header.ct_bytes = static_cast<std::uint32_t>(envelope.ct.size());
    envelope.ct_hash = wire::ciphertext_hash(envelope.ct);
    opened_[envelope.hash()] = transactions;
    const Status stored = vault->store_sealed(stream, envelope, transactions.front().n,
                                              transactions.back().n, transactions.back().context);
    EXPECT_TRUE(stored.ok()) << stored.error().en;
    return envelope;
  }

  Vault::Applied receive(const wire::Envelope& envelope) {
    const auto applied = vault->apply(stream, envelope, opened_.at(envelope.hash()));
    EXPECT_TRUE(applied.ok()) << applied.error().en;
    return applied.value();
  }
  void send_to(Device& other) {
    if (const auto envelope = seal()) other.receive(*envelope);
  }

  model::Value shown(const RowId& row, std::uint32_t field, std::uint32_t entity = kNote) {
    const auto data = vault->load(entity, row);
    EXPECT_TRUE(data.ok());
    if (!data->has_value()) return {};
    const Cell* cell = (*data)->cell(field);
    return cell == nullptr ? model::Value{} : cell->value;
  }
  std::vector<model::Value> members(const RowId& row, std::uint32_t field) {
    const auto data = vault->load(kNote, row);
    EXPECT_TRUE(data.ok());
    const Cell* cell = data->has_value() ? (*data)->cell(field) : nullptr;
    return cell == nullptr ? std::vector<model::Value>{} : cell->values;
  }
  bool deleted(const RowId& row) { return vault->load(kNote, row).value().value().deleted; }
  bool contested(const RowId& row) { return vault->load(kNote, row).value().value().contested; }
  Hash state() { return vault->state_hash(stream).value(); }

  SimClock clock;
  std::unique_ptr<Vault> vault;
  StreamIx stream = 0;

 private:
  std::uint8_t number_;
  Opened& opened_;
  SimRandom random_;
  std::string path_;
  std::uint64_t sealed_ = 0;
};

inline model::Value number(std::int64_t value) { return value; }
inline model::Value text(std::string value) { return value; }

// Two devices that hold the same row.
struct Pair {
  Opened opened;
  Device desk{1, opened}, cadre{2, opened};
  RowId row;
  Pair() {
    row = desk.new_row();
    desk.save({Device::set(row, kCount, number(1)), Device::set(row, kText, text("first"))});
    desk.send_to(cadre);
  }
  void exchange() {
    const auto a = desk.seal(), b = cadre.seal();
    if (a) cadre.receive(*a);
    if (b) desk.receive(*b);
  }
};

}  // namespace mq::vault::testing
