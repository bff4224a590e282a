// Directory: finding villages, households, cadres and records by what people call them.
//
// Numbers and names come in as typed; nothing is ever guessed: two cadres of one name, or a number
// that fits two rows, is kInvalidInput with the candidates; nothing found is kNotFound.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

struct Village {
  RowId org_unit;
  std::string name;
  std::string region_code;             // may be empty
  vault::StreamIx stream = 0;          // VILLAGE
  vault::StreamIx private_stream = 0;  // 0: not held
  bool office = false;                 // the OFFICE village for rows without one
};

struct Household {
  RowId id;
  vault::StreamIx stream = 0;
  std::string number;
  std::string head_name;
  int group_no = 0;
  int status = 0;  // model enum number
};

struct Cadre {
  RowId id;
  std::string name;
  int rank = 0;                    // model enum number; 0: none
  std::vector<RowId> areas;        // org units of 包片村
  std::optional<PersonId> member;  // in the control log, once invited
};

class Directory {
 public:
  explicit Directory(const Workplace& place) : place_(place) {}

  // In log order; the office village last.
  Result<std::vector<Village>> villages() const;
  Result<Village> village(std::string_view name_or_id) const;
  Result<std::optional<Village>> village_of_stream(vault::StreamIx stream) const;

  // The PRIVATE stream beside a VILLAGE stream. kNotAllowed if this person may not read it.
  Result<vault::StreamIx> private_stream(vault::StreamIx village) const;

  // By 户编号 (normalised as PROTOCOL section 1), by id or by the last six or more digits of an id.
  Result<Household> household(std::string_view number_or_id) const;
  Result<std::vector<Household>> households(vault::StreamIx stream) const;
  // Of every village and without the heads' names, for whoever would ask household() again and
  // again; name_head() then asks for those that are wanted.
  Result<std::vector<Household>> bare_households() const;
  Status name_head(Household& household) const;

  // In organisation order: as imported.
  Result<std::vector<Cadre>> cadres() const;
  Result<Cadre> cadre(std::string_view name_or_id) const;
  // The row of the person at this device.
  Result<std::optional<Cadre>> me() const;

  // Any row of an entity by its id or the last six or more hexadecimal digits of it.
  Result<RowId> row(const model::Entity& entity, std::string_view id) const;

  // The stream of that kind, e.g. the TOWNSHIP stream or the own DIARY. kNotFound with what to do.
  Result<vault::StreamIx> township_stream() const;
  Result<vault::StreamIx> diary_stream() const;

 private:
  const Workplace& place_;
};

}  // namespace mq::work
