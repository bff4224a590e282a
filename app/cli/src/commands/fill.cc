// fill: a department's blank, filled from what is held here, and the register of what went out.
#include "mq/work/fill.h"

#include <algorithm>
#include <functional>

#include "../home.h"
#include "../new_file.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr const char* kUsageZh =
    "用法:fill 空表.xlsx -o 填好.xlsx [--to 接收单位] [--where 字段=值]… [--profile 名] [--basis "
    "文号];fill --history [--to 接收单位]";
constexpr const char* kUsageEn =
    "usage: fill BLANK.xlsx -o FILLED.xlsx [--to RECIPIENT] [--where FIELD=VALUE]… [--profile "
    "NAME] [--basis DOCUMENT]; fill --history [--to RECIPIENT]";

Result<std::optional<Date>> day_of(Call& call, std::string_view flag) {
  const auto typed = call.args.value(flag);
  if (!typed) return std::optional<Date>();
  const auto day = Date::parse_iso(*typed);
  if (day) return day;
  return call.usage(cat("--", flag, " 应是日期,如 2026-04-02:", *typed),
                    cat("--", flag, ": a date such as 2026-04-02, not ", *typed));
}

// --to is the recipient, so the period of visits and issues is --from and --until.
Result<work::FillOptions> options_of(Call& call) {
  const Args& args = call.args;
  work::FillOptions options;
  MQ_TRY(const std::optional<Date> on, day_of(call, "on"));
  options.today = on.value_or(Date::in_shanghai(call.world.clock.wall()));
  options.to = trimmed(args.value("to").value_or(""));
  options.basis = trimmed(args.value("basis").value_or(""));
  options.profile = args.value("profile").value_or("");
  options.about = args.value("about").value_or("");
  options.where = args.values("where");
  options.map = args.values("map");
  options.village = args.value("village");
  MQ_TRY(options.from, day_of(call, "from"));
  MQ_TRY(options.until, day_of(call, "until"));
  options.changes = args.has("changes");
  return options;
}

bool is_csv(std::string_view path) { return path.ends_with(".csv") || path.ends_with(".CSV"); }

// --sample: whether what stands under the header stays or goes.
Result<tabular::StandingRows> standing_of(Call& call) {
  const auto typed = call.args.value("sample");
  if (!typed) return tabular::StandingRows::kAsSeen;
  if (*typed == "留") return tabular::StandingRows::kStay;
  if (*typed == "去") return tabular::StandingRows::kGo;
  return call.usage(cat("--sample 应是 留 或 去:", *typed),
                    cat("--sample is 留 (keep) or 去 (drop): ", *typed));
}

Result<tabular::Template> read_blank(Call& call, const std::string& path) {
  tabular::TemplateOptions options;
  MQ_TRY(options.header_line, count_of(call, "header", 0));
  options.sheet = call.args.value("sheet").value_or("");
  MQ_TRY(options.standing, standing_of(call));
  options.known = work::known_header();
  MQ_TRY(Bytes file, call.world.files.read(path, options.limits.file_bytes_max));
  auto read = tabular::Template::read(std::move(file), options);
  if (read.ok() || read.error().code != Code::kExhausted) return read;
  Error error = std::move(read).error();  // a file beyond a limit is a file refused
  error.code = Code::kInvalidInput;
  return error;
}

// The columns that a profile names, in its order.
std::vector<std::vector<std::string>> chosen_columns(const work::Filled& filled) {
  std::vector<std::vector<std::string>> rows(1);
  for (const std::size_t at : filled.order) rows[0].push_back(filled.columns[at].header);
  for (const tabular::FillLine& line : filled.lines) {
    rows.emplace_back();
    for (const std::size_t at : filled.order) rows.back().push_back(tabular::fill_text(line[at]));
  }
  return rows;
}

Result<Bytes> content_of(const tabular::Template& form, const work::Filled& filled,
                         const std::string& path) {
  if (!is_csv(path)) return form.workbook_with(filled.lines);
  return tabular::csv_file(
      filled.order.empty() ? form.rows_with(filled.lines) : chosen_columns(filled),
      filled.encoding);
}

Error ask(Call& call, const work::Filled& filled) {
  Json questions = Json::array();
  std::string zh, en;
  for (const work::FillQuestion& question : filled.questions) {
    const std::string list = join(question.candidates, "、");
    questions.push_back({{"header", question.header}, {"candidates", question.candidates}});
    const bool about = question.header.empty();
    zh += about ? cat("\n  每行是什么?", list, ":加 --about 户 这样写明")
                : cat("\n  “", question.header, "”是哪一项?可能是:", list);
    en += about ? cat("\n  what is a line? ", list, ": say so with --about")
                : cat("\n  what is ", question.header, "? perhaps ", list);
  }
  call.out.object()["questions"] = std::move(questions);
  return Error{Code::kInvalidInput,
               cat("有几处拿不准,没有填。答过的已记下,全镇都不再问;还有:", zh,
                   "\n  逐个加 --map \"表头=标识\",没有的写 --map \"表头=空着\""),
               cat("unclear, so nothing was filled; what was answered is kept for the township:",
                   en, "\n  add --map \"HEADER=FACT\" for each, or --map \"HEADER=空着\"")};
}

Json names_of(const work::Filled& filled, work::ColumnFate fate) {
  Json out = Json::array();
  for (const work::FillColumn& column : filled.columns) {
    if (column.fate == fate) out.push_back(column.header);
  }
  return out;
}

void put_json(Call& call, const tabular::Template& form, const work::Filled& filled,
              const std::string& path) {
  Json columns = Json::array();
  for (const work::FillColumn& column : filled.columns) {
    columns.push_back(
        {{"header", column.header}, {"field", column.field}, {"filled", column.filled}});
  }
  Json& out = call.out.object();
  out = {{"file", path},
         {"about", filled.about},
         {"lines", filled.lines.size()},
         {"columns", std::move(columns)},
         {"unknown", names_of(filled, work::ColumnFate::kUnknown)},
         {"masked", names_of(filled, work::ColumnFate::kMasked)}};
  if (!form.sheet().empty()) out["sheet"] = form.sheet();
  out["unread_sheets"] = form.other_sheets();
  out["standing"] = Json::array();
  for (const tabular::StandingRow& row : form.standing()) {
    const std::string_view what = row.what == tabular::Standing::kSample    ? "sample"
                                  : row.what == tabular::Standing::kExample ? "example"
                                                                            : "unknown";
    out["standing"].push_back({{"line", row.line}, {"what", what}});
  }
  out["standing_stays"] = !form.standing().empty() && !form.standing_goes();
  if (filled.version > 0) out["version"] = filled.version;
  if (!filled.before) return;
  const work::HandedOut& before = *filled.before;
  out["before"] = {{"on", before.on.iso()},      {"version", before.version},
                   {"lines", before.lines},      {"changed", before.changed},
                   {"new", before.fresh},        {"gone", before.gone},
                   {"gone_ids", before.gone_ids}};
}

void tell_columns(Call& call, const work::Filled& filled) {
  std::vector<std::vector<std::string>> lines;
  for (const work::FillColumn& column : filled.columns) {
    const std::string_view zh = column.fate == work::ColumnFate::kFilled     ? "已填"
                                : column.fate == work::ColumnFate::kMasked   ? "脱敏"
                                : column.fate == work::ColumnFate::kLeft     ? "空着"
                                : column.fate == work::ColumnFate::kProvided ? "自带"
                                                                             : "没有";
    lines.push_back({column.header, column.label, std::string(zh), cat(column.filled),
                     std::string(call.out.pick(column.why_zh, column.why_en))});
  }
  call.out.table({"表头", "填的是", "结果", "行数", "说明"}, lines);
}

void tell_before(Call& call, const work::Filled& filled, const std::string& to) {
  if (!filled.before) return;
  const work::HandedOut& before = *filled.before;
  call.out.say(
      cat("上次报给 ", to, ":", before.on.iso(), ",第 ", before.version, " 版,共 ", before.lines,
          " 行;其后变更 ", before.changed, "、新增 ", before.fresh, "、减少 ", before.gone,
          call.args.has("changes") ? "" : ";只报变化可加 --changes"),
      cat("handed to ", to, " on ", before.on.iso(), " as version ", before.version, ", ",
          before.lines, " lines; since then ", before.changed, " changed, ", before.fresh, " new, ",
          before.gone, " gone"));
}

// Rows under the header that held something: a sample, or somebody's work, which nobody but the
// person can tell apart for sure.
void tell_standing(Call& call, const tabular::Template& form) {
  const std::vector<tabular::StandingRow>& rows = form.standing();
  if (rows.empty()) return;
  const bool known = std::ranges::all_of(
      rows, [](const auto& row) { return row.what != tabular::Standing::kUnknown; });
  const std::size_t first = rows.front().line, last = rows.back().line;
  const std::string zh =
      cat("第 ", first, first == last ? std::string() : cat(" 至 ", last), " 行");
  const std::string en = cat(first, first == last ? std::string() : cat(" to ", last));
  const std::string_view what_zh = known ? "是示例" : "已有内容(示例,或有人填过的)";
  const std::string_view what_en = known ? " is a sample" : " held something";
  if (form.standing_goes()) {
    const bool asked = call.args.has("sample");
    call.out.say(cat(zh, what_zh, ",没有留,从第 ", form.first_line(), " 行填起",
                     asked ? "" : ";要留着就加 --sample 留"),
                 cat("row ", en, what_en, " and was replaced by the lines",
                     asked ? "" : "; --sample 留 keeps it"));
    return;
  }
  call.out.say(cat(zh, what_zh, ",没有动,从第 ", form.first_line(),
                   " 行填起;合计里可能算着它,不要它就加 --sample 去 重填"),
               cat("row ", en, what_en, " and stays; the lines begin on row ", form.first_line(),
                   "; totals may count it: fill anew with --sample 去 to be rid of it"));
}

void tell_sheets(Call& call, const tabular::Template& form) {
  if (form.other_sheets().empty()) return;
  const std::string others = join(form.other_sheets(), "、");
  call.out.say(
      cat("填的是工作表“", form.sheet(), "”;没有填:", others, "(要填另一张加 --sheet 名称)"),
      cat("filled worksheet ", form.sheet(), "; not filled: ", others,
          " (--sheet NAME for another)"));
}

// A text file has no colours: which columns have empty cells is said instead.
std::string empty_columns(const work::Filled& filled) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < filled.columns.size(); ++i) {
    const work::FillColumn& column = filled.columns[i];
    const bool chosen =
        filled.order.empty() || std::ranges::find(filled.order, i) != filled.order.end();
    if (column.empty == 0 || !chosen) continue;
    const bool whole = column.empty == filled.lines.size();
    out.push_back(whole ? column.header : cat(column.header, "(", column.empty, " 行)"));
  }
  return join(out, "、");
}

void tell(Call& call, const tabular::Template& form, const work::Filled& filled,
          const work::FillOptions& options, const std::string& path) {
  tell_columns(call, filled);
  tell_before(call, filled, options.to);
  tell_sheets(call, form);
  tell_standing(call, form);
  const std::string empty = empty_columns(filled);
  const std::string_view none = is_csv(path) ? "没有的格子留空:" : "没有的格子留空标红";
  call.out.say(cat("填了 ", filled.lines.size(), " 行(每行一", filled.about, "),在 ", path,
                   empty.empty() ? "" : ";", empty.empty() ? "" : none, is_csv(path) ? empty : ""),
               cat(filled.lines.size(), " lines in ", path,
                   empty.empty()  ? std::string()
                   : is_csv(path) ? cat("; cells not held are empty: ", empty)
                                  : std::string("; cells not held are red")));
  if (filled.version > 0) {
    call.out.say(cat("已登记:报给 ", options.to, ",第 ", filled.version, " 版"),
                 cat("registered: to ", options.to, ", version ", filled.version));
  }
  call.out.warn("这个文件没有加密,里面有群众信息;报送后请及时删除",
                "this file is not encrypted and tells of people; delete it once it is handed in");
}

Status history(Call& call) {
  MQ_CHECK(only_flags(call, {"history", "to"}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::vector<work::FillRecord> all,
         work::fill_history(place, trimmed(call.args.value("to").value_or(""))));
  Json rows = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const work::FillRecord& one : all) {
    rows.push_back({{"id", one.row.hex()},
                    {"on", one.on.iso()},
                    {"to", one.to},
                    {"title", one.title},
                    {"version", one.version},
                    {"lines", one.lines},
                    {"where", one.where},
                    {"basis", one.basis},
                    {"changes_only", one.changes_only}});
    lines.push_back({one.on.iso(), one.to, one.title, cat(one.version), cat(one.lines),
                     one.changes_only ? "变化" : "全部", one.where, one.basis});
  }
  call.out.object() = {{"count", all.size()}, {"rows", std::move(rows)}};
  call.out.table({"日期", "报给", "表", "版本", "行数", "内容", "条件", "依据"}, lines);
  return {};
}

// The file first: what is registered has been made. If the register fails, the file goes again.
Status hand_out(Call& call, const std::string& path, const Bytes& content,
                const std::function<Status()>& keep) {
  MQ_CHECK(write_new_file(call, path, content));
  Status kept = keep();
  if (!kept.ok()) MQ_CHECK(call.world.files.remove(path));
  return kept;
}

}  // namespace

Status run_fill(Call& call) {
  if (call.args.has("history")) return history(call);
  MQ_CHECK(only_flags(call, {"o", "to", "where", "profile", "basis", "map", "about", "changes",
                             "village", "from", "until", "on", "header", "sheet", "sample"}));
  const std::string blank = call.args.word(1);
  const auto path = call.args.value("o");
  if (blank.empty() || !path) return call.usage(kUsageZh, kUsageEn);
  MQ_TRY(const work::FillOptions options, options_of(call));
  MQ_CHECK(check_new_file(call, *path));
  MQ_TRY(const tabular::Template form, read_blank(call, blank));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  const vault::View seen = place.vault.view();
  MQ_TRY(const work::Filled filled, work::fill_form(place, form, options));
  const auto keep = [&] {
    return home->saving([&] { return work::keep_fill(place, filled, seen); });
  };
  if (!filled.questions.empty()) {
    MQ_CHECK(keep());
    return ask(call, filled);
  }
  MQ_TRY(const Bytes content, content_of(form, filled, *path));
  MQ_CHECK(hand_out(call, *path, content, keep));
  put_json(call, form, filled, *path);
  tell(call, form, filled, options, *path);
  return {};
}

}  // namespace mq::cli
