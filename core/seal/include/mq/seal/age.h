// age v1 files (age-encryption.org/v1): what a bundle is on the outside, so that stock `age` opens
// it and makes one.
//
// X25519 recipients only; a box key is an age recipient as it stands. The header names nobody: who
// holds a file cannot tell for whom it is, nor how many keys one person has. All chance comes from
// the injected Random. Reading is strict: one meaning has one form, and what is not authenticated
// is never given out. A passphrase (scrypt) or hybrid (mlkem768x25519) file is refused, not opened.
// Pure calls, any thread.
#pragma once

#include "mq/base/result.h"
#include "mq/seal/box.h"

namespace mq::seal {

// kInvalidInput: no recipient, more than 256, or a key of small order.
Result<Bytes> age_encrypt(const std::vector<BoxKey>& recipients, ByteView plain, Random& random);

// Whether a file begins as one does, or is too short to say: what does not is no damaged one.
bool begins_as_age(ByteView file);

// What was authenticated before the file ended or broke, in steps of 64 KiB.
struct AgePlain {
  Bytes bytes;
  bool whole = false;  // to the end that its maker wrote
};

// A cut or damaged payload still gives what stands before the damage. Binary or armored.
//
// kUnauthenticated  not for these keys
// kUnsupported      a passphrase or hybrid file, or a later version of the format
// kExhausted        more than plain_max bytes inside; nothing was opened
// kCorrupt          no age file, or its header is malformed or was changed
Result<AgePlain> age_open(const BoxKeyPair& keys, ByteView file, std::size_t plain_max);

// All or nothing: a payload that is not whole is kCorrupt too.
Result<Bytes> age_decrypt(const BoxKeyPair& keys, ByteView file, std::size_t plain_max);

}  // namespace mq::seal
