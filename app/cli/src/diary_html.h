// The printed page of a person's own diaries; no script, nothing fetched from anywhere.
#pragma once

#include <string>
#include <vector>

#include "mq/work/own_diaries.h"

namespace mq::cli {

std::string diary_html(const std::string& author, const std::vector<work::DiaryPage>& pages,
                       bool masked);

}  // namespace mq::cli
