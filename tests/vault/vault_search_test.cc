// Search never misses a row, indexed or not, and never shows one that does not hold the words.
#include <algorithm>

#include "search.h"
#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kNote;
using testing::kText;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::SimRandom;
using testing::text;

struct Searcher {
  Opened opened;
  Device desk{1, opened};

  RowId add(const std::string& words) {
    const RowId row = desk.new_row();
    desk.save({Device::set(row, kText, text(words))});
    return row;
  }
  std::set<RowId> find(const std::string& words) {
    const auto hits = desk.vault->search(words, 1000);
    EXPECT_TRUE(hits.ok()) << hits.error().en;
    std::set<RowId> out;
    for (const auto& hit : *hits) out.insert(hit.row);
    EXPECT_EQ(out.size(), hits->size()) << "no row twice";
    return out;
  }
  void index() { EXPECT_EQ(*desk.vault->index_some(10'000), 0u); }
};

TEST(VaultSearch, OneToFourCharactersMixedTextAndPrefixesBeforeAndAfterIndexing) {
  Searcher s;
  const RowId pump = s.add("石桥组张三家水管漏水,电话 13812345678");
  const RowId road = s.add("A组3号门前道路硬化,ＡＢＣ公司承包");
  const RowId third = s.add("张三丰与三张桌子");
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round == 0 ? "not indexed" : "indexed");
    EXPECT_EQ(s.find("张"), (std::set<RowId>{pump, third}));
    EXPECT_EQ(s.find("张三"), (std::set<RowId>{pump, third}));
    EXPECT_EQ(s.find("张三丰"), (std::set<RowId>{third}));
    EXPECT_EQ(s.find("水管漏水"), (std::set<RowId>{pump}));
    EXPECT_EQ(s.find("张三 水管"), (std::set<RowId>{pump}));
    EXPECT_EQ(s.find("138"), (std::set<RowId>{pump}));
    EXPECT_TRUE(s.find("345678").empty()) << "words are found from their beginning";
    EXPECT_EQ(s.find("a组３号"), (std::set<RowId>{road}));
    EXPECT_EQ(s.find("abc"), (std::set<RowId>{road}));
    EXPECT_EQ(s.find("组"), (std::set<RowId>{pump, road}));
    EXPECT_EQ(s.find(",电话"), (std::set<RowId>{pump}));
    EXPECT_TRUE(s.find("桥石").empty());
    EXPECT_TRUE(s.find("张三水管").empty());
    EXPECT_TRUE(s.find("  ").empty());
    s.index();
  }
}

TEST(VaultSearch, EditsAndDeletionsShowAtOnce) {
  Searcher s;
  const RowId row = s.add("王五要办低保");
  s.index();
  s.desk.save({Device::set(row, kText, text("王五已办好残疾证"))});
  EXPECT_TRUE(s.find("低保").empty());
  EXPECT_EQ(s.find("残疾证").size(), 1u);
  s.index();
  EXPECT_TRUE(s.find("低保").empty());
  EXPECT_EQ(s.find("残疾证").size(), 1u);
  s.desk.save({Device::of(Change::Kind::kDelete, row)});
  EXPECT_TRUE(s.find("残疾证").empty());
  s.index();
  EXPECT_TRUE(s.find("王五").empty());
}

TEST(VaultSearch, ConcurrentTextsAreBothFound) {
  Opened opened;
  Device desk(1, opened), cadre(2, opened);
  const RowId row = desk.new_row();
  desk.save({Device::set(row, kText, text("起"))});
  desk.send_to(cadre);
  desk.save({Device::set(row, kText, text("屋顶漏雨"))});
  cadre.save({Device::set(row, kText, text("围墙倒塌"))});
  desk.send_to(cadre);
  for (const char* words : {"漏雨", "倒塌"}) EXPECT_EQ(cadre.vault->search(words, 5)->size(), 1u);
  ASSERT_EQ(*cadre.vault->index_some(100), 0u);
  for (const char* words : {"漏雨", "倒塌"}) EXPECT_EQ(cadre.vault->search(words, 5)->size(), 1u);
}

TEST(VaultSearch, AgreesWithAPlainScanAtEveryStageOfIndexing) {
  static const std::vector<std::string> kWords{"水", "管", "漏", "张", "三",
                                               "a",  "b1", " ",  ",",  "组"};
  SimRandom random(3);
  const auto make = [&](std::uint64_t count) {
    std::string out;
    for (std::uint64_t k = 0; k < count; ++k) out += kWords[random.below(kWords.size())];
    return out;
  };
  Searcher s;
  std::map<RowId, std::string> truth;
  for (int round = 0; round < 120; ++round) {
    if (truth.empty() || random.chance(60)) {
      const std::string words = make(1 + random.below(12));
      truth[s.add("起" + words)] = "起" + words;
    } else {
      auto at = truth.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(random.below(truth.size())));
      at->second = "改" + make(1 + random.below(12));
      s.desk.save({Device::set(at->first, kText, text(at->second))});
    }
    if (random.chance(20)) {
      ASSERT_TRUE(s.desk.vault->index_some(random.below(20)).ok());
    }
    const std::string query = make(1 + random.below(4));
    const auto terms = search_terms(query);
    std::set<RowId> want;
    for (const auto& [row, words] : truth) {
      if (!terms.empty() && matches(fold(words), terms)) want.insert(row);
    }
    ASSERT_EQ(s.find(query), want) << query;
  }
}

TEST(VaultSearch, ManyEditsOfOneRowNeverOutgrowTheIndex) {
  Searcher s;
  const RowId row = s.add("零");
  s.index();
  for (int k = 0; k < 1100; ++k) {
    s.desk.save({Device::set(row, kTitle, text(cat("第", k, "次")))});
    ASSERT_TRUE(s.desk.vault->index_some(10).ok());
  }
  EXPECT_EQ(s.find("第1099次"), (std::set<RowId>{row}));
  EXPECT_TRUE(s.find("第1098次").empty());
}

TEST(VaultSearch, LimitAndUnsearchedFieldsAreKept) {
  Searcher s;
  for (int k = 0; k < 5; ++k) s.add("相同");
  EXPECT_EQ(s.desk.vault->search("相同", 3)->size(), 3u);
  s.index();
  EXPECT_EQ(s.desk.vault->search("相同", 3)->size(), 3u);
}

TEST(Tokenizer, GivesBigramsAndCharactersToTheIndexAndBigramsToQueries) {
  const auto spelled = [](const std::string& words, bool query) {
    std::vector<std::string> out;
    for (const Token& t : tokens(words, query))
      out.push_back(words.substr(t.begin, t.end - t.begin));
    return out;
  };
  EXPECT_EQ(spelled("张三 ab12", false), (std::vector<std::string>{"张三", "张", "三", "ab12"}));
  EXPECT_EQ(spelled("张三丰", true), (std::vector<std::string>{"张三", "三丰"}));
  EXPECT_EQ(spelled("张", true), (std::vector<std::string>{"张"}));
  EXPECT_EQ(fold("ＡｂＣ１　Ｘ"), "abc1 x");
}

}  // namespace
}  // namespace mq::vault
