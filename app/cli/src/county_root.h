// The county on offline media: its root's seed, and the card that names its public half.
//
// Both are text. A root file holds 64 hexadecimal digits, or what --root-print writes for paper:
// three numbered lines of code text. A card says the county's name and three such lines. The lines
// carry a check over all of it, so that a card cannot be given another name.
#pragma once

#include <string>

#include "command.h"
#include "mq/wire/crypto.h"

namespace mq::cli {

// For paper.
std::string root_lines(const Key32& seed);
// kNotFound: no such file; kInvalidInput: not a county root. What is read is wiped.
Result<wire::SigningKey> read_county_root(Call& call, const std::string& path);
// Durably, with its folder; a file that stands stays as it is.
Status write_county_root(Call& call, const std::string& path, const wire::SigningKey& root);

struct CountyCard {
  std::string county;
  VerifyKey root;
};
std::string card_text(const CountyCard& card);
// kInvalidInput: not a card, mistyped, or its name was changed.
Result<CountyCard> read_county_card(Call& call, const std::string& path);

// The first digits of a key, for two people to compare.
std::string key_number(const VerifyKey& key);

}  // namespace mq::cli
