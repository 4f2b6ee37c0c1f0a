/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of the seal: checkpoints and a refusal to the system log, the
 * key to the log. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/publish.h"
#include "tests/lib/seal_scene.h"

static int
socket_make(char *path, size_t size, const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	(void)snprintf(path, size, "%.90s/log", folder);
	memcpy(address.sun_path, path, strlen(path));
	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The next line; false when there is none. */
static bool
line_next(int fd, char *line, size_t size)
{
	ssize_t got = recv(fd, line, size - 1, 0);

	line[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static size_t
note_make(char *note, uint64_t size)
{
	struct checkpoint checkpoint = { .origin = "example.net/log/00",
		.size = size };
	struct note_key key;
	struct seal_key *secret = seal_key_make();
	uint8_t public_key[SEAL_PUBLIC_LEN];
	size_t len = (size_t)checkpoint_print(&checkpoint, note, NOTE_MAX);

	seal_key_public(secret, public_key);
	assert_int_equal(
	    note_key_make(&key, checkpoint.origin, NOTE_ED25519, public_key),
	    0);
	assert_int_equal(
	    note_sign(note, NOTE_MAX, &len, len, &key, secret, 0), 0);
	seal_key_free(secret);
	return len;
}

/* Make a note of a line, as the header says. */
static size_t
note_remake(char *line, char *note)
{
	char *rest = NULL;
	char *word[8] = { 0 };
	size_t n = 0;

	line = strstr(line, "checkpoint ");
	assert_non_null(line);
	for (char *at = strtok_r(line, " ", &rest); at != NULL && n < 8;
	     at = strtok_r(NULL, " ", &rest))
		word[n++] = at;
	assert_int_equal(n, 6);
	return (size_t)snprintf(note, NOTE_MAX,
	    "%s\n%s\n%s\n\n\xe2\x80\x94 %s %s\n", word[1], word[2], word[3],
	    word[4], word[5]);
}

/* A checkpoint's line is the whole note; not more than one a minute; a socket
 * that is not there is no obstacle. */
static void
checkpoints_reach_the_system_log(void **state)
{
	struct seal_world *world = *state;
	struct publish *publish = publish_new();
	char path[108], note[NOTE_MAX], again[NOTE_MAX], line[8192];
	size_t len = note_make(note, 12);
	ssize_t got;
	int fd;

	assert_non_null(publish);
	publish_configure(publish, "/nowhere/at/all");
	publish_note(publish, note, len, 1000);
	fd = socket_make(path, sizeof(path), world->path);
	publish_configure(publish, path);
	publish_note(publish, note, len, 1000 + PUBLISH_EVERY_MS);
	got = recv(fd, line, sizeof(line) - 1, 0);
	assert_true(got > 0);
	line[got] = '\0';
	assert_memory_equal(line, "<85>", 4);
	assert_null(strchr(line, '\n'));
	assert_int_equal(note_remake(line, again), len);
	assert_memory_equal(again, note, len);

	len = note_make(note, 13);
	publish_note(publish, note, len, 1500 + PUBLISH_EVERY_MS);
	assert_true(recv(fd, line, sizeof(line), 0) < 0);
	publish_tick(publish, 1000 + 2 * PUBLISH_EVERY_MS);
	assert_true(recv(fd, line, sizeof(line), 0) > 0);
	publish_free(publish);
	(void)close(fd);
}

/* A refusal is a line that names the state, then the last checkpoint again,
 * however lately it was told. */
static void
refusal_is_told_with_the_last_checkpoint(void **state)
{
	struct seal_world *world = *state;
	struct publish *publish = publish_new();
	char path[108], line[8192];
	int fd;

	assert_non_null(publish);
	fd = socket_make(path, sizeof(path), world->path);
	publish_configure(publish, path);
	seal_up(world, 0);
	publish_refusal(publish, world->sealing, SEAL_FORGOTTEN);
	assert_true(line_next(fd, line, sizeof(line)));
	assert_non_null(strstr(line, "refused forgotten: "));
	assert_false(line_next(fd, line, sizeof(line)));

	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));
	for (unsigned i = 0; i < 2; i++) {
		publish_refusal(publish, world->sealing, SEAL_ROLLED_BACK);
		assert_true(line_next(fd, line, sizeof(line)));
		assert_non_null(strstr(line, "refused rolled-back: "));
		assert_true(line_next(fd, line, sizeof(line)));
		assert_non_null(strstr(line, "checkpoint " SEAL_ORIGIN " 10 "));
		assert_false(line_next(fd, line, sizeof(line)));
	}
	publish_now(publish, world->sealing);
	assert_false(line_next(fd, line, sizeof(line)));
	publish_free(publish);
	(void)close(fd);
}

struct wanted {
	unsigned sent;
	struct msg_store_note note;
};

static int
note_send(void *ctx, const struct msg_store_note *note)
{
	struct wanted *wanted = ctx;

	wanted->note = *note;
	wanted->sent++;
	return 0;
}

static void
note_done(void *ctx, enum notes_slot slot)
{
	(void)ctx;
	(void)slot;
}

static void
key_remember(struct store *store, const uint8_t key[SEAL_PUBLIC_LEN])
{
	assert_int_equal(store_begin(store), 0);
	store_meta_put(store, STORE_KEY, key, SEAL_PUBLIC_LEN);
	assert_int_equal(store_commit(store, NULL), 0);
}

/* The key is recorded when the log does not tell of it, and only then; after a
 * change with both keys' signatures, and who wanted it. */
static void
key_is_recorded_once(void **state)
{
	struct seal_world *world = *state;
	struct wanted wanted = { 0 };
	const struct notes_ops ops = { note_send, note_done, &wanted };
	struct msg_signer_hello hello = { .state = SIGNER_READY };
	struct notes notes;
	char text[SEAL_BASE64_LEN(SEAL_SIGNATURE_LEN) + 1];

	seal_up(world, 0);
	notes_init(&notes, &ops);
	memset(hello.public_key, 5, SEAL_PUBLIC_LEN);
	assert_true(publish_key(&notes, world->store, &hello, "ann"));
	notes_tick(&notes, 1);
	assert_int_equal(wanted.sent, 1);
	assert_int_equal(wanted.note.kind, ENTRY_KEY);
	(void)seal_base64(
	    hello.public_key, SEAL_PUBLIC_LEN, text, sizeof(text));
	assert_non_null(strstr(wanted.note.text, text));
	assert_string_equal(wanted.note.evidence, "");
	assert_string_equal(wanted.note.operator_name, "");
	key_remember(world->store, hello.public_key);
	assert_false(publish_key(&notes, world->store, &hello, "ann"));

	memset(hello.old_key, 5, SEAL_PUBLIC_LEN);
	memset(hello.public_key, 6, SEAL_PUBLIC_LEN);
	memset(hello.by_new, 7, SEAL_SIGNATURE_LEN);
	memset(hello.by_old, 8, SEAL_SIGNATURE_LEN);
	hello.has_old = 1;
	assert_true(publish_key(&notes, world->store, &hello, "ann"));
	notes_tick(&notes, 2);
	assert_int_equal(wanted.sent, 2);
	assert_string_equal(wanted.note.operator_name, "ann");
	(void)seal_base64(hello.by_new, SEAL_SIGNATURE_LEN, text, sizeof(text));
	assert_non_null(strstr(wanted.note.evidence, text));
	(void)seal_base64(hello.by_old, SEAL_SIGNATURE_LEN, text, sizeof(text));
	assert_non_null(strstr(wanted.note.evidence, text));
}

#define T(name) cmocka_unit_test_setup_teardown(name, seal_setup, seal_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(checkpoints_reach_the_system_log),
		T(refusal_is_told_with_the_last_checkpoint),
		T(key_is_recorded_once),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_publish", tests, NULL, NULL);
}
