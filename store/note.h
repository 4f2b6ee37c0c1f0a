/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signed notes (C2SP signed-note v1.0.0), the checkpoints in them (C2SP
 * tlog-checkpoint v1.0.0) and the cosignatures of witnesses (C2SP
 * tlog-cosignature v1, Ed25519). Pure; the text may come from anywhere.
 *
 *   example.net/edge1/1f0a77c2           origin: the log's name
 *   20852163                             entries
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2…    root, base64
 *                                        (empty line)
 *   — example.net/edge1/1f0a77c2 Az3g…   signatures: key's name, base64 of
 *   — witness.example.net jWbP…          key id:4 signature
 *
 * The text that is signed is what stands before the empty line, its last
 * newline included.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/seal.h"

#define NOTE_MAX      4096u /* octets of a note; no NUL inside */
#define NOTE_NAME_MAX 128   /* of a key or a log, with its NUL */
#define NOTE_LINE_MAX 320   /* a signature line with newline and NUL */
#define NOTE_VKEY_MAX 192   /* "name+id+key" with its NUL */
#define NOTE_ID_LEN   4

enum note_algorithm {
	NOTE_ED25519 = 0x01,  /* a log's signature */
	NOTE_COSIGNED = 0x04, /* a witness's: timestamp:8 signature:64 */
};

/* A key that verifies. */
struct note_key {
	char name[NOTE_NAME_MAX];
	uint8_t id[NOTE_ID_LEN]; /* SHA-256(name "\n" algorithm key)[:4] */
	uint8_t algorithm;       /* enum note_algorithm */
	uint8_t public_key[SEAL_PUBLIC_LEN];
};

/* What a checkpoint says. */
struct checkpoint {
	char origin[NOTE_NAME_MAX];
	uint64_t size;
	uint8_t root[SEAL_LEN];
};

/* Not empty, fits, UTF-8 without space, control character or '+'. */
bool note_name_valid(const char *name);

/* Fill in a key and its id. -1 when the name is not valid. */
int note_key_make(struct note_key *key, const char *name,
    enum note_algorithm algorithm, const uint8_t public_key[SEAL_PUBLIC_LEN]);

/* From and to the text form of a verifier key, name+hex id+base64. -1: it is
 * none, or of an algorithm that is not ours, or its id is not that of its key.
 */
int note_key_parse(const char *text, struct note_key *key);
int note_key_print(const struct note_key *key, char *buf, size_t size);

/* The three lines of a checkpoint. Returns their length, or -1. */
int checkpoint_print(
    const struct checkpoint *checkpoint, char *buf, size_t size);

/*
 * Read the checkpoint at the head of a note of len octets; *text_len is the
 * length of the signed text (extension lines included, which are allowed and
 * mean nothing). Checks the whole note's form, but no signature. -1: it is
 * none, or its size has more than 63 bits, as times have neither.
 */
int checkpoint_parse(const char *note, size_t len,
    struct checkpoint *checkpoint, size_t *text_len);

/*
 * Append a signature line for the text to buf at *len (an empty line before the
 * first). name is the key's; time is seconds since 1970, for NOTE_COSIGNED. -1
 * when it does not fit.
 */
int note_sign(char *buf, size_t size, size_t *len, size_t text_len,
    const struct note_key *key, struct seal_key *secret, uint64_t time);

/*
 * Does the note carry a good signature by key? Lines of other keys are passed
 * over; a line of this name and id that does not verify makes it false. *time
 * (may be NULL) is a cosignature's.
 */
bool note_verify(
    const char *note, size_t len, const struct note_key *key, uint64_t *time);

/* Does it carry a line of this key's name and id that does not verify? Then one
 * of the two is not as it was written. */
bool note_refuted(const char *note, size_t len, const struct note_key *key);

/*
 * Copy the line that note_verify() would be pleased with out of text (a note,
 * or bare signature lines such as a witness answers) behind the note in buf,
 * unless it is there already. text_len: of the note's signed text. Returns 1
 * when it was added or there, 0 when there is no such line, -1 when it does not
 * fit.
 */
int note_add(char *buf, size_t size, size_t *len, size_t text_len,
    const char *text, const struct note_key *key);
