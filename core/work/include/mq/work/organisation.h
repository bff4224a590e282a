// Organisation: the township's own rows: facts, villages, cadres' accounts, programmes and quotas.
#pragma once

#include <string>
#include <vector>

#include "mq/work/directory.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct FoundingFacts {
  std::string county_name, township_name, founder_name;
};
// Once, after founding: township facts with a random fingerprint key, the office village, the
// founder's cadre row, the default programme and its quotas (县级 4, 科级 2, 一般 1, DOMAIN (g)).
Status write_founding_rows(const Workplace& place, const FoundingFacts& facts);

// The village of that name; makes its org unit and its two local streams (VILLAGE and PRIVATE, not
// yet in the control log) if there is none. kNotAllowed unless desk.
Result<Village> village_or_new(const Workplace& place, const std::string& name,
                               const std::string& region_code);

// The same village made at two desks is one village: its ids come from its name.
StreamId village_stream_id(const TownshipId& township, std::string_view name);
RowId village_row_id(const TownshipId& township, std::string_view name);
// The diary stream of a member who came without one, whichever admin's device opens it.
StreamId diary_stream_id(const TownshipId& township, const PersonId& person);

struct Account {
  Cadre cadre;
  PersonId member;  // kept if the cadre was prepared before, else member_id()
};
// The cadre row that an invitation will belong to: the imported one of that name, or a new one.
// kConflict if the name is not unique, kNotAllowed unless admin.
Result<Account> prepare_account(const Workplace& place, const std::string& name,
                                const std::string& rank, const std::vector<RowId>& villages);

// The cadre row of the person at this device, who came by no invitation: the one of that name that
// is nobody's yet, or a new one; nothing if he has one. kNotAllowed unless admin.
Status bind_self(const Workplace& place, const std::string& name);

// The member that a cadre becomes: two admins who invite him apart from each other mean one person.
PersonId member_id(const Workplace& place, const RowId& cadre);

struct AccountOf {
  Cadre cadre;
  std::vector<RowId> villages;
};
// Notes on each row the member and the villages that it lacks; one commit, nothing if none does.
// kNotAllowed unless admin.
Status bind_accounts(const Workplace& place, const std::vector<AccountOf>& accounts);

struct Quota {
  RowId row;
  int rank = 0;  // model enum number
  std::string rank_name;
  int pairs = 0;
  int days = 0;  // a month; 0: not asked
};
Result<std::vector<Quota>> quotas(const Workplace& place);
enum class QuotaOf { kPairs, kDays };
// By the rank's Chinese name; makes the rule if there is none.
Status set_quota(const Workplace& place, const std::string& rank, int count,
                 QuotaOf of = QuotaOf::kPairs);

struct ProgrammeRow {
  RowId row;
  std::string title;
  Date from, to;
  std::vector<std::string> needs;  // Chinese names of the sensitive facts it needs
  std::uint32_t rotate_days = 0;   // 0: not said
  int auto_lock_minutes = 0;       // 0: it does not say
};
// By first day.
Result<std::vector<ProgrammeRow>> programmes(const Workplace& place);
// After how many days every key is changed: the shortest term of the programmes of this day; 0 if
// none says.
Result<std::uint32_t> rotate_days(const Workplace& place);

// How long an unlocked device may stand unused, by the strictest of today's programmes; nothing if
// none says.
Result<std::optional<int>> auto_lock_minutes(const Workplace& place);

}  // namespace mq::work
