/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rules a guard is told of when the log may not be the one that was
 * signed last: real links and a real store, signer and witness are played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/store/belief.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/seal_scene.h"

#define LIMIT   (4u << 20)
#define RULES   10
#define PANIC   UINT64_C(1) /* id of the act that stays in force */
#define TURN_MS 50

struct belief_world {
	struct seal_world *seal;
	struct guard_link *guard;
	struct belief belief;
	struct channel *far;
	unsigned rules;
	unsigned acts;
	unsigned ends;
	uint64_t told; /* with the last end */
	bool asked;
};

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	const struct msg_store_seq load = { .head.kind = MSG_STORE_LOAD };
	struct belief_world *world = ctx;
	const void *msg = head;
	static struct entry entry;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_STORE_HELLO) {
		assert_int_equal(
		    channel_send(world->far, &load, sizeof(load), -1), 0);
		channel_flush(world->far);
		world->asked = true;
	} else if (head->kind == MSG_STORE_LIVE) {
		assert_int_equal(entry_msg_unpack(msg, &entry), 0);
		world->acts += entry.kind == ENTRY_EMERGENCY;
		world->rules += entry.has_rule;
	} else if (head->kind == MSG_STORE_LOADED) {
		world->told = ((const struct msg_store_seq *)msg)->seq;
		world->ends++;
	}
}

static void
far_closed(void *ctx)
{
	(void)ctx;
	fail();
}

static void
guard_up(struct belief_world *world)
{
	static const struct channel_ops ops = { hear, far_closed, NULL, NULL };
	int fds[2];

	world->guard = guard_link_new(
	    world->seal->loop, world->seal->store, world->seal->writer);
	assert_non_null(world->guard);
	guard_link_origin(world->guard, SEAL_ORIGIN);
	belief_begin(&world->belief, world->guard, world->seal->now_ms);
	assert_int_equal(channel_pair(fds), 0);
	guard_link_attach(world->guard, fds[0]);
	world->far =
	    channel_open(world->seal->loop, fds[1], LIMIT, &ops, world);
}

static void
append_live(struct seal_world *seal, enum entry_kind kind)
{
	struct entry *entry = &seal->entry;

	usual_entry(writer_next(seal->writer), entry);
	entry->live_op = LIVE_PUT;
	if (kind == ENTRY_EMERGENCY) {
		entry->kind = ENTRY_EMERGENCY;
		entry->has_rule = 0;
		entry->rule_id = PANIC;
	}
	assert_int_equal(writer_add(seal->writer, entry), 0);
}

/* A log of rules and one act, signed. */
static void
log_make(struct belief_world *world)
{
	struct seal_world *seal = world->seal;

	seal_up(seal, 0);
	seal_append(seal, 2);
	for (unsigned i = 0; i < RULES; i++)
		append_live(seal, ENTRY_VERDICT);
	append_live(seal, ENTRY_EMERGENCY);
	seal_append(seal, 1);
	seal_pass(seal, 2000);
	assert_true(seal_run(seal, seal_is_published));
}

/* The next store, with so many witnesses, and a guard. */
static void
start_again(struct belief_world *world, unsigned witnesses)
{
	seal_down(world->seal);
	seal_up(world->seal, witnesses);
	guard_up(world);
}

/* As the role does it, turn by turn. */
static void
pass(struct belief_world *world, uint64_t ms)
{
	for (uint64_t at = 0; at < ms; at += TURN_MS) {
		belief_look(&world->belief, world->guard, world->seal->sealing,
		    world->seal->now_ms);
		seal_pass(world->seal, TURN_MS);
	}
	belief_look(&world->belief, world->guard, world->seal->sealing,
	    world->seal->now_ms);
	seal_pass(world->seal, 0);
}

static void
check_all_told(const struct belief_world *world)
{
	assert_int_equal(world->rules, RULES);
	assert_int_equal(world->acts, 1);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->told, RULES + 1);
}

static void
check_acts_told(const struct belief_world *world)
{
	assert_int_equal(world->rules, 0);
	assert_int_equal(world->acts, 1);
	assert_int_equal(world->ends, 1);
	assert_int_equal(world->told, 1);
}

/* The signer signed this log last: all is told, without waiting. */
static void
log_that_was_signed_is_believed(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	start_again(world, 0);
	pass(world, 200);
	assert_true(world->asked);
	check_all_told(world);
}

/* What goes to the log while it runs. */
static void
listen_begin(int *saved, int fds[2])
{
	*saved = dup(STDERR_FILENO);
	assert_int_equal(pipe(fds), 0);
	(void)dup2(fds[1], STDERR_FILENO);
	(void)close(fds[1]);
}

static void
listen_end(int saved, const int fds[2], char *out, size_t size)
{
	ssize_t n;

	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	n = read(fds[0], out, size - 1);
	out[n < 0 ? 0 : n] = '\0';
	(void)close(fds[0]);
}

/* The signer has signed more than there is: rules are withheld, what only keeps
 * rules out is not, and a person is told. */
static void
rules_of_a_log_rolled_back_are_withheld(void **state)
{
	struct belief_world *world = *state;
	char out[8192];
	int saved, fds[2];

	log_make(world);
	world->seal->last_size += 100;
	listen_begin(&saved, fds);
	start_again(world, 0);
	pass(world, 400);
	listen_end(saved, fds, out, sizeof(out));
	assert_int_equal(sealing_state(world->seal->sealing), SEAL_ROLLED_BACK);
	check_acts_told(world);
	assert_non_null(strstr(out,
	    "live rules: 10 are not restored: the log is not the one that was "
	    "signed"));
	assert_null(strstr(out, "were read"));
}

/* The same of one that is as long, with another tree. */
static void
rules_of_a_forked_log_are_withheld(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	world->seal->last_root[5] ^= 1;
	start_again(world, 0);
	world->seal->answer = SIGN_CONFLICT;
	pass(world, 400);
	assert_int_equal(sealing_state(world->seal->sealing), SEAL_FORKED);
	check_acts_told(world);
}

/* A signer that says nothing is waited for no longer than that; what it says
 * later changes nothing of what was told. */
static void
signer_that_is_silent_is_not_waited_for(void **state)
{
	struct belief_world *world = *state;
	char out[8192];
	int saved, fds[2];

	log_make(world);
	world->seal->silent = true;
	start_again(world, 0);
	pass(world, BELIEF_MS - 200);
	assert_true(world->asked);
	assert_int_equal(world->rules + world->acts + world->ends, 0);
	listen_begin(&saved, fds);
	pass(world, 400);
	listen_end(saved, fds, out, sizeof(out));
	check_all_told(world);
	assert_non_null(strstr(out,
	    "the signer has not said yet what was signed last; live rules are "
	    "restored"));
	pass(world, 2 * BELIEF_MS);
	check_all_told(world);
}

/* A signer that cannot sign has said nothing of what it signed. */
static void
signer_that_fails_is_not_waited_for(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	world->seal->answer = SIGN_FAILED;
	start_again(world, 0);
	pass(world, BELIEF_MS - 200);
	assert_int_equal(world->rules + world->ends, 0);
	pass(world, 400);
	check_all_told(world);
}

/* The signer agrees, but may be as old as the log: a witness has its word, as
 * long as that takes no longer. */
static void
witness_that_is_silent_is_not_waited_for(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	world->seal->mute = true;
	start_again(world, 1);
	pass(world, BELIEF_MS - 200);
	assert_true(sealing_compared(world->seal->sealing));
	assert_int_equal(sealing_state(world->seal->sealing), SEAL_WAITING);
	assert_int_equal(world->rules + world->ends, 0);
	pass(world, 400);
	check_all_told(world);
}

/* A witness that agrees ends the doubt at once. */
static void
witness_that_agrees_is_believed(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	start_again(world, 1);
	pass(world, 400);
	check_all_told(world);
}

/* A witness has seen more than log and signer know. */
static void
rules_are_withheld_by_the_word_of_a_witness(void **state)
{
	struct belief_world *world = *state;

	log_make(world);
	world->seal->status = 409;
	world->seal->size = 1000;
	start_again(world, 1);
	pass(world, 400);
	assert_int_equal(sealing_state(world->seal->sealing), SEAL_ROLLED_BACK);
	check_acts_told(world);
}

/* ---- the world ---- */

static int
belief_setup(void **state)
{
	struct belief_world *world = calloc(1, sizeof(*world));
	void *seal;

	if (world == NULL || seal_setup(&seal) != 0)
		return -1;
	world->seal = seal;
	*state = world;
	return 0;
}

static int
belief_teardown(void **state)
{
	struct belief_world *world = *state;
	void *seal = world->seal;

	channel_close(world->far);
	guard_link_free(world->guard);
	free(world);
	return seal_teardown(&seal);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, belief_setup, belief_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(log_that_was_signed_is_believed),
		T(rules_of_a_log_rolled_back_are_withheld),
		T(rules_of_a_forked_log_are_withheld),
		T(signer_that_is_silent_is_not_waited_for),
		T(signer_that_fails_is_not_waited_for),
		T(witness_that_is_silent_is_not_waited_for),
		T(witness_that_agrees_is_believed),
		T(rules_are_withheld_by_the_word_of_a_witness),
	};

	return cmocka_run_group_tests_name("belief", tests, NULL, NULL);
}
