/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that is searched without a daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/offline.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define ENTRIES 200u

struct scene {
	char folder[TEMP_PATH_MAX];
	struct answer answer;
	char why[ARGS_WHY_MAX];
};

static int
setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct entry *entry = calloc(1, sizeof(*entry));
	struct store *store;

	temp_folder_make(scene->folder);
	assert_int_equal(store_open(scene->folder, 1u << 24, &store), 0);
	assert_int_equal(store_begin(store), 0);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		usual_entry(i, entry);
		if (i % 10 == 3)
			(void)snprintf(
			    entry->customer, sizeof(entry->customer), "beta");
		assert_int_equal(store_append_entry(store, entry), 0);
	}
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	free(entry);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	answer_fini(&scene->answer);
	temp_folder_remove(scene->folder);
	free(scene);
	return 0;
}

/* The number of the entry in row i. */
static uint64_t
seq_of(const struct scene *scene, size_t i)
{
	struct json *line = answer_row(&scene->answer, i);
	uint64_t seq;

	assert_true(json_number(json_get(line, "row"), "seq", &seq));
	json_free(line);
	return seq;
}

/* The last entries come, newest first. */
static void
last_entries_are_found(void **state)
{
	struct scene *scene = *state;
	struct args args = { .verb = ARGS_AUDIT, .store = scene->folder };

	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_DONE);
	assert_int_equal(scene->answer.n_rows, 50);
	assert_int_equal(seq_of(scene, 0), ENTRIES - 1);
	assert_int_equal(seq_of(scene, 49), ENTRIES - 50);
	assert_int_equal(answer_exit(&scene->answer), 0);
}

/* Filters and the number hold as with the daemon. */
static void
filters_hold(void **state)
{
	struct scene *scene = *state;
	struct args args = { .verb = ARGS_AUDIT,
		.store = scene->folder,
		.customer = "beta",
		.n = 3 };

	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_DONE);
	assert_int_equal(scene->answer.n_rows, 3);
	assert_int_equal(seq_of(scene, 0), 193);
	assert_int_equal(seq_of(scene, 2), 173);
}

/* A rule's entries are found by its number, also number 0. */
static void
rule_is_found_by_number(void **state)
{
	struct scene *scene = *state;
	struct args args = {
		.verb = ARGS_AUDIT, .store = scene->folder, .has_rule = true
	};

	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_DONE);
	assert_int_equal(scene->answer.n_rows, 1);
	assert_int_equal(seq_of(scene, 0), 0);
}

/* Words that are not understood, and a store that is none, are wrong use. */
static void
wrong_use_is_said(void **state)
{
	struct scene *scene = *state;
	struct args args = {
		.verb = ARGS_AUDIT, .store = scene->folder, .since = "yesterday"
	};

	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_WRONG);
	assert_memory_equal(
	    scene->why, "since: found \"yesterday\", wanted a time", 38);
	args.since = NULL;
	args.n = 100001;
	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_WRONG);
	args.n = 0;
	args.store = "/nonexistent";
	assert_int_equal(
	    offline_audit(&args, 0, &scene->answer, scene->why), CLI_WRONG);
	assert_string_equal(
	    scene->why, "--store /nonexistent: No such file or directory");
	assert_null(scene->answer.end);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(last_entries_are_found),
		TEST(filters_hold),
		TEST(rule_is_found_by_number),
		TEST(wrong_use_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
