/* SPDX-License-Identifier: BSD-2-Clause */
/* The store has something to record; and it may begin another log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define RULE "10.1.0.1/32"

static struct msg_store_note
note_of(enum entry_kind kind, const char *text)
{
	struct msg_store_note note = {
		.head.kind = MSG_STORE_NOTE, .kind = kind, .count = 512
	};

	(void)snprintf(note.text, sizeof(note.text), "%s", text);
	(void)snprintf(note.evidence, sizeof(note.evidence), "entries 0-511");
	(void)snprintf(note.operator_name, sizeof(note.operator_name), "alice");
	return note;
}

static void
say(struct scene *scene, const struct msg_store_note *note)
{
	assert_int_equal(
	    channel_send(scene->store.channel, note, sizeof(*note), -1), 0);
	channel_flush(scene->store.channel);
	scene_settle(scene);
}

/* What the store wants on record is an entry in the guard's order. */
static void
note_is_recorded(void **state)
{
	struct scene *scene = scene_new();
	struct msg_store_note note = note_of(ENTRY_KEY, "public key AAAA");
	const struct msg_entry *entry;

	(void)state;
	say(scene, &note);
	entry = disk_last(&scene->store, ENTRY_KEY, NULL);
	assert_true(disk_says(entry, "public key AAAA"));
	assert_true(disk_says(entry, "entries 0-511"));
	assert_int_equal(entry->count, 512);
	assert_int_equal(entry->operator_len, strlen("alice"));
	scene_free(scene);
}

/* It may speak of keys and of what it removes, not of verdicts. */
static void
note_of_a_verdict_is_not(void **state)
{
	struct scene *scene = scene_new();
	struct msg_store_note note = note_of(ENTRY_VERDICT, "accepted");
	size_t n = scene->store.durable;

	(void)state;
	say(scene, &note);
	assert_int_equal(scene->store.durable, n);
	assert_int_equal(scene->blamed.role, ROLE_STORE);
	scene_free(scene);
}

static void
note_without_an_end_is_not(void **state)
{
	struct scene *scene = scene_new();
	struct msg_store_note note = note_of(ENTRY_SUMMARY, "retention");
	size_t n = scene->store.durable;

	(void)state;
	memset(note.text, 'x', sizeof(note.text));
	say(scene, &note);
	assert_int_equal(scene->store.durable, n);
	assert_int_equal(scene->blamed.role, ROLE_STORE);
	scene_free(scene);
}

/* The same log again: the guard goes on. */
static void
same_log_goes_on(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->store.origin = "log/1";
	scene_start(scene);
	session_announce(&scene->sessions[0], RULE, 0);
	scene_settle(scene);
	disk_die(&scene->store, true);
	scene_settle(scene);
	scene_give_store(scene);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/*
 * Another log: the guard ends, and the next one has every rule judged and
 * recorded anew, while routers keep what they have.
 */
static void
other_log_starts_the_guard_over(void **state)
{
	struct scene *scene = scene_prepare();
	unsigned withdrawn;

	(void)state;
	scene->store.origin = "log/1";
	scene_start(scene);
	session_announce(&scene->sessions[0], RULE, 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	withdrawn = scene->routers[0].withdrawn;

	/* Set aside: the new one is empty. */
	disk_die(&scene->store, true);
	scene_settle(scene);
	disk_free(scene);
	memset(&scene->store, 0, sizeof(scene->store));
	disk_init(scene);
	scene->store.origin = "log/2";
	scene_give_store(scene);
	scene_until_stopped(scene);

	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED), 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	/* Withdrawn at most for the moment of its new record. */
	assert_true(scene->routers[0].withdrawn <= withdrawn + 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(note_is_recorded),
		cmocka_unit_test(note_of_a_verdict_is_not),
		cmocka_unit_test(note_without_an_end_is_not),
		cmocka_unit_test(same_log_goes_on),
		cmocka_unit_test(other_log_starts_the_guard_over),
	};

	return cmocka_run_group_tests_name("store speaks", tests, NULL, NULL);
}
