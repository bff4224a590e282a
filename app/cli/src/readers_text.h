// 谁能看到: the readers of a record, for people and for programs.
#pragma once

#include "mq/vault/vault.h"
#include "mq/work/workplace.h"
#include "output.h"

namespace mq::cli {

// What `show` says below a record: "readers" of its stream and, of a household or person,
// "private_readers" of its P3 facts.
Status put_readers(Output& out, const work::Workplace& place, const vault::RowData& data);

}  // namespace mq::cli
