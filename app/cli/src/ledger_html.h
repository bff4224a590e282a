// The printed page of a ledger: A4, landscape where it is wide, the header on every page, what was
// counted and where to sign below. No script, nothing fetched; every text is escaped.
#pragma once

#include <string>

#include "mq/work/ledger.h"

namespace mq::cli {

std::string ledger_html(const work::Ledger& ledger);

}  // namespace mq::cli
