/* SPDX-License-Identifier: BSD-2-Clause */
/* The signer's folder and keys: made once, private or refused, never silently
 * replaced. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/signer/folder.h"
#include "proxy/signer/keys.h"
#include "tests/lib/temp_folder.h"

#define NAME "sluice/192.0.2.1"
#define NOW  1800000000u

struct world {
	char path[TEMP_PATH_MAX];
	int folder;
	struct keys keys;
	char why[128];
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	world->folder =
	    folder_open(world->path, world->why, sizeof(world->why));
	assert_true(world->folder >= 0);
	*state = world;
	return seal_init();
}

static int
teardown(void **state)
{
	struct world *world = *state;

	keys_fini(&world->keys);
	(void)close(world->folder);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

static int
load(struct world *world)
{
	keys_fini(&world->keys);
	return keys_load(
	    &world->keys, world->folder, NAME, world->why, sizeof(world->why));
}

static mode_t
mode_of(const struct world *world, const char *name)
{
	struct stat stat;

	assert_int_equal(fstatat(world->folder, name, &stat, 0), 0);
	return stat.st_mode & 07777;
}

static bool
is_there(const struct world *world, const char *name)
{
	return faccessat(world->folder, name, F_OK, 0) == 0;
}

static void
put(const struct world *world, const char *name, const void *data, size_t len)
{
	assert_int_equal(folder_keep(world->folder, name, data, len), 0);
}

static int
is_ready(void *ctx, struct seal_key *key)
{
	(void)key;
	return *(int *)ctx;
}

/* A folder is made private; one that others may use, or that is in use, is
 * refused. */
static void
folder_is_private_or_refused(void **state)
{
	struct world *world = *state;
	char path[TEMP_PATH_MAX + 8], why[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/in", world->path);
	fd = folder_open(path, why, sizeof(why));
	assert_true(fd >= 0);
	assert_int_equal(mode_of(world, "in"), 0700);
	assert_int_equal(folder_open(path, why, sizeof(why)), -1);
	assert_string_equal(why, "another process uses the keys' folder");
	(void)close(fd);
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(path, 0700 | bit), 0);
		assert_int_equal(folder_open(path, why, sizeof(why)), -1);
		assert_non_null(strstr(why, "mode must be 0700"));
	}
	assert_int_equal(chmod(path, 0700), 0);
	if (chown(path, 12345, (gid_t)-1) == 0) {
		assert_int_equal(folder_open(path, why, sizeof(why)), -1);
		assert_string_equal(
		    why, "the keys' folder belongs to somebody else");
	}
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink(".", path), 0);
	assert_int_equal(folder_open(path, why, sizeof(why)), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
	    folder_open("/nonexistent/folder", why, sizeof(why)), -1);
}

/* Both keys are made at the first start, and stay. */
static void
keys_are_made_once(void **state)
{
	struct world *world = *state;
	uint8_t key[SEAL_PUBLIC_LEN];
	struct note_key cosigner;

	assert_int_equal(load(world), 0);
	assert_int_equal(mode_of(world, KEYS_FILE), 0400);
	assert_int_equal(mode_of(world, KEYS_COSIGNER), 0400);
	assert_string_equal(world->keys.cosigner.name, NAME "/witness");
	memcpy(key, world->keys.public_key, sizeof(key));
	cosigner = world->keys.cosigner;
	assert_int_equal(load(world), 0);
	assert_memory_equal(key, world->keys.public_key, sizeof(key));
	assert_memory_equal(&cosigner, &world->keys.cosigner, sizeof(cosigner));
	assert_false(is_there(world, KEYS_FILE ".new"));
	/* Others know us by that name: another one later changes nothing. */
	keys_fini(&world->keys);
	assert_int_equal(keys_load(&world->keys, world->folder, "other",
			     world->why, sizeof(world->why)),
	    0);
	assert_memory_equal(&cosigner, &world->keys.cosigner, sizeof(cosigner));
}

/* A key that others may read, or that may be changed, is none. */
static void
loose_key_is_refused(void **state)
{
	static const char *const files[] = { KEYS_FILE, KEYS_COSIGNER };
	static const mode_t modes[] = { 0600, 0440, 0404, 0500, 04400 };
	struct world *world = *state;

	assert_int_equal(load(world), 0);
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned k = 0; k < 5; k++) {
			assert_int_equal(
			    fchmodat(world->folder, files[i], modes[k], 0), 0);
			assert_int_equal(load(world), -1);
			assert_non_null(strstr(world->why, files[i]));
			assert_null(world->keys.key);
		}
		assert_int_equal(fchmodat(world->folder, files[i], 0400, 0), 0);
	}
	assert_int_equal(load(world), 0);
}

/* Any octet changed, or a piece missing: refused, and not made anew. */
static void
damaged_key_is_refused(void **state)
{
	static const char *const files[] = { KEYS_FILE, KEYS_COSIGNER };
	struct world *world = *state;
	int ready = 0;
	uint8_t octets[512];
	size_t len;

	assert_int_equal(load(world), 0);
	assert_int_equal(
	    keys_rotate(&world->keys, world->folder, NOW, is_ready, &ready), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(folder_read(world->folder, files[i], octets,
				     sizeof(octets), &len),
		    0);
		/* Behind the name of a cosigner all is zero. */
		for (size_t at = 0; at < len && (i == 0 || at < 72); at += 3) {
			octets[at] ^= 0x10;
			put(world, files[i], octets, len);
			assert_int_equal(load(world), -1);
			octets[at] ^= 0x10;
		}
		for (size_t cut = 0; cut < len; cut += 7) {
			if (i == 0 && cut == 72)
				continue;
			put(world, files[i], octets, cut);
			assert_int_equal(load(world), -1);
		}
		put(world, files[i], octets, len);
	}
	assert_int_equal(load(world), 0);
}

/* A key that is gone is not made anew when it has signed. */
static void
missing_key_is_noticed(void **state)
{
	struct world *world = *state;

	assert_int_equal(load(world), 0);
	put(world, "own-0123456789abcdef", "x", 1);
	assert_int_equal(folder_wipe(world->folder, KEYS_FILE), 0);
	assert_int_equal(load(world), -1);
	assert_non_null(strstr(world->why, "it is gone"));
	assert_int_equal(folder_wipe(world->folder, "own-0123456789abcdef"), 0);
	assert_int_equal(load(world), 0);
}

/* For thirty days there are two, and a statement by both; then one. */
static void
old_key_ends_after_thirty_days(void **state)
{
	struct world *world = *state;
	uint8_t old[SEAL_PUBLIC_LEN], octets[512];
	struct rollover rollover;
	int ready = 0;
	size_t len;

	assert_int_equal(load(world), 0);
	memcpy(old, world->keys.public_key, sizeof(old));
	assert_int_equal(
	    keys_rotate(&world->keys, world->folder, NOW, is_ready, &ready), 0);
	assert_memory_not_equal(old, world->keys.public_key, sizeof(old));
	assert_memory_equal(old, world->keys.rollover.old_key, sizeof(old));
	assert_false(keys_retire(&world->keys, world->folder, NOW));

	/* And so after a restart. */
	assert_int_equal(load(world), 0);
	rollover = world->keys.rollover;
	assert_true(rollover_verify(&rollover));
	assert_int_equal(rollover.until_s, NOW + ROLLOVER_KEPT_S);
	assert_true(keys_has_old(&world->keys, rollover.until_s - 1));
	assert_false(keys_has_old(&world->keys, rollover.until_s));
	assert_false(
	    keys_retire(&world->keys, world->folder, rollover.until_s - 1));
	assert_true(keys_retire(&world->keys, world->folder, rollover.until_s));
	assert_null(world->keys.old);
	assert_int_equal(
	    folder_read(world->folder, KEYS_FILE, octets, sizeof(octets), &len),
	    0);
	assert_int_equal(len, 72);
	assert_false(is_there(world, KEYS_FILE ".new"));
	assert_int_equal(load(world), 0);
	assert_memory_equal(
	    rollover.new_key, world->keys.public_key, sizeof(old));
}

/* A rotation that cannot be made ready changes nothing. */
static void
failed_rotation_changes_nothing(void **state)
{
	struct world *world = *state;
	uint8_t key[SEAL_PUBLIC_LEN];
	int ready = -EIO;

	assert_int_equal(load(world), 0);
	memcpy(key, world->keys.public_key, sizeof(key));
	assert_int_equal(
	    keys_rotate(&world->keys, world->folder, NOW, is_ready, &ready),
	    -EIO);
	assert_null(world->keys.old);
	assert_memory_equal(key, world->keys.public_key, sizeof(key));
	assert_int_equal(load(world), 0);
	assert_memory_equal(key, world->keys.public_key, sizeof(key));
}

/* Nobody can change what a rollover states. */
static void
changed_rollover_does_not_verify(void **state)
{
	struct world *world = *state;
	struct rollover rollover;
	uint8_t *octets = (uint8_t *)&rollover;
	char text[ROLLOVER_MAX];
	int ready = 0;

	assert_int_equal(load(world), 0);
	assert_int_equal(
	    keys_rotate(&world->keys, world->folder, NOW, is_ready, &ready), 0);
	for (size_t at = 0; at < sizeof(rollover); at++) {
		rollover = world->keys.rollover;
		assert_true(rollover_verify(&rollover));
		octets[at] ^= 1;
		assert_false(rollover_verify(&rollover));
	}
	rollover = world->keys.rollover;
	assert_int_equal(rollover_print(&rollover, text, 10), -1);
	assert_true(rollover_print(&rollover, text, sizeof(text)) > 0);
	assert_memory_equal(text, "sluice key rollover v1\nold ", 27);
	/* One key cannot follow itself. */
	memcpy(rollover.old_key, rollover.new_key, SEAL_PUBLIC_LEN);
	assert_false(rollover_verify(&rollover));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folder_is_private_or_refused),
		TEST(keys_are_made_once),
		TEST(loose_key_is_refused),
		TEST(damaged_key_is_refused),
		TEST(missing_key_is_noticed),
		TEST(old_key_ends_after_thirty_days),
		TEST(failed_rotation_changes_nothing),
		TEST(changed_rollover_does_not_verify),
	};

	return cmocka_run_group_tests_name("signer_keys", tests, NULL, NULL);
}
