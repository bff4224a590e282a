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

// Every line has one fate; what refuses it counts before what lets it pass.
void count_lines(const ImportRun& run, const std::set<std::size_t>& refused,
                 const std::set<std::size_t>& written) {
  ImportResult& result = run.result;
  const std::set<std::size_t> doubled = lines_with(result.faults, Fate::kDuplicate);
  for (std::size_t row = 0; row < run.table.size(); ++row) {
    const std::size_t line = run.table.line(row);
    if (refused.contains(line)) {
      ++result.refused;
    } else if (doubled.contains(line)) {
      ++result.duplicates;
    } else if (run.left.contains(line)) {
      ++result.left;
    } else if (written.contains(line)) {
      ++result.stored;
    }
  }
  std::size_t& rest = result.nothing_stored ? result.held_back : result.unchanged;
  rest = result.data_lines - result.refused - result.duplicates - result.left - result.stored -
         result.elsewhere;
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

Result<std::set<std::size_t>> merge(ImportRun& run, const std::set<std::size_t>& refused,
                                    vault::View seen, const ImportProgress& progress) {
  std::map<std::string, Village> made;
  for (const auto& [name, region_code] : run.new_villages) {
    run.result.new_villages.push_back(name);
    if (run.options.dry_run) continue;
    MQ_TRY(made[name], village_or_new(run.place, name, region_code));
  }
  ImportMerge merge(run.place, seen, run.wishes);
  std::set<std::size_t> written;  // lines
  std::size_t done = 0;
  for (Wish& wish : run.wishes) {
    if (refused.contains(wish.line)) continue;
    std::vector<std::size_t> lines = std::move(wish.further_lines);
    lines.push_back(wish.line);
    if (wish.stream == 0 && made.contains(wish.village)) {
      const Village& village = made[wish.village];
      wish.stream = wish.guarded ? village.private_stream : village.stream;
    }
    MQ_TRY(const bool writes, merge.add(std::move(wish), run.result.faults));
    if (writes) written.insert(lines.begin(), lines.end());
    if (progress && ++done % kProgressRows == 0) progress(done, run.wishes.size());
  }
  if (!run.options.dry_run) MQ_CHECK(merge.commit());
  return written;
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
  result.passed_over = table.passed_over();
  ImportRun run{place, options, table, result, {}, {}, {}, {}};
  MQ_CHECK(rule->read(run));
  FurtherLook further(run);
  const std::size_t of_lines = result.faults.size();
  std::set<std::size_t> refused = lines_with(result.faults, Fate::kRefused);
  const bool whole = refused.empty();
  refused.erase(result.header_line);  // a column, not a row
  std::set<std::size_t> written;
  if (!whole && !options.skip_refused) {
    result.nothing_stored = true;
  } else {
    MQ_CHECK(place.vault.together([&]() -> Status {
      MQ_TRY(written, merge(run, refused, seen, progress));
      return {};
    }));
  }
  count_lines(run, refused, written);
  for (ImportFault& fault : result.faults) fault.left = run.left.contains(fault.line);
  std::vector<ImportFault> found = further.found();
  result.faults.insert(result.faults.begin() + static_cast<std::ptrdiff_t>(of_lines),
                       std::make_move_iterator(found.begin()),
                       std::make_move_iterator(found.end()));
  std::stable_sort(result.faults.begin(), result.faults.end(),
                   [](const ImportFault& a, const ImportFault& b) { return a.line < b.line; });
  return result;
}

}  // namespace mq::work
