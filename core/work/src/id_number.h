// The number of a document on its way in: checked, made a fingerprint that finds doubles.
//
// The number itself goes on only as the gated field id_no of PersonPrivate. What does not add up is
// flagged and kept, never refused (DOMAIN (g)).
#pragma once

#include "form.h"

namespace mq::work {

// The township's key of fingerprints; kConflict before the first sync.
Result<Bytes> fingerprint_key(const Workplace& place);

// For a form of Person: flags a relation that does not fit the sex. If id_no was given, sets the
// fingerprint, fills birth and sex where nothing is known, flags what differs. `whole` is the form
// over what the row holds already.
Status check_person(const Workplace& place, const RowId& row, const Form& whole, Form& form);

}  // namespace mq::work
