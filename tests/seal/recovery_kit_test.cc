// Three sheets of paper: what they give, what they refuse, and that they never change.
#include "mq/seal/recovery_kit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "mq/base/text.h"
#include "mq/vault/aead.h"
#include "support/sim_random.h"

namespace mq::seal {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kAddress = "10.20.30.40:8443";

struct Kit {
  TownshipId township;
  RecoverySeed seed;
  std::array<Sheet, kSheets> sheets;
};
SheetOf of(const TownshipId& township) {
  return {township, wire::hash("test", {township.view()}), std::string(kAddress)};
}
Kit kit(std::uint64_t number) {
  testing::SimRandom random(number);
  Kit out{random_id<TownshipId>(random), RecoverySeed::draw(random), {}};
  out.sheets = make_sheets(out.seed, of(out.township), random);
  return out;
}

Sheet reread(const Sheet& sheet) { return read_sheet(sheet_text(sheet)).value(); }

void expect_refused(const Result<Sheet>& read, std::string_view saying) {
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kInvalidInput);
  EXPECT_NE(read.error().zh.find(saying), std::string::npos) << read.error().zh;
}

void expect_apart(const Result<RecoverySeed>& joined, std::string_view saying) {
  ASSERT_FALSE(joined.ok());
  EXPECT_EQ(joined.error().code, Code::kInvalidInput);
  EXPECT_NE(joined.error().zh.find(saying), std::string::npos) << joined.error().zh;
}

// The ten lines, each as it is printed.
std::vector<std::string> lines_of(const Sheet& sheet) {
  std::vector<std::string> lines = split(sheet_text(sheet), "\n");
  lines.resize(10);
  return lines;
}

TEST(RecoveryKit, AnyTwoSheetsGiveTheSeed) {
  for (std::uint64_t number = 1; number <= 20; ++number) {
    const Kit made = kit(number);
    for (const Sheet& a : made.sheets) {
      for (const Sheet& b : made.sheets) {
        if (a.number == b.number) continue;
        const auto joined = join_sheets(reread(a), reread(b));
        ASSERT_TRUE(joined.ok()) << joined.error().zh;
        EXPECT_TRUE(joined->seed == made.seed.seed);
      }
    }
  }
}

// Whoever has one sheet has its share and two copies; the other share is missing in every key.
TEST(RecoveryKit, OneSheetGivesNothing) {
  const Kit made = kit(1);
  for (const Sheet& own : made.sheets) {
    for (const std::uint8_t other : {1, 2, 3}) {
      if (other == own.number) continue;
      for (const bool twice : {false, true}) {
        Sheet guess;
        guess.number = other;
        guess.township = own.township;
        guess.copies = own.copies;
        if (twice) guess.share = own.share.clone();
        EXPECT_FALSE(join_sheets(own, guess).ok());
      }
    }
    const std::string text = sheet_text(own);
    for (const Sheet& other : made.sheets) {
      if (other.number == own.number) continue;
      EXPECT_FALSE(own.share == other.share);
      const Bytes all = to_bytes(text);
      EXPECT_EQ(
          std::search(all.begin(), all.end(), other.share.view().begin(), other.share.view().end()),
          all.end());
    }
  }
}

TEST(RecoveryKit, EveryTypoOfOneOrTwoCharactersIsFoundOnItsLine) {
  const Kit made = kit(2);
  const std::vector<std::string> lines = lines_of(made.sheets[1]);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const std::string where = cat("第 ", n + 1, " 行");
    for (std::size_t i = lines[n].find(' ') + 1; i < lines[n].size(); ++i) {
      for (std::size_t k = i; k < lines[n].size(); ++k) {
        if (lines[n][i] == '-' || lines[n][k] == '-') continue;
        std::vector<std::string> typed = lines;
        const auto shifted = [&](std::size_t at, std::size_t by) {
          return kAlphabet[(kAlphabet.find(lines[n][at]) + by) % kAlphabet.size()];
        };
        typed[n][i] = shifted(i, 1 + (i + k) % 31);
        if (k != i) typed[n][k] = shifted(k, 1 + i * k % 31);
        expect_refused(read_sheet(join(typed, "\n")), where);
      }
    }
  }
}

TEST(RecoveryKit, ForgivesWhatPeopleDoToPaper) {
  const Kit made = kit(3);
  std::vector<std::string> lines = lines_of(made.sheets[0]);
  for (std::string& line : lines) {
    std::replace(line.begin() + 3, line.end(), '0', 'o');
    std::replace(line.begin() + 3, line.end(), '1', 'l');
    std::replace(line.begin(), line.end(), '-', ' ');
    line = cat("  ", line, "\r");
  }
  std::reverse(lines.begin(), lines.end());
  lines[2].replace(lines[2].find(':'), 1, ":");
  lines[3].replace(lines[3].find(':'), 1, "、");
  lines.insert(lines.begin(), {"民情恢复单 第 1 张", "", "@page { size: A4; }"});
  lines.emplace_back(cat("@", kAddress));
  const auto read = read_sheet(join(lines, "\n"));
  ASSERT_TRUE(read.ok()) << read.error().zh;
  EXPECT_EQ(read->number, 1);
  EXPECT_EQ(read->address, kAddress);
  EXPECT_TRUE(join_sheets(*read, made.sheets[2]).ok());
}

TEST(RecoveryKit, SaysWhichLineIsMissingOrStandsTwice) {
  const Kit made = kit(4);
  std::vector<std::string> lines = lines_of(made.sheets[0]);
  lines.erase(lines.begin() + 4);
  expect_refused(read_sheet(join(lines, "\n")), "缺第 5 行");
  lines.push_back(lines[1]);
  expect_refused(read_sheet(join(lines, "\n")), "第 2 行出现了两次");
  expect_refused(read_sheet(""), "缺第 1 行");
  expect_refused(read_sheet(sheet_text(made.sheets[0]) + sheet_text(made.sheets[1])),
                 "第 1 行出现了两次");
}

// Each line is right, and together they are no sheet.
TEST(RecoveryKit, LinesOfTwoSheetsOrInTwoPlacesAreNoSheet) {
  const Kit made = kit(5);
  std::vector<std::string> mixed = lines_of(made.sheets[0]);
  mixed[9] = lines_of(made.sheets[1])[9];
  expect_refused(read_sheet(join(mixed, "\n")), "十行各自都对");
  std::vector<std::string> exchanged = lines_of(made.sheets[0]);
  std::swap(exchanged[2][0], exchanged[3][0]);
  expect_refused(read_sheet(join(exchanged, "\n")), "十行各自都对");
}

TEST(RecoveryKit, SheetsThatDoNotGoTogetherSayWhy) {
  const Kit made = kit(6);
  Kit old = kit(7);
  expect_apart(join_sheets(made.sheets[1], reread(made.sheets[1])), "同一张(第 2 张)的两份");
  expect_apart(join_sheets(made.sheets[0], old.sheets[1]), "不是同一个乡镇的");
  testing::SimRandom random(8);
  old.sheets = make_sheets(old.seed, of(made.township), random);
  expect_apart(join_sheets(made.sheets[0], old.sheets[1]), "不是同一套");
  expect_apart(join_sheets(made.sheets[0], old.sheets[0]), "都是第 1 张");
}

TEST(RecoveryKit, HostileTextEndsInASentence) {
  const Kit made = kit(9);
  const std::string text = sheet_text(made.sheets[2]);
  for (std::size_t size = 0; size + kAddress.size() + 3 < text.size(); ++size) {
    ASSERT_FALSE(read_sheet(text.substr(0, size)).ok()) << size;
  }
  testing::SimRandom random(10);
  for (int i = 0; i < 2000; ++i) {
    std::string bent = text;
    for (int k = 0; k < 4; ++k) bent[random.below(330)] = static_cast<char>(random.below(256));
    const auto read = read_sheet(bent);
    if (!read.ok()) continue;
    EXPECT_TRUE(read->share == made.sheets[2].share);
  }
}

TEST(RecoveryKit, TheCheckCodeIsOneSheetsOwn) {
  const Kit made = kit(11);
  EXPECT_EQ(check_code(reread(made.sheets[0])), check_code(made.sheets[0]));
  EXPECT_EQ(check_code(made.sheets[0]).size(), 11u);
  std::vector<Hash> hashes;
  for (const Sheet& sheet : made.sheets) hashes.push_back(check_hash(sheet));
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

// Shares as the vector gives them, instead of chance.
class Given final : public Random {
 public:
  explicit Given(std::vector<Bytes> parts) : parts_(std::move(parts)) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_LT(next_, parts_.size());
    ASSERT_EQ(out.size(), parts_[next_].size());
    std::copy(parts_[next_].begin(), parts_[next_].end(), out.begin());
    ++next_;
  }

 private:
  std::vector<Bytes> parts_;
  std::size_t next_ = 0;
};

// Name → value; "line 1 2: …" has the name "line 1 2:".
std::map<std::string, std::string> vector_file() {
  std::map<std::string, std::string> out;
  std::ifstream file("tests/vectors/recovery.txt");
  EXPECT_TRUE(file.good());
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.rfind(' ');
    if (!line.starts_with('#')) out[line.substr(0, at)] = line.substr(at + 1);
  }
  return out;
}

TEST(RecoveryKit, BytesAreFrozen) {
  std::map<std::string, std::string> vector = vector_file();
  const auto bytes = [&](const std::string& name) { return from_hex(vector[name]).value(); };
  const Bytes drawn = bytes("seed");
  const RecoverySeed seed{Key32(ByteView(drawn).first<32>())};
  EXPECT_EQ(to_hex(seed.box().public_key().view()), vector["box_key"]);
  EXPECT_EQ(to_hex(seed.sign().public_key().view()), vector["sign_key"]);
  Given shares({bytes("share 1"), bytes("share 2"), bytes("share 3")});
  const auto township = TownshipId::from(bytes("township")).value();
  const auto genesis = Hash::from(bytes("genesis")).value();
  const auto sheets = make_sheets(seed, {township, genesis, vector["address"]}, shares);
  for (const Sheet& sheet : sheets) {
    std::string text;
    for (int line = 1; line <= 10; ++line) {
      text += cat(line, ": ", vector[cat("line ", sheet.number, " ", line, ":")], "\n");
    }
    text += cat("@", vector["address"], "\n");
    EXPECT_EQ(sheet_text(sheet), text);
    EXPECT_EQ(check_code(sheet), vector[cat("check_code ", sheet.number)]);
    EXPECT_EQ(to_hex(check_hash(sheet).view()), vector[cat("check_hash ", sheet.number)]);
  }
}

}  // namespace
}  // namespace mq::seal
