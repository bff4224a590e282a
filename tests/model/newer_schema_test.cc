// A newer version of the program: one more field, one more value and one more entity, made at test
// time from the descriptors of this version. And schemas with one mistake each, all refused.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <functional>

#include "minqing/model/v1/household.pb.h"
#include "mq/model/ddl.h"
#include "mq/model/schema.h"

namespace mq::model {
namespace {

namespace protobuf = ::google::protobuf;
using Change = std::function<void(protobuf::FileDescriptorProto&)>;

// Owns the descriptors that a schema is read from.
class NewerFiles {
 public:
  // Copies `file` and what it imports into a pool of its own; `change` makes it newer.
  NewerFiles(const protobuf::FileDescriptor& file, const Change& change) {
    add_imports(file);
    protobuf::FileDescriptorProto proto;
    file.CopyTo(&proto);
    change(proto);
    file_ = pool_.BuildFile(proto);
  }
  const protobuf::FileDescriptor* file() const { return file_; }

 private:
  void add_imports(const protobuf::FileDescriptor& file) {
    for (int i = 0; i < file.dependency_count(); ++i) {
      const protobuf::FileDescriptor& import = *file.dependency(i);
      if (pool_.FindFileByName(import.name()) != nullptr) continue;
      add_imports(import);
      protobuf::FileDescriptorProto proto;
      import.CopyTo(&proto);
      pool_.BuildFile(proto);
    }
  }
  protobuf::DescriptorPool pool_;
  const protobuf::FileDescriptor* file_ = nullptr;
};

protobuf::FieldDescriptorProto new_field(const std::string& name, int number) {
  protobuf::FieldDescriptorProto field;
  field.set_name(name);
  field.set_json_name(name);
  field.set_number(number);
  field.set_label(protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(protobuf::FieldDescriptorProto::TYPE_STRING);
  pb::FieldRule& rule = *field.mutable_options()->MutableExtension(pb::rule);
  rule.set_zh("新栏");
  rule.set_en("New");
  return field;
}

protobuf::DescriptorProto new_entity(const std::string& name, std::uint32_t number) {
  protobuf::DescriptorProto message;
  message.set_name(name);
  pb::EntityRule& rule = *message.mutable_options()->MutableExtension(pb::entity);
  rule.set_number(number);
  rule.set_zh("新表");
  rule.set_en("New");
  rule.set_scope(pb::SCOPE_VILLAGE);
  *message.add_field() = new_field("note", 1);
  return message;
}

const protobuf::FileDescriptor& household_file() { return *pb::Household::descriptor()->file(); }

protobuf::DescriptorProto& household(protobuf::FileDescriptorProto& file) {
  for (auto& message : *file.mutable_message_type()) {
    if (message.name() == "Household") return message;
  }
  return *file.add_message_type();
}

protobuf::FieldDescriptorProto& field_of(protobuf::DescriptorProto& message,
                                         const std::string& name) {
  for (auto& field : *message.mutable_field()) {
    if (field.name() == name) return field;
  }
  return *message.add_field();
}

// The household file refers to two entities of other files; here they stand beside it.
void close_references(protobuf::FileDescriptorProto& file) {
  *file.add_message_type() = new_entity("OrgUnit", 1);
  *file.add_message_type() = new_entity("Person", 11);
}

std::string fault_of(const Change& mistake) {
  const NewerFiles files(household_file(), [&](auto& file) {
    close_references(file);
    mistake(file);
  });
  if (files.file() == nullptr) return "not built";
  const auto schema = Schema::from(2, {files.file()});
  return schema.ok() ? "" : schema.error().en;
}

TEST(NewerSchema, AFieldAndAnEntityAreOneLineEach) {
  const NewerFiles files(household_file(), [](auto& file) {
    close_references(file);
    *household(file).add_field() = new_field("well_depth", 200);
    *file.add_message_type() = new_entity("WaterMeter", 90);
  });
  ASSERT_NE(files.file(), nullptr);
  const auto schema = Schema::from(2, {files.file()});
  ASSERT_TRUE(schema.ok()) << schema.error().en;
  EXPECT_EQ((*schema)->version(), 2u);
  ASSERT_NE((*schema)->entity("water_meter"), nullptr);
  EXPECT_EQ((*schema)->entity(90)->name, "WaterMeter");
  const Entity& newer = *(*schema)->entity("Household");
  const Entity& older = *Schema::current().entity("Household");
  ASSERT_NE(newer.field(200), nullptr);
  EXPECT_EQ(newer.fields.size(), older.fields.size() + 1);
  std::vector<std::string> columns;
  for (const Field& field : older.fields) columns.push_back(field.name);
  EXPECT_EQ(add_column_statements(newer, columns),
            std::vector<std::string>{"ALTER TABLE \"household\" ADD COLUMN \"well_depth\" TEXT"});
}

TEST(NewerSchema, TheCopyWithoutAChangeIsTheSameEntity) {
  const NewerFiles files(household_file(), close_references);
  const auto schema = Schema::from(1, {files.file()});
  ASSERT_TRUE(schema.ok()) << schema.error().en;
  const Entity& copy = *(*schema)->entity("Household");
  const Entity& own = *Schema::current().entity("Household");
  ASSERT_EQ(copy.fields.size(), own.fields.size());
  for (std::size_t i = 0; i < own.fields.size(); ++i) {
    EXPECT_EQ(copy.fields[i].name, own.fields[i].name);
    EXPECT_EQ(copy.fields[i].rule.SerializeAsString(), own.fields[i].rule.SerializeAsString());
    EXPECT_EQ(copy.fields[i].values.size(), own.fields[i].values.size());
  }
}

TEST(NewerSchema, EachMistakeIsRefusedAndNamed) {
  EXPECT_EQ(fault_of([](auto&) {}), "");
  const auto refused = [](const Change& mistake, std::string_view reason) {
    const std::string fault = fault_of(mistake);
    EXPECT_NE(fault.find(reason), std::string::npos) << fault << " lacks: " << reason;
  };
  refused([](auto& file) { *file.add_message_type() = new_entity("Other", 10); },
          "number is used twice");
  refused([](auto& file) { *file.add_message_type() = new_entity("Other", 0); },
          "number is missing");
  refused([](auto& file) { *household(file).add_field() = new_field("meta", 201); },
          "the vault uses this column name");
  refused([](auto& file) { field_of(household(file), "addr").clear_options(); }, "has no rule");
}

// Merge rule, kind and type must fit, or two versions would merge one cell in two ways.
TEST(NewerSchema, RulesThatDoNotFitTheTypeAreRefused) {
  const auto with_rule = [](const std::string& name, const std::function<void(pb::FieldRule&)>& f) {
    return fault_of([&](auto& file) {
      f(*field_of(household(file), name).mutable_options()->MutableExtension(pb::rule));
    });
  };
  const std::string merge = "merge rule does not fit the type";
  const auto says = [](const std::string& fault, const std::string& reason) {
    return fault.find(reason) != std::string::npos;
  };
  EXPECT_TRUE(says(with_rule("addr", [](auto& r) { r.set_merge(pb::MERGE_SET); }), merge));
  EXPECT_TRUE(says(with_rule("addr", [](auto& r) { r.set_merge(pb::MERGE_STEP); }), merge));
  EXPECT_TRUE(says(with_rule("size", [](auto& r) { r.set_merge(pb::MERGE_TEXT); }), merge));
  EXPECT_TRUE(says(with_rule("tags", [](auto& r) { r.set_merge(pb::MERGE_REGISTER); }), merge));
  EXPECT_EQ(with_rule("tags", [](auto& r) { r.set_merge(pb::MERGE_APPEND); }), "");
  EXPECT_TRUE(says(with_rule("addr", [](auto& r) { r.set_kind(pb::KIND_DATE); }), "kind"));
  EXPECT_TRUE(says(with_rule("village_id", [](auto& r) { r.set_ref("Nobody"); }), "ref names"));
  EXPECT_TRUE(says(with_rule("village_id", [](auto& r) { r.clear_ref(); }), "go together"));
  EXPECT_TRUE(says(with_rule("addr", [](auto& r) { r.clear_zh(); }), "label is missing"));
}

}  // namespace
}  // namespace mq::model
