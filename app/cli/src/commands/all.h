// The run functions of every command, one file each.
#pragma once

#include "../command.h"

namespace mq::cli {

Status run_org(Call& call);
Status run_invite(Call& call);
Status run_join(Call& call);
Status run_members(Call& call);
Status run_programme(Call& call);
Status run_import(Call& call);
Status run_fill(Call& call);
Status run_record(Call& call);  // visit, diary, issue, household, person
Status run_today(Call& call);
Status run_search(Call& call);
Status run_conflicts(Call& call);
Status run_history(Call& call);
Status run_report(Call& call);
Status run_month(Call& call);
Status run_revoke(Call& call);
Status run_rotate(Call& call);
Status run_handover(Call& call);
Status run_leave(Call& call);
Status run_replace(Call& call);
Status run_sign(Call& call);
Status run_confirm(Call& call);
Status run_grant(Call& call);
Status run_quarantine(Call& call);
Status run_print(Call& call);
Status run_sync(Call& call);
Status run_bundle(Call& call);
Status run_shred(Call& call);
Status run_passphrase(Call& call);
Status run_rekey(Call& call);
Status run_unlock(Call& call);
Status run_lock(Call& call);
Status run_pin(Call& call);
Status run_homes(Call& call);
Status run_recover(Call& call);
Status run_status(Call& call);
Status run_alarms(Call& call);
Status run_doctor(Call& call);
Status run_schema(Call& call);
Status run_completion(Call& call);
Status run_help(Call& call);

}  // namespace mq::cli
