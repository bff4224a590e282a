// Pages to print: what slips, recovery sheets and diaries have in common. No script, nothing
// fetched. Their own words have the wide marks of Chinese print, unlike what stands on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "qr.h"

namespace mq::cli {

// As text of an element or value of an attribute.
std::string escaped_html(std::string_view text);

// The symbol as a drawing, with the white around it that its standard asks for.
std::string svg_of(const Qr& qr);

// A whole page; title and style are ours, never anybody's words.
std::string html_page(std::string_view title, std::string_view style, std::string_view body);

}  // namespace mq::cli
