#include "html.h"

#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kQuietModules = 4;  // white around the symbol, as its standard asks

// Each run of dark modules in a row is one bar of one path.
std::string bars_of(const Qr& qr) {
  std::string path;
  for (std::size_t y = 0; y < qr.size; ++y) {
    for (std::size_t x = 0; x < qr.size;) {
      std::size_t end = x;
      while (end < qr.size && qr.dark_at(end, y)) ++end;
      if (end > x) {
        path +=
            cat("M", x + kQuietModules, " ", y + kQuietModules, "h", end - x, "v1h-", end - x, "z");
      }
      x = end + 1;
    }
  }
  return path;
}

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string svg_of(const Qr& qr) {
  const std::size_t side = qr.size + 2 * kQuietModules;
  return cat("<svg viewBox=\"0 0 ", side, " ", side,
             "\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"二维码\"><rect width=\"",
             side, "\" height=\"", side, "\" fill=\"#fff\"/><path d=\"", bars_of(qr), "\"/></svg>");
}

std::string html_page(std::string_view title, std::string_view style, std::string_view body) {
  return cat(R"(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>)",
             title, "</title>\n<style>\n", style, "</style>\n</head>\n<body>\n", body,
             "</body>\n</html>\n");
}

}  // namespace mq::cli
