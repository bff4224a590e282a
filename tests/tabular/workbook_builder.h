// Makes small XLSX files in memory, part by part, so that tests can make every one of them wrong.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::testing {

struct Part {
  std::string name;
  std::string content;
};

// A zip of the parts in order, deflated; with a password each is AES-encrypted.
Bytes zip_of(const std::vector<Part>& parts, const std::string& password = "");

// A workbook whose parts can be replaced before it is zipped.
class WorkbookBuilder {
 public:
  WorkbookBuilder();

  // The content of <sheetData>.
  WorkbookBuilder& rows(std::string_view xml);
  // The content of <sst>.
  WorkbookBuilder& strings(std::string_view xml);
  // Cell format 0 is General; each code makes the next one.
  WorkbookBuilder& format_codes(const std::vector<std::string>& codes);
  // Cell format 0 is General; each id makes the next one.
  WorkbookBuilder& format_ids(const std::vector<int>& ids);
  WorkbookBuilder& part(const std::string& name, std::string content);
  WorkbookBuilder& drop(const std::string& name);

  Bytes bytes() const { return zip_of(parts_); }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
};

// What read_sheet makes of it: the cells, or "error zh" in the only cell.
std::vector<std::vector<std::string>> cells_of(const Bytes& file);
std::vector<std::vector<std::string>> cells_of(const std::vector<tabular::Row>& rows);

Bytes sample(const std::string& name);

}  // namespace mq::testing
