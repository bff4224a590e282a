#include "mq/model/schema.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "mq/base/text.h"

namespace mq::model {
namespace {

const Entity& entity(std::string_view name) { return *Schema::current().entity(name); }

// These numbers stand on the wire for ever; a change here is a change of the format.
TEST(Schema, EntityNumbersAreTheAgreedOnes) {
  const std::map<std::uint32_t, std::string> agreed = {
      {1, "OrgUnit"},        {2, "Cadre"},           {3, "Programme"},     {4, "QuotaRule"},
      {5, "Pairing"},        {6, "TownshipFacts"},   {7, "Handover"},      {8, "WorkYear"},
      {9, "Reception"},      {10, "Household"},      {11, "Person"},       {12, "HouseholdPrivate"},
      {13, "PersonPrivate"}, {14, "MonitoringCase"}, {15, "RosterChange"}, {16, "NotSame"},
      {20, "Visit"},         {21, "Issue"},          {22, "Meeting"},      {23, "Opinion"},
      {24, "Deed"},          {25, "Commitment"},     {26, "Dispute"},      {30, "Diary"},
      {31, "DeviceUnlock"},  {32, "FormRecord"},     {33, "FormLines"},    {40, "ReportSnapshot"},
      {41, "Handout"},       {42, "FormMapping"},    {43, "ExportProfile"}};
  std::map<std::uint32_t, std::string> found;
  for (const Entity& e : Schema::current().entities()) found[e.number] = e.name;
  EXPECT_EQ(found, agreed);
}

TEST(Schema, EntitiesAreFoundByNumberNameTableAndCommand) {
  const Schema& schema = Schema::current();
  EXPECT_EQ(schema.entity(20), schema.entity("Visit"));
  EXPECT_EQ(schema.entity("org_unit"), schema.entity("OrgUnit"));
  EXPECT_EQ(schema.entity("diary"), schema.entity("Diary"));
  EXPECT_EQ(schema.entity(99), nullptr);
  EXPECT_EQ(schema.entity(""), nullptr);
}

TEST(Schema, FlagsThatScriptsUseExist) {
  const std::map<std::string, std::vector<std::string>> contract = {
      {"Visit",
       {"visited_by", "recorded_by", "recorded_on", "household_id", "village_id", "date", "part",
        "method", "visit_type", "outcome", "text", "demand", "answered", "paper_no", "issue_ids",
        "diary_id", "ack_why", "cancel_reason"}},
      {"Household",
       {"household_no", "village_id", "group_no", "class", "status", "tags", "phones"}},
      {"Person",
       {"name", "household_id", "relation", "relation_text", "sex", "birth", "id_fingerprint"}},
      {"Issue",
       {"no", "title", "text", "source", "category", "nature", "state", "closure", "callback",
        "due_at", "cancel_reason"}},
      {"Diary", {"date", "title", "body", "author_id", "status", "visit_ids", "cancel_reason"}},
      {"Cadre", {"name", "rank_class", "phone", "area_ids", "member_id"}}};
  for (const auto& [name, fields] : contract) {
    for (const std::string& field : fields) {
      EXPECT_NE(entity(name).field(field), nullptr) << name << "." << field;
    }
  }
}

TEST(Schema, EveryFieldIsFoundByItsNumberAndName) {
  for (const Entity& e : Schema::current().entities()) {
    for (const Field& field : e.fields) {
      EXPECT_EQ(e.field(field.number), &field);
      EXPECT_EQ(e.field(field.name), &field);
    }
    EXPECT_EQ(e.field(9999u), nullptr);
  }
}

// Sensitive facts have readers of their own, so they must not stand in a stream that others read.
// The key of the fingerprints is the one exception: every device of the township needs it.
TEST(Schema, SensitiveFieldsStandInPrivateEntitiesOnly) {
  for (const Entity& e : Schema::current().entities()) {
    if (e.rule.scope() == pb::SCOPE_PRIVATE) continue;
    for (const Field& field : e.fields) {
      if (field.rule.kind() == pb::KIND_SECRET) continue;
      EXPECT_NE(field.rule.privacy(), pb::PRIVACY_P3) << e.name << "." << field.name;
    }
  }
}

TEST(Schema, NoFieldOrTagForBeliefEthnicityOrSuspicionExists) {
  const std::vector<std::string> refused = {"信仰", "宗教", "民族", "信访重点", "重点人口", "嫌疑"};
  for (const Entity& e : Schema::current().entities()) {
    for (const Field& field : e.fields) {
      std::string words = field.zh;
      for (const EnumValue& value : field.values) words += value.zh;
      for (const std::string& word : refused) {
        EXPECT_EQ(words.find(word), std::string::npos) << e.name << "." << field.name;
      }
    }
  }
}

TEST(Schema, DocumentNumbersHealthAndIncomeAreGatedByANeedOfTheProgramme) {
  const Field* const needs = entity("Programme").field("needs");
  std::set<std::string> gates;
  for (const Entity& e : Schema::current().entities()) {
    for (const Field& field : e.fields) {
      if (field.rule.gate().empty()) continue;
      gates.insert(field.rule.gate());
      EXPECT_NE(needs->value_named(field.rule.gate()), nullptr) << field.name;
    }
  }
  EXPECT_EQ(gates, (std::set<std::string>{"health", "id_number", "income"}));
  EXPECT_EQ(entity("PersonPrivate").field("id_no")->rule.gate(), "id_number");
  EXPECT_EQ(entity("Person").field("id_no"), nullptr);
}

TEST(Schema, LabelsOfOneListAreDistinct) {
  for (const Entity& e : Schema::current().entities()) {
    for (const Field& field : e.fields) {
      std::set<std::string> words;
      for (const EnumValue& value : field.values) {
        EXPECT_TRUE(words.insert(value.zh).second) << field.name << " " << value.zh;
        EXPECT_TRUE(words.insert(value.name).second) << field.name << " " << value.name;
        for (const std::string& also : value.also) {
          EXPECT_TRUE(words.insert(also).second) << field.name << " " << also;
        }
      }
    }
  }
}

TEST(Schema, HeadersOfOneEntityNameOneFieldEach) {
  for (const Entity& e : Schema::current().entities()) {
    std::map<std::string, std::string> owner;
    for (const Field& field : e.fields) {
      std::vector<std::string> headers(field.rule.columns().begin(), field.rule.columns().end());
      headers.push_back(field.zh);
      for (const std::string& header : headers) {
        const auto [at, fresh] = owner.emplace(header, field.name);
        EXPECT_TRUE(fresh) << e.name << ": " << header << " is " << at->second << " and "
                           << field.name;
      }
    }
  }
}

TEST(Schema, OpKindsFollowTheMergeRules) {
  EXPECT_EQ(entity("Visit").field("outcome")->op_kind(), OpKind::kRegister);
  EXPECT_EQ(entity("Visit").field("text")->op_kind(), OpKind::kText);
  EXPECT_EQ(entity("Visit").field("visited_by")->op_kind(), OpKind::kAdd);
  EXPECT_EQ(entity("Issue").field("state")->op_kind(), OpKind::kStep);
  EXPECT_EQ(entity("Issue").field("orders")->op_kind(), OpKind::kAppend);
}

TEST(Schema, ChoicesAreFoundByLabelIdentifierSpellingAndNumber) {
  const Field& rank = *entity("Cadre").field("rank_class");
  for (const char* spelling : {"县级", "县管", "county", "COUNTY", "2"}) {
    ASSERT_NE(rank.value_named(spelling), nullptr) << spelling;
    EXPECT_EQ(rank.value_named(spelling)->number, 2);
  }
  EXPECT_EQ(rank.value_named("0"), nullptr);
  EXPECT_EQ(rank.value_named(""), nullptr);
  EXPECT_EQ(rank.value_named("2x"), nullptr);
}

// A label that looks like a number is the label: 来源 12345 is the hotline.
TEST(Schema, ALabelWinsOverANumber) {
  EXPECT_EQ(entity("Issue").field("source")->value_named("12345")->number, 6);
}

TEST(Schema, SexKeepsTheZeroOfItsStandard) {
  const Field& sex = *entity("Person").field("sex");
  ASSERT_NE(sex.value_of(0), nullptr);
  EXPECT_EQ(sex.value_of(0)->zh, "未知");
  EXPECT_EQ(entity("Visit").field("outcome")->value_of(0), nullptr);
}

TEST(Schema, RelationCodesAreThoseOfTheStandard) {
  const Field& relation = *entity("Person").field("relation");
  const std::map<std::string, std::int32_t> codes = {
      {"户主", 2},  {"夫", 11},   {"妻", 12},   {"长子", 22},  {"女婿", 28},
      {"长女", 32}, {"儿媳", 38}, {"孙子", 41}, {"孙女", 42},  {"父", 51},
      {"母亲", 52}, {"兄", 71},   {"其他", 80}, {"非亲属", 99}};
  for (const auto& [label, code] : codes) {
    ASSERT_NE(relation.value_named(label), nullptr) << label;
    EXPECT_EQ(relation.value_named(label)->number, code) << label;
  }
  EXPECT_EQ(relation.value_named("干亲"), nullptr);
}

TEST(Schema, WhatTheConfidentialDropTakesOverKeepsItsNumbers) {
  EXPECT_EQ(entity("Issue").field("nature")->value_named("检举控告")->number, 5);
  EXPECT_EQ(entity("Issue").field("category")->value_named("廉政")->number, 10);
}

}  // namespace
}  // namespace mq::model
