// Booklets of A5: visits and diaries to sign and file, contact cards, and the copy for a villager.
//
// Pure: what stands on the pages is given. No script, nothing fetched. A part begins on a new page.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mq::cli {

struct BookletRecord {
  std::string heading;                                     // the day, and at whose door
  std::string number;                                      // 编号
  std::vector<std::string> marks;                          // 补录, 代录 …
  std::vector<std::pair<std::string, std::string>> lines;  // label and text
  std::string sign;  // whose signature stands under it; empty: none
};
struct BookletPart {
  std::string title;
  std::vector<std::string> notes;  // under the title
  std::vector<BookletRecord> records;
  std::string empty;  // said instead of records if there are none
  std::string sign;   // at the end of the part; empty: none
};

std::string booklet_html(const std::string& title, const std::vector<BookletPart>& parts);

struct ContactCard {
  std::string township, household;
  std::vector<std::pair<std::string, std::string>> cadre;  // 姓名, 职务, 单位, 电话
  std::string promise;
  std::vector<std::string> recorded, readers, rights, complain;
};
// A card a page, in type of 16 points and more.
std::string cards_html(const std::vector<ContactCard>& cards);

}  // namespace mq::cli
