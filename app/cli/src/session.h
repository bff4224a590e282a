// Session: a home that stays open between commands, for so many minutes after the last one.
//
// Bound to the folder, not to its owner's name: what is kept for one home opens no other, and a
// folder moved elsewhere is locked. Whoever takes a key must still check that it is the home's.
#pragma once

#include <string_view>

#include "session_keys.h"

namespace mq::cli {

inline constexpr int kSessionMinutesDefault = 10;
inline constexpr int kSessionMinutesMax = 240;

// kUnsupported: this system keeps no keys.
Status open_session(SessionKeys& keys, const std::string& folder, const Key32& key,
                    std::chrono::minutes time);

enum class Renew { kYes, kNo };
// The key kept for this home; with kYes its minutes begin anew.
std::optional<Key32> session_key(SessionKeys& keys, const std::string& folder, Renew renew);

// What is kept for a home, by name: a hash of its folder, however that was typed. And a key with a
// number, as it is kept.
std::string keyring_name(std::string_view prefix, const std::string& folder);
SessionSecret keyring_secret(const Key32& key, std::uint32_t number);

// Whether there was one.
bool close_session(SessionKeys& keys, const std::string& folder);

}  // namespace mq::cli
