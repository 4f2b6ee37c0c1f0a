/* SPDX-License-Identifier: BSD-2-Clause */
/* When checkpoints are asked for, what answers are believed, and what stops
 * them for good. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/seal_scene.h"

static enum seal_state
state_of(const struct seal_world *world)
{
	return sealing_state(world->sealing);
}

/* The note that the store keeps for the whole log. */
static size_t
kept_note(struct seal_world *world, char *note)
{
	uint64_t size;
	size_t len;

	assert_int_equal(ledger_note(store_ledger(world->store), UINT64_MAX,
			     &size, note, &len),
	    0);
	assert_int_equal(size, world->target);
	return len;
}

/* ---- signer ---- */

/* What is durable is signed, kept with the log, and told. */
static void
entries_are_signed_and_kept(void **state)
{
	struct seal_world *world = *state;
	char note[NOTE_MAX];
	size_t len;

	seal_up(world, 0);
	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));

	assert_int_equal(world->keys, 1);
	assert_int_equal(state_of(world), SEAL_SIGNING);
	assert_int_equal(world->sign.known_size, UINT64_MAX);
	len = kept_note(world, note);
	assert_true(note_verify(note, len, &world->key, NULL));
	assert_true(sealing_idle(world->sealing));
}

/* The next one is asked for no sooner than the pace allows, and is proven to
 * grow out of the one before. */
static void
pace_is_kept_and_growth_is_proven(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));
	seal_append(world, 300);
	seal_pass(world, SEALING_SIGN_MS - 1);
	assert_int_equal(world->asked, 1);
	seal_pass(world, 1);

	assert_int_equal(world->asked, 2);
	assert_int_equal(world->sign.old_size, 10);
	assert_int_equal(world->sign.known_size, 10);
	assert_true(seal_is_published(world));
}

/* A signer that is slow has one request, not a queue of them. */
static void
one_request_is_outstanding(void **state)
{
	struct seal_world *world = *state;

	world->silent = true;
	seal_up(world, 0);
	seal_append(world, 10);
	seal_pass(world, 2000);
	seal_append(world, 10);
	seal_pass(world, 2000);
	assert_int_equal(world->asked, 1);
	assert_false(sealing_idle(world->sealing));
}

/* At the stop the pace does not matter. */
static void
last_entries_are_signed_at_once(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));
	seal_append(world, 1);
	sealing_last(world->sealing);
	seal_pass(world, 0);
	assert_int_equal(world->asked, 2);
	assert_true(seal_is_published(world));
	assert_true(sealing_idle(world->sealing));
}

/* A signature that is not by the key over what was asked is not kept. */
static void
wrong_signature_is_not_believed(void **state)
{
	struct seal_world *world = *state;

	world->lies = true;
	seal_up(world, 0);
	seal_append(world, 10);
	seal_pass(world, 2000);
	assert_int_equal(state_of(world), SEAL_FAILED);
	assert_int_equal(world->published, 0);

	world->lies = false;
	world->last_size = 0;
	seal_pass(world, SEALING_RETRY_MS);
	assert_int_equal(state_of(world), SEAL_SIGNING);
	assert_true(seal_is_published(world));
}

/* The signer is ahead of what the store keeps: a crash lay between. */
static void
signer_that_is_ahead_is_followed(void **state)
{
	struct seal_world *world = *state;

	world->answer = SIGN_FAILED;
	seal_up(world, 0);
	seal_append(world, 300);
	seal_pass(world, 0);
	world->answer = 0;
	world->last_size = 260;
	assert_int_equal(
	    ledger_root(store_ledger(world->store), 260, world->last_root), 0);
	seal_pass(world, SEALING_RETRY_MS);
	assert_int_equal(state_of(world), SEAL_SIGNING);
	assert_int_equal(world->sign.old_size, 260);
	assert_true(seal_is_published(world));
}

struct refusal_row {
	const char *name;
	enum sign_result answer;
	int64_t last; /* size that it says, from ours */
	enum seal_state state;
};

static const struct refusal_row refusal_rows[] = {
	{ "signer_that_has_seen_more_means_rolled_back", SIGN_CONFLICT, 1,
	    SEAL_ROLLED_BACK },
	{ "same_size_and_other_root_means_forked", SIGN_CONFLICT, 0,
	    SEAL_FORKED },
	{ "other_root_below_means_forked", SIGN_CONFLICT, -5, SEAL_FORKED },
	{ "proof_that_fails_means_forked", SIGN_UNPROVEN, -5, SEAL_FORKED },
	{ "signer_that_knows_nothing_means_forgotten", SIGN_FORGOTTEN, -20,
	    SEAL_FORGOTTEN },
};

/* Each row; it stays so, is told once, and more entries are not signed. */
static void
refusal_is_for_good(void **state)
{
	struct seal_world *world = *state;
	const struct refusal_row *row = NULL;
	struct msg_audit_seal seal = { 0 };

	for (size_t i = 0; i < sizeof(refusal_rows) / sizeof(*row); i++)
		if (world->size == i)
			row = &refusal_rows[i];
	assert_non_null(row);
	world->answer = row->answer;
	world->last_size = (uint64_t)(20 + row->last);
	memset(world->last_root, 9, SEAL_LEN);
	seal_up(world, 0);
	seal_append(world, 20);
	seal_pass(world, 2000);
	assert_int_equal(state_of(world), row->state);
	assert_int_equal(world->refusals, 1);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.state, row->state);
	assert_non_null(strstr(seal.text, "sluice audit renew"));

	world->answer = 0;
	seal_append(world, 5);
	seal_pass(world, 7200000);
	assert_int_equal(world->asked, 1);
	assert_int_equal(state_of(world), row->state);
	assert_int_equal(world->refusals, 1);
}

static int
refusal_setup(void **state)
{
	const struct refusal_row *row = *state;
	struct seal_world *world;

	if (seal_setup(state) != 0)
		return -1;
	world = *state;
	world->size = (uint64_t)(row - refusal_rows);
	return 0;
}

/* A key that cannot be kept is not for good. */
static void
failure_is_tried_again(void **state)
{
	struct seal_world *world = *state;

	world->answer = SIGN_FAILED;
	seal_up(world, 0);
	seal_append(world, 20);
	seal_pass(world, 0);
	assert_int_equal(state_of(world), SEAL_FAILED);
	world->answer = 0;
	seal_pass(world, SEALING_RETRY_MS - 1);
	assert_int_equal(world->asked, 1);
	seal_pass(world, 1);
	assert_int_equal(state_of(world), SEAL_SIGNING);
}

/* The last checkpoint is known again after a restart; a signer that has lost
 * its own is told so. */
static void
restart_knows_its_last_checkpoint(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	seal_down(world);
	world->last_size = 0;
	seal_up(world, 0);
	seal_append(world, 1);
	seal_pass(world, 2000);
	assert_int_equal(world->sign.known_size, 20);
	assert_int_equal(state_of(world), SEAL_FORGOTTEN);
}

/* A kept checkpoint whose root is not the one that was signed is damaged; it
 * says nothing of the log. */
static void
refuted_checkpoint_is_no_fork(void **state)
{
	struct seal_world *world = *state;
	char note[NOTE_MAX];
	size_t len, at;

	seal_up(world, 0);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	len = kept_note(world, note);
	seal_down(world);
	at = strlen(SEAL_ORIGIN "\n20\n");
	note[at] = note[at] == 'A' ? 'B' : 'A';
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	assert_int_equal(store_begin(world->store), 0);
	store_note_put(world->store, 20, note, len);
	store_meta_put(
	    world->store, STORE_KEY, world->key.public_key, SEAL_PUBLIC_LEN);
	assert_int_equal(store_commit(world->store, NULL), 0);
	world->last_size = 0;
	world->note_len = 0;
	seal_up(world, 0);
	assert_true(seal_run(world, seal_is_published));
	assert_int_equal(state_of(world), SEAL_SIGNING);
}

/* A checkpoint in the store that is not of this log, or of more than there is.
 */
static void
kept_checkpoint_must_fit_the_log(void **state)
{
	static const uint64_t sizes[] = { 10, 21 };
	struct seal_world *world = *state;
	struct checkpoint checkpoint = { .origin = SEAL_ORIGIN };
	char note[NOTE_MAX];

	seal_up(world, 0);
	seal_append(world, 20);
	world->silent = true;
	for (unsigned i = 0; i < 2; i++) {
		size_t len;

		seal_down(world);
		checkpoint.size = sizes[i];
		len = (size_t)checkpoint_print(&checkpoint, note, sizeof(note));
		assert_int_equal(note_sign(note, sizeof(note), &len, len,
				     &world->key, world->secret, 0),
		    0);
		assert_int_equal(store_open(world->path, 0, &world->store), 0);
		assert_int_equal(store_begin(world->store), 0);
		store_note_put(world->store, sizes[i], note, len);
		assert_int_equal(store_commit(world->store, NULL), 0);
		world->asked = 0;
		seal_up(world, 0);
		seal_pass(world, 2000);
		assert_int_equal(
		    state_of(world), i == 0 ? SEAL_FORKED : SEAL_ROLLED_BACK);
		assert_int_equal(world->asked, 0);
	}
}

/* A checkpoint that cannot be read is no reason to have no log: the one before
 * it counts, or what the signer says. */
static void
damaged_checkpoint_is_passed_over(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	for (unsigned i = 0; i < 2; i++) {
		seal_down(world);
		assert_int_equal(store_open(world->path, 0, &world->store), 0);
		assert_int_equal(store_begin(world->store), 0);
		store_note_put(world->store, world->last_size, "junk", 4);
		assert_int_equal(store_commit(world->store, NULL), 0);
		seal_up(world, 0);
		seal_append(world, 5);
		seal_pass(world, 2000);
		assert_true(seal_run(world, seal_is_published));
		assert_int_equal(state_of(world), SEAL_SIGNING);
	}
}

/* Nothing is signed, and nothing breaks, while the signer is away. */
static void
signer_that_goes_is_away(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	channel_close(world->signer);
	world->signer = NULL;
	seal_append(world, 1);
	seal_pass(world, 2000);
	assert_int_equal(state_of(world), SEAL_AWAY);
	assert_true(sealing_idle(world->sealing));
	assert_int_equal(sealing_rotate(world->sealing), -1);
}

/* ---- witnesses ---- */

/* A cosignature is checked and ends up in the note on disk. */
static void
cosignature_is_merged(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };
	char note[NOTE_MAX];
	size_t len;

	seal_up(world, 1);
	seal_append(world, 20);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	len = kept_note(world, note);
	assert_true(note_verify(note, len, &world->key, NULL));
	assert_true(note_verify(note, len, &world->other, NULL));
	assert_int_equal(world->submitted, 1);
	assert_int_equal(world->submit.old_size, 0);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.n_witnesses, 1);
	assert_int_equal(seal.witness[0].size, 20);
	assert_string_equal(seal.witness[0].name, "witness.example.org");
	assert_string_equal(seal.witness[0].text, "");
}

/* A line by another key is not. */
static void
foreign_cosignature_is_refused(void **state)
{
	struct seal_world *world = *state;
	char note[NOTE_MAX];
	struct msg_audit_seal seal = { 0 };

	world->foreign = true;
	seal_up(world, 1);
	seal_append(world, 20);
	seal_pass(world, 2000);
	assert_int_equal(world->submitted, 1);
	assert_int_equal(kept_note(world, note), world->note_len);
	assert_int_equal(world->published, 1);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.witness[0].size, 0);
	assert_string_not_equal(seal.witness[0].text, "");
}

/* A witness that has seen less gets a proof from there. */
static void
witness_that_is_behind_is_led_on(void **state)
{
	struct seal_world *world = *state;
	uint8_t root[SEAL_LEN];
	struct checkpoint checkpoint;
	size_t text_len;

	world->status = 409;
	world->size = 7;
	seal_up(world, 1);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	assert_int_equal(ledger_root(store_ledger(world->store), 7, root), 0);
	while (world->submit.old_size != 7)
		seal_pass(world, 500);
	assert_int_equal(checkpoint_parse(world->submit.note,
			     world->submit.note_len, &checkpoint, &text_len),
	    0);
	assert_true(proof_check_consistency(
	    &world->submit.proof, 7, root, checkpoint.size, checkpoint.root));
	assert_int_equal(state_of(world), SEAL_SIGNING);
}

/* While it cannot be reached it is asked more and more rarely, at last once a
 * minute; signing goes on. */
static void
witness_that_is_away_is_asked_rarely(void **state)
{
	struct seal_world *world = *state;
	unsigned before;

	world->status = 0;
	seal_up(world, 1);
	seal_append(world, 20);
	for (unsigned i = 0; i < 200; i++)
		seal_pass(world, 1000);
	before = world->submitted;
	assert_in_range(before, 5, 12);
	for (unsigned i = 0; i < 120; i++)
		seal_pass(world, 1000);
	assert_int_equal(world->submitted, before + 2);
	assert_int_equal(state_of(world), SEAL_SIGNING);
}

/* A log with a checkpoint, and a witness: what it is after a restart. */
static void
restart_with_witness(struct seal_world *world)
{
	seal_up(world, 0);
	seal_append(world, 20);
	assert_true(seal_run(world, seal_is_published));
	seal_down(world);
	world->asked = 0;
	world->submitted = 0;
	seal_up(world, 1);
	seal_append(world, 5);
}

/* After a start nothing new is signed before a witness has answered, however
 * long that takes. */
static void
start_waits_for_a_witness(void **state)
{
	struct seal_world *world = *state;

	world->status = 0;
	restart_with_witness(world);
	for (unsigned i = 0; i < 10; i++)
		seal_pass(world, 60000);
	assert_int_equal(state_of(world), SEAL_WAITING);
	assert_int_equal(world->last_size, 20); /* only that, once more */
	assert_true(world->submitted > 3);
	assert_int_equal(world->submit.old_size, 20);
	assert_int_equal(world->submit.proof.n, 0);

	world->status = 200;
	seal_pass(world, 60000);
	seal_pass(world, 2000);
	assert_int_equal(state_of(world), SEAL_SIGNING);
	assert_true(seal_is_published(world));
}

struct start_row {
	const char *name;
	uint32_t status;
	uint64_t size;
	enum seal_state state;
};

static const struct start_row start_rows[] = {
	{ "witness_that_agrees_lets_start", 200, 0, SEAL_SIGNING },
	{ "witness_that_knows_no_such_log_lets_start", 404, 0, SEAL_SIGNING },
	{ "witness_that_refuses_lets_start", 403, 0, SEAL_SIGNING },
	{ "witness_that_has_seen_less_lets_start", 409, 5, SEAL_SIGNING },
	{ "witness_without_a_size_lets_start", 409, UINT64_MAX, SEAL_SIGNING },
	{ "witness_that_has_seen_more_means_rolled_back", 409, 21,
	    SEAL_ROLLED_BACK },
	{ "witness_with_another_tree_means_forked", 409, 20, SEAL_FORKED },
};

/* Each row. */
static void
start_is_as_the_witness_says(void **state)
{
	struct seal_world *world = *state;
	const struct start_row *row = &start_rows[world->last_size];
	enum seal_state want = row->state;

	world->last_size = 0;
	world->status = row->status;
	world->size = row->size;
	restart_with_witness(world);
	seal_pass(world, 2000);
	assert_int_equal(state_of(world), want);
	assert_int_equal(world->last_size, want == SEAL_SIGNING ? 25 : 20);
}

static int
start_setup(void **state)
{
	const struct start_row *row = *state;
	struct seal_world *world;

	if (seal_setup(state) != 0)
		return -1;
	world = *state;
	world->last_size = (uint64_t)(row - start_rows);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, seal_setup, seal_teardown)
#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

static void
rows_add(struct CMUnitTest *tests)
{
	for (size_t i = 0; i < N(refusal_rows); i++, tests++) {
		tests->name = refusal_rows[i].name;
		tests->test_func = refusal_is_for_good;
		tests->setup_func = refusal_setup;
		tests->teardown_func = seal_teardown;
		tests->initial_state = (void *)(uintptr_t)&refusal_rows[i];
	}
	for (size_t i = 0; i < N(start_rows); i++, tests++) {
		tests->name = start_rows[i].name;
		tests->test_func = start_is_as_the_witness_says;
		tests->setup_func = start_setup;
		tests->teardown_func = seal_teardown;
		tests->initial_state = (void *)(uintptr_t)&start_rows[i];
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries_are_signed_and_kept),
		T(pace_is_kept_and_growth_is_proven),
		T(one_request_is_outstanding),
		T(last_entries_are_signed_at_once),
		T(wrong_signature_is_not_believed),
		T(signer_that_is_ahead_is_followed),
		T(failure_is_tried_again),
		T(restart_knows_its_last_checkpoint),
		T(refuted_checkpoint_is_no_fork),
		T(kept_checkpoint_must_fit_the_log),
		T(damaged_checkpoint_is_passed_over),
		T(signer_that_goes_is_away),
		T(cosignature_is_merged),
		T(foreign_cosignature_is_refused),
		T(witness_that_is_behind_is_led_on),
		T(witness_that_is_away_is_asked_rarely),
		T(start_waits_for_a_witness),
	};
	struct CMUnitTest rows[N(refusal_rows) + N(start_rows)] = { 0 };
	int failed;

	(void)signal(SIGPIPE, SIG_IGN);
	rows_add(rows);
	failed = cmocka_run_group_tests_name("sealing", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("sealing_rows", rows, NULL, NULL);
}
