// Walks an XML part and hands out the elements asked for, one at a time.
//
// A DOM of a whole worksheet takes many times the bytes of its text, so only one wanted element is
// in memory at once. DOCTYPE is refused, hence no entities but XML's own; nesting is bounded; tags
// must pair. Namespace prefixes are ignored, since <x:row> means <row> wherever it occurs here.
#pragma once

#include <functional>
#include <pugixml.hpp>
#include <string_view>
#include <vector>

#include "mq/base/result.h"

namespace mq::tabular {

enum class Extent {
  kTag,    // the name and attributes, as soon as the element opens
  kWhole,  // all its content, when it closes
};

struct Wanted {
  std::vector<std::string_view> path;  // local names from the root
  Extent extent = Extent::kWhole;
};

// which is the index into wanted; the node lives only during the call. An error ends the walk.
using Visit = std::function<Status(std::size_t which, const pugi::xml_node& node)>;

// kInvalidInput: not well-formed, DOCTYPE, nested too deeply. kExhausted: one wanted element is
// gigantic. part names the XML in messages.
Status each_element(std::string_view xml, std::string_view part, const std::vector<Wanted>& wanted,
                    const Visit& visit);

// The same after a byte-order mark, and with UTF-16 made UTF-8 in place.
Status normalise_xml(std::string& xml);

// One past the '>' that ends the tag at `begin`, or npos; '>' may stand inside quoted values.
std::size_t end_of_tag(std::string_view xml, std::size_t begin);

// "row" of "x:row".
std::string_view local_name(std::string_view qualified);
// The value of the attribute with this local name, "" if there is none.
std::string_view attribute(const pugi::xml_node& node, std::string_view name);
// The first child element with this local name, or a null node.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);

}  // namespace mq::tabular
