#include <algorithm>
#include <map>
#include <set>

#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/text.h"

namespace mq::tidy {

namespace {

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

// a/b/../c → a/c
std::string normal(const std::string& path) {
  std::vector<std::string> parts;
  for (const std::string& part : split(path, "/")) {
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return join(parts, "/");
}

std::vector<std::string> words_of(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return c == '\n' || c == '(' || c == ')' || c == '"' || c == ';' || c == '\t'; },
      ' ');
  std::vector<std::string> out = split(text, " ");
  std::erase(out, "");
  return out;
}

std::set<std::string> sources_named(const Tree& tree) {
  std::set<std::string> out;
  for (const File& file : tree) {
    if (!is_cmake(file.path)) continue;
    for (std::string word : words_of(without_hash_comments(file.text))) {
      if (!word.ends_with(".cc") || word.find('*') != std::string::npos) continue;
      std::string folder = folder_of(file.path) + "/";
      for (const std::string_view here :
           {"${CMAKE_CURRENT_SOURCE_DIR}/", "${CMAKE_CURRENT_LIST_DIR}/"}) {
        if (word.starts_with(here)) word = word.substr(here.size());
      }
      for (const std::string_view root : {"${PROJECT_SOURCE_DIR}/", "${CMAKE_SOURCE_DIR}/"}) {
        if (!word.starts_with(root)) continue;
        word = word.substr(root.size());
        folder.clear();
      }
      out.insert(normal(folder + word));
    }
  }
  return out;
}

// What the build or a script asks for → the Debian package that has it. "" comes with the system
// or with the program itself.
const std::map<std::string, std::string>& packages_of_cmake() {
  static const std::map<std::string, std::string> all = {
      {"PkgConfig", "pkg-config"},
      {"Threads", "g++"},
      {"Protobuf", "libprotobuf-dev"},
      {"nlohmann_json", "nlohmann-json3-dev"},
      {"SQLite3", "libsqlite3-dev"},
      {"libsodium", "libsodium-dev"},
      {"libzstd", "libzstd-dev"},
      {"libzip", "libzip-dev"},
      {"libdeflate", "libdeflate-dev"},
      {"pugixml", "libpugixml-dev"},
      {"libutf8proc", "libutf8proc-dev"},
      {"gRPC", "libgrpc-dev"},
      {"OpenSSL", "libssl-dev"},
      {"GTest", "libgtest-dev"},
      {"ZLIB", "zlib1g-dev"},
      {"grpc_cpp_plugin", "protobuf-compiler-grpc"},
      {"PostgreSQL", "libpq-dev"},
      {"libpq", "libpq-dev"},
      {"benchmark", "libbenchmark-dev"},
      {"libqrencode", "libqrencode-dev"},
      {"Iconv", "libc6-dev"},
      {"Python3", "python3"},
      {"protoc", "protobuf-compiler"},
      {"minqing", ""},
  };
  return all;
}

const std::map<std::string, std::string>& packages_of_tools() {
  static const std::map<std::string, std::string> all = {
      {"cmake", "cmake"},
      {"ninja", "ninja-build"},
      {"Ninja", "ninja-build"},
      {"ccache", "ccache"},
      {"mold", "mold"},
      {"git", "git"},
      {"python3", "python3"},
      {"clang++-14", "clang-14"},
      {"clang-tidy-14", "clang-tidy-14"},
      {"run-clang-tidy-14", "clang-tidy-14"},
      {"clang-format-14", "clang-format-14"},
      {"faketime", "faketime"},
      {"curl", "curl"},
      {"jq", "jq"},
      {"age", "age"},
      {"sqlite3", "sqlite3"},
      {"strace", "strace"},
      {"valgrind", "valgrind"},
      {"protoc", "protobuf-compiler"},
      {"node", "nodejs"},
      {"npm", "npm"},
      {"psql", "postgresql-client"},
      {"openssl", "openssl"},
      {"xxd", "xxd"},
      {"unzip", "unzip"},
      {"lcov", "lcov"},
      {"openpyxl", "python3-openpyxl"},
      {"nacl", "python3-nacl"},
      {"zstandard", "python3-zstandard"},
      {"cryptography", "python3-cryptography"},
      {"argon2", "python3-argon2"},
  };
  return all;
}

struct Need {
  std::string place;
  std::string thing;
};

// find_package(X …), find_program(VAR x …), pkg_check_modules(var … x): a library that is asked
// for.
std::vector<Need> needs_of_cmake(const File& file) {
  std::vector<Need> out;
  const std::string text = without_hash_comments(file.text);
  for (const std::string_view call : {"find_package(", "find_program(", "pkg_check_modules("}) {
    for (std::size_t at = find_word(text, call); at != std::string::npos;
         at = find_word(text, call, at + 1)) {
      const std::size_t begin = at + call.size();
      const auto words = words_of(text.substr(begin, text.find(')', begin) - begin));
      const std::size_t which = call == "find_package("   ? 0
                                : call == "find_program(" ? 1
                                                          : words.size() - 1;
      if (which >= words.size()) continue;
      out.push_back({cat(file.path, ":", line_at(text, at)), words[which]});
    }
  }
  return out;
}

bool is_script(const File& file) {
  return is_under(file.path, "scripts") || is_under(file.path, ".ci") ||
         is_under(file.path, "tools") || file.path == "CMakePresets.json";
}

// A tool is called if its name is a word of a script: at least this much must be installed.
std::vector<Need> needs_of_script(const File& file) {
  std::vector<Need> out;
  const std::vector<std::string> words =
      words_of(replaced(replaced(without_hash_comments(file.text), ",", " "), "-fuse-ld=", " "));
  for (const auto& [tool, package] : packages_of_tools()) {
    if (std::find(words.begin(), words.end(), tool) != words.end()) {
      out.push_back({cat(file.path, ":1"), tool});
    }
  }
  return out;
}

}  // namespace

Complaints unnamed_source(const Tree& tree) {
  const std::set<std::string> named = sources_named(tree);
  Complaints out;
  for (const File& file : tree) {
    const bool watched =
        is_product_code(file.path) || is_under(file.path, "bench") || is_under(file.path, "tests");
    if (!watched || !file.path.ends_with(".cc") || named.contains(file.path)) continue;
    // An outside consumer, with a build of its own.
    if (is_under(file.path, "tests/install")) continue;
    out.push_back(complaint(file, 1, "in no CMakeLists.txt; name it there or delete it"));
  }
  return out;
}

Complaints missing_package(const Tree& tree) {
  std::set<std::string> listed;
  for (const File& file : tree) {
    if (file.path != "scripts/packages.txt") continue;
    for (const std::string& word : words_of(without_hash_comments(file.text))) listed.insert(word);
  }
  Complaints out;
  const auto ask = [&](const std::vector<Need>& needs,
                       const std::map<std::string, std::string>& packages) {
    for (const Need& need : needs) {
      const auto package = packages.find(need.thing);
      if (package == packages.end()) {
        out.push_back(cat(need.place, ": ", need.thing, ": say in tests/tidy/build_rules.cc which",
                          " package has it"));
      } else if (!package->second.empty() && package->second != "libc6-dev" &&
                 !listed.contains(package->second)) {
        out.push_back(cat(need.place, ": ", need.thing, " needs ", package->second,
                          " in scripts/packages.txt"));
      }
    }
  };
  for (const File& file : tree) {
    if (is_cmake(file.path)) ask(needs_of_cmake(file), packages_of_cmake());
    if (is_script(file)) ask(needs_of_script(file), packages_of_tools());
  }
  return out;
}

}  // namespace mq::tidy
