/* SPDX-License-Identifier: BSD-2-Clause */
/* The statement that one signing key follows another. */
#include "proxy/signer/rollover.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_CHARS       SEAL_BASE64_LEN(SEAL_PUBLIC_LEN)
#define SIGNATURE_CHARS SEAL_BASE64_LEN(SEAL_SIGNATURE_LEN)
#define NS              1000000000u

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

/* ---- in the log ---- */

static const char *
base64(const uint8_t *data, size_t len, char *out)
{
	(void)seal_base64(data, len, out, SIGNATURE_CHARS + 1);
	return out;
}

void
rollover_tell(const struct rollover *rollover, char *text, char *evidence)
{
	char one[SIGNATURE_CHARS + 1], other[SIGNATURE_CHARS + 1];

	(void)snprintf(text, ENTRY_TEXT_MAX,
	    ROLLOVER_FIRST " %s after %s until %" PRIu64,
	    base64(rollover->new_key, SEAL_PUBLIC_LEN, one),
	    base64(rollover->old_key, SEAL_PUBLIC_LEN, other),
	    rollover->until_s);
	(void)snprintf(evidence, EVIDENCE_MAX, "signed by new %s by old %s",
	    base64(rollover->by_new, SEAL_SIGNATURE_LEN, one),
	    base64(rollover->by_old, SEAL_SIGNATURE_LEN, other));
}

/* What stands behind these words, up to a space; *text goes behind it. */
static bool
octets_read(const char **text, const char *words, uint8_t *out, size_t size)
{
	size_t len = strlen(words);

	if (strncmp(*text, words, len) != 0)
		return false;
	*text += len;
	len = strcspn(*text, " ");
	if (seal_base64_decode(*text, len, out, size) != (int)size)
		return false;
	*text += len;
	return true;
}

/* Digits as they are printed, and nothing behind them. */
static bool
number_read(const char *text, uint64_t *out)
{
	char printed[24];

	/* NOLINTNEXTLINE(cert-err34-c): what is too much prints otherwise. */
	if (sscanf(text, "%20" SCNu64, out) != 1)
		return false;
	(void)snprintf(printed, sizeof(printed), "%" PRIu64, *out);
	return strcmp(printed, text) == 0;
}

int
rollover_read(const char *text, const char *evidence, struct rollover *out)
{
	static const char until[] = " until ";

	memset(out, 0, sizeof(*out));
	if (!octets_read(
		&text, ROLLOVER_FIRST " ", out->new_key, SEAL_PUBLIC_LEN) ||
	    !octets_read(&text, " after ", out->old_key, SEAL_PUBLIC_LEN) ||
	    strncmp(text, until, sizeof(until) - 1) != 0 ||
	    !number_read(&text[sizeof(until) - 1], &out->until_s) ||
	    !octets_read(
		&evidence, "signed by new ", out->by_new, SEAL_SIGNATURE_LEN) ||
	    !octets_read(
		&evidence, " by old ", out->by_old, SEAL_SIGNATURE_LEN))
		return -1;
	return evidence[0] == '\0' ? 0 : -1;
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
