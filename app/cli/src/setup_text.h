// What a township in preparation still lacks, for `status` and `org open`.
#pragma once

#include <vector>

#include "home.h"
#include "mq/work/setup.h"

namespace mq::cli {

// Setting of the vault: where `org create` wrote the county root, which belongs on offline media.
inline constexpr std::string_view kRootFile = "org.root_file";

// All items, that one included.
Result<std::vector<work::SetupItem>> setup_list(Call& call, Home& home);

// Those that are not done; with `required_only`, those without which it does not open.
std::vector<work::SetupItem> undone(const std::vector<work::SetupItem>& items, bool required_only);

// "第二台管理员设备(invite --role admin)、恢复单(recover make)".
std::string list_text(const Output& out, const std::vector<work::SetupItem>& items);

// The lines of `status` about it, and about the drill of the recovery kit.
Status tell_setup(Call& call, Home& home);

}  // namespace mq::cli
