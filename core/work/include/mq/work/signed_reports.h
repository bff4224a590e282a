// Signed reports: ledgers that a desk stood for, as rows of the COUNTY stream (PROTOCOL section 1).
//
// Only what may go upward is in them (mq/work/upward.h). A version never changes; a correction is a
// further version with its reason, and names the one it replaces. The signature is that of the
// envelope, of the signer's device; the digest lets a file be compared with what was signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/work/ledger_record.h"

namespace mq::work {

struct SignedReport {
  RowId row;
  LedgerRecord record;  // its ledger with `signing`
  // The same version of the same report, signed at another desk apart: the one that was signed
  // later stands (by signed_at, then by id), and its 口径 names the other.
  bool outdone = false;
};

// kNotAllowed unless desk. The stream is opened at an admin's next contact if there is none yet.
// `reason` of a correction; empty for a first version. Several in one commit, referent first.
Result<std::vector<SignedReport>> sign_reports(const Workplace& place,
                                               std::vector<LedgerRecord> records,
                                               const std::string& reason);

// By first day, report and version; of one version signed at two desks apart both. kCorrupt if one
// does not fit its digest.
Result<std::vector<SignedReport>> signed_reports(const Workplace& place);
// The last version of that report and period.
const SignedReport* last_signed(const std::vector<SignedReport>& all, std::string_view report,
                                const Period& period);

}  // namespace mq::work
