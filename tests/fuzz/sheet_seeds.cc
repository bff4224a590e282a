#include "fuzz/seeds.h"
#include "tabular/blank_forms.h"
#include "tabular/workbook_builder.h"

namespace mq::fuzz {

std::vector<Bytes> seeds() {
  testing::WorkbookBuilder book;
  book.format_ids({14, 2})
      .strings("<si><t>户主</t></si><si><r><t>人</t></r><r><t>口</t></r></si>")
      .rows(
          "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
          "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>王</t></is></c>"
          "<c r=\"B3\" s=\"1\"><v>46086.5</v></c><c r=\"C3\" s=\"2\"><v>1.2E2</v></c>"
          "<c r=\"D3\" t=\"b\"><v>1</v></c><c r=\"E3\" t=\"e\"><v>#REF!</v></c></row>");
  return {
      book.bytes(),
      testing::wps_blank(),
      to_bytes("户主,人口\r\n王,3\r\n李,\r\n"),
      to_bytes("\xef\xbb\xbf\"a\"\"b\",\"c\nd\"\n1,2\n"),
      to_bytes("a;b\n1;2\n"),
      to_bytes("a\tb\n1\t2\n"),
      to_bytes("\xbb\xa7\xd6\xf7,\xc8\xcb\xbf\xda\r\n\xcd\xf5,3\r\n"),  // GB18030
      to_bytes(std::string_view("\xff\xfe"
                                "a\0,\0b\0\n\0",
                                10)),
  };
}

}  // namespace mq::fuzz
