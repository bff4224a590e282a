#include "home_list.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kFileBytesMax = 64 << 10;
constexpr std::size_t kNameBytesMax = 60;
constexpr std::string_view kCurrent = "* ";
constexpr std::string_view kOther = "  ";

Error damaged(const std::string& path) {
  return {
      Code::kCorrupt,
      cat("本机各人的名单读不懂:", path, ";各人的记录没有动,请删掉这个文件再用 homes add 列一遍"),
      cat("the list of homes does not read: ", path,
          "; nobody's records are touched: delete the file and homes add again")};
}

bool plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Status check_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kNameBytesMax && plain(name) && is_utf8(name) &&
                    trimmed(name) == name && name.find('/') == std::string_view::npos &&
                    name.front() != '-' && name.front() != '.' && name.front() != '*';
  if (good) return {};
  return Error{Code::kInvalidInput,
               "名字应是 1 到 20 个字,不带斜杠、换行,不以 - . * 开头;什么也没有改动",
               "a name has 1 to 60 bytes, no slash or line end, and begins not with - . *; nothing "
               "was changed"};
}

std::optional<ListedHome> read_line(std::string_view line) {
  const std::size_t tab = line.find('\t');
  const bool current = line.starts_with(kCurrent);
  if (tab == std::string_view::npos || !(current || line.starts_with(kOther))) return std::nullopt;
  ListedHome home{std::string(line.substr(2, tab - 2)), std::string(line.substr(tab + 1)), current};
  const bool good = check_name(home.name).ok() && !home.folder.empty() && plain(home.folder);
  return good ? std::optional(std::move(home)) : std::nullopt;
}

}  // namespace

Result<HomeList> HomeList::load(FileSystem& files, std::string path) {
  HomeList list(files, std::move(path));
  if (!files.exists(list.path_)) return list;
  MQ_TRY(const Bytes bytes, files.read(list.path_, kFileBytesMax));
  for (const std::string& line : split(text_of(bytes), "\n")) {
    if (line.empty()) continue;
    auto home = read_line(line);
    if (!home || (home->current && list.current() != nullptr) || list.named(home->name).ok()) {
      return damaged(list.path_);
    }
    list.homes_.push_back(*std::move(home));
  }
  return list;
}

const ListedHome* HomeList::current() const {
  const auto found = std::ranges::find_if(homes_, &ListedHome::current);
  return found == homes_.end() ? nullptr : &*found;
}

Result<ListedHome> HomeList::named(std::string_view name) const {
  const auto found = std::ranges::find(homes_, name, &ListedHome::name);
  if (found != homes_.end()) return *found;
  std::vector<std::string> names;
  for (const ListedHome& home : homes_) names.push_back(home.name);
  const std::string there = names.empty() ? std::string("一个也没有") : join(names, "、");
  return Error{Code::kNotFound,
               cat("本机名单里没有 ", name, ";有:", there, ";用 homes add 名字 加上"),
               cat("nobody named ", name, " on this machine; there are: ", join(names, ", "),
                   "; see homes add")};
}

Status HomeList::save(std::vector<ListedHome> homes) {
  std::string text;
  for (const ListedHome& home : homes) {
    text += cat(home.current ? kCurrent : kOther, home.name, "\t", home.folder, "\n");
  }
  MQ_CHECK(files_->make_folder(path_.substr(0, path_.rfind('/'))));
  MQ_CHECK(files_->replace(path_, view_of(text)));
  homes_ = std::move(homes);
  return {};
}

Status HomeList::add(const std::string& name, const std::string& folder) {
  MQ_CHECK(check_name(name));
  if (folder.empty() || !plain(folder)) {
    return Error{Code::kInvalidInput, "文件夹的名字里有不能用的字符;什么也没有改动",
                 "the folder's name has characters that cannot be listed; nothing was changed"};
  }
  for (const ListedHome& home : homes_) {
    if (home.name != name && home.folder != folder) continue;
    return Error{Code::kConflict,
                 cat("名单里已有 ", home.name, "(", home.folder, ");什么也没有改动"),
                 cat("already listed: ", home.name, " (", home.folder, "); nothing was changed")};
  }
  std::vector<ListedHome> homes = homes_;
  homes.push_back({name, folder, false});
  return save(std::move(homes));
}

Status HomeList::remove(std::string_view name) {
  MQ_CHECK(named(name));
  std::vector<ListedHome> homes = homes_;
  std::erase_if(homes, [&](const ListedHome& home) { return home.name == name; });
  return save(std::move(homes));
}

Status HomeList::choose(std::string_view name) {
  MQ_CHECK(named(name));
  std::vector<ListedHome> homes = homes_;
  for (ListedHome& home : homes) home.current = home.name == name;
  return save(std::move(homes));
}

}  // namespace mq::cli
