#include <algorithm>
#include <map>
#include <set>

#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/text.h"

namespace mq::tidy {

namespace {

struct Include {
  std::size_t line;
  std::string name;  // without quotes or brackets
};

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> out;
  if (!is_cpp(file.path)) return out;
  const Scan scan = scan_cpp(file.text);
  const auto lines = lines_of(scan.uncommented);
  const auto raw = lines_of(scan.raw);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (!line.starts_with("#include") || !trimmed(raw[i]).empty()) continue;
    const std::size_t open = line.find_first_of("<\"");
    const std::size_t close = line.find_last_of(">\"");
    if (open == std::string_view::npos || close <= open) continue;
    out.push_back({i + 1, std::string(line.substr(open + 1, close - open - 1))});
  }
  return out;
}

// Who may include whom, by the first part of the name below mq/ and minqing/.
struct Layer {
  std::string folder;
  std::set<std::string> may;
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {"core/base", {"mq/base"}},
      {"core/sqlite", {"mq/base", "mq/sqlite"}},
      {"core/tabular", {"mq/base", "mq/tabular"}},
      {"core/wire", {"mq/base", "mq/wire", "minqing/sync"}},
      {"core/model", {"mq/base", "mq/wire", "mq/model", "minqing/sync", "minqing/model"}},
      {"core/vault",
       {"mq/base", "mq/sqlite", "mq/wire", "mq/model", "mq/vault", "minqing/sync",
        "minqing/model"}},
      {"core/seal",
       {"mq/base", "mq/sqlite", "mq/wire", "mq/model", "mq/vault", "mq/seal", "minqing/sync",
        "minqing/model"}},
      {"core/work",
       {"mq/base", "mq/sqlite", "mq/wire", "mq/model", "mq/vault", "mq/seal", "mq/tabular",
        "mq/work", "minqing/sync", "minqing/model"}},
      {"sync",
       {"mq/base", "mq/sqlite", "mq/wire", "mq/model", "mq/vault", "mq/seal", "mq/sync",
        "minqing/sync", "minqing/model"}},
      {"server", {"mq/base", "mq/sqlite", "mq/wire", "mq/server", "minqing/sync"}},
      {"app/worker", {"mq/base", "mq/worker"}},
  };
  return all;
}

std::string first_two_parts(const std::string& name) {
  return name.substr(0, name.find('/', name.find('/') + 1));
}

// "../x.h" may go up, but not out of core/<layer>, sync, server, app or tests.
bool leaves_its_layer(const std::string& path, const std::string& name) {
  std::ptrdiff_t depth = std::count(path.begin(), path.end(), '/') - 1;
  if (is_under(path, "core")) --depth;
  std::size_t at = 0;
  for (; name.compare(at, 3, "../") == 0; at += 3) --depth;
  return depth < 0 || name.find("../", at) != std::string::npos;
}

struct Wrapper {
  std::string header;               // a whole name, or a folder if it ends in /
  std::vector<std::string> places;  // beginnings of paths that may include it
};

const std::vector<Wrapper>& wrappers() {
  static const std::vector<Wrapper> all = {
      {"sqlite3.h", {"core/sqlite/", "core/vault/"}},
      {"sodium.h", {"core/wire/src/crypto.cc", "core/vault/src/", "core/seal/src/"}},
      {"grpcpp/", {"server/src/", "sync/src/grpc_transport"}},
      {"grpc/", {"server/src/", "sync/src/grpc_transport"}},
      {"openssl/", {"server/src/tls", "sync/src/grpc_transport", "sync/src/peer_certificate"}},
      {"libpq-fe.h", {"server/src/postgres"}},
      {"zip.h", {"core/tabular/"}},
      {"pugixml.hpp", {"core/tabular/"}},
      {"iconv.h", {"core/tabular/"}},
      {"zstd.h", {"core/seal/src/"}},
      {"qrencode.h", {"app/cli/src/qr.cc"}},
      {"utf8proc.h", {"core/model/", "core/vault/", "app/"}},
  };
  return all;
}

bool matches(const Wrapper& wrapper, const std::string& name) {
  return wrapper.header.ends_with('/') ? name.starts_with(wrapper.header) : name == wrapper.header;
}

// library → libraries named in its LINKS and PRIVATE_LINKS, from calls like mq_library(vault …)
// and target_link_libraries(mq_vault …).
std::map<std::string, std::set<std::string>> links_of(const Tree& tree) {
  std::map<std::string, std::set<std::string>> out;
  for (const File& file : tree) {
    if (!is_cmake(file.path) || is_under(file.path, "tests") || is_under(file.path, "bench")) {
      continue;
    }
    const std::string text = without_hash_comments(file.text);
    for (const std::string_view call : {"mq_library(", "target_link_libraries("}) {
      for (std::size_t at = find_word(text, call); at != std::string::npos;
           at = find_word(text, call, at + 1)) {
        const std::size_t begin = at + call.size();
        std::string inside = text.substr(begin, text.find(')', begin) - begin);
        std::replace(inside.begin(), inside.end(), '\n', ' ');
        const auto words = split(trimmed(inside), " ");
        const std::string name = words[0].starts_with("mq_") ? words[0].substr(3) : words[0];
        for (const std::string& word : words) {
          if (word.starts_with("mq::")) out[name].insert(word.substr(4));
        }
      }
    }
  }
  return out;
}

}  // namespace

Complaints include_direction(const File& file) {
  const auto layer = std::find_if(layers().begin(), layers().end(), [&](const Layer& each) {
    return is_under(file.path, each.folder);
  });
  Complaints out;
  for (const Include& include : includes_of(file)) {
    const std::string& name = include.name;
    if (leaves_its_layer(file.path, name)) {
      out.push_back(complaint(file, include.line, cat(name, ": a way around the arrows")));
    }
    const bool ours = name.starts_with("mq/") || name.starts_with("minqing/");
    if (layer != layers().end() && ours && !layer->may.contains(first_two_parts(name))) {
      out.push_back(
          complaint(file, include.line, cat(layer->folder, " may not see ", name, "; arrows")));
    }
    const bool of_tests = name.starts_with("support/") || name.starts_with("sim/") ||
                          name.starts_with("gtest/") || name.starts_with("gmock/");
    if (of_tests && is_product_code(file.path)) {
      out.push_back(complaint(file, include.line, cat("nobody sees the tests: ", name)));
    }
  }
  return out;
}

Complaints third_party_header(const File& file) {
  Complaints out;
  if (!is_product_code(file.path)) return out;
  for (const Include& include : includes_of(file)) {
    for (const Wrapper& wrapper : wrappers()) {
      if (!matches(wrapper, include.name)) continue;
      const bool allowed =
          std::any_of(wrapper.places.begin(), wrapper.places.end(),
                      [&](const std::string& place) { return file.path.starts_with(place); });
      if (allowed) continue;
      out.push_back(complaint(file, include.line,
                              cat(include.name, " belongs to ", join(wrapper.places, ", "))));
    }
  }
  return out;
}

Complaints blind_server(const Tree& tree) {
  auto links = links_of(tree);
  Complaints out;
  if (!links.contains("server")) return {"no mq_library(server …) found; the rule is blind"};
  std::set<std::string> seen;
  std::vector<std::string> todo = {"server", "server_rpc", "minqing-server"};
  while (!todo.empty()) {
    const std::string name = todo.back();
    todo.pop_back();
    if (!seen.insert(name).second) continue;
    for (const std::string& next : links[name]) todo.push_back(next);
  }
  for (const char* eye : {"vault", "seal", "model", "work", "sync", "pages"}) {
    if (seen.contains(eye)) {
      out.push_back(cat("server/CMakeLists.txt:1: the server links mq::", eye,
                        ", so it could learn to read; a visit must stay closed to it"));
    }
  }
  return out;
}

}  // namespace mq::tidy
