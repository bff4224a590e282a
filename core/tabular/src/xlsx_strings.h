// The texts of an XLSX: rich text put together, phonetic guides left out, _x000D_ made a character.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

// All text and CDATA directly inside the element, as it stands.
std::string plain_text(const pugi::xml_node& node);

// _xHHHH_ is how XLSX writes characters that XML cannot hold.
std::string unescaped(std::string text);

// The text of <si> or <is>: its <t> and the <t> of its runs <r>, but not of <rPh>.
std::string rich_text(const pugi::xml_node& node);

// The table that cells of type "s" point into. A string over the cell limit is cut just beyond it,
// so that only a cell that uses it is refused. kInvalidInput, kExhausted as in read_sheet.
Result<std::vector<std::string>> read_strings(std::string_view xml, const Limits& limits);

}  // namespace mq::tabular
