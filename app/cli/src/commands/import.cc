// import: rosters, cadres, pairings and paper visits, each row with its fate.
#include "mq/work/import.h"

#include "../home.h"
#include "../table_file.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::pair<std::string_view, work::ImportKind> kKinds[] = {
    {"roster", work::ImportKind::kRoster},
    {"cadres", work::ImportKind::kCadres},
    {"pairings", work::ImportKind::kPairings},
    {"visits", work::ImportKind::kVisits}};

struct FateName {
  work::Fate fate;
  const char* name;
  const char* zh;
  const char* en;
};
constexpr FateName kFates[] = {
    {work::Fate::kNormalised, "normalised", "已规整", "tidied"},
    {work::Fate::kFlagged, "flagged", "已存,请核对", "stored, please check"},
    {work::Fate::kDuplicate, "duplicate", "重复,跳过", "duplicate, skipped"},
    {work::Fate::kRefused, "refused", "拒收", "refused"}};
constexpr FateName kLeft{work::Fate::kFlagged, "flagged", "没有存,请核对",
                         "not stored, please check"};

const FateName& name_of(work::Fate fate) {
  for (const FateName& one : kFates) {
    if (one.fate == fate) return one;
  }
  return kFates[3];
}

Json result_json(const std::string& file, const work::ImportResult& result, bool english) {
  Json faults = Json::array();
  for (const work::ImportFault& fault : result.faults) {
    Json one = {{"line", fault.line},
                {"column", fault.column},
                {"fate", name_of(fault.fate).name},
                {"was", fault.was}};
    if (!fault.now.empty()) one["now"] = fault.now;
    if (fault.left) one["left_alone"] = true;
    one["why"] = english ? fault.why_en : fault.why_zh;
    faults.push_back(std::move(one));
  }
  Json passed = Json::array();
  for (const auto& one : result.passed_over) {
    passed.push_back({{"line", one.line}, {"text", one.text}});
  }
  return {{"file", file},
          {"header_line", result.header_line},
          {"data_lines", result.data_lines},
          {"stored", result.stored},
          {"unchanged", result.unchanged},
          {"refused", result.refused},
          {"duplicates", result.duplicates},
          {"left_alone", result.left},
          {"elsewhere", result.elsewhere},
          {"held_back", result.held_back},
          {"refused_columns", result.refused_columns},
          {"unread_columns", result.unread_columns},
          {"passed_over", std::move(passed)},
          {"faults", std::move(faults)},
          {"missing", result.missing_zh},
          {"missing_people", result.missing_people_zh},
          {"new_villages", result.new_villages}};
}

std::string rows_of(std::size_t count) { return cat(count, count == 1 ? " row" : " rows"); }

// The parts that every file has, and those of the others that this one has.
void tell_counts(Call& call, const work::ImportResult& result) {
  std::string zh = cat("存 ", result.stored, ",未变 ", result.unchanged, ",重复 ",
                       result.duplicates, ",拒收 ", result.refused);
  std::string en = cat("stored ", result.stored, ", unchanged ", result.unchanged, ", duplicate ",
                       result.duplicates, ", refused ", result.refused);
  const auto also = [&](std::size_t rows, std::string_view what_zh, std::string_view what_en) {
    if (rows == 0) return;
    zh += cat(",", what_zh, " ", rows);
    en += cat(", ", what_en, " ", rows);
  };
  also(result.left, "没有动(请核对)", "left alone, to be looked at");
  also(result.elsewhere, "别村(没有动)", "of other villages");
  also(result.held_back, "可以存但整个文件没有存", "good, but nothing of the file was stored");
  call.out.say(
      cat("表头在第 ", result.header_line, " 行;数据 ", result.data_lines, " 行:", zh),
      cat("header on line ", result.header_line, "; ", rows_of(result.data_lines), ": ", en));
}

void tell(Call& call, const work::ImportResult& result) {
  std::vector<std::vector<std::string>> lines;
  for (const work::ImportFault& fault : result.faults) {
    const FateName& fate = fault.left ? kLeft : name_of(fault.fate);
    lines.push_back({cat(fault.line), fault.column, std::string(call.out.pick(fate.zh, fate.en)),
                     fault.was, fault.now, std::string(call.out.pick(fault.why_zh, fault.why_en))});
  }
  if (!lines.empty()) call.out.table({"行", "列", "结果", "原来", "现在", "原因"}, lines);
  for (const std::string& village : result.new_villages) {
    call.out.say(cat("新建村(社区):", village), cat("new village: ", village));
  }
  for (const std::string& missing : result.missing_zh) {
    call.out.say(cat("名册里没有了(未删除):", missing),
                 cat("no longer in the file (kept): ", missing));
  }
  for (const std::string& missing : result.missing_people_zh) {
    call.out.say(cat("户里有人名册上没有(未删除,请核对):", missing),
                 cat("people of a household that the file lacks (kept): ", missing));
  }
  tell_counts(call, result);
}

// What of the file nobody has looked at.
void tell_unread(Call& call, const tabular::Sheet& sheet, const work::ImportResult& result) {
  if (!sheet.unread.empty()) {
    const std::string others = join(sheet.unread, "、");
    call.out.say(
        cat("读的是工作表“", sheet.name, "”;没有读:", others, "(要读另一张加 --sheet 名称)"),
        cat("read worksheet ", sheet.name, "; not read: ", others, " (--sheet NAME for another)"));
  }
  for (const auto& one : result.passed_over) {
    call.out.say(cat("第 ", one.line, " 行不是记录,略过:", one.text),
                 cat("line ", one.line, " is no record, passed over: ", one.text));
  }
  if (!result.unread_columns.empty()) {
    const std::string columns = join(result.unread_columns, "、");
    call.out.say(cat("以下列没有导入(表头不认识,或与前面的列重复):", columns),
                 cat("columns not imported (unknown, or the same as one before): ", columns));
  }
}

Error refusal(const work::ImportResult& result) {
  const std::string columns = join(result.refused_columns, "、");
  const bool rows = result.refused > 0;
  const std::string what =
      cat(rows ? cat(result.refused, " 行") : std::string(), rows && !columns.empty() ? "、" : "",
          columns.empty() ? std::string() : cat("列 ", columns));
  return {Code::kInvalidInput,
          cat("有 ", what, " 拒收,整个文件都没有存;改好再导,或加 --skip-refused 存其余的"),
          cat(rows_of(result.refused), " refused", columns.empty() ? "" : " and columns ", columns,
              "; nothing of the file was stored; mend it, or store the rest with --skip-refused")};
}

}  // namespace

Status run_import(Call& call) {
  MQ_CHECK(only_flags(call, {"village", "sheet", "dry_run", "skip_refused"}));
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const auto& k) { return k.first == call.args.word(1); });
  const std::string path = call.args.word(2);
  if (kind == std::end(kKinds) || path.empty()) {
    return call.usage("用法:import roster|cadres|pairings|visits 文件",
                      "usage: import roster|cadres|pairings|visits FILE");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const tabular::Sheet sheet,
         read_table_file(call.world.files, path, call.args.value("sheet").value_or("")));
  work::ImportOptions options;
  options.kind = kind->second;
  options.village = call.args.value("village").value_or("");
  options.dry_run = call.args.has("dry_run");
  options.skip_refused = call.args.has("skip_refused");
  options.worker = &call.world.worker;
  work::ImportResult result;
  MQ_CHECK(home->saving([&]() -> Status {
    MQ_TRY(result,
           work::import_sheet(place, sheet, options, [&](std::size_t done, std::size_t all) {
             call.out.progress(call.out.pick("导入", "importing"), done, all);
           }));
    return {};
  }));
  Json& object = call.out.object() =
      result_json(path.substr(path.rfind('/') + 1), result, call.out.english());
  if (!sheet.name.empty()) object["sheet"] = sheet.name;
  object["unread_sheets"] = sheet.unread;
  tell(call, result);
  tell_unread(call, sheet, result);
  if (result.nothing_stored) return refusal(result);
  if (options.dry_run) call.out.say("这是试导,什么也没有存", "a dry run: nothing was stored");
  return {};
}

}  // namespace mq::cli
