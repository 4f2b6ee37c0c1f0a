/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue towards the log: order, bounds, a store that dies at any point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/guard/journal.h"
#include "tests/lib/small_rule.h"

struct world {
	struct loop *loop;
	struct journal *journal;
	struct channel *near; /* the journal's */
	struct channel *far;
	uint64_t random;
	/* the far end */
	uint64_t received; /* next number it expects */
	uint64_t wanted;   /* stop the loop there */
	/* durable callbacks */
	uint64_t durable;
	unsigned more; /* append so many from inside */
	struct entry entry;
	struct entry heard;
};

/* The subject of entry n, and its text. */
static void *
subject_of(uint64_t seq)
{
	return (void *)(uintptr_t)(1000 + seq);
}

static uint64_t
append(struct world *w, size_t raw)
{
	struct entry *e = &w->entry;
	uint64_t seq = journal_next(w->journal);

	memset(e, 0, offsetof(struct entry, rule));
	e->kind = ENTRY_VERDICT;
	e->rule_id = UINT64_MAX;
	e->raw_len = (uint16_t)raw;
	memset(e->raw, (int)(seq & 0xff), raw);
	(void)snprintf(
	    e->text, sizeof(e->text), "entry %llu", (unsigned long long)seq);
	assert_int_equal(journal_append(w->journal, e, subject_of(seq)), seq);
	assert_int_equal(e->seq, seq);
	assert_int_equal(e->rule_id, seq);
	return seq;
}

static void
on_durable(void *ctx, uint64_t seq, void *subject)
{
	struct world *w = ctx;

	assert_int_equal(seq, w->durable);
	assert_ptr_equal(subject, subject_of(seq));
	w->durable++;
	if (w->more > 0) {
		w->more--;
		(void)append(w, 100);
	}
}

/* What arrives is in order, whole, and what was appended. */
static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct world *w = ctx;
	char text[ENTRY_TEXT_MAX];

	(void)fd;
	assert_int_equal(head->kind, MSG_STORE_APPEND);
	assert_int_equal(entry_msg_unpack((const void *)head, &w->heard), 0);
	assert_int_equal(w->heard.seq, w->received);
	(void)snprintf(
	    text, sizeof(text), "entry %llu", (unsigned long long)w->received);
	assert_string_equal(w->heard.text, text);
	for (size_t i = 0; i < w->heard.raw_len; i++)
		assert_int_equal(w->heard.raw[i], w->received & 0xff);
	if (++w->received == w->wanted)
		loop_stop(w->loop);
}

static void
closed(void *ctx)
{
	(void)ctx;
}

static void
connect(struct world *w)
{
	static const struct channel_ops near_ops = { .on_message = hear,
		.on_closed = closed };
	static const struct channel_ops far_ops = { .on_message = hear,
		.on_closed = closed };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	w->near = channel_open(w->loop, fds[0], 1u << 20, &near_ops, w);
	w->far = channel_open(w->loop, fds[1], 1u << 20, &far_ops, w);
	assert_true(w->near != NULL && w->far != NULL);
}

static void
disconnect(struct world *w)
{
	journal_detach(w->journal);
	channel_close(w->near);
	channel_close(w->far);
	w->near = w->far = NULL;
}

static void
turn(void *ctx)
{
	struct world *w = ctx;

	journal_flush(w->journal);
}

/* Run until the far end has all that was appended. */
static void
arrive(struct world *w)
{
	w->wanted = journal_next(w->journal);
	if (w->received == w->wanted)
		return;
	journal_flush(w->journal);
	loop_run(w->loop);
	assert_int_equal(w->received, w->wanted);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->random = 99;
	w->loop = loop_new();
	w->journal = journal_new(on_durable, w);
	assert_true(w->loop != NULL && w->journal != NULL);
	loop_on_turn(w->loop, turn, w);
	connect(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	disconnect(w);
	journal_free(w->journal);
	loop_free(w->loop);
	free(w);
	return 0;
}

/* Begin with a log of so many entries. */
static void
begin(struct world *w, uint64_t next)
{
	w->received = w->durable = next;
	assert_int_equal(journal_attach(w->journal, w->near, next), 0);
}

/* Without a store's word there is neither number nor room. */
static void
no_room_before_the_first_store(void **state)
{
	struct world *w = *state;

	assert_false(journal_ready(w->journal));
	assert_false(journal_room(w->journal, true));
	assert_false(journal_room(w->journal, false));
	begin(w, 17);
	assert_true(journal_ready(w->journal));
	assert_true(journal_room(w->journal, false));
	assert_int_equal(journal_next(w->journal), 17);
	assert_int_equal(append(w, 0), 17);
}

/* Many times round the ring with entries of all sizes: all arrive whole. */
static void
ring_wraps(void **state)
{
	struct world *w = *state;
	uint64_t octets = 0;

	begin(w, 0);
	while (octets < 5u * JOURNAL_OCTETS + (48u << 20)) {
		while (journal_room(w->journal, true) &&
		       small_random(&w->random) % 2000 != 0) {
			size_t raw = small_random(&w->random) % ENTRY_RAW_MAX;

			(void)append(w, raw);
			octets += raw;
		}
		/* Neither more is taken than there is, nor less. */
		if (journal_pending(w->journal) < JOURNAL_ENTRIES / 33)
			assert_true(journal_room(w->journal, false));
		/* All that is pending is still whole: it is sent again. */
		disconnect(w);
		connect(w);
		w->received = w->durable;
		assert_int_equal(
		    journal_attach(w->journal, w->near, w->durable), 0);
		arrive(w);
		/* Some of it becomes durable. */
		assert_int_equal(
		    journal_on_durable(w->journal,
			w->durable + small_random(&w->random) %
					 (journal_pending(w->journal) + 1)),
		    0);
	}
	assert_int_equal(
	    journal_on_durable(w->journal, journal_next(w->journal)), 0);
	assert_int_equal(journal_pending(w->journal), 0);
	assert_int_equal(w->durable, journal_next(w->journal));
}

/* A quarter is left for what is urgent, in octets and in entries; and what is
 * urgent always fits when there is room. */
static void
a_quarter_is_for_what_is_urgent(void **state)
{
	struct world *w = *state;
	static const size_t sizes[] = { ENTRY_RAW_MAX, 0 };

	begin(w, 0);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t first = journal_next(w->journal), at;

		while (journal_room(w->journal, false))
			(void)append(w, sizes[i]);
		at = journal_next(w->journal) - first;
		while (journal_room(w->journal, true))
			(void)append(w, sizes[i]);
		assert_true(journal_next(w->journal) - first > at);
		assert_true(journal_pending(w->journal) <= JOURNAL_ENTRIES);
		arrive(w);
		assert_int_equal(
		    journal_on_durable(w->journal, w->received), 0);
		assert_true(journal_room(w->journal, false));
	}
}

/* Full or away: no announcements, but withdrawals go on. */
static void
full_or_away_leaves_room_for_withdrawals(void **state)
{
	struct world *w = *state;

	begin(w, 0);
	journal_set_full(w->journal, true);
	assert_true(journal_full(w->journal));
	assert_false(journal_room(w->journal, false));
	assert_true(journal_room(w->journal, true));
	journal_set_full(w->journal, false);
	assert_true(journal_room(w->journal, false));
	disconnect(w);
	assert_false(journal_room(w->journal, false));
	assert_true(journal_room(w->journal, true));
	/* A store that was full may have room when it is new. */
	journal_set_full(w->journal, true);
	connect(w);
	assert_int_equal(journal_attach(w->journal, w->near, 0), 0);
	assert_true(journal_room(w->journal, false));
}

/* The store dies and comes back at every point between what was durable and
 * what was appended: the rest is sent again, in order, and called durable
 * once. */
static void
resent_from_every_point(void **state)
{
	struct world *w = *state;

	begin(w, 5);
	for (uint64_t back = 0; back <= 40; back++) {
		uint64_t first = w->durable;

		for (unsigned i = 0; i < 40; i++)
			(void)append(w, i * 50);
		arrive(w);
		disconnect(w);
		connect(w);
		w->received = first + back;
		assert_int_equal(
		    journal_attach(w->journal, w->near, first + back), 0);
		assert_int_equal(w->durable, first + back);
		arrive(w);
		assert_int_equal(
		    journal_on_durable(w->journal, w->received), 0);
		assert_int_equal(w->durable, w->received);
	}
}

/* Entries appended while there is no store go to the next one. */
static void
appended_while_away(void **state)
{
	struct world *w = *state;

	begin(w, 0);
	disconnect(w);
	(void)append(w, 10);
	(void)append(w, 10);
	journal_flush(w->journal);
	connect(w);
	assert_int_equal(journal_attach(w->journal, w->near, 0), 0);
	arrive(w);
	assert_int_equal(w->received, 2);
}

/* A store that lost what was durable, or has more than was written, is not
 * taken; nor may one that is not attached call anything durable. */
static void
wrong_stores_are_refused(void **state)
{
	struct world *w = *state;

	begin(w, 10);
	for (unsigned i = 0; i < 4; i++)
		(void)append(w, 0);
	arrive(w);
	assert_int_equal(journal_on_durable(w->journal, 12), 0);
	journal_detach(w->journal);
	assert_int_equal(journal_attach(w->journal, w->near, 11), -1);
	assert_int_equal(journal_attach(w->journal, w->near, 15), -1);
	assert_int_equal(journal_attach(w->journal, w->near, UINT64_MAX), -1);
	assert_int_equal(journal_on_durable(w->journal, 13), -1);
	assert_int_equal(w->durable, 12);
	assert_int_equal(journal_attach(w->journal, w->near, 14), 0);
	assert_int_equal(w->durable, 14);
}

/* Nothing is durable that was not sent. */
static void
durable_beyond_what_was_sent_is_refused(void **state)
{
	struct world *w = *state;

	begin(w, 0);
	(void)append(w, 0);
	assert_int_equal(journal_on_durable(w->journal, 1), -1);
	assert_int_equal(w->durable, 0);
	arrive(w);
	assert_int_equal(journal_on_durable(w->journal, 2), -1);
	assert_int_equal(journal_on_durable(w->journal, 1), 0);
	assert_int_equal(journal_on_durable(w->journal, 0), 0);
	assert_int_equal(w->durable, 1);
}

/* The first log cannot be so long that numbers would run out. */
static void
absurd_first_number_is_refused(void **state)
{
	struct world *w = *state;

	assert_int_equal(
	    journal_attach(w->journal, w->near, UINT64_MAX - 1), -1);
	assert_false(journal_ready(w->journal));
}

/* A durable callback may append, also when the ring becomes empty with it. */
static void
appending_from_inside_a_callback(void **state)
{
	struct world *w = *state;

	begin(w, 0);
	for (unsigned round = 0; round < 200; round++) {
		for (unsigned i = 0; i < 3; i++)
			(void)append(w, 2000);
		arrive(w);
		w->more = round % 7;
		assert_int_equal(
		    journal_on_durable(w->journal, w->received), 0);
		w->more = 0;
	}
	arrive(w);
	assert_int_equal(journal_on_durable(w->journal, w->received), 0);
	assert_int_equal(journal_pending(w->journal), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_room_before_the_first_store),
		TEST(ring_wraps),
		TEST(a_quarter_is_for_what_is_urgent),
		TEST(full_or_away_leaves_room_for_withdrawals),
		TEST(resent_from_every_point),
		TEST(appended_while_away),
		TEST(wrong_stores_are_refused),
		TEST(durable_beyond_what_was_sent_is_refused),
		TEST(absurd_first_number_is_refused),
		TEST(appending_from_inside_a_callback),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
