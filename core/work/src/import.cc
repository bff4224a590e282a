#include "mq/work/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "import_kinds.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::work {

WishCell wish_cell(std::uint32_t field, model::Value value, std::string_view column) {
  return {field, std::move(value), {}, column, false};
}

WishCell wish_row(std::uint32_t field, const RowId& row, std::string_view column) {
  return wish_cell(field, to_bytes(row.view()), column);
}

namespace {

struct KindRule {
  ImportKind kind;
  bool desk_only;
  const std::vector<ColumnSpec>& (*columns)();
  Status (*read)(ImportRun&);
};
constexpr KindRule kRules[] = {
    {ImportKind::kRoster, true, roster_columns, read_roster},
    {ImportKind::kCadres, true, cadre_columns, read_cadres},
    {ImportKind::kPairings, true, pairing_columns, read_pairings},
    {ImportKind::kVisits, false, visit_columns, read_visits},
};

// Every refused line, whatever the number of faults on it.
std::set<std::size_t> lines_with(const std::vector<ImportFault>& faults, Fate fate) {
  std::set<std::size_t> lines;
  for (const ImportFault& fault : faults) {
    if (fault.fate == fate) lines.insert(fault.line);
  }
  return lines;
}

std::size_t distinct(std::vector<std::size_t>& lines) {
  std::sort(lines.begin(), lines.end());
  return static_cast<std::size_t>(std::unique(lines.begin(), lines.end()) - lines.begin());
}

constexpr std::size_t kProgressRows = 200;

// What is looked for beside the caller, on the lent thread.
class FurtherLook {
 public:
  explicit FurtherLook(ImportRun& run) : worker_(*run.options.worker) {
    if (!run.look_further) return;
    started_ = true;
    job_ = worker_.start([this, look = std::exchange(run.look_further, {})]() mutable {
      found_ = look();
      look = {};  // all that it held goes here
    });
  }
  FurtherLook(const FurtherLook&) = delete;
  FurtherLook& operator=(const FurtherLook&) = delete;
  ~FurtherLook() { wait(); }

  std::vector<ImportFault> found() {
    wait();
    return std::move(found_);
  }

 private:
  void wait() {
    if (std::exchange(started_, false)) worker_.finish(job_);
  }

  Worker& worker_;
  std::uint64_t job_ = 0;
  bool started_ = false;
  std::vector<ImportFault> found_;
};

Status merge(ImportRun& run, const std::set<std::size_t>& refused, vault::View seen,
             const ImportProgress& progress) {
  std::map<std::string, Village> made;
  for (const auto& [name, region_code] : run.new_villages) {
    run.result.new_villages.push_back(name);
    if (run.options.dry_run) continue;
    MQ_TRY(made[name], village_or_new(run.place, name, region_code));
  }
  ImportMerge merge(run.place, seen, run.wishes);
  std::vector<std::size_t> written, met;  // lines
  std::size_t done = 0;
  for (Wish& wish : run.wishes) {
    const std::size_t line = wish.line;
    if (refused.contains(line)) continue;
    if (wish.stream == 0 && made.contains(wish.village)) {
      const Village& village = made[wish.village];
      wish.stream = wish.guarded ? village.private_stream : village.stream;
    }
    MQ_TRY(const bool writes, merge.add(std::move(wish), run.result.faults));
    met.push_back(line);
    if (writes) written.push_back(line);
    if (progress && ++done % kProgressRows == 0) progress(done, run.wishes.size());
  }
  run.result.stored = distinct(written);
  run.result.unchanged = distinct(met) - run.result.stored;
  return run.options.dry_run ? Status() : merge.commit();
}

}  // namespace

Result<ImportResult> import_sheet(const Workplace& place, const tabular::Sheet& sheet,
                                  const ImportOptions& options, const ImportProgress& progress) {
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const KindRule& r) { return r.kind == options.kind; });
  if (rule->desk_only && !place.is_desk()) {
    return Error{Code::kNotAllowed, "名册、干部和结对由乡镇管理员或内勤导入;您可以导入走访记录",
                 "rosters, cadres and pairings are imported by the desk; you may import visits"};
  }
  const vault::View seen = place.vault.view();
  MQ_TRY(const ImportTable table, ImportTable::read(sheet, rule->columns()));
  ImportResult result;
  result.header_line = table.header_line();
  result.data_lines = table.size();
  result.unread_columns = table.unread();
  ImportRun run{place, options, table, result, {}, {}, {}};
  MQ_CHECK(rule->read(run));
  FurtherLook further(run);
  const std::size_t of_lines = result.faults.size();
  std::set<std::size_t> refused = lines_with(result.faults, Fate::kRefused);
  const bool whole = refused.empty();
  refused.erase(result.header_line);  // a column, not a row
  result.refused = refused.size();
  result.duplicates = lines_with(result.faults, Fate::kDuplicate).size();
  if (!whole && !options.skip_refused) {
    result.nothing_stored = true;
  } else {
    MQ_CHECK(place.vault.together([&] { return merge(run, refused, seen, progress); }));
  }
  std::vector<ImportFault> found = further.found();
  result.faults.insert(result.faults.begin() + static_cast<std::ptrdiff_t>(of_lines),
                       std::make_move_iterator(found.begin()),
                       std::make_move_iterator(found.end()));
  std::stable_sort(result.faults.begin(), result.faults.end(),
                   [](const ImportFault& a, const ImportFault& b) { return a.line < b.line; });
  return result;
}

}  // namespace mq::work
