// What people type, made values; and values shown to people.
#include <gtest/gtest.h>

#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/schema.h"

namespace mq::model {
namespace {

const Field& field(std::string_view entity, std::string_view name) {
  return *Schema::current().entity(entity)->field(name);
}

// What parse gives for `text`, shown again; "!" if refused.
std::string again(const Field& f, std::string_view text) {
  const auto value = parse_value(f, text);
  return value.ok() ? format_value(f, *value) : "!";
}

bool filled_by_the_program(const Field& f) {
  return f.rule.kind() == pb::KIND_FINGERPRINT || f.rule.kind() == pb::KIND_SECRET;
}

Value typical(const Field& f, std::int64_t number) {
  switch (f.type) {
    case FieldType::kBool:
      return Value{number % 2};
    case FieldType::kEnum:
      return Value{
          std::int64_t{f.values[static_cast<std::size_t>(number) % f.values.size()].number}};
    case FieldType::kText:
      return Value{f.rule.kind() == pb::KIND_PHONE ? cat(13'500'000'000 + number)
                                                   : cat("第", number, "条")};
    case FieldType::kBytes:
      return Value{Bytes(16, static_cast<std::uint8_t>(number))};
    case FieldType::kInteger:
      break;
  }
  if (f.rule.kind() == pb::KIND_INSTANT) return Value{number * 86'400'000 * 40 + 60'000 * number};
  if (f.rule.kind() == pb::KIND_DATE) return Value{number * 100};
  if (f.rule.kind() == pb::KIND_MONTH) return Value{1949 * 12 + number};
  const bool bounded = f.rule.max() != 0;
  return Value{bounded ? f.rule.min() + number % (f.rule.max() - f.rule.min() + 1) : number * 7};
}

TEST(Parse, EveryFieldReadsBackWhatItShows) {
  for (const Entity& entity : Schema::current().entities()) {
    for (const Field& f : entity.fields) {
      if (filled_by_the_program(f)) continue;
      for (std::int64_t number = 0; number < 130; ++number) {
        const Value value = typical(f, number);
        const auto back = parse_value(f, format_value(f, value));
        ASSERT_TRUE(back.ok()) << entity.name << "." << f.name << ": " << format_value(f, value);
        ASSERT_EQ(*back, value) << entity.name << "." << f.name << ": " << format_value(f, value);
      }
    }
  }
}

TEST(Parse, EveryChoiceIsTakenInAllItsSpellings) {
  for (const Entity& entity : Schema::current().entities()) {
    for (const Field& f : entity.fields) {
      for (const EnumValue& value : f.values) {
        std::vector<std::string> spellings = value.also;
        spellings.insert(spellings.end(), {value.zh, value.name, cat("  ", value.zh, "　")});
        for (const std::string& spelling : spellings) {
          EXPECT_EQ(again(f, spelling), value.zh) << f.name << " " << spelling;
        }
      }
    }
  }
}

TEST(Parse, BlankIsNothingForEveryField) {
  for (const Entity& entity : Schema::current().entities()) {
    for (const Field& f : entity.fields) {
      for (const char* blank : {"", "  ", "　\t\n"}) {
        const auto value = parse_value(f, blank);
        ASSERT_TRUE(value.ok()) << f.name;
        EXPECT_TRUE(is_empty(*value)) << f.name;
        EXPECT_EQ(format_value(f, *value), "");
      }
    }
  }
}

TEST(Parse, DatesAreTakenAsOfficesWriteThem) {
  const Field& date = field("Visit", "date");
  for (const char* text :
       {"2026-03-05", "2026-3-5", "2026年3月5日", "2026年03月05日", "2026年3月5号", "2026/3/5",
        "2026.3.5", "20260305", "２０２６年３月５日", "２０２６－０３－０５", " 2026-03-05 ",
        "2026/3/5 0:00:00", "2026-03-05T00:00"}) {
    EXPECT_EQ(again(date, text), "2026-03-05") << text;
  }
}

TEST(Parse, WhatIsNoCalendarDayIsRefused) {
  const Field& date = field("Visit", "date");
  for (const char* text :
       {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-3", "26-3-5", "三月五日",
        "2026-3-5-1", "2026/3-5", "35334", "202603051", "2026-03-05 14:07", "2026--5", "1899-12-31",
        "2026-003-05", "-2026-3-5", "0000-01-01"}) {
    EXPECT_EQ(again(date, text), "!") << text;
  }
  EXPECT_EQ(again(date, "2024-02-29"), "2024-02-29");
  EXPECT_EQ(again(date, "1900-01-01"), "1900-01-01");
}

TEST(Parse, MoneyIsFenAndNeverNegative) {
  const Field& money = field("Visit", "gift_money");
  EXPECT_EQ(*parse_value(money, "12.50"), Value{std::int64_t{1250}});
  EXPECT_EQ(*parse_value(money, "776.1万元"), Value{std::int64_t{776'100'000}});
  EXPECT_EQ(again(money, "1,234.5元"), "1234.50");
  EXPECT_EQ(again(money, "￥１２．５"), "12.50");
  EXPECT_EQ(again(money, "0"), "0.00");
  for (const char* text : {"-1", "－5", "1.234", "1,23", "12元5", "abc", ".", "1.", "1e3", "+3",
                           "99999999999999999999"}) {
    EXPECT_EQ(again(money, text), "!") << text;
  }
}

TEST(Parse, LandIsHundredthsAndRoadsAreTenths) {
  EXPECT_EQ(*parse_value(field("Household", "land_arable"), "1.5亩"), Value{std::int64_t{150}});
  EXPECT_EQ(again(field("Household", "land_arable"), "1.005"), "!");
  EXPECT_EQ(*parse_value(field("Household", "road_km"), "0.3 公里"), Value{std::int64_t{3}});
  EXPECT_EQ(again(field("Household", "road_km"), "0.35"), "!");
}

TEST(Parse, CountsKeepTheirBounds) {
  const Field& group = field("Household", "group_no");
  for (const char* text : {"3", "3组", "第3组", "３", " 3 组", "3.0"}) {
    EXPECT_EQ(again(group, text), "3") << text;
  }
  for (const char* text : {"-1", "256", "3.5", "三组", "第3"})
    EXPECT_EQ(again(group, text), "!") << text;
  EXPECT_EQ(again(field("HouseholdPrivate", "income_quarter"), "0"), "!");
  EXPECT_EQ(again(field("HouseholdPrivate", "income_quarter"), "5"), "!");
}

TEST(Parse, YesAndNoInBothLanguages) {
  const Field& answered = field("Visit", "answered");
  for (const char* text : {"是", "yes", "True", "1", "有", "１"})
    EXPECT_EQ(again(answered, text), "是");
  for (const char* text : {"否", "no", "FALSE", "0", "无"}) EXPECT_EQ(again(answered, text), "否");
  EXPECT_EQ(again(answered, "也许"), "!");
}

TEST(Parse, TelephonesAreDigits) {
  const Field& phone = field("Cadre", "phone");
  EXPECT_EQ(again(phone, "139 8348-4895"), "13983484895");
  EXPECT_EQ(again(phone, "+86 13983484895"), "13983484895");
  EXPECT_EQ(again(phone, "(0826)2345678"), "08262345678");
  EXPECT_EQ(again(phone, "１３９８３４８４８９５"), "13983484895");
  EXPECT_EQ(again(phone, "没有"), "!");
  EXPECT_EQ(again(phone, "12"), "!");
}

TEST(Parse, MonthsAndMoments) {
  const Field& month = field("Person", "from");
  for (const char* text : {"2026-03", "2026年3月", "2026/3", "202603"}) {
    EXPECT_EQ(again(month, text), "2026-03") << text;
  }
  EXPECT_EQ(again(month, "2026-13"), "!");
  EXPECT_EQ(again(month, "1899-12"), "!");
  const Field& due = field("Issue", "due_at");
  EXPECT_EQ(again(due, "2026年3月5日 14:07"), "2026-03-05 14:07");
  EXPECT_EQ(again(due, "2026-03-05T14:07:59"), "2026-03-05 14:07");
  EXPECT_EQ(again(due, "2026-03-05"), "2026-03-05 00:00");
  EXPECT_EQ(*parse_value(due, "1970-01-01 08:00"), Value{std::int64_t{0}});
  EXPECT_EQ(again(due, "2026-03-05 24:00"), "!");
}

TEST(Parse, LongTextsKeepTheirIndentAndLines) {
  const Field& body = field("Diary", "body");
  EXPECT_EQ(again(body, "　　今天下雨。\r\n路滑。\n\n"), "　　今天下雨。\n路滑。");
  EXPECT_EQ(again(field("Diary", "title"), "　 路灯 "), "路灯");
  EXPECT_EQ(again(body, std::string("a\0b", 3)), "!");
  EXPECT_EQ(again(body, "\xff\xfe"), "!");
}

TEST(Parse, LengthsAreCountedInCharacters) {
  std::string name;
  for (int i = 0; i < 50; ++i) name += "𬭚";
  EXPECT_EQ(again(field("Person", "name"), name), name);
  EXPECT_EQ(again(field("Person", "name"), name + "字"), "!");
  EXPECT_EQ(again(field("Visit", "text"), std::string(20'001, 'x')), "!");
  EXPECT_EQ(again(field("Visit", "text"), std::string(20'000, 'x')), std::string(20'000, 'x'));
}

TEST(Parse, ListsAreSplitAtCommasOfBothScripts) {
  const auto values = parse_values(field("Household", "class"), "低保、监测,建卡户;低保");
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (std::vector<Value>{Value{std::int64_t{4}}, Value{std::int64_t{6}},
                                         Value{std::int64_t{2}}}));
  EXPECT_FALSE(parse_values(field("Household", "class"), "低保,富裕").ok());
  EXPECT_EQ(parse_values(field("Issue", "orders"), "请民政办办理,三日内回复")->size(), 1u);
  EXPECT_TRUE(parse_values(field("Household", "phones"), " ")->empty());
  EXPECT_EQ(parse_values(field("Household", "phones"), "13983484895，08262345678")->size(), 2u);
}

TEST(Parse, WhatTheProgramFillsIsNotTypedAndNotShown) {
  const Field& print = field("Person", "id_fingerprint");
  EXPECT_EQ(again(print, "00112233445566778899aabbccddeeff"), "!");
  EXPECT_EQ(format_value(print, Value{Bytes(16, 7)}), "");
  EXPECT_EQ(format_value(field("TownshipFacts", "fingerprint_key"), Value{Bytes(32, 7)}), "");
}

TEST(Parse, RefusalsNameTheFieldAndWhatWouldBeRightInBothLanguages) {
  const auto outcome = parse_value(field("Visit", "outcome"), "聊天");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, Code::kInvalidInput);
  EXPECT_NE(outcome.error().zh.find("“结果”"), std::string::npos);
  EXPECT_NE(outcome.error().zh.find("见到户主、见到家人"), std::string::npos);
  EXPECT_NE(outcome.error().en.find("outcome"), std::string::npos);
  EXPECT_NE(outcome.error().en.find("met_head"), std::string::npos);
}

// Errors reach logs and other people's screens.
TEST(Parse, RefusalsDoNotRepeatWhatIsPersonal) {
  const auto name = parse_value(field("Person", "name"), std::string(60, 'Z'));
  const auto birth = parse_value(field("Person", "birth"), "1977-77-77");
  const auto income = parse_value(field("HouseholdPrivate", "inc_wage"), "-777");
  for (const auto& value : {name, birth, income}) {
    ASSERT_FALSE(value.ok());
    EXPECT_EQ((value.error().zh + value.error().en).find("ZZZ"), std::string::npos);
    EXPECT_EQ((value.error().zh + value.error().en).find("77"), std::string::npos);
  }
}

}  // namespace
}  // namespace mq::model
