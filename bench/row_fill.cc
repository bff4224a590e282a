// Row 10: a department's blank filled with every person of a township, reading and packing of the
// file included, against plain inserts of the same lines.
#include <sqlite3.h>

#include "mq/base/text.h"
#include "mq/tabular/book.h"
#include "mq/work/fill.h"
#include "rows.h"
#include "township.h"

namespace mq::bench {

namespace {

const std::vector<std::string> kHeader = {
    "序号",     "村(社区)", "村民小组", "户编号",   "姓名",     "与户主关系", "性别",
    "出生日期", "年龄",     "户主姓名", "家庭人口", "联系电话", "户类型",     "户状态"};

struct Run {
  double seconds = 0;
  std::vector<tabular::FillLine> lines;
};

Run fill(const work::Workplace& place, const Bytes& blank) {
  work::FillOptions options;
  options.today = Date{20'000};
  options.basis = "民发1号";
  const Watch watch;
  const auto form = must(tabular::Template::read(blank));
  auto filled = must(work::fill_form(place, form, options));
  if (!filled.questions.empty()) stop(cat("unclear: ", filled.questions[0].header));
  must(form.workbook_with(filled.lines));
  return {watch.seconds(), std::move(filled.lines)};
}

void bind(sqlite3_stmt* insert, int at, const tabular::FillCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    sqlite3_bind_int64(insert, at, *number);
  } else if (const auto* date = std::get_if<Date>(&cell)) {
    sqlite3_bind_int64(insert, at, date->days);
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    sqlite3_bind_text(insert, at, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
  } else {
    sqlite3_bind_null(insert, at);
  }
}

double insert_plain(const std::string& path, const std::vector<tabular::FillLine>& lines) {
  Plain plain(path, nullptr);
  std::string sql = "CREATE TABLE lines(c1", insert = "INSERT INTO lines VALUES(?";
  for (std::size_t i = 2; i <= kHeader.size(); ++i) {
    sql += cat(", c", i);
    insert += ",?";
  }
  plain.execute((sql + ")").c_str());
  sqlite3_stmt* statement = plain.prepare(insert + ")");
  const Watch watch;
  plain.execute("BEGIN");
  for (const tabular::FillLine& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) bind(statement, static_cast<int>(i + 1), line[i]);
    if (sqlite3_step(statement) != SQLITE_DONE) stop("plain SQLite does not store a row");
    sqlite3_reset(statement);
  }
  plain.execute("COMMIT");
  const double seconds = watch.seconds();
  sqlite3_finalize(statement);
  return seconds;
}

}  // namespace

void row_fill(Bench& bench) {
  const Folder folder(bench.folder);
  Township township(folder / "town");
  township.import_organisation(bench.samples);
  tabular::Book book;
  book.tab = "花名册";
  book.title = "村民花名册";
  book.header = kHeader;
  const Bytes blank = must(tabular::write_xlsx(book, WallTime{0}));
  std::vector<double> ours, raw;
  std::size_t lines = 0;
  for (int i = 0; i <= std::min(bench.sizes.repeats, 3); ++i) {
    progress(cat("fill: run ", i));
    const Run run = fill(township.place(), blank);
    const double plain = insert_plain(folder / cat("plain", i, ".db"), run.lines);
    lines = run.lines.size();
    if (i == 0 && !bench.sizes.tiny) continue;
    ours.push_back(run.seconds);
    raw.push_back(plain);
  }
  const double a = static_cast<double>(lines) / median(ours);
  const double b = static_cast<double>(lines) / median(raw);
  print({"10", cat("fill a blank with ", lines, " lines of ", kHeader.size(), " columns"),
         number(a, 0) + " /s", number(b, 0) + " /s", a / b, "×", 0.2, true,
         "plain inserts of those lines"});
}

}  // namespace mq::bench
