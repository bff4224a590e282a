#include "arguments.h"

#include <map>

#include "mq/base/text.h"

namespace mq::server {
namespace {

using Options = std::map<std::string, std::string Arguments::*>;

const Options& options() {
  static const Options all = {
      {"--data", &Arguments::data},       {"--listen", &Arguments::listen},
      {"--store", &Arguments::store},     {"--tls-cert", &Arguments::tls_certificate},
      {"--tls-key", &Arguments::tls_key}, {"--log", &Arguments::log}};
  return all;
}

Error usage(std::string_view zh, std::string_view en) {
  return {Code::kInvalidInput, cat(zh, ";用法见 minqing-server --help"),
          cat(en, "; see minqing-server --help")};
}

Status check_store(const std::string& store) {
  if (store == "sqlite") return {};
  if (store.starts_with("postgres://") || store.starts_with("postgresql://")) {
    return Error{Code::kUnsupported,
                 "本程序没有带 PostgreSQL 存储;请用 --store sqlite(默认,数据放在 --data 文件夹)",
                 "this build has no PostgreSQL store; use --store sqlite (the default, in --data)"};
  }
  return usage(cat("不认识的存储 ", store), cat("unknown store ", store));
}

Status take_names(Arguments& arguments, const std::vector<std::string>& names) {
  using Command = Arguments::Command;
  if (arguments.command == Command::kBackup || arguments.command == Command::kRestore) {
    if (names.size() != 2) return usage("需要两个名字", "two names are needed");
    const bool backup = arguments.command == Command::kBackup;
    arguments.data = names[backup ? 0 : 1];
    arguments.file = names[backup ? 1 : 0];
    return {};
  }
  if (arguments.command == Command::kCheck && names.size() == 1 && arguments.data.empty()) {
    arguments.data = names[0];
    return {};
  }
  if (!names.empty()) return usage(cat("多出来的 ", names[0]), cat("unexpected ", names[0]));
  return {};
}

Status check_serve(const Arguments& arguments) {
  if (arguments.data.empty()) return usage("缺少 --data 文件夹", "--data DIR is missing");
  if (arguments.tls_certificate.empty() != arguments.tls_key.empty()) {
    return usage("--tls-cert 和 --tls-key 要一起给", "--tls-cert and --tls-key go together");
  }
  const std::size_t colon = arguments.listen.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == arguments.listen.size()) {
    return usage("--listen 应为 地址:端口", "--listen takes ADDRESS:PORT");
  }
  return check_store(arguments.store);
}

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  static const std::map<std::string, Arguments::Command> kCommands = {
      {"backup", Arguments::Command::kBackup},
      {"restore", Arguments::Command::kRestore},
      {"check", Arguments::Command::kCheck},
      {"help", Arguments::Command::kHelp}};
  Arguments out;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    if (word == "--help" || word == "-h") {
      Arguments help;
      help.command = Arguments::Command::kHelp;
      return help;
    }
    const auto command = kCommands.find(word);
    if (i == 0 && command != kCommands.end()) {
      out.command = command->second;
      continue;
    }
    if (!word.starts_with("--")) {
      names.push_back(std::move(word));
      continue;
    }
    const std::size_t equals = word.find('=');
    const auto option = options().find(word.substr(0, equals));
    if (option == options().end()) return usage(cat("不认识的 ", word), cat("unknown ", word));
    if (equals != std::string::npos) {
      out.*option->second = word.substr(equals + 1);
    } else if (++i < words.size()) {
      out.*option->second = words[i];
    } else {
      return usage(cat(word, " 后面缺少值"), cat(word, " needs a value"));
    }
  }
  MQ_CHECK(take_names(out, names));
  if (out.command == Arguments::Command::kServe) MQ_CHECK(check_serve(out));
  if (out.command == Arguments::Command::kCheck && out.data.empty()) {
    return usage("缺少数据文件夹", "the data folder is missing");
  }
  return out;
}

std::string help_text(bool english) {
  if (english) {
    return "minqing-server --data DIR [--listen A:P] [--store sqlite]\n"
           "               [--tls-cert FILE --tls-key FILE] [--log FILE]\n"
           "    serves until SIGTERM; prints \"listening A:P\", and at its first start the\n"
           "    enrolment code that founding needs (none on loopback); port 0 takes a free port\n"
           "minqing-server backup DIR FILE    a consistent copy, also while it is running\n"
           "minqing-server restore FILE DIR   into an empty data folder; a new generation begins,\n"
           "                                  and devices bring back what the copy lacks\n"
           "minqing-server check DIR          follows every hash chain; changes nothing\n"
           "Exit: 0 done, 1 failed, 2 usage, 3 refused, 4 not allowed, 5 unavailable,\n"
           "      6 locked, 7 damaged.\n";
  }
  return "minqing-server --data 文件夹 [--listen 地址:端口] [--store sqlite]\n"
         "               [--tls-cert 文件 --tls-key 文件] [--log 文件]\n"
         "    运行到 SIGTERM 为止;打印 \"listening 地址:端口\",第一次启动还打印建镇用的登记码\n"
         "    (本机回环地址不需要);端口 0 表示任选一个空闲端口\n"
         "minqing-server backup 文件夹 备份文件    备份,运行中也可以做\n"
         "minqing-server restore 备份文件 文件夹   恢复到空文件夹;开始新的一代,各设备会补回缺少的\n"
         "minqing-server check 文件夹              核对每一条哈希链;不改动任何内容\n"
         "退出码:0 完成,1 失败,2 用法,3 拒收,4 无权,5 暂不可用,6 锁定,7 损坏。\n";
}

}  // namespace mq::server
