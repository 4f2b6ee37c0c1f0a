/* SPDX-License-Identifier: BSD-2-Clause */
/* The last checkpoint of each log. */
#include "proxy/signer/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proxy/signer/folder.h"

#define DIGITS   16
#define NAME_LEN (sizeof(MEMORY_OWN) - 1 + DIGITS)

_Static_assert(NAME_LEN < FOLDER_NAME_MAX, "a file's name");

static void
file_name(const char *prefix, const char *origin, char name[FOLDER_NAME_MAX])
{
	uint8_t hash[SEAL_LEN];
	size_t at;

	seal_sha256(origin, strlen(origin), hash);
	at = (size_t)snprintf(name, FOLDER_NAME_MAX, "%s", prefix);
	for (unsigned i = 0; i < DIGITS / 2; i++)
		(void)snprintf(&name[at + 2 * i], FOLDER_NAME_MAX - at - 2 * i,
		    "%02x", hash[i]);
}

static enum memory_found
bad(const char *name, const char *what, char *why, size_t size)
{
	(void)snprintf(why, size, "%s: %s", name, what);
	return MEMORY_BAD;
}

enum memory_found
memory_read(int folder, const struct memory_ask *ask, struct checkpoint *last,
    char *why, size_t size)
{
	char name[FOLDER_NAME_MAX], note[NOTE_MAX];
	size_t len, text_len;
	int err;

	memset(last, 0, sizeof(*last));
	file_name(ask->prefix, ask->origin, name);
	err = folder_read(folder, name, note, sizeof(note), &len);
	if (err == -ENOENT)
		return MEMORY_NONE;
	if (err != 0)
		return bad(name, strerror(-err), why, size);
	if (checkpoint_parse(note, len, last, &text_len) != 0)
		return bad(name, "it is no checkpoint", why, size);
	if (strcmp(last->origin, ask->origin) != 0)
		return bad(name, "it is another log's", why, size);
	for (unsigned i = 0; i < ask->n; i++) {
		if (note_verify(note, len, &ask->keys[i], NULL))
			return MEMORY_FOUND;
	}
	return bad(name, "it is not signed by our key", why, size);
}

int
memory_keep(int folder, const char *prefix, const char *origin,
    const char *note, size_t len)
{
	char name[FOLDER_NAME_MAX];

	file_name(prefix, origin, name);
	return folder_keep(folder, name, note, len);
}

/* ---- our own logs ---- */

struct names {
	unsigned n;
	char name[MEMORY_OWN_MAX][NAME_LEN + 1];
};

static int
take_name(void *ctx, const char *name)
{
	struct names *names = ctx;

	if (strlen(name) != NAME_LEN)
		return 0;
	if (names->n == MEMORY_OWN_MAX)
		return -ENOSPC;
	memcpy(names->name[names->n++], name, NAME_LEN + 1);
	return 0;
}

bool
memory_has_room(int folder)
{
	struct names names = { 0 };

	return folder_walk(folder, MEMORY_OWN, take_name, &names) == 0 &&
	       names.n < MEMORY_OWN_MAX;
}

/* Visited after they have all been found, for visit may replace them. */
int
memory_walk_own(
    int folder, int (*visit)(void *ctx, const char *origin), void *ctx)
{
	struct names names = { 0 };
	struct checkpoint last;
	char note[NOTE_MAX];
	size_t len, text_len;
	int err = folder_walk(folder, MEMORY_OWN, take_name, &names);

	for (unsigned i = 0; i < names.n && err == 0; i++) {
		err = folder_read(
		    folder, names.name[i], note, sizeof(note), &len);
		if (err == 0 &&
		    checkpoint_parse(note, len, &last, &text_len) != 0)
			err = -EBADMSG;
		if (err == 0)
			err = visit(ctx, last.origin);
	}
	return err;
}
