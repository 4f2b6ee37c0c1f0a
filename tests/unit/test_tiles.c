/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tiles of logs of telling sizes, octet by octet: each hash is computed here
 * from the records by RFC 6962's definition.
 */
#include <ftw.h>
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

#include "store/record.h"
#include "store/store.h"
#include "store/tile.h"
#include "tests/lib/audit_scene.h"
#include "tests/lib/random_entry.h"

#define LARGEST 70000u

struct scene {
	struct audit_scene audit;
	char out[TEMP_PATH_MAX];
	uint8_t (*leaf)[SEAL_LEN];
	uint64_t n;
	uint64_t files;
};

static int
unlink_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

static struct scene *
scene_make(uint64_t n, const uint64_t *sizes)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct entry *entry = calloc(1, sizeof(*entry));
	uint8_t record[RECORD_MAX];

	audit_scene_make(&scene->audit, n, sizes);
	temp_folder_make(scene->out);
	scene->n = n;
	scene->leaf = calloc(n + 1, SEAL_LEN);
	for (uint64_t i = 0; i < n; i++) {
		int len;

		usual_entry(i, entry);
		len = record_encode(entry, record);
		seal_leaf(record, (size_t)len, scene->leaf[i]);
	}
	free(entry);
	return scene;
}

static void
scene_free(struct scene *scene)
{
	(void)nftw(scene->out, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
	audit_scene_free(&scene->audit);
	free(scene->leaf);
	free(scene);
}

/* MTH of the leaves of a subtree. */
static void
hash_of(
    const struct scene *scene, uint64_t from, uint64_t n, uint8_t out[SEAL_LEN])
{
	struct seal_tree tree;

	seal_tree_init(&tree);
	for (uint64_t i = 0; i < n; i++)
		seal_tree_add(&tree, scene->leaf[from + i]);
	seal_tree_root(&tree, out);
}

static uint8_t *
file_of(const struct scene *scene, unsigned level, uint64_t index,
    unsigned width, size_t *len)
{
	char tile[TILE_PATH_MAX], path[TEMP_PATH_MAX + TILE_PATH_MAX + 2];
	char *text;

	assert_true(tile_path(tile, sizeof(tile), level, index, width) > 0);
	(void)snprintf(path, sizeof(path), "%s/%s", scene->out, tile);
	text = audit_file_read(path, 1u << 20, len);
	if (text == NULL)
		fail_msg("not there: %s", path);
	return (uint8_t *)text;
}

/* Hashes at a level, those of whole tiles below only; or entries. */
static uint64_t
level_size(const struct scene *scene, unsigned level)
{
	return level == TILE_ENTRIES ? scene->n : scene->n >> 8 * level;
}

/* The last tile may be a partial one. */
static uint64_t
tile_count(const struct scene *scene, unsigned level)
{
	return (level_size(scene, level) + TILE_WIDTH - 1) / TILE_WIDTH;
}

static unsigned
tile_width(const struct scene *scene, unsigned level, uint64_t index)
{
	uint64_t left = level_size(scene, level) - index * TILE_WIDTH;

	return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

static void
tile_is(struct scene *scene, unsigned level, uint64_t index, uint64_t span)
{
	unsigned width = tile_width(scene, level, index);
	uint8_t wanted[SEAL_LEN], *data;
	size_t len;

	data = file_of(scene, level, index, width, &len);
	assert_int_equal(len, width * SEAL_LEN);
	for (unsigned i = 0; i < width; i++) {
		hash_of(scene, (index * TILE_WIDTH + i) * span, span, wanted);
		assert_memory_equal(&data[i * SEAL_LEN], wanted, SEAL_LEN);
	}
	free(data);
	scene->files++;
}

static void
bundle_is(struct scene *scene, uint64_t index)
{
	unsigned width = tile_width(scene, TILE_ENTRIES, index);
	uint8_t *data, leaf[SEAL_LEN];
	size_t len, at = 0;

	data = file_of(scene, TILE_ENTRIES, index, width, &len);
	for (unsigned i = 0; i < width; i++) {
		size_t n;

		assert_true(len - at >= 2);
		n = (size_t)data[at] << 8 | data[at + 1];
		assert_true(len - at - 2 >= n);
		seal_leaf(&data[at + 2], n, leaf);
		assert_memory_equal(
		    leaf, scene->leaf[index * TILE_WIDTH + i], SEAL_LEN);
		at += 2 + n;
	}
	assert_int_equal(at, len);
	free(data);
	scene->files++;
}

static void export(const struct scene *scene, int wanted, const char *said)
{
	struct args args = { .verb = ARGS_AUDIT,
		.audit = ARGS_AUDIT_EXPORT,
		.store = scene->audit.folder,
		.tiles = scene->out };
	int status;
	char *text = audit_scene_run(&args, &status);

	if (status != wanted || strstr(text, said) == NULL)
		fail_msg("exit %d, said: %s", status, text);
	free(text);
}

/* Regular files below a folder, as find counts them. */
static uint64_t
files_seen(const char *path)
{
	char command[TEMP_PATH_MAX + 64], text[32] = "";
	FILE *pipe;

	(void)snprintf(
	    command, sizeof(command), "find %s -type f | wc -l", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(text, sizeof(text), pipe));
	(void)pclose(pipe);
	return strtoull(text, NULL, 10);
}

/* Every tile and bundle of the size is there, and right. */
static void
all_is_right(struct scene *scene)
{
	uint64_t span = 1;

	scene->files = 1; /* the checkpoint */
	for (unsigned level = 0; level < TILE_LEVELS && span <= scene->n;
	     level++, span *= TILE_WIDTH) {
		for (uint64_t i = 0; i < tile_count(scene, level); i++)
			tile_is(scene, level, i, span);
	}
	for (uint64_t i = 0; i < tile_count(scene, TILE_ENTRIES); i++)
		bundle_is(scene, i);
}

static const uint64_t rows[] = { 0, 1, 255, 256, 257, LARGEST };

/* A log of that size is exported as it should be, and nothing besides. */
static void
size_is_exact(void **state)
{
	uint64_t n = *(const uint64_t *)*state;
	struct scene *scene = scene_make(n, (const uint64_t[]){ n, 0 });

	export(scene, CLI_DONE, " entries (0 were there)");
	all_is_right(scene);
	assert_int_equal(files_seen(scene->out), scene->files);
	scene_free(scene);
}

/* An export is carried on, and gives what one at once would have given. */
static void
export_is_carried_on(void **state)
{
	static const uint64_t sizes[] = { 700, 0 };
	struct scene *scene = scene_make(700, sizes);
	struct audit_scene whole = scene->audit;
	size_t len;

	(void)state;
	/* The same entries, signed by another key of the same name. */
	audit_scene_make(&scene->audit, 300, (const uint64_t[]){ 300, 0 });
	export(scene, CLI_DONE, "300 entries (0 were there)");
	audit_scene_free(&scene->audit);
	scene->audit = whole;
	export(scene, CLI_DONE, "700 entries (300 were there)");
	all_is_right(scene);
	free(file_of(scene, 0, 0, 256, &len));
	export(scene, CLI_DONE, "700 entries (700 were there)");
	scene_free(scene);
}

/* A log that is not the one that was exported is refused. */
static void
another_log_is_refused(void **state)
{
	static const uint64_t sizes[] = { 300, 0 };
	struct scene *scene = scene_make(300, sizes);
	char path[TEMP_PATH_MAX + 16];
	FILE *file;
	int digit;

	(void)state;
	export(scene, CLI_DONE, "300 entries (0 were there)");
	(void)snprintf(path, sizeof(path), "%s/checkpoint", scene->out);
	file = fopen(path, "r+");
	assert_non_null(file);
	/* Another first digit of its root. */
	assert_int_equal(
	    fseek(file, (long)strlen(AUDIT_ORIGIN "\n300\n"), SEEK_SET), 0);
	digit = getc(file) == 'z' ? 'y' : 'z';
	assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
	(void)putc(digit, file);
	(void)fclose(file);
	export(scene, CLI_NO, "it is another");
	file = fopen(path, "w");
	(void)fputs("nonsense\n", file);
	(void)fclose(file);
	export(scene, CLI_WRONG, "is no signed checkpoint");
	scene_free(scene);
}

/* A folder of the export that is a link leads nowhere else. */
static void
link_in_the_export_is_refused(void **state)
{
	static const uint64_t sizes[] = { 300, 0 };
	struct scene *scene = scene_make(300, sizes);
	struct args args = { .verb = ARGS_AUDIT,
		.audit = ARGS_AUDIT_EXPORT,
		.tiles = scene->out,
		.store = scene->audit.folder };
	char name[TEMP_PATH_MAX + 16], elsewhere[TEMP_PATH_MAX];
	char *text;
	int status;

	(void)state;
	temp_folder_make(elsewhere);
	(void)snprintf(name, sizeof(name), "%s/tile", scene->out);
	assert_int_equal(symlink(elsewhere, name), 0);
	text = audit_scene_run(&args, &status);
	assert_int_equal(status, 1);
	free(text);
	assert_int_equal(rmdir(elsewhere), 0); /* nothing in it */
	scene_free(scene);
}

/* After a rollback over a rotation the last checkpoint is by a key that was
 * replaced: it is the log's all the same. */
static void
checkpoint_by_a_replaced_key_is_exported(void **state)
{
	static const uint64_t sizes[] = { 300, 0 };
	struct scene *scene = scene_make(300, sizes);
	struct store *store;

	(void)state;
	audit_scene_rotate(&scene->audit, false);
	assert_int_equal(store_open(scene->audit.folder, 1u << 28, &store), 0);
	assert_int_equal(store_begin(store), 0);
	store_note_drop(store, store_next(store));
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	export(scene, 0, "300 entries (0 were there)");
	scene_free(scene);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FIRST = 4
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
		cmocka_unit_test(export_is_carried_on),
		cmocka_unit_test(another_log_is_refused),
		cmocka_unit_test(link_in_the_export_is_refused),
		cmocka_unit_test(checkpoint_by_a_replaced_key_is_exported),
	};
	char names[ROWS][32];

	for (size_t i = 0; i < ROWS; i++) {
		(void)snprintf(
		    names[i], sizeof(names[i]), "size %u", (unsigned)rows[i]);
		tests[FIRST + i] = (struct CMUnitTest){ names[i], size_is_exact,
			NULL, NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
