/* SPDX-License-Identifier: BSD-2-Clause */
/* Which checkpoints stay on disk, what a witness may still be led on from, and
 * answers that got lost, of a witness or of the signer. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/seal_scene.h"

#define SIZES_MAX 64

struct sizes {
	unsigned n;
	uint64_t size[SIZES_MAX]; /* the newest first */
};

/* The checkpoints on disk. */
static void
sizes_read(struct seal_world *world, struct sizes *out)
{
	uint64_t at_most = UINT64_MAX;
	char note[NOTE_MAX];
	size_t len;

	out->n = 0;
	while (out->n < SIZES_MAX &&
	       ledger_note(store_ledger(world->store), at_most,
		   &out->size[out->n], note, &len) == 0) {
		at_most = out->size[out->n] - 1;
		out->n++;
	}
}

static bool
sizes_have(const struct sizes *sizes, uint64_t size)
{
	for (unsigned i = 0; i < sizes->n; i++)
		if (sizes->size[i] == size)
			return true;
	return false;
}

/* One entry, and its checkpoint so long after the last. */
static uint64_t
another(struct seal_world *world, uint64_t ms)
{
	seal_append(world, 1);
	seal_pass(world, ms);
	assert_true(seal_run(world, seal_is_published));
	return world->target;
}

/* The newest, and of those before it one a minute. */
static void
one_checkpoint_a_minute_stays(void **state)
{
	struct seal_world *world = *state;
	struct sizes sizes;

	seal_up(world, 0);
	for (unsigned i = 0; i < 40; i++)
		(void)another(world, 5000);
	sizes_read(world, &sizes);
	/* At 5, 65, 125 and 185 s, and the last. */
	assert_int_equal(sizes.n, 5);
	assert_int_equal(sizes.size[0], 40);
	assert_int_equal(sizes.size[1], 37);
	assert_int_equal(sizes.size[2], 25);
	assert_int_equal(sizes.size[3], 13);
	assert_int_equal(sizes.size[4], 1);
}

/* The one that is found at a start stays, and begins a minute. */
static void
last_found_at_a_start_stays(void **state)
{
	struct seal_world *world = *state;
	struct sizes sizes;

	seal_up(world, 0);
	for (unsigned i = 0; i < 4; i++)
		(void)another(world, 1000);
	seal_down(world);
	seal_up(world, 0);
	for (unsigned i = 0; i < 4; i++)
		(void)another(world, 1000);
	sizes_read(world, &sizes);
	assert_int_equal(sizes.n, 3);
	assert_int_equal(sizes.size[0], 8);
	assert_int_equal(sizes.size[1], 4);
	assert_int_equal(sizes.size[2], 1);
}

/* The newest that a witness has cosigned is there until another one is; also
 * one whose cosignature comes when it is no longer on disk. */
static void
newest_cosigned_checkpoint_stays(void **state)
{
	struct seal_world *world = *state;
	struct sizes sizes;
	uint64_t cosigned, between, last;

	seal_up(world, 1);
	(void)another(world, 2000);
	cosigned = another(world, 2000);
	seal_pass(world, 2000);
	assert_int_equal(world->submit.old_size, 1);
	world->mute = true;
	between = another(world, 2000);
	(void)another(world, 2000);
	last = another(world, 2000);
	sizes_read(world, &sizes);
	assert_true(sizes_have(&sizes, cosigned));
	assert_false(sizes_have(&sizes, between));
	assert_true(sizes_have(&sizes, last));
	assert_int_equal(sizes.n, 3);

	world->mute = false;
	seal_pass(world, SEALING_ANSWER_MS);
	seal_pass(world, 2000);
	sizes_read(world, &sizes);
	assert_false(sizes_have(&sizes, cosigned));
	assert_true(sizes_have(&sizes, last));
	assert_int_equal(sizes.n, 2);
}

/* ---- answers that got lost ---- */

/* A witness has cosigned 10, and we do not know: when it tells of its size,
 * that is no more than what was signed. */
static void
lose_an_answer(struct seal_world *world)
{
	seal_up(world, 1);
	(void)another(world, 2000);
	seal_pass(world, 2000);
	assert_int_equal(world->submitted, 1);
	world->mute = true;
	seal_append(world, 9);
	seal_pass(world, 2000);
	assert_int_equal(world->submitted, 2);
	assert_int_equal(world->submit.old_size, 1);
	world->mute = false;
	world->status = 409;
	world->size = 10;
	seal_pass(world, SEALING_ANSWER_MS);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	assert_int_equal(world->submit.old_size, 10);
	assert_int_equal(world->submit.proof.n, 0);
}

/* The same checkpoint is submitted once more, and cosigned then. */
static void
lost_answer_is_no_rollback(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };
	char note[NOTE_MAX];
	uint64_t size;
	size_t len;

	world->honest = true;
	lose_an_answer(world);
	assert_int_equal(world->submitted, 4);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.witness[0].size, 10);
	assert_int_equal(ledger_note(store_ledger(world->store), UINT64_MAX,
			     &size, note, &len),
	    0);
	assert_int_equal(size, 10);
	assert_true(note_verify(note, len, &world->other, NULL));
	seal_pass(world, 100000);
	assert_int_equal(world->submitted, 4);
}

/* One that does not agree then has seen another tree of that size. */
static void
same_size_and_no_cosignature_means_forked(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	lose_an_answer(world);
	assert_int_equal(sealing_state(world->sealing), SEAL_FORKED);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.seen_size, 10);
	assert_non_null(strstr(seal.text, "witness.example.org"));
}

/* The witness stands below what has been signed since: it is led on from there.
 */
static void
lost_answer_is_led_on_from(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	seal_up(world, 1);
	(void)another(world, 2000);
	seal_pass(world, 2000);
	world->mute = true;
	seal_append(world, 9);
	seal_pass(world, 2000);
	/* Signed meanwhile: the witness stands between. */
	seal_append(world, 10);
	seal_pass(world, 2000);
	world->mute = false;
	world->status = 409;
	world->size = 10;
	world->honest = true;
	seal_pass(world, SEALING_ANSWER_MS);
	for (unsigned i = 0; i < 4; i++)
		seal_pass(world, 2000);
	assert_int_equal(world->submit.old_size, 10);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.witness[0].size, 20);
	assert_string_equal(seal.witness[0].text, "");
}

/* A witness that has told of its size: it stood at 10, we are at 20. */
static void
meet_at_ten(struct seal_world *world)
{
	seal_up(world, 1);
	world->status = 409;
	world->size = 10;
	seal_append(world, 20);
	seal_pass(world, 2000);
}

/* One that tells of another size each time is asked less and less often, and
 * that is said. */
static void
changing_sizes_are_asked_for_rarely(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	meet_at_ten(world);
	for (unsigned i = 0; i < 400; i++) {
		world->size = world->submit.old_size == 10 ? 5 : 10;
		seal_pass(world, 250);
	}
	assert_true(world->submitted > 4 && world->submitted < 14);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	sealing_fill(world->sealing, &seal);
	assert_string_equal(seal.witness[0].text, "does not agree with itself");
}

/* It does not take a proof from the size that it told itself: one such answer
 * is none, two in a row mean that its tree is another one. */
static void
proof_refused_twice_means_forked(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	world->strange = true;
	meet_at_ten(world);
	assert_int_equal(world->submit.old_size, 10);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	sealing_fill(world->sealing, &seal);
	assert_non_null(strstr(seal.witness[0].text, "HTTP 422"));
	seal_pass(world, 2000);
	assert_int_equal(sealing_state(world->sealing), SEAL_FORKED);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.seen_size, 10);
	assert_non_null(strstr(seal.text, "by witness witness.example.org"));
	/* Nothing is lost by it but signatures. */
	seal_append(world, 10);
	seal_pass(world, 2000);
	assert_int_equal(world->last_size, 20);
}

/* Anything else between the two, or from where it never said that it is, and it
 * is a witness that is broken: that keeps nobody from signing. */
static void
proof_refused_now_and_then_means_nothing(void **state)
{
	struct seal_world *world = *state;

	world->strange = true;
	meet_at_ten(world);
	for (unsigned i = 0; i < 4; i++) {
		world->strange = false;
		world->status = 500;
		seal_pass(world, SEALING_BACKOFF_MS);
		world->strange = true;
		seal_pass(world, SEALING_BACKOFF_MS);
	}
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	assert_true(world->submitted >= 9);
}

/* One that we know the place of by its own cosignature has told of none. */
static void
proof_refused_without_a_size_means_nothing(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 1);
	(void)another(world, 2000);
	seal_pass(world, 2000);
	world->status = 422;
	for (unsigned i = 0; i < 6; i++)
		(void)another(world, SEALING_BACKOFF_MS);
	assert_true(world->submitted >= 5);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
}

/* ---- what a witness may be led on from ---- */

/* A block in which a witness stands is named for a month. */
static void
block_of_a_witness_is_kept_for_a_month(void **state)
{
	struct seal_world *world = *state;
	struct ledger_pins pins;

	seal_up(world, 1);
	seal_append(world, 300);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	sealing_pins(world->sealing, &pins);
	assert_int_equal(pins.n, 1);
	assert_int_equal(pins.block[0], 1);
	world->status = 0;
	seal_append(world, 1000);
	seal_pass(world, UINT64_C(29) * 86400000);
	sealing_pins(world->sealing, &pins);
	assert_int_equal(pins.n, 1);
	seal_pass(world, UINT64_C(2) * 86400000);
	sealing_pins(world->sealing, &pins);
	assert_int_equal(pins.n, 0);
}

/* From the end of a block no entries are needed. */
static void
witness_at_a_blocks_end_needs_none(void **state)
{
	struct seal_world *world = *state;
	struct ledger_pins pins;

	seal_up(world, 1);
	seal_append(world, 2 * LEDGER_BLOCK);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	assert_int_equal(world->submitted, 1);
	sealing_pins(world->sealing, &pins);
	assert_int_equal(pins.n, 0);
}

static void
prune_all(struct seal_world *world)
{
	uint32_t removed;

	assert_true(writer_idle(world->writer));
	assert_int_equal(store_begin(world->store), 0);
	assert_int_equal(
	    store_prune(world->store, UINT64_MAX, 100, NULL, &removed), 0);
	assert_int_equal(store_commit(world->store, NULL), 0);
	assert_true(removed > 0);
}

/* What a witness stood on is gone: that is told, and signing goes on. */
static void
witness_without_a_proof_must_be_reset(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	seal_up(world, 1);
	seal_append(world, 300);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	world->status = 0;
	seal_append(world, 1000);
	seal_pass(world, 2000);
	prune_all(world);
	world->status = 200;
	seal_pass(world, 2000 + SEALING_BACKOFF_MS);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.witness[0].size, 300);
	assert_string_equal(seal.witness[0].text,
	    "must be reset to 1300: no proof is left from 300");
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	(void)another(world, 2000);
}

/* After a start its place is known from the checkpoint that it cosigned, also
 * when that is not the last. */
static void
place_of_a_witness_is_found_again(void **state)
{
	struct seal_world *world = *state;
	struct msg_audit_seal seal = { 0 };

	seal_up(world, 1);
	seal_append(world, 300);
	seal_pass(world, 2000);
	seal_pass(world, 2000);
	world->mute = true;
	for (unsigned i = 0; i < 3; i++)
		(void)another(world, 2000);
	seal_down(world);
	seal_up(world, 1);
	sealing_fill(world->sealing, &seal);
	assert_int_equal(seal.witness[0].size, 300);
}

/* ---- a disk that has been full ---- */

/* The signer could not keep it, for its folder is on that disk: the checkpoint
 * follows within a second of there being room, told of it or not. */
static void
room_is_followed_by_a_checkpoint_within_a_second(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	for (unsigned told = 0; told < 2; told++) {
		world->answer = SIGN_FAILED;
		seal_append(world, 20);
		for (unsigned i = 0; i < 20; i++)
			seal_pass(world, 200);
		assert_int_equal(sealing_state(world->sealing), SEAL_FAILED);
		world->answer = 0;
		if (told)
			sealing_room(world->sealing);
		for (unsigned i = 0; i < (told ? 1 : 3); i++)
			seal_pass(world, 200);
		assert_true(seal_is_published(world));
		assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	}
}

/* Without new entries nothing is asked for. */
static void
quiet_log_is_not_signed_again(void **state)
{
	struct seal_world *world = *state;

	seal_up(world, 0);
	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));
	seal_pass(world, 10000);
	assert_int_equal(world->asked, 1);
}

/* A signer whose disk hangs does not look as if all were well. */
static void
silence_of_the_signer_is_told(void **state)
{
	struct seal_world *world = *state;

	world->silent = true;
	seal_up(world, 0);
	seal_append(world, 10);
	seal_pass(world, 2000);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	seal_pass(world, SEALING_SIGNER_MS);
	assert_int_equal(sealing_state(world->sealing), SEAL_FAILED);
	assert_int_equal(world->asked, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, seal_setup, seal_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_checkpoint_a_minute_stays),
		T(last_found_at_a_start_stays),
		T(newest_cosigned_checkpoint_stays),
		T(lost_answer_is_no_rollback),
		T(same_size_and_no_cosignature_means_forked),
		T(lost_answer_is_led_on_from),
		T(changing_sizes_are_asked_for_rarely),
		T(proof_refused_twice_means_forked),
		T(proof_refused_now_and_then_means_nothing),
		T(proof_refused_without_a_size_means_nothing),
		T(block_of_a_witness_is_kept_for_a_month),
		T(witness_at_a_blocks_end_needs_none),
		T(witness_without_a_proof_must_be_reset),
		T(place_of_a_witness_is_found_again),
		T(quiet_log_is_not_signed_again),
		T(silence_of_the_signer_is_told),
		T(room_is_followed_by_a_checkpoint_within_a_second),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("sealing_notes", tests, NULL, NULL);
}
