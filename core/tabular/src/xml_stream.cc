#include "xml_stream.h"

#include "encoding.h"
#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kElementBytesMax = 4u << 20;
constexpr unsigned kParse = pugi::parse_default | pugi::parse_ws_pcdata;

Error bad_xml(std::string_view part, std::string_view zh, std::string_view en) {
  return Error{
      Code::kInvalidInput,
      cat("表格文件里的 ", part, " 读不了：", zh, "。请用 Excel 或 WPS 打开后另存一份再导入。"),
      cat("Cannot read ", part, " of the workbook: ", en, ". Open it and save it anew.")};
}

class Walker {
 public:
  Walker(std::string_view xml, std::string_view part, const std::vector<Wanted>& wanted,
         const Visit& visit)
      : xml_(xml), part_(part), wanted_(wanted), visit_(visit) {}

  Status run() {
    for (;;) {
      at_ = xml_.find('<', at_);
      if (at_ == std::string_view::npos) break;
      MQ_CHECK(step());
    }
    if (!open_.empty() || !seen_root_) return cut_short();
    return {};
  }

 private:
  Status step() {
    const std::string_view rest = xml_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->", 4);
    if (rest.starts_with("<![CDATA[") && !open_.empty()) return skip_past("]]>", 9);
    if (rest.starts_with("<?")) return skip_past("?>", 2);
    if (rest.starts_with("<!")) return bad_xml(part_, "含有 DOCTYPE 声明", "it holds a DOCTYPE");
    if (rest.starts_with("</")) return close_tag();
    return open_tag();
  }

  Error cut_short() const { return bad_xml(part_, "内容不完整", "it is cut short"); }

  Status skip_past(std::string_view end, std::size_t opening) {
    const std::size_t found = xml_.find(end, at_ + opening);
    if (found == std::string_view::npos) return cut_short();
    at_ = found + end.size();
    return {};
  }

  Status close_tag() {
    const std::size_t end = xml_.find('>', at_);
    if (end == std::string_view::npos) return cut_short();
    const std::string_view name = trimmed(xml_.substr(at_ + 2, end - at_ - 2));
    if (open_.empty() || open_.back() != name) {
      return bad_xml(part_, "标签不配对", "its tags do not pair");
    }
    at_ = end + 1;
    return leave();
  }

  Status open_tag() {
    const std::size_t end = end_of_tag(xml_, at_);
    if (end == std::string_view::npos) return cut_short();
    const std::string_view tag = xml_.substr(at_, end - at_);
    const std::string_view name = tag.substr(1, tag.find_first_of(" \t\r\n/>", 1) - 1);
    if (name.empty() || (open_.empty() && seen_root_)) {
      return bad_xml(part_, "标签有误", "a tag is malformed");
    }
    if (open_.size() >= kDepthMax) return bad_xml(part_, "嵌套过深", "it is nested too deeply");
    seen_root_ = true;
    open_.push_back(name);
    if (capture_depth_ == 0) MQ_CHECK(enter(tag));
    at_ = end;
    return tag.ends_with("/>") ? leave() : Status();
  }

  Status enter(std::string_view tag) {
    const std::size_t which = match();
    if (which == wanted_.size()) return {};
    if (wanted_[which].extent == Extent::kWhole) {
      capture_depth_ = open_.size();
      capture_from_ = at_;
      captured_ = which;
      return {};
    }
    tag.remove_suffix(tag.ends_with("/>") ? 2 : 1);
    scratch_ = tag;
    scratch_ += "/>";
    return hand_out(which, scratch_);
  }

  Status leave() {
    const bool complete = open_.size() == capture_depth_;
    open_.pop_back();
    if (!complete) return {};
    capture_depth_ = 0;
    return hand_out(captured_, xml_.substr(capture_from_, at_ - capture_from_));
  }

  // Index of the wanted path on which we stand, or wanted_.size().
  std::size_t match() const {
    std::size_t which = 0;
    while (which < wanted_.size() && !stands_on(wanted_[which].path)) ++which;
    return which;
  }

  bool stands_on(const std::vector<std::string_view>& path) const {
    if (path.size() != open_.size()) return false;
    for (std::size_t i = path.size(); i-- > 0;) {
      if (local_name(open_[i]) != path[i]) return false;
    }
    return true;
  }

  Status hand_out(std::size_t which, std::string_view element) {
    if (element.size() > kElementBytesMax) {
      return Error{
          Code::kExhausted,
          cat("表格文件的 ", part_, " 里一个元素超过上限 ", kElementBytesMax, " 字节。"),
          cat("An element in ", part_, " exceeds the limit of ", kElementBytesMax, " bytes.")};
    }
    const auto parsed =
        document_.load_buffer(element.data(), element.size(), kParse, pugi::encoding_utf8);
    const pugi::xml_node node = document_.document_element();
    if (!parsed || !node) return bad_xml(part_, "标签有误", parsed.description());
    return visit_(which, node);
  }

  std::string_view xml_;
  std::string_view part_;
  const std::vector<Wanted>& wanted_;
  const Visit& visit_;
  std::size_t at_ = 0;
  bool seen_root_ = false;
  std::vector<std::string_view> open_;
  std::size_t capture_depth_ = 0;  // 0: nothing is being captured
  std::size_t capture_from_ = 0;
  std::size_t captured_ = 0;
  std::string scratch_;
  pugi::xml_document document_;
};

}  // namespace

Status each_element(std::string_view xml, std::string_view part, const std::vector<Wanted>& wanted,
                    const Visit& visit) {
  return Walker(xml, part, wanted, visit).run();
}

Status normalise_xml(std::string& xml) {
  const bool little = xml.starts_with("\xff\xfe");
  if (little || xml.starts_with("\xfe\xff")) {
    std::string utf8;
    MQ_CHECK(
        convert_to_utf8(view_of(xml).subspan(2), little ? "UTF-16LE" : "UTF-16BE", "UTF-16", utf8));
    xml = std::move(utf8);
  }
  if (xml.starts_with("\xef\xbb\xbf")) xml.erase(0, 3);
  return {};
}

std::size_t end_of_tag(std::string_view xml, std::size_t begin) {
  char quote = '\0';
  for (std::size_t i = begin + 1; i < xml.size(); ++i) {
    const char c = xml[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::string_view local_name(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& each : node.attributes()) {
    if (local_name(each.name()) == name) return each.value();
  }
  return {};
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& each : node.children()) {
    if (local_name(each.name()) == name) return each;
  }
  return {};
}

}  // namespace mq::tabular
