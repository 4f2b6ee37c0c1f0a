/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes and keys from anywhere: what parses is printed again as it was, and
 * what nobody signed is signed by nobody.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int holds)
{
	if (!holds)
		abort();
}

static void
check_checkpoint(const char *note, size_t len)
{
	struct checkpoint checkpoint, again;
	char buf[NOTE_MAX];
	size_t text_len, n;
	int printed;

	if (checkpoint_parse(note, len, &checkpoint, &text_len) != 0)
		return;
	check(text_len > 0 && text_len < len && len <= NOTE_MAX);
	check(checkpoint.size <= INT64_MAX);
	printed = checkpoint_print(&checkpoint, buf, sizeof(buf));
	check(printed > 0 && (size_t)printed <= text_len);
	check(memcmp(buf, note, (size_t)printed) == 0);
	/* The three lines with the same signatures are a checkpoint, too. */
	n = (size_t)printed + len - text_len;
	memcpy(&buf[printed], &note[text_len], len - text_len);
	check(checkpoint_parse(buf, n, &again, &text_len) == 0);
	check(memcmp(&again, &checkpoint, sizeof(again)) == 0);
	check(text_len == (size_t)printed);
}

/* One that we add is found, and stays good whatever stood there. */
static void
check_signed(const char *note, size_t len)
{
	static const uint8_t seed[SEAL_SEED_LEN] = { 9 };
	struct seal_key *secret = seal_key_load(seed);
	uint8_t public_key[SEAL_PUBLIC_LEN];
	char buf[NOTE_MAX + 1];
	struct checkpoint checkpoint;
	struct note_key key;
	size_t text_len, n = len;
	uint64_t time;

	check(secret != NULL);
	seal_key_public(secret, public_key);
	check(note_key_make(&key, "fuzz", NOTE_COSIGNED, public_key) == 0);
	check(!note_verify(note, len, &key, NULL));
	if (checkpoint_parse(note, len, &checkpoint, &text_len) == 0) {
		memcpy(buf, note, len);
		if (note_sign(buf, NOTE_MAX, &n, text_len, &key, secret, 77) ==
		    0) {
			check(note_verify(buf, n, &key, &time) && time == 77);
			buf[n % text_len] ^= 1;
			check(!note_verify(buf, n, &key, NULL));
		}
	}
	seal_key_free(secret);
}

static void
check_vkey(const char *text)
{
	struct note_key key;
	char buf[NOTE_VKEY_MAX];

	if (note_key_parse(text, &key) != 0)
		return;
	check(note_name_valid(key.name));
	check(note_key_print(&key, buf, sizeof(buf)) == (int)strlen(text));
	check(strcmp(buf, text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact;

	if (size > 2 * NOTE_MAX || seal_init() != 0)
		return 0;
	exact = malloc(size + 1);
	if (exact == NULL)
		return 0;
	memcpy(exact, data, size);
	exact[size] = '\0';
	check_vkey(exact);
	free(exact);
	exact = malloc(size == 0 ? 1 : size);
	if (exact == NULL)
		return 0;
	memcpy(exact, data, size);
	check_checkpoint(exact, size);
	check_signed(exact, size);
	free(exact);
	return 0;
}
