/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The statement that one signing key follows another. Both sign it, so that who
 * trusts the old key learns the new one, and nobody can claim a key as his old
 * one that he does not hold.
 *
 *   sluice key rollover v1
 *   old 8Zr3…=                  public keys, base64
 *   new q0Yd…=
 *   until 1798761600            the old key signs until then, s since 1970
 *
 * Its second line keeps it from ever being taken for a checkpoint.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proxy/common/message_seal.h"
#include "store/entry.h"

#define ROLLOVER_MAX    192                    /* with its NUL */
#define ROLLOVER_KEPT_S (30ull * 24 * 60 * 60) /* both keys sign that long */

struct rollover {
	uint8_t old_key[SEAL_PUBLIC_LEN];
	uint8_t new_key[SEAL_PUBLIC_LEN];
	uint64_t until_s;
	uint8_t by_new[SEAL_SIGNATURE_LEN];
	uint8_t by_old[SEAL_SIGNATURE_LEN];
};

/* What a HELLO says of it; has_old is for the caller to look at. */
void rollover_of_hello(
    const struct msg_signer_hello *hello, struct rollover *out);

/* The signed text. Returns its length, or -1 when size is too small. */
int rollover_print(const struct rollover *rollover, char *buf, size_t size);

/*
 * As the log's entry about the new key says it: ENTRY_TEXT_MAX and EVIDENCE_MAX
 * octets.
 *   public key NEW after OLD until SECONDS
 *   signed by new SIGNATURE by old SIGNATURE
 */
#define ROLLOVER_FIRST "public key" /* and of a key that follows none */
void rollover_tell(const struct rollover *rollover, char *text, char *evidence);

/* Back again; any text may come. -1: it tells of no rollover. */
int rollover_read(const char *text, const char *evidence, struct rollover *out);

/* Both signatures are good, and the keys are two. */
bool rollover_verify(const struct rollover *rollover);
