/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit" on a store without a daemon: sound, and tampered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/cli/audit.h"
#include "store/db.h"
#include "tests/lib/audit_scene.h"

#define ENTRIES 700u
static const uint64_t sizes[] = { 100, 256, 300, 600, 0 };

static int
setup(void **state)
{
	struct audit_scene *scene = calloc(1, sizeof(*scene));

	audit_scene_make(scene, ENTRIES, sizes);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	audit_scene_free(*state);
	free(*state);
	return 0;
}

/* Run; the text must hold wanted. */
static void
gives(const struct args *args, int wanted_status, const char *wanted)
{
	int status;
	char *text = audit_scene_run(args, &status);

	if (strstr(text, wanted) == NULL || status != wanted_status)
		fail_msg("exit %d, said: %s", status, text);
	free(text);
}

static struct args
args_of(const struct audit_scene *scene, enum args_audit audit)
{
	return (struct args){ .verb = ARGS_AUDIT,
		.audit = (uint8_t)audit,
		.store = scene->folder };
}

/* Flip an octet of a value, or take it away (at SIZE_MAX). */
static void
tamper(const struct audit_scene *scene, enum db_table table, uint64_t key,
    size_t at)
{
	uint8_t copy[2048];
	const uint8_t *data;
	struct db_txn txn;
	struct db *db;
	size_t len;

	assert_int_equal(db_open(scene->folder, 1u << 28, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	assert_int_equal(db_get(&txn, table, key, &data, &len), 0);
	assert_in_range(len, 1, sizeof(copy));
	memcpy(copy, data, len);
	db_delete(&txn, table, key);
	if (at < len) {
		struct db_value value = { copy, len, NULL, 0 };

		copy[at] ^= 1;
		db_put(&txn, table, key, &value);
	}
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

/* A sound log is sound, by its own key, a given one, and a checkpoint. */
static void
sound_log_is_sound(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);

	gives(&args, CLI_DONE, "700 entries verified");
	gives(&args, CLI_DONE, "confirm the first 600 entries");
	gives(&args, CLI_DONE, "3 of the log's own");
	args.vkeys.text[args.vkeys.n++] = scene->vkey;
	args.json = true;
	gives(&args, CLI_DONE, "\"sound\":true");
}

/* Whatever is changed is found, with the first bad entry. */
static void
tampering_is_found(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);

	tamper(scene, DB_LOG, 412, 90);
	gives(&args, CLI_NO, "edited  entry 412");
	tamper(scene, DB_LOG, 412, 90);
	gives(&args, CLI_DONE, "\nsound\n");
	tamper(scene, DB_NODE, ((uint64_t)1 << 56) | 1, 3);
	gives(&args, CLI_NO, "hashes  entries 256 to 511");
	tamper(scene, DB_NODE, ((uint64_t)1 << 56) | 1, 3);
	tamper(scene, DB_LOG, 55, SIZE_MAX);
	gives(&args, CLI_NO, "missing  entry 55:");
}

/* An entry that is gone at the end, as after a truncation. */
static void
truncation_is_found(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);

	tamper(scene, DB_LOG, 699, SIZE_MAX);
	tamper(scene, DB_LOG, 698, SIZE_MAX);
	gives(&args, CLI_NO, "missing  entries 698 to 699");
}

/* A key that did not sign: every checkpoint is foreign. */
static void
other_key_is_foreign(void **state)
{
	struct audit_scene *scene = *state, other;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);

	audit_scene_make(&other, 1, &(const uint64_t){ 0 });
	args.vkeys.text[args.vkeys.n++] = other.vkey;
	gives(&args, CLI_NO, "foreign  entry 255:");
	audit_scene_free(&other);
}

/* Any key of a chain in which each key's successor was signed by both leads to
 * all of them, forward and backward; a forged step leads nowhere. */
static void
keys_are_followed_over_rotations(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);
	char vkeys[3][NOTE_VKEY_MAX];

	memcpy(vkeys[0], scene->vkey, NOTE_VKEY_MAX);
	for (unsigned i = 1; i < 3; i++) {
		audit_scene_rotate(scene, false);
		memcpy(vkeys[i], scene->vkey, NOTE_VKEY_MAX);
	}
	args.vkeys.n = 1;
	for (unsigned i = 0; i < 3; i++) {
		args.vkeys.text[0] = vkeys[i];
		gives(&args, CLI_DONE, "confirm the first 704 entries");
		gives(&args, CLI_DONE, "and with 2 that precede or follow");
	}
	args.vkeys.n = 0;
	gives(&args, CLI_DONE, "confirm the first 704 entries");

	audit_scene_rotate(scene, true);
	args.vkeys.n = 1;
	gives(&args, CLI_NO, "foreign  entry 705:");
	/* What is left is signed by the first key, which was replaced. */
	gives(&args, CLI_NO, "confirm the first 0 entries");
	gives(&args, CLI_NO, "up to 300 entries are signed only with a key");
	gives(
	    &args, CLI_NO, "not signed by both keys, and count for nothing: 1");
	/* To who trusts that one it is as good as those that follow it. */
	args.vkeys.text[0] = vkeys[0];
	gives(&args, CLI_NO, "confirm the first 300 entries");
	/* The forged one leads to itself alone. */
	args.vkeys.text[0] = scene->vkey;
	gives(&args, CLI_NO, "foreign  entry 255:");
	gives(&args, CLI_NO, "confirm the first 706 entries");
	args.vkeys.n = 0;
	gives(&args, CLI_NO, "foreign  entry 255:");
}

/* An index that hides entries is found. */
static void
index_is_checked(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);

	tamper(scene, DB_INDEX, 1, 200);
	gives(&args, CLI_NO, "index  entries 256 to 511");
	tamper(scene, DB_INDEX, 1, 200);
	gives(&args, CLI_DONE, "\nsound\n");
}

/* A copy whose file is torn, cut short or gone is told of, whatever is asked.
 */
static void
damaged_file_is_told_of(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);
	char path[TEMP_PATH_MAX + 16];
	uint8_t noise[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", scene->folder);
	memset(noise, 0xa5, sizeof(noise));
	file = fopen(path, "r+");
	assert_non_null(file);
	for (long page = 2; page < 40; page += 3) {
		assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
		assert_int_equal(
		    fwrite(noise, 1, sizeof(noise), file), sizeof(noise));
	}
	assert_int_equal(fclose(file), 0);
	for (unsigned i = ARGS_AUDIT_SHOW; i <= ARGS_AUDIT_PROOF; i++) {
		args.audit = (uint8_t)i;
		gives(&args, CLI_NO, "data.mdb cannot be read: page ");
	}
	args.audit = ARGS_AUDIT_VERIFY;
	gives(&args, CLI_NO, "not sound");
	args.json = true;
	gives(&args, CLI_NO, "{\"sound\":false,");
	assert_int_equal(truncate(path, 3 * 4096), 0);
	gives(&args, CLI_NO, "data.mdb cannot be read: ");
	assert_int_equal(truncate(path, 100), 0);
	gives(&args, CLI_NO, "data.mdb cannot be read: ");
	gives(&args, CLI_NO, "nothing of it can be read");
}

/* Of a torn file all that comes before the damage is verified. */
static void
rest_of_a_torn_file_is_verified(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_VERIFY);
	char path[TEMP_PATH_MAX + 16];
	const char mark[] = "SLR\1\1";
	uint8_t *file;
	size_t len, at = 0;
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", scene->folder);
	file = (uint8_t *)audit_file_read(path, 1u << 24, &len);
	assert_non_null(file);
	/* The page on which entry 500 stands. */
	for (; at + 16 < len; at++)
		if (memcmp(&file[at], mark, 5) == 0 && file[at + 14] == 1 &&
		    file[at + 15] == 0xf4)
			break;
	assert_true(at + 16 < len);
	memset(&file[at & ~(size_t)4095], 0xa5, 16);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(file, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	free(file);
	gives(&args, CLI_NO, "data.mdb cannot be read: page ");
	gives(&args, CLI_NO, "unreadable  entries 4");
	gives(&args, CLI_NO, " to 699: a record cannot be read");
	gives(&args, CLI_NO, "confirm the first 300 entries");
	gives(&args, CLI_NO, "with the key that the log itself names");
}

/* A checkpoint and a proof written to files are good without the store. */
static void
proof_holds_alone(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_PROOF), alone;
	char path[TEMP_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/proof", scene->folder);
	args.has_id = true;
	args.id = 599;
	args.output = path;
	gives(&args, CLI_DONE, "");
	alone = (struct args){
		.verb = ARGS_AUDIT, .audit = ARGS_AUDIT_VERIFY, .proof = path
	};
	alone.vkeys.text[alone.vkeys.n++] = scene->vkey;
	gives(&alone, CLI_DONE, "sound: entry 599 of the log " AUDIT_ORIGIN);
	args.id = 650;
	gives(&args, CLI_NO, "not in the checkpoint of 600 entries");
	args.output = NULL;
	args.has_consistency = true;
	args.consistency = 256;
	gives(&args, CLI_DONE, "old 256\n");
	args.size = 300;
	gives(&args, CLI_DONE, "\n\n" AUDIT_ORIGIN "\n300\n");
	(void)unlink(path);
}

/* Entries, checkpoints and keys as they are asked for. */
static void
parts_are_shown(void **state)
{
	struct audit_scene *scene = *state;
	struct args args = args_of(scene, ARGS_AUDIT_SHOW);

	args.has_id = true;
	args.id = 7;
	gives(&args, CLI_DONE, "leaf hash");
	args.id = 700;
	gives(&args, CLI_NO, "there is no entry 700");
	args = args_of(scene, ARGS_AUDIT_CHECKPOINT);
	gives(&args, CLI_DONE, AUDIT_ORIGIN "\n600\n");
	args.size = 299;
	gives(&args, CLI_DONE, AUDIT_ORIGIN "\n256\n");
	args.keys = true;
	gives(&args, CLI_DONE, scene->vkey);
	args = args_of(scene, ARGS_AUDIT_EXPORT);
	args.json = true;
	gives(&args, CLI_DONE, "{\"seq\":0,");
	gives(&args, CLI_DONE, "{\"seq\":699,");
	args.customer = "nobody";
	gives(&args, CLI_DONE, "");
	args.store = "/nonexistent";
	gives(&args, CLI_WRONG, "No such file");
	args.store = NULL;
	gives(&args, CLI_NOT_THERE, "nobody answers");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(sound_log_is_sound),
		TEST(tampering_is_found),
		TEST(truncation_is_found),
		TEST(other_key_is_foreign),
		TEST(keys_are_followed_over_rotations),
		TEST(index_is_checked),
		TEST(damaged_file_is_told_of),
		TEST(rest_of_a_torn_file_is_verified),
		TEST(proof_holds_alone),
		TEST(parts_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
