#include "xlsx.h"

#include <algorithm>
#include <map>
#include <string>

#include "mq/base/text.h"
#include "xlsx_strings.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kEntriesMax = 10'000;  // relationships of a part, sheets of a workbook
constexpr std::size_t kNameBytesMax = 255;

struct Relationship {
  std::string id;
  std::string type;
  std::string target;  // as written; resolved only if used
};

struct SheetEntry {
  std::string name;
  std::string relationship;
  bool visible = true;
};

Error not_a_workbook(std::string_view zh, std::string_view en) {
  return Error{Code::kInvalidInput,
               cat("这个文件", zh, "。请用 Excel 或 WPS 打开后另存为 xlsx 再导入。"),
               cat("This file ", en, ". Open it in Excel or WPS and save it as xlsx.")};
}

Result<std::string> read_xml(Archive& archive, const std::string& name) {
  MQ_TRY(std::string xml, archive.read(name));
  MQ_CHECK(normalise_xml(xml));
  if (xml.find('\0') != std::string::npos) {
    return not_a_workbook(cat("里的 ", name, " 含有空字节，已损坏"),
                          cat("holds NUL bytes in ", name));
  }
  return xml;
}

std::string folder_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash + 1);
}

// Names of parts come from the file and go into messages, which a terminal may show.
bool is_showable(std::string_view name) {
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  return name.size() <= kNameBytesMax && is_utf8(name) &&
         std::none_of(name.begin(), name.end(), is_control);
}

// The part that a relationship of a part in folder points to. Parts are only ever looked up in the
// archive, yet a path that leaves it is a trick and refused.
Result<std::string> resolve(const std::string& folder, const Relationship& relationship) {
  std::string target = relationship.target;
  std::replace(target.begin(), target.end(), '\\', '/');
  const std::string whole = target.starts_with('/') ? target : cat(folder, target);
  std::vector<std::string> path;
  for (std::string& step : split(whole, "/")) {
    if (step == ".." && path.empty()) {
      return not_a_workbook("里的路径指向文件之外", "holds a path that leads out of it");
    }
    if (step == "..") {
      path.pop_back();
    } else if (!step.empty() && step != ".") {
      path.push_back(std::move(step));
    }
  }
  const std::string name = join(path, "/");
  if (!is_showable(name)) return not_a_workbook("里的路径有误", "holds a malformed path");
  return name;
}

// Of the part name; "" asks for those of the package. A part without a list has none.
Result<std::vector<Relationship>> relationships(Archive& archive, const std::string& name) {
  std::vector<Relationship> out;
  const std::string folder = folder_of(name);
  const std::string list = cat(folder, "_rels/", name.substr(folder.size()), ".rels");
  if (!archive.has(list)) return out;
  MQ_TRY(const std::string xml, read_xml(archive, list));
  const auto add = [&](std::size_t, const pugi::xml_node& node) -> Status {
    if (attribute(node, "TargetMode") == "External") return {};
    if (out.size() >= kEntriesMax) return not_a_workbook("里的关联过多", "has too many relations");
    out.push_back({std::string(attribute(node, "Id")), std::string(attribute(node, "Type")),
                   std::string(attribute(node, "Target"))});
    return {};
  };
  const std::vector<Wanted> wanted = {{{"Relationships", "Relationship"}, Extent::kTag}};
  MQ_CHECK(each_element(xml, list, wanted, add));
  return out;
}

// Types are long addresses that differ between editions of the format; their last word does not.
const Relationship* find_type(const std::vector<Relationship>& all, std::string_view last_word) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Relationship& each) {
    return each.type.ends_with(last_word);
  });
  return found == all.end() ? nullptr : &*found;
}

Result<std::string> workbook_name(Archive& archive) {
  MQ_TRY(const auto package, relationships(archive, ""));
  const Relationship* main = find_type(package, "/officeDocument");
  std::string name = "xl/workbook.xml";
  if (main != nullptr) {
    MQ_TRY(name, resolve("", *main));
  }
  if (name.ends_with(".bin")) return not_a_workbook("是 xlsb 二进制表格", "is an xlsb workbook");
  if (archive.has(name)) return name;
  if (archive.has("mimetype")) return not_a_workbook("是 ods 表格", "is an ods spreadsheet");
  return not_a_workbook("是压缩包，但里面没有工作簿", "is a zip without a workbook");
}

bool is_true(std::string_view value) { return value == "1" || value == "true"; }

Result<std::vector<SheetEntry>> read_workbook(std::string_view xml, bool& epoch_1904) {
  std::vector<SheetEntry> sheets;
  const auto note = [&](std::size_t which, const pugi::xml_node& node) -> Status {
    if (which == 0) {
      epoch_1904 = is_true(attribute(node, "date1904"));
      return {};
    }
    if (sheets.size() >= kEntriesMax)
      return not_a_workbook("里的工作表过多", "has too many sheets");
    const std::string_view state = attribute(node, "state");
    sheets.push_back({std::string(attribute(node, "name")), std::string(attribute(node, "id")),
                      state.empty() || state == "visible"});
    return {};
  };
  const std::vector<Wanted> wanted = {{{"workbook", "workbookPr"}, Extent::kTag},
                                      {{"workbook", "sheets", "sheet"}, Extent::kTag}};
  MQ_CHECK(each_element(xml, "workbook", wanted, note));
  return sheets;
}

// A sheet that holds cells; a chart sheet does not.
struct Worksheet {
  const SheetEntry* entry = nullptr;
  const Relationship* part = nullptr;
};
std::vector<Worksheet> worksheets_of(const std::vector<SheetEntry>& sheets,
                                     const std::vector<Relationship>& parts) {
  std::map<std::string_view, const Relationship*> by_id;
  for (const Relationship& each : parts) {
    if (each.type.ends_with("/worksheet")) by_id.try_emplace(each.id, &each);
  }
  std::vector<Worksheet> out;
  for (const SheetEntry& sheet : sheets) {
    const auto part = by_id.find(sheet.relationship);
    if (part != by_id.end()) out.push_back({&sheet, part->second});
  }
  return out;
}

// By its name, hidden or not; without one the first that is visible.
Result<Worksheet> chosen(const std::vector<Worksheet>& all, std::string_view name) {
  std::vector<std::string> names;
  for (const Worksheet& each : all) {
    const std::string_view own = trimmed(each.entry->name);
    if (name.empty() ? each.entry->visible : own == trimmed(name)) return each;
    if (each.entry->visible && is_showable(own)) names.emplace_back(own);
  }
  if (name.empty()) return not_a_workbook("里没有可见的工作表", "has no visible worksheet");
  return Error{
      Code::kInvalidInput, cat("文件里没有叫“", name, "”的工作表，只有：", join(names, "、")),
      cat("The file has no worksheet of the name ", name, "; it has: ", join(names, ", "))};
}

// Whether a cell of it holds a value. What cannot be read may hold some.
bool holds_something(Archive& archive, const std::string& part) {
  const auto xml = read_xml(archive, part);
  return !xml.ok() || xml->find("v>") != std::string::npos || xml->find("is>") != std::string::npos;
}

}  // namespace

Result<OpenedWorkbook> open_workbook(ByteView file, const Limits& limits, std::string_view name) {
  MQ_TRY(Archive archive, Archive::open(file, limits));
  OpenedWorkbook out{std::move(archive), {}, {}, {}, {}, {}, 0, {}, {}};
  MQ_TRY(out.workbook_part, workbook_name(out.archive));
  MQ_TRY(const auto parts, relationships(out.archive, out.workbook_part));
  const std::string folder = folder_of(out.workbook_part);
  MQ_TRY(const std::string xml, read_xml(out.archive, out.workbook_part));
  MQ_TRY(const auto sheets, read_workbook(xml, out.workbook.epoch_1904));
  const std::vector<Worksheet> all = worksheets_of(sheets, parts);
  MQ_TRY(const Worksheet sheet, chosen(all, name));
  out.sheet_name = sheet.entry->name;
  out.sheet_index = static_cast<std::size_t>(sheet.entry - sheets.data());
  for (const Worksheet& each : all) {
    if (each.entry == sheet.entry || !each.entry->visible) continue;
    auto part = resolve(folder, *each.part);
    if (part.ok()) out.others.push_back({each.entry->name, *std::move(part)});
  }
  if (const Relationship* styles = find_type(parts, "/styles")) {
    MQ_TRY(out.styles_part, resolve(folder, *styles));
    MQ_TRY(const std::string styles_xml, read_xml(out.archive, out.styles_part));
    MQ_TRY(out.workbook.styles, Styles::read(styles_xml));
  }
  if (const Relationship* strings = find_type(parts, "/sharedStrings")) {
    MQ_TRY(const std::string strings_part, resolve(folder, *strings));
    MQ_TRY(const std::string strings_xml, read_xml(out.archive, strings_part));
    MQ_TRY(out.workbook.strings, read_strings(strings_xml, limits));
  }
  MQ_TRY(out.sheet_part, resolve(folder, *sheet.part));
  MQ_TRY(out.sheet_xml, read_xml(out.archive, out.sheet_part));
  return out;
}

Result<Sheet> read_xlsx(ByteView file, const Limits& limits, std::string_view name) {
  MQ_TRY(OpenedWorkbook opened, open_workbook(file, limits, name));
  MQ_TRY(Sheet sheet, read_worksheet(opened.sheet_xml, opened.workbook, limits));
  sheet.encoding = "xlsx";
  if (is_showable(opened.sheet_name)) sheet.name = std::move(opened.sheet_name);
  for (OpenedWorkbook::Other& other : opened.others) {
    if (!is_showable(other.name) || !holds_something(opened.archive, other.part)) continue;
    sheet.unread.push_back(std::move(other.name));
  }
  return sheet;
}

}  // namespace mq::tabular
