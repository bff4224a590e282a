// The header of a blank: on which rows it stands and what each column is called.
#pragma once

#include <vector>

#include "cell_refs.h"
#include "mq/tabular/template.h"

namespace mq::tabular {

struct HeaderBlock {
  std::size_t first = 0, last = 0;  // row numbers
  std::string title;
  std::vector<TemplateColumn> columns;
};

// rows in order, without the empty ones. kInvalidInput: none found.
Result<HeaderBlock> find_header(const std::vector<Row>& rows, const std::vector<CellArea>& merges,
                                const TemplateOptions& options);

}  // namespace mq::tabular
