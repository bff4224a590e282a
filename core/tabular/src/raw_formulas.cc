#include <map>

#include "cell_refs.h"
#include "raw_xml.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kAddedMax = 64u << 20;  // bytes: a long formula may be shared by many cells

class Parting {
 public:
  explicit Parting(std::string_view xml) : xml_(xml) {}

  std::string run() {
    for (std::size_t at = 0; const auto tag = next_tag(xml_, at);) {
      const std::string_view name = local_name(tag->name);
      const std::string_view text = text_of(tag->begin, tag->end);
      if (name == "c" && !tag->closing) {
        cell_ = parse_cell_ref(raw_attribute(text, "r").value_or(""));
      }
      if (name != "f" || tag->closing || raw_attribute(text, "t") != "shared" || !cell_) continue;
      std::size_t end = tag->end;
      if (!tag->empty) {
        std::size_t behind = at;
        const auto closing = next_tag(xml_, behind);
        if (!closing || !closing->closing) continue;
        end = closing->end;
        take(*tag, text_of(tag->end, closing->begin), end);
      } else {
        take(*tag, "", end);
      }
    }
    if (added_ > kAddedMax) return std::string(xml_);
    return edited(xml_, edits_);
  }

 private:
  struct Shared {
    CellRef cell;
    std::string_view formula;
  };

  std::string_view text_of(std::size_t begin, std::size_t end) const {
    return xml_.substr(begin, end - begin);
  }

  void take(const RawTag& tag, std::string_view own, std::size_t end) {
    const std::string group(raw_attribute(text_of(tag.begin, tag.end), "si").value_or(""));
    if (!own.empty()) groups_.insert_or_assign(group, Shared{*cell_, own});
    const auto shared = groups_.find(group);
    if (shared == groups_.end() || added_ > kAddedMax) return;
    const std::string formula = copied_formula(shared->second.formula, shared->second.cell, *cell_);
    added_ += formula.size();
    std::string text("<");
    text += tag.name;
    text += ">";
    text += formula;
    text += "</";
    text += tag.name;
    text += ">";
    edits_.push_back({tag.begin, end, std::move(text)});
  }

  std::string_view xml_;
  std::optional<CellRef> cell_;
  std::map<std::string, Shared> groups_;
  std::vector<RawEdit> edits_;
  std::size_t added_ = 0;
};

}  // namespace

std::string without_sharing(std::string_view xml) { return Parting(xml).run(); }

}  // namespace mq::tabular
