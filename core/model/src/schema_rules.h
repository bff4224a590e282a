// What a schema must satisfy before anything is stored under it; the first mistake is named.
#pragma once

#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/model/schema.h"

namespace google::protobuf {
class FieldDescriptor;
}

namespace mq::model {

Error schema_fault(std::string_view place, std::string_view zh, std::string_view en);

// Labels, and that merge rule, kind and Protobuf type fit together.
Status check_field(const google::protobuf::FieldDescriptor& descriptor, const Field& field);
// Number, labels, scope, and that no field takes a column name of the vault.
Status check_entity(const Entity& entity);
// Numbers and names unique; references and companions exist. entities are sorted by number.
Status check_schema(const std::vector<Entity>& entities);

}  // namespace mq::model
