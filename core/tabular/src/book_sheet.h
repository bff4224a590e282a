// The worksheet of a book, and the texts it shares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mq/tabular/book.h"

namespace mq::tabular {

// Each text of the file once, in the order of first use.
class SharedTexts {
 public:
  std::size_t of(const std::string& text);
  std::string part() const;

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<const std::string*> in_order_;
  std::size_t uses_ = 0;
};

// 1-based, of the header.
std::size_t header_row(const Book& book);

// Of a book that holds no more than the format does.
std::string sheet_part(const Book& book, SharedTexts& texts);

}  // namespace mq::tabular
