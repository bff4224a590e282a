// How names, telephones and numbers of documents are written for one recipient.
#pragma once

#include "fill_facts.h"
#include "mq/tabular/template.h"
#include "mq/work/profile.h"

namespace mq::work {

// 王*, 138****1234, ******; *** for whatever else a document would have to ask for. What is not
// held stays so.
tabular::FillCell masked(const Fact& fact, const tabular::FillCell& cell);
// As the profile says; X of a document is a capital letter in any case.
tabular::FillCell styled(const Fact& fact, const tabular::FillCell& cell, const Profile& profile);

}  // namespace mq::work
