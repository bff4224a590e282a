// Derived ids are for ever: the golden values were computed with Python's hashlib.blake2b.
#include "mq/model/identity.h"

#include <gtest/gtest.h>

namespace mq::model {
namespace {

TownshipId township() {
  TownshipId id;
  for (std::size_t i = 0; i < id.data.size(); ++i) id.data[i] = static_cast<std::uint8_t>(i);
  return id;
}

StreamId stream() {
  StreamId id;
  id.data.fill(0xab);
  return id;
}

TEST(HouseholdRowId, IsTheGoldenOne) {
  EXPECT_EQ(household_row_id(township(), "999999100201010003").hex(),
            "debe393dd60db18d0527a3c7e2412d3e");
}

TEST(HouseholdRowId, SpellingsOfOneNumberAreOneHousehold) {
  const RowId id = household_row_id(township(), "A99999100201010003");
  for (const char* text :
       {"a99999100201010003", "Ａ９９９９９１００２０１０１０００３", " A99999 100201010003　",
        "'A99999100201010003", "\"A99999100201010003\"", "“A99999100201010003”",
        "‘A99999100201010003", "\ufeffA99999100201010003"}) {
    EXPECT_EQ(household_row_id(township(), text), id) << text;
  }
  EXPECT_NE(household_row_id(township(), "A99999100201010004"), id);
  EXPECT_NE(household_row_id(TownshipId{}, "A99999100201010003"), id);
}

TEST(ImportedRowId, IsTheGoldenOne) {
  EXPECT_EQ(imported_row_id(stream(), 20, "鱼泉村|2026-03|37").hex(),
            "2093a528062a6e649ac4308e26346e9e");
}

TEST(ImportedRowId, DependsOnStreamEntityAndKey) {
  const RowId id = imported_row_id(stream(), 20, "37");
  EXPECT_NE(imported_row_id(StreamId{}, 20, "37"), id);
  EXPECT_NE(imported_row_id(stream(), 21, "37"), id);
  EXPECT_NE(imported_row_id(stream(), 20, "38"), id);
  EXPECT_EQ(imported_row_id(stream(), 20, "37"), id);
}

TEST(PersonSourceKey, AFingerprintOutranksNameAndBirth) {
  const RowId household = household_row_id(township(), "1");
  const Bytes print(16, 9);
  EXPECT_EQ(person_source_key(household, print, "魏世刚", std::nullopt),
            person_source_key(household, print, "魏", Date{3}));
  EXPECT_NE(person_source_key(household, {}, "魏世刚", Date{3}),
            person_source_key(household, {}, "魏世刚", Date{4}));
  EXPECT_EQ(person_source_key(household, {}, " 魏  世刚　", Date{3}),
            person_source_key(household, {}, "魏世刚", Date{3}));
  EXPECT_NE(person_source_key(household, {}, "魏世刚", Date{3}),
            person_source_key(RowId{}, {}, "魏世刚", Date{3}));
}

// Name and birth date must not be read as one text: 张三1970-01-01 is nobody's name.
TEST(PersonSourceKey, PartsDoNotRunIntoEachOther) {
  EXPECT_NE(person_source_key(RowId{}, {}, "张三1970-01-01", std::nullopt),
            person_source_key(RowId{}, {}, "张三", Date{0}));
}

TEST(Fingerprint, IsTheGoldenOne) {
  EXPECT_EQ(to_hex(fingerprint(Bytes(32, 1), "999999194807204538")),
            "c8a81f768bfeebb8b50b69c1a5885ae4");
}

TEST(Fingerprint, OnePersonHasOneWhateverDocumentShowedIt) {
  const Bytes key(32, 1);
  const Bytes print = fingerprint(key, "99999919390614779X");
  EXPECT_EQ(fingerprint(key, "'99999919390614779x"), print);
  EXPECT_EQ(fingerprint(key, "99999919390614779X43"), print);
  EXPECT_EQ(fingerprint(key, "999999390614779"), print);
  EXPECT_NE(fingerprint(Bytes(32, 2), "99999919390614779X"), print);
  EXPECT_NE(fingerprint(key, "999999194807204538"), print);
  EXPECT_TRUE(fingerprint(key, " ").empty());
}

}  // namespace
}  // namespace mq::model
