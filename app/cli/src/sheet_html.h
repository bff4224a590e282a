// The printed page of one recovery sheet: its lines, the same as a QR symbol, its check code, and
// what its custodian has to know. Read back as it is by seal::read_sheet.
//
// It holds the sheet's share: whoever has two of the pages can appoint an admin. No script, nothing
// fetched from anywhere. The caller wipes it.
#pragma once

#include <string>

#include "mq/base/date.h"
#include "mq/base/result.h"
#include "mq/seal/recovery_kit.h"

namespace mq::cli {

Result<std::string> sheet_html(const std::string& township, Date made_on, const seal::Sheet& sheet);

}  // namespace mq::cli
