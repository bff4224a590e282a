// What of one's own has no receipt yet, as commands say it: on this device alone, or in a bundle
// too.
#pragma once

#include "home.h"
#include "mq/sync/bundle.h"

namespace mq::cli {

sync::BundleHome bundle_home(Call& call, Home& home);

Result<sync::Unsent> unsent_of(Home& home);
// Sentences, and "unsent", "alone", "copied".
void tell_unsent(Call& call, const sync::Unsent& unsent);
// "去.age,2026-04-02": where the copy stands.
std::string copy_text(const sync::Unsent& unsent);

}  // namespace mq::cli
