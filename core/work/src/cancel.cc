// Cancelling a mistaken record: it stays, is not counted, and its reason shows.
//
// It is for mistakes only. A household that moved away, died out or was struck off keeps its row
// and changes its status; one that others still refer to cannot go.
#include "form.h"
#include "minqing/model/v1/commitment.pb.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/model/identity.h"
#include "needs.h"
#include "rights.h"
#include "row_at.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

class Cancelling {
 public:
  Cancelling(const Workplace& place, const model::Entity& entity, vault::RowData data)
      : place_(place), entity_(entity), data_(std::move(data)) {
    outcome_.row = data_.id;
  }

  Result<Outcome> run(std::string_view reason, vault::View seen) {
    MQ_CHECK(check(reason));
    if (!outcome_.ok()) return outcome_;
    vault::Draft draft{data_.stream, {}};
    vault::Change note;
    note.entity = entity_.number;
    note.row = data_.id;
    note.field = entity_.field("cancel_reason")->number;
    note.value = std::string(trimmed(reason));
    draft.changes.push_back(note);
    MQ_CHECK(remove(entity_, data_.id, draft));
    if (entity_.name == "Household") MQ_CHECK(remove_people(draft));
    std::vector<vault::Draft> drafts{std::move(draft)};
    if (!guarded_.empty()) {
      MQ_TRY(const vault::StreamIx stream, Directory(place_).private_stream(data_.stream));
      drafts.push_back({stream, std::move(guarded_)});
    }
    MQ_CHECK(place_.vault.commit(drafts, seen));
    return outcome_;
  }

 private:
  void fault(std::string_view field, std::string_view zh, std::string_view en) {
    outcome_.faults.push_back({std::string(field), std::string(zh), std::string(en)});
  }

  Status check(std::string_view reason) {
    if (entity_.field("cancel_reason") == nullptr) {
      fault("*", cat(entity_.zh, " 不能作废"), cat(entity_.name, " cannot be cancelled"));
    } else if (trimmed(reason).empty()) {
      fault("cancel_reason", "请写明作废原因(--reason)", "say why (--reason)");
    } else if (data_.deleted) {
      fault("*", "这条已经作废了", "already cancelled");
    }
    if (entity_.name == "Household") return check_household();
    if (entity_.name == "Person") return check_person();
    if (entity_.name == "Issue") return check_issue();
    if (entity_.name == "Commitment") check_commitment_open();
    if (entity_.name == "Visit") note_issues();
    return {};
  }

  Result<std::int64_t> count(std::string_view table, std::string_view column) {
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(cat("SELECT count(*) FROM \"", table, "\" WHERE \"",
                                             column, "\" = ?1 AND deleted = 0")));
    q.bind(1, data_.id.view());
    MQ_TRY(const bool found, q.step());
    return found ? q.integer(0) : 0;
  }

  Status check_household() {
    const vault::Cell* cell = data_.cell(mpb::Household::kHouseholdNoFieldNumber);
    const auto* number = cell == nullptr ? nullptr : std::get_if<std::string>(&cell->value);
    if (number != nullptr &&
        data_.id == model::household_row_id(place_.control.township(), *number)) {
      fault("*",
            "名册里的户不作废;迁出、死亡、注销请改户状态(household amend 户编号 --status 注销)",
            "a household of the roster is not cancelled; change its status: household amend "
            "--status 注销");
      return {};
    }
    std::string zh, en;
    for (const auto& [table, label] : {std::pair{"visit", "走访"}, std::pair{"issue", "事项"},
                                       std::pair{"pairing", "结对"}, std::pair{"deed", "实事"}}) {
      MQ_TRY(const std::int64_t rows, count(table, "household_id"));
      if (rows == 0) continue;
      zh += cat(zh.empty() ? "" : "、", label, " ", rows, " 条");
      en += cat(en.empty() ? "" : ", ", rows, " of ", table);
    }
    MQ_TRY(const std::int64_t changes, standing_changes());
    if (changes > 0) {
      fault("*",
            cat("这一户有 ", changes,
                " 次名册变动(分、并、迁)还作数,不能作废;变动错了请先撤销(change list,change undo "
                "编号)"),
            cat("", changes,
                " changes of the roster name this household; take them back first (change list, "
                "change undo ID)"));
    }
    if (!zh.empty()) {
      fault("*",
            cat("这一户还有 ", zh,
                ",不能作废;登记错的先作废或改到别的户,户不在了请改户状态(household amend 户编号 "
                "--status "
                "注销)"),
            cat("the household still has ", en,
                "; cancel or amend those first, or change its status"));
    }
    return {};
  }

  // Others were merged into it, split from it or moved with it.
  Result<std::int64_t> standing_changes() {
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query(
               "SELECT count(*) FROM \"roster_change\" WHERE deleted = 0 AND undone_on IS NULL AND "
               "(instr(\"from\", ?1) > 0 OR instr(\"to\", ?1) > 0)"));
    q.bind(1, data_.id.view());
    MQ_TRY(const bool found, q.step());
    return found ? q.integer(0) : 0;
  }

  Status check_person() {
    MQ_TRY(const std::int64_t heads, count("household", "head_person_id"));
    if (heads > 0) {
      fault("*",
            "这个人是户主,不能作废;先改这一户的户主(household amend 户编号 --head_person_id "
            "人的编号)",
            "this is the head of a household; name another head first (household amend "
            "--head_person_id ID)");
    }
    return {};
  }

  // What was merged into it would be a double of nothing, and nobody's.
  Status check_issue() {
    MQ_TRY(sqlite::Query q, place_.vault.database().query(
                                "SELECT lower(hex(id)) FROM \"issue\" WHERE merged_into = ?1 AND "
                                "state = ?2 AND deleted = 0 ORDER BY id"));
    q.bind(1, data_.id.view()).bind(2, std::int64_t{mpb::ISSUE_STATE_MERGED});
    std::vector<std::string> merged;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      merged.emplace_back(q.text(0));
    }
    if (merged.empty()) return {};
    fault("*",
          cat("事项 ", join(merged, "、"),
              " 合并在这一件里,不能作废;先请镇民情办把它们拆开(issue separate 编号 --reason "
              "原因)"),
          cat("merged into this one: ", join(merged, ", "),
              "; take them apart first (issue separate)"));
    return {};
  }

  // Explained, not deleted (DOMAIN F5).
  void check_commitment_open() {
    const vault::Cell* cell = data_.cell(mpb::Commitment::kStateFieldNumber);
    const auto* state = cell == nullptr ? nullptr : std::get_if<std::int64_t>(&cell->value);
    if (state == nullptr || *state < mpb::COMMITMENT_STATE_PUBLISHED) return;
    fault("*",
          "承诺已经公示,不能作废;完不成请说明(先 commitment progress,再 commitment settle 编号 "
          "--outcome 未兑现 --explanation 原因)",
          "the promise was published and is not cancelled; say why it is not kept (commitment "
          "settle)");
  }

  void note_issues() {
    const vault::Cell* issues = data_.cell(mpb::Visit::kIssueIdsFieldNumber);
    if (issues == nullptr || issues->values.empty()) return;
    outcome_.flags.push_back(
        {"issue_ids",
         cat("由它登记的 ", issues->values.size(), " 件事项还在;也登记错了请用 issue cancel"),
         cat(issues->values.size(),
             " issues raised by it stand; use issue cancel if they are "
             "mistaken too")});
  }

  // The row goes, and its P3 facts with it.
  Status remove(const model::Entity& entity, const RowId& row, vault::Draft& draft) {
    vault::Change gone;
    gone.kind = vault::Change::Kind::kDelete;
    gone.entity = entity.number;
    gone.row = row;
    draft.changes.push_back(gone);
    const model::Entity* companion = companion_of(place_.vault.schema(), entity);
    if (companion == nullptr) return {};
    auto beside = Directory(place_).private_stream(data_.stream);
    if (!beside.ok() && beside.error().code != Code::kNotAllowed) return std::move(beside).error();
    MQ_TRY(const std::optional<vault::RowData> facts,
           beside.ok() ? load_at(place_, {companion, *beside, row})
                       : place_.vault.load(companion->number, row));
    if (!facts || facts->deleted) return {};
    gone.entity = companion->number;
    guarded_.push_back(gone);
    return {};
  }

  Status remove_people(vault::Draft& draft) {
    const model::Entity& person = *place_.vault.schema().entity("Person");
    MQ_TRY(sqlite::Query q,
           place_.vault.database().query("SELECT id FROM \"person\" WHERE household_id = ?1 AND "
                                         "stream = ?2 AND deleted = 0"));
    q.bind(1, data_.id.view()).bind(2, data_.stream);
    std::vector<RowId> people;
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      people.push_back(RowId::from(q.blob(0)).value_or(RowId{}));
    }
    for (const RowId& row : people) MQ_CHECK(remove(person, row, draft));
    return {};
  }

  const Workplace& place_;
  const model::Entity& entity_;
  const vault::RowData data_;
  Outcome outcome_;
  std::vector<vault::Change> guarded_;
};

}  // namespace

Result<Outcome> cancel(const Workplace& place, const model::Entity& entity, const RowId& row,
                       std::string_view reason, vault::View seen) {
  MQ_TRY(vault::RowData data, row_to_change(place, entity, row));
  return Cancelling(place, entity, std::move(data)).run(reason, seen);
}

}  // namespace mq::work
