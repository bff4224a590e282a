// The bytes of values: one content, one form, for every field of the schema.
#include "mq/model/value.h"

#include <gtest/gtest.h>

#include <limits>

#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::model {
namespace {

const Field& field(std::string_view entity, std::string_view name) {
  return *Schema::current().entity(entity)->field(name);
}

std::vector<Value> samples(const Field& f) {
  switch (f.type) {
    case FieldType::kBool:
      return {Value{std::int64_t{0}}, Value{std::int64_t{1}}};
    case FieldType::kEnum:
      return {Value{std::int64_t{f.values.front().number}}, Value{std::int64_t{31'999}}};
    case FieldType::kInteger:
      return {Value{std::int64_t{0}}, Value{std::int64_t{-25'567}},
              Value{std::numeric_limits<std::int64_t>::max()},
              Value{std::numeric_limits<std::int64_t>::min()}};
    case FieldType::kText:
      return {Value{std::string("𬭚")}, Value{std::string(3000, 'x')}};
    case FieldType::kBytes:
      return {Value{Bytes(16, 0xff)}, Value{Bytes(16, 0)}};
  }
  return {};
}

TEST(Value, EveryFieldReadsBackWhatItEncodes) {
  for (const Entity& entity : Schema::current().entities()) {
    for (const Field& f : entity.fields) {
      for (const Value& value : samples(f)) {
        const auto back = decode_value(f, encode_value(f, value));
        ASSERT_TRUE(back.ok()) << entity.name << "." << f.name;
        EXPECT_EQ(*back, value) << entity.name << "." << f.name;
      }
    }
  }
}

TEST(Value, NothingIsNoBytesForEveryField) {
  for (const Entity& entity : Schema::current().entities()) {
    for (const Field& f : entity.fields) {
      EXPECT_TRUE(encode_value(f, Value{}).empty());
      const auto back = decode_value(f, {});
      ASSERT_TRUE(back.ok());
      EXPECT_TRUE(is_empty(*back));
    }
  }
}

// Zero is a value, not nothing.
TEST(Value, BytesOnTheWireAreZigzagUtf8AndRaw) {
  EXPECT_EQ(to_hex(encode_value(field("Visit", "answered"), Value{std::int64_t{0}})), "00");
  EXPECT_EQ(to_hex(encode_value(field("Visit", "outcome"), Value{std::int64_t{2}})), "04");
  EXPECT_EQ(to_hex(encode_value(field("Visit", "date"), Value{std::int64_t{20'517}})), "cac002");
  EXPECT_EQ(to_hex(encode_value(field("Visit", "date"), Value{std::int64_t{-1}})), "01");
  EXPECT_EQ(to_hex(encode_value(field("Visit", "text"), Value{std::string("水")})), "e6b0b4");
}

TEST(Value, BytesThatNobodyEncodesAreRefused) {
  const auto refused = [](std::string_view entity, std::string_view name, Bytes bytes) {
    const auto value = decode_value(field(entity, name), bytes);
    return !value.ok() && value.error().code == Code::kInvalidInput;
  };
  EXPECT_TRUE(refused("Visit", "date", {0x80}));        // cut
  EXPECT_TRUE(refused("Visit", "date", {0x80, 0x00}));  // overlong
  EXPECT_TRUE(refused("Visit", "date", {0x02, 0x02}));  // something behind it
  EXPECT_TRUE(refused("Visit", "answered", {0x04}));    // neither yes nor no
  EXPECT_TRUE(refused("Visit", "outcome", {0x80, 0x80, 0x80, 0x80, 0x80, 0x01}));
  EXPECT_TRUE(refused("Visit", "text", {0xff, 0xfe}));  // not UTF-8
  EXPECT_TRUE(refused("Visit", "household_id", Bytes(15, 1)));
  EXPECT_FALSE(refused("Visit", "household_id", Bytes(16, 1)));
}

TEST(Value, AChoiceOfANewerVersionIsKeptAndShownAsNewer) {
  const Field& outcome = field("Visit", "outcome");
  const auto value = decode_value(outcome, encode_value(outcome, Value{std::int64_t{77}}));
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(format_value(outcome, *value), "较新(77)");
}

}  // namespace
}  // namespace mq::model
