/* SPDX-License-Identifier: BSD-2-Clause */
/* What control asks the store beside searches: records as they stand, proofs,
 * the seal, acts of operators; and the full look in a program of its own. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/scrub.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/store_scene.h"

#define LIMIT (4u << 20)

/* What the far end has heard. */
struct asker {
	struct world *world;
	struct channel *far;
	uint64_t records;
	uint64_t blocks;
	uint64_t indexes;
	uint64_t sum; /* of the numbers of good records */
	unsigned answers;
	struct msg_audit_end end;
	struct msg_audit_proof proof;
	struct msg_audit_seal seal;
	struct msg_audit_acted acted;
};

static struct asker *
asker_of(void **state)
{
	return *state;
}

static void
hear_raw(struct asker *asker, const struct msg_audit_raw *raw)
{
	uint8_t leaf[SEAL_LEN];

	if (raw->what == AUDIT_BLOCK) {
		asker->blocks++;
		return;
	}
	if (raw->what == AUDIT_INDEX) {
		asker->indexes++;
		return;
	}
	assert_int_equal(raw->what, AUDIT_RECORD);
	seal_leaf(raw->octets, raw->len, leaf);
	assert_memory_equal(leaf, raw->hash, SEAL_LEN);
	asker->records++;
	asker->sum += raw->seq;
}

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct asker *asker = ctx;
	const void *msg = head;

	assert_int_equal(fd, -1);
	switch (head->kind) {
	case MSG_AUDIT_RAW:
		hear_raw(asker, msg);
		return;
	case MSG_AUDIT_END:
		memcpy(&asker->end, msg, sizeof(asker->end));
		break;
	case MSG_AUDIT_PROOF:
		memcpy(&asker->proof, msg, sizeof(asker->proof));
		break;
	case MSG_AUDIT_SEAL:
		memcpy(&asker->seal, msg, sizeof(asker->seal));
		break;
	case MSG_AUDIT_ACTED:
		memcpy(&asker->acted, msg, sizeof(asker->acted));
		break;
	default:
		fail();
	}
	asker->answers++;
	loop_stop(asker->world->loop);
}

static void
closed(void *ctx)
{
	struct asker *asker = ctx;

	asker->world->closed = true;
	loop_stop(asker->world->loop);
}

static void
ask(struct asker *asker, const void *msg, size_t size)
{
	assert_int_equal(channel_send(asker->far, msg, size, -1), 0);
	channel_flush(asker->far);
	loop_run(asker->world->loop);
}

static int
setup(void **state)
{
	static const struct channel_ops ops = { hear, closed, NULL, NULL };
	struct asker *asker = calloc(1, sizeof(*asker));
	void *scene = NULL;
	struct world *world;
	int fds[2];

	if (asker == NULL || scene_setup(&scene) != 0)
		return -1;
	world = asker->world = scene;
	assert_int_equal(store_begin(world->store), 0);
	for (uint64_t seq = 0; seq < 3000; seq++) {
		usual_entry(seq, &world->entry);
		assert_int_equal(
		    store_append_entry(world->store, &world->entry), 0);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
	assert_int_equal(channel_pair(fds), 0);
	audit_link_attach(world->audit, fds[0]);
	asker->far = channel_open(world->loop, fds[1], LIMIT, &ops, asker);
	*state = asker;
	return 0;
}

static int
teardown(void **state)
{
	struct asker *asker = asker_of(state);
	void *scene = asker->world;

	channel_close(asker->far);
	free(asker);
	return scene_teardown(&scene);
}

/* All records come, in bounded answers, with the hash of each block. */
static void
records_come_as_they_stand(void **state)
{
	struct asker *asker = asker_of(state);
	struct msg_audit_raw_ask msg = { .head.kind = MSG_AUDIT_RAW_ASK,
		.request = 5,
		.max = UINT32_MAX,
		.to_seq = UINT64_MAX };

	do {
		uint64_t before = asker->records;

		ask(asker, &msg, sizeof(msg));
		assert_int_equal(asker->end.request, 5);
		assert_in_range(asker->records - before, 1, AUDIT_RAWS_MAX);
		msg.from_seq = asker->end.next_seq;
	} while (asker->end.more);
	assert_int_equal(asker->records, 3000);
	assert_int_equal(asker->sum, 3000ull * 2999 / 2);
	assert_int_equal(asker->blocks, 3000 / LEDGER_BLOCK);
	assert_int_equal(asker->indexes, 3000 / LEDGER_BLOCK);
}

/* Proofs hold; what cannot be proven is said, not left open. */
static void
proofs_hold_or_are_refused(void **state)
{
	struct asker *asker = asker_of(state);
	struct ledger *ledger = store_ledger(asker->world->store);
	struct msg_audit_proof_ask msg = {
		.head.kind = MSG_AUDIT_PROOF_ASK, .index = 1234, .size = 2000
	};
	uint8_t root[SEAL_LEN], old[SEAL_LEN];

	assert_int_equal(ledger_root(ledger, 2000, root), 0);
	assert_int_equal(ledger_root(ledger, 1234, old), 0);
	msg.consistency = 1;
	ask(asker, &msg, sizeof(msg));
	assert_int_equal(asker->proof.error, 0);
	assert_true(proof_check_consistency(
	    &asker->proof.proof, 1234, old, 2000, root));
	msg.size = 3001;
	ask(asker, &msg, sizeof(msg));
	assert_int_equal(asker->proof.error, DB_NOT_FOUND);
	msg.size = 100;
	ask(asker, &msg, sizeof(msg));
	assert_int_equal(asker->proof.error, DB_NOT_FOUND);
	msg.consistency = 0;
	ask(asker, &msg, sizeof(msg));
	assert_int_equal(asker->proof.error, DB_NOT_FOUND);
	msg.size = 0; /* no checkpoint yet */
	ask(asker, &msg, sizeof(msg));
	assert_int_equal(asker->proof.error, DB_NOT_FOUND);
}

/* The seal of a log without a checkpoint; an act with nobody to do it. */
static void
seal_and_acts_are_answered(void **state)
{
	struct asker *asker = asker_of(state);
	const struct msg_audit_seal_ask seal = { .head.kind =
						     MSG_AUDIT_SEAL_ASK,
		.request = 8,
		.at_most = UINT64_MAX };
	const struct msg_audit_act act = { .head.kind = MSG_AUDIT_ACT,
		.act = AUDIT_SCRUB };

	ask(asker, &seal, sizeof(seal));
	assert_int_equal(asker->seal.request, 8);
	assert_int_equal(asker->seal.log_size, 3000);
	assert_int_equal(asker->seal.size, 0);
	assert_int_equal(asker->seal.note_len, 0);
	assert_int_equal(asker->seal.state, SEAL_AWAY);
	/* Its entry 0 is none that says how a log began. */
	assert_int_equal(asker->seal.begun_ns, 0);
	assert_in_range(asker->seal.octets, 3000 * 100, 3000 * 2000);
	ask(asker, &act, sizeof(act));
	assert_int_equal(asker->acted.ok, 0);
	assert_string_equal(asker->acted.text, "not now");
}

/* An act that is none closes the channel. */
static void
unknown_act_closes_the_channel(void **state)
{
	struct asker *asker = asker_of(state);
	const struct msg_audit_act act = { .head.kind = MSG_AUDIT_ACT,
		.act = 9 };

	ask(asker, &act, sizeof(act));
	assert_true(asker->world->closed);
	assert_true(audit_link_broken(asker->world->audit));
}

/* ---- the full look ---- */

struct looker {
	struct scrub *scrub;
	struct loop *loop;
	uint64_t now_ms;
	unsigned ticks;
	struct msg_audit_seal seal;
};

static void
on_look(void *ctx)
{
	struct looker *looker = ctx;

	looker->now_ms += 10;
	scrub_tick(looker->scrub, looker->now_ms, 77 + looker->now_ms);
	scrub_fill(looker->scrub, &looker->seal);
	looker->ticks++;
	if (looker->seal.scrub_ns != 0 || looker->ticks > 2000)
		loop_stop(looker->loop);
}

/* It runs beside the store, which is open, when somebody asks for it. */
static void
full_look_reports_a_sound_store(void **state)
{
	struct asker *asker = asker_of(state);
	struct looker looker = { .loop = asker->world->loop, .now_ms = 5 };
	struct timer *timer = timer_new(looker.loop, on_look, &looker);

	looker.scrub = scrub_new(looker.loop, asker->world->path);
	assert_non_null(looker.scrub);
	assert_true(scrub_ask(looker.scrub));
	timer_start(timer, 0, 10);
	loop_run(looker.loop);
	assert_int_not_equal(looker.seal.scrub_ns, 0);
	assert_int_equal(looker.seal.damaged, 0);
	assert_string_equal(looker.seal.scrub_text, "");
	scrub_free(looker.scrub);
	timer_free(timer);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(records_come_as_they_stand),
		T(proofs_hold_or_are_refused),
		T(seal_and_acts_are_answered),
		T(unknown_act_closes_the_channel),
		T(full_look_reports_a_sound_store),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_ask", tests, NULL, NULL);
}
