/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an auditor reads: the verbs of "sluice audit" on a store that is always
 * the same, sound and not, as files tests/golden/audit/NAME.txt.
 * UPDATE_GOLDEN=1 writes the files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/audit.h"
#include "store/db.h"
#include "tests/lib/audit_scene.h"

#define TEXT_MAX 65536
#define ENTRIES  600u
#define SEED     7

static const uint64_t sizes[] = { 100, 256, 400, 0 };

struct scene {
	struct audit_scene store;
	struct args args;
	char vkey[NOTE_VKEY_MAX];         /* the log's first */
	char outside[TEMP_PATH_MAX + 16]; /* a checkpoint that was kept */
	char proof[TEMP_PATH_MAX + 16];
};

static void
row_delete(const struct scene *scene, enum db_table table, uint64_t key)
{
	struct db_txn txn;
	struct db *db;

	assert_int_equal(db_open(scene->store.folder, 1u << 28, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_delete(&txn, table, key);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

static void
row_change(const struct scene *scene, enum db_table table, uint64_t key)
{
	uint8_t copy[2048];
	const uint8_t *data;
	struct db_txn txn;
	struct db *db;
	struct db_value value = { copy, 0, NULL, 0 };

	assert_int_equal(db_open(scene->store.folder, 1u << 28, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	assert_int_equal(db_get(&txn, table, key, &data, &value.len), 0);
	assert_in_range(value.len, 91, sizeof(copy));
	memcpy(copy, data, value.len);
	copy[90] ^= 1;
	db_put(&txn, table, key, &value);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

/* ---- what is asked ---- */

static void
with_key(struct scene *scene)
{
	memcpy(scene->vkey, scene->store.vkey, sizeof(scene->vkey));
	scene->args.vkeys.text[scene->args.vkeys.n++] = scene->vkey;
}

/* What is asked for is written to a file first. */
static void
run_to(struct scene *scene, enum args_audit audit, const char *path)
{
	struct args args = scene->args;
	int status;
	char *text;
	FILE *file;

	args.audit = (uint8_t)audit;
	args.json = false;
	text = audit_scene_run(&args, &status);
	assert_int_equal(status, CLI_DONE);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
	free(text);
}

static void
with_outside(struct scene *scene)
{
	with_key(scene);
	run_to(scene, ARGS_AUDIT_CHECKPOINT, scene->outside);
	scene->args.checkpoints.text[scene->args.checkpoints.n++] =
	    scene->outside;
}

static void
edited(struct scene *scene)
{
	with_outside(scene);
	row_change(scene, DB_LOG, 57);
	row_change(scene, DB_INDEX, 1);
}

static void
cut_off(struct scene *scene)
{
	with_outside(scene);
	for (uint64_t seq = 300; seq < ENTRIES; seq++)
		row_delete(scene, DB_LOG, seq);
	row_delete(scene, DB_NOTE, 400);
	row_delete(scene, DB_TREE, 0);
}

static void
rotated(struct scene *scene)
{
	with_key(scene);
	audit_scene_rotate(&scene->store, false);
	audit_scene_rotate(&scene->store, true);
}

static void
one_rule(struct scene *scene)
{
	scene->args.has_rule = true;
	scene->args.rule = 5;
}

static void
proof_alone(struct scene *scene)
{
	run_to(scene, ARGS_AUDIT_PROOF, scene->proof);
	scene->args.proof = scene->proof;
	scene->args.store = NULL;
	with_key(scene);
}

static void
entry_changed(struct scene *scene)
{
	row_change(scene, DB_LOG, 7);
}

static void
nothing(struct scene *scene)
{
	(void)scene;
}

struct row {
	const char *name;
	struct args args;
	void (*prepare)(struct scene *scene);
	int status;
};

#define ASK(verb, ...)                                                         \
	{                                                                      \
		.audit = ARGS_AUDIT_##verb, __VA_ARGS__                        \
	}
#define ENTRY(seq) .has_id = true, .id = (seq)
static const struct row rows[] = {
	{ "show", ASK(SHOW, ENTRY(7)), nothing, 0 },
	{ "show_json", ASK(SHOW, ENTRY(7), .json = true, .raw = true), nothing,
	    0 },
	{ "show_changed", ASK(SHOW, ENTRY(7)), entry_changed, 1 },
	{ "show_none", ASK(SHOW, ENTRY(600)), nothing, 1 },
	{ "verify", ASK(VERIFY, .json = false), nothing, 0 },
	{ "verify_outside", ASK(VERIFY, .json = false), with_outside, 0 },
	{ "verify_json", ASK(VERIFY, .json = true), with_outside, 0 },
	{ "verify_edited", ASK(VERIFY, .json = false), edited, 1 },
	{ "verify_edited_json", ASK(VERIFY, .json = true), edited, 1 },
	{ "verify_cut_off", ASK(VERIFY, .json = false), cut_off, 1 },
	{ "verify_rotated", ASK(VERIFY, .json = false), rotated, 1 },
	{ "verify_proof", ASK(VERIFY, ENTRY(7)), proof_alone, 0 },
	{ "checkpoint", ASK(CHECKPOINT, .json = false), nothing, 0 },
	{ "checkpoint_size", ASK(CHECKPOINT, .size = 300), nothing, 0 },
	{ "checkpoint_none", ASK(CHECKPOINT, .size = 99), nothing, 1 },
	{ "checkpoint_keys", ASK(CHECKPOINT, .keys = true), nothing, 0 },
	{ "checkpoint_json", ASK(CHECKPOINT, .json = true), nothing, 0 },
	{ "proof", ASK(PROOF, ENTRY(7)), nothing, 0 },
	{ "proof_json", ASK(PROOF, ENTRY(7), .json = true), nothing, 0 },
	{ "proof_of_changed", ASK(PROOF, ENTRY(7)), entry_changed, 1 },
	{ "proof_consistency",
	    ASK(PROOF, .has_consistency = true, .consistency = 100), nothing,
	    0 },
	{ "export_json", ASK(EXPORT, .json = true), one_rule, 0 },
};

/* ---- comparing ---- */

/* The folder has another name each time. */
static void
folder_hide(char *text, const char *folder)
{
	static const char name[] = "STORE";
	size_t len = strlen(folder);

	for (char *at = strstr(text, folder); at != NULL;
	     at = strstr(at, folder)) {
		memcpy(at, name, sizeof(name) - 1);
		memmove(&at[sizeof(name) - 1], &at[len], strlen(&at[len]) + 1);
	}
}

static char *
said(const struct row *row, int *status)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	char *text;

	audit_scene_make_seeded(&scene->store, SEED, ENTRIES, sizes);
	scene->args = row->args;
	scene->args.verb = ARGS_AUDIT;
	scene->args.store = scene->store.folder;
	(void)snprintf(scene->outside, sizeof(scene->outside), "%s/outside",
	    scene->store.folder);
	(void)snprintf(scene->proof, sizeof(scene->proof), "%s/proof",
	    scene->store.folder);
	row->prepare(scene);
	text = audit_scene_run(&scene->args, status);
	folder_hide(text, scene->store.folder);
	audit_scene_free(&scene->store);
	free(scene);
	return text;
}

/* A verb says what its file says. */
static void
agrees(void **state)
{
	const struct row *row = *state;
	char path[1024], wanted[TEXT_MAX];
	int status;
	char *text = said(row, &status);
	size_t n;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/audit/%s.txt", GOLDEN_FOLDER, row->name);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fputs(text, file);
		(void)fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(wanted, 1, sizeof(wanted) - 1, file);
	(void)fclose(file);
	wanted[n] = '\0';
	assert_string_equal(text, wanted);
	assert_int_equal(status, row->status);
	free(text);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){ rows[i].name, agrees, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
