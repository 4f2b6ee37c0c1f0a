/* SPDX-License-Identifier: BSD-2-Clause */
/* The statement that one signing key follows another. */
#include "proxy/signer/rollover.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_CHARS SEAL_BASE64_LEN(SEAL_PUBLIC_LEN)
#define NS        1000000000u

void
rollover_of_hello(const struct msg_signer_hello *hello, struct rollover *out)
{
	memcpy(out->old_key, hello->old_key, sizeof(out->old_key));
	memcpy(out->new_key, hello->public_key, sizeof(out->new_key));
	memcpy(out->by_new, hello->by_new, sizeof(out->by_new));
	memcpy(out->by_old, hello->by_old, sizeof(out->by_old));
	out->until_s = hello->old_until_ns / NS;
}

int
rollover_print(const struct rollover *rollover, char *buf, size_t size)
{
	char old_key[KEY_CHARS + 1], new_key[KEY_CHARS + 1];
	int len;

	(void)seal_base64(
	    rollover->old_key, SEAL_PUBLIC_LEN, old_key, sizeof(old_key));
	(void)seal_base64(
	    rollover->new_key, SEAL_PUBLIC_LEN, new_key, sizeof(new_key));
	len = snprintf(buf, size,
	    "sluice key rollover v1\nold %s\nnew %s\nuntil %" PRIu64 "\n",
	    old_key, new_key, rollover->until_s);
	return len < 0 || (size_t)len >= size ? -1 : len;
}

bool
rollover_verify(const struct rollover *rollover)
{
	char text[ROLLOVER_MAX];
	int len = rollover_print(rollover, text, sizeof(text));

	return len > 0 &&
	       memcmp(rollover->old_key, rollover->new_key, SEAL_PUBLIC_LEN) !=
		   0 &&
	       seal_verify(
		   rollover->new_key, text, (size_t)len, rollover->by_new) &&
	       seal_verify(
		   rollover->old_key, text, (size_t)len, rollover->by_old);
}
