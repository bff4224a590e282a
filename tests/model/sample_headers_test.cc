// Every header of the township's files is found at its field through the schema, or is one of the
// few that are inputs without a field of their own.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::model {
namespace {

std::vector<std::string> headers(std::string_view file_name) {
  std::ifstream file(cat("samples/township/", file_name));
  std::string line;
  std::getline(file, line);
  return split(trimmed(line), ",");
}

// "Person.name" of the entities' fields that carry the header.
std::set<std::string> owners(const std::vector<std::string>& entities, const std::string& header) {
  std::set<std::string> out;
  for (const std::string& name : entities) {
    for (const Field& field : Schema::current().entity(name)->fields) {
      const auto& columns = field.rule.columns();
      const bool listed = std::find(columns.begin(), columns.end(), header) != columns.end();
      if (listed || field.zh == header) out.insert(cat(name, ".", field.name));
    }
  }
  return out;
}

void expect_headers(std::string_view file, const std::vector<std::string>& entities,
                    const std::map<std::string, std::string>& expected) {
  for (const std::string& header : headers(file)) {
    const auto wanted = expected.find(header);
    ASSERT_NE(wanted, expected.end()) << file << ": " << header;
    if (wanted->second.empty()) continue;
    EXPECT_TRUE(owners(entities, header).contains(wanted->second)) << file << ": " << header;
  }
}

TEST(SampleHeaders, Rosters) {
  const std::map<std::string, std::string> expected = {{"序号", ""},
                                                       {"村(社区)", "Household.village_id"},
                                                       {"组", "Household.group_no"},
                                                       {"户编号", "Household.household_no"},
                                                       {"户主姓名", ""},
                                                       {"姓名", "Person.name"},
                                                       {"与户主关系", "Person.relation"},
                                                       {"性别", "Person.sex"},
                                                       {"证件号码", "Person.id_fingerprint"},
                                                       {"出生日期", "Person.birth"},
                                                       {"联系电话", "Household.phones"},
                                                       {"户类型", "Household.class"},
                                                       {"常年外出", ""}};
  for (const char* village : {"鱼泉村", "松树坪村", "清渭社区"}) {
    expect_headers(cat("roster-", village, ".csv"), {"Household", "Person"}, expected);
  }
}

TEST(SampleHeaders, CadresAndPairings) {
  expect_headers("cadres.csv", {"Cadre"},
                 {{"姓名", "Cadre.name"},
                  {"职级", "Cadre.rank_class"},
                  {"手机", "Cadre.phone"},
                  {"包片村", "Cadre.area_ids"}});
  expect_headers("pairings.csv", {"Pairing"},
                 {{"干部姓名", "Pairing.cadre_id"},
                  {"职级", ""},
                  {"户编号", "Pairing.household_id"},
                  {"户主姓名", ""},
                  {"起始日期", "Pairing.from"}});
}

TEST(SampleHeaders, Visits) {
  expect_headers("visits-2026-03.csv", {"Visit", "Household"},
                 {{"编号", "Visit.paper_no"},
                  {"走访日期", "Visit.date"},
                  {"时段", "Visit.part"},
                  {"走访人", "Visit.visited_by"},
                  {"记录人", "Visit.recorded_by"},
                  {"记录日期", "Visit.recorded_on"},
                  {"户编号", "Visit.household_id"},
                  {"户主", ""},
                  {"村", "Visit.village_id"},
                  {"组", "Household.group_no"},
                  {"方式", "Visit.method"},
                  {"类型", "Visit.visit_type"},
                  {"结果", "Visit.outcome"},
                  {"走访内容", "Visit.text"},
                  {"诉求类别", ""},
                  {"诉求", "Visit.demand"},
                  {"当场答复", "Visit.answered"}});
}

}  // namespace
}  // namespace mq::model
