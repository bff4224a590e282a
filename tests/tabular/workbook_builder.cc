#include "tabular/workbook_builder.h"

#include <zip.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "mq/base/text.h"

namespace mq::testing {

namespace {

constexpr std::string_view kMain = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr std::string_view kPackage =
    "http://schemas.openxmlformats.org/package/2006/relationships";
constexpr std::string_view kOffice =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string relationship(std::string_view id, std::string_view type, std::string_view target) {
  return cat("<Relationship Id=\"", id, "\" Type=\"", kOffice, "/", type, "\" Target=\"", target,
             "\"/>");
}

std::string relationships(std::string_view content) {
  return cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Relationships xmlns=\"", kPackage, "\">",
             content, "</Relationships>");
}

std::string styles(std::string_view formats, std::string_view cell_formats) {
  return cat("<styleSheet xmlns=\"", kMain, "\"><numFmts>", formats,
             "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf "
             "numFmtId=\"0\"/>",
             cell_formats, "</cellXfs></styleSheet>");
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Bytes zip_of(const std::vector<Part>& parts, const std::string& password) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  MQ_ASSERT(archive != nullptr);
  for (const Part& part : parts) {
    zip_source_t* content = zip_source_buffer(archive, part.content.data(), part.content.size(), 0);
    const zip_int64_t at = zip_file_add(archive, part.name.c_str(), content, ZIP_FL_ENC_UTF_8);
    MQ_ASSERT(at >= 0);
    const auto index = static_cast<zip_uint64_t>(at);
    zip_file_set_mtime(archive, index, 1'767'225'600, 0);
    if (!password.empty()) {
      MQ_ASSERT(zip_file_set_encryption(archive, index, ZIP_EM_AES_256, password.c_str()) == 0);
    }
  }
  MQ_ASSERT(zip_close(archive) == 0);
  MQ_ASSERT(zip_source_open(target) == 0);
  zip_stat_t stat;
  MQ_ASSERT(zip_source_stat(target, &stat) == 0);
  Bytes out(stat.size);
  MQ_ASSERT(zip_source_read(target, out.data(), out.size()) ==
            static_cast<zip_int64_t>(out.size()));
  zip_source_close(target);
  zip_source_free(target);
  return out;
}

WorkbookBuilder::WorkbookBuilder() {
  part("_rels/.rels", relationships(relationship("rId1", "officeDocument", "xl/workbook.xml")));
  part("xl/workbook.xml", cat("<workbook xmlns=\"", kMain, "\" xmlns:r=\"", kOffice,
                              "\"><sheets><sheet name=\"一\" sheetId=\"1\" r:id=\"rId1\"/>"
                              "</sheets></workbook>"));
  part("xl/_rels/workbook.xml.rels",
       relationships(cat(relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
                         relationship("rId2", "styles", "styles.xml"),
                         relationship("rId3", "sharedStrings", "sharedStrings.xml"))));
  part("xl/styles.xml", styles("", ""));
  strings("");
  rows("");
}

WorkbookBuilder& WorkbookBuilder::rows(std::string_view xml) {
  return part("xl/worksheets/sheet1.xml",
              cat("<worksheet xmlns=\"", kMain, "\"><sheetData>", xml, "</sheetData></worksheet>"));
}

WorkbookBuilder& WorkbookBuilder::strings(std::string_view xml) {
  return part("xl/sharedStrings.xml", cat("<sst xmlns=\"", kMain, "\">", xml, "</sst>"));
}

WorkbookBuilder& WorkbookBuilder::format_codes(const std::vector<std::string>& codes) {
  std::string formats;
  std::string cell_formats;
  int id = 164;
  for (const std::string& code : codes) {
    formats += cat("<numFmt numFmtId=\"", id, "\" formatCode=\"", escaped(code), "\"/>");
    cell_formats += cat("<xf numFmtId=\"", id++, "\"/>");
  }
  return part("xl/styles.xml", styles(formats, cell_formats));
}

WorkbookBuilder& WorkbookBuilder::format_ids(const std::vector<int>& ids) {
  std::string cell_formats;
  for (const int id : ids) cell_formats += cat("<xf numFmtId=\"", id, "\"/>");
  return part("xl/styles.xml", styles("", cell_formats));
}

WorkbookBuilder& WorkbookBuilder::part(const std::string& name, std::string content) {
  drop(name);
  parts_.push_back({name, std::move(content)});
  return *this;
}

WorkbookBuilder& WorkbookBuilder::drop(const std::string& name) {
  std::erase_if(parts_, [&](const Part& each) { return each.name == name; });
  return *this;
}

std::vector<std::vector<std::string>> cells_of(const Bytes& file) {
  const auto sheet = tabular::read_sheet(file);
  if (!sheet.ok()) return {{cat("error ", sheet.error().zh)}};
  return cells_of(sheet->rows);
}

std::vector<std::vector<std::string>> cells_of(const std::vector<tabular::Row>& rows) {
  std::vector<std::vector<std::string>> out;
  for (const tabular::Row& row : rows) out.push_back(row.cells);
  return out;
}

Bytes sample(const std::string& name) {
  std::ifstream file(cat("samples/township/", name), std::ios::binary);
  MQ_ASSERT(file.good());
  return to_bytes(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace mq::testing
