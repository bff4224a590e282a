// The house rules as functions: a text, or the whole tree, in; complaints out.
//
// A complaint says where, what, and what to do instead. No rule reads the disk, so each one is
// shown its bad sample in its own test, before it is asked about the tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mq::tidy {

struct File {
  std::string path;  // from the root of the tree, with /
  std::string text;
};
using Tree = std::vector<File>;
using Complaints = std::vector<std::string>;

// length_rules.cc
Complaints file_length(const File& file);
Complaints line_length(const File& file);
Complaints function_length(const File& file);

// include_rules.cc
Complaints include_direction(const File& file);
Complaints third_party_header(const File& file);
// What a library links, by name and through others, according to all CMakeLists.txt.
Complaints blind_server(const Tree& tree);

// banned_rules.cc
Complaints banned_in_core(const File& file);
Complaints banned_in_sql(const File& file);
Complaints banned_in_tests(const File& file);
Complaints real_outside_world(const File& file);
Complaints unfinished_work(const File& file);

// shape_rules.cc
Complaints header_comment(const File& file);
Complaints folder_sentence(const File& file);
Complaints file_name(const File& file);
Complaints build_product(const File& file);
Complaints machine_path(const File& file);

// build_rules.cc
Complaints unnamed_source(const Tree& tree);
Complaints missing_package(const Tree& tree);

// Helpers shared by the rules.
bool is_cpp(std::string_view path);
bool is_cmake(std::string_view path);
bool is_product_code(std::string_view path);  // core, sync, server, app
bool is_under(std::string_view path, std::string_view folder);
std::string complaint(const File& file, std::size_t line, std::string_view what);

}  // namespace mq::tidy
