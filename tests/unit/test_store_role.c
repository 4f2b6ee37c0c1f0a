/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's ends of its channels, over a real loop, real socket pairs and a
 * real LMDB: the test plays guard and control.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/store/audit_link.h"
#include "proxy/store/ballast.h"
#include "proxy/store/guard_link.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define LIMIT      (128u << 20)
#define GIVE_UP_MS 20000

struct world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *give_up;
	struct store *store;
	struct writer *writer;
	struct guard_link *guard;
	struct audit_link *audit;
	struct channel *far; /* the test's end */
	bool (*until)(const struct world *world);
	/* what has been heard */
	bool closed;
	unsigned hellos;
	uint64_t hello_seq;
	uint64_t durable;
	uint64_t lives;
	uint64_t loaded;
	unsigned status;
	bool was_full;
	unsigned ends;
	struct msg_audit_end end;
	uint64_t entries;
	uint64_t ids[300];
	uint64_t target; /* for until() */
	struct entry entry;
};

/* ---- the other end ---- */

static void
hear_entry(struct world *world, const struct msg_head *head)
{
	assert_int_equal(
	    entry_msg_unpack((const void *)head, &world->entry), 0);
	if (head->kind == MSG_STORE_LIVE) {
		world->ids[world->lives % 300] = world->entry.rule_id;
		world->lives++;
	} else {
		world->ids[world->entries % 300] = world->entry.seq;
		world->entries++;
	}
}

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct world *world = ctx;
	const void *msg = head;

	assert_int_equal(fd, -1);
	switch (head->kind) {
	case MSG_STORE_HELLO:
		world->hellos++;
		world->hello_seq =
		    ((const struct msg_store_hello *)msg)->next_seq;
		break;
	case MSG_STORE_DURABLE:
		assert_true(
		    ((const struct msg_store_seq *)msg)->seq >= world->durable);
		world->durable = ((const struct msg_store_seq *)msg)->seq;
		break;
	case MSG_STORE_LOADED:
		world->loaded = 1 + ((const struct msg_store_seq *)msg)->seq;
		break;
	case MSG_STORE_STATUS:
		world->status = ((const struct msg_store_status *)msg)->status;
		world->was_full |= world->status == STORE_FULL;
		break;
	case MSG_AUDIT_END:
		world->ends++;
		memcpy(&world->end, msg, sizeof(world->end));
		break;
	default:
		hear_entry(world, head);
	}
}

static void
heard_batch(void *ctx)
{
	struct world *world = ctx;

	if (world->until != NULL && world->until(world))
		loop_stop(world->loop);
}

static void
far_closed(void *ctx)
{
	struct world *world = ctx;

	world->closed = true;
	loop_stop(world->loop);
}

static void
give_up(void *ctx)
{
	struct world *world = ctx;

	(void)fprintf(stderr, "what should have come did not\n");
	world->until = NULL;
	loop_stop(world->loop);
}

static bool
run(struct world *world, bool (*until)(const struct world *world))
{
	world->until = until;
	if (world->far != NULL)
		channel_flush(world->far);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	if (until == NULL || !until(world))
		loop_run(world->loop);
	timer_stop(world->give_up);
	return until == NULL || until(world);
}

static const struct channel_ops far_ops = { hear, far_closed, NULL,
	heard_batch };

static bool
is_greeted(const struct world *world)
{
	return world->hellos > 0;
}

static bool
is_durable(const struct world *world)
{
	return world->durable >= world->target;
}

static bool
is_closed(const struct world *world)
{
	return world->closed;
}

static bool
is_loaded(const struct world *world)
{
	return world->loaded > 0;
}

static bool
is_answered(const struct world *world)
{
	return world->ends >= world->target;
}

static bool
is_full(const struct world *world)
{
	return world->status == STORE_FULL;
}

static bool
is_fine(const struct world *world)
{
	return world->status == STORE_FINE;
}

static void
connect_guard(struct world *world)
{
	int fds[2];

	channel_close(world->far);
	world->hellos = 0;
	world->closed = false;
	assert_int_equal(channel_pair(fds), 0);
	guard_link_attach(world->guard, fds[0]);
	world->far = channel_open(world->loop, fds[1], LIMIT, &far_ops, world);
	assert_non_null(world->far);
}

static void
connect_control(struct world *world)
{
	int fds[2];

	channel_close(world->far);
	world->closed = false;
	assert_int_equal(channel_pair(fds), 0);
	audit_link_attach(world->audit, fds[0]);
	world->far = channel_open(world->loop, fds[1], LIMIT, &far_ops, world);
	assert_non_null(world->far);
}

static void
send_entry(struct world *world, const struct entry *entry)
{
	size_t size = entry_msg_size(entry);
	struct msg_entry *msg =
	    channel_reserve(world->far, MSG_STORE_APPEND, size);

	assert_non_null(msg);
	entry_msg_pack(entry, msg);
	channel_commit(world->far, size);
}

static void
send_usual(struct world *world, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq < to; seq++) {
		usual_entry(seq, &world->entry);
		world->entry.live_op = LIVE_PUT;
		send_entry(world, &world->entry);
	}
}

/* Send from..to-1 and wait until they are on disk. */
static void
record(struct world *world, uint64_t from, uint64_t to)
{
	send_usual(world, from, to);
	world->target = to;
	assert_true(run(world, is_durable));
	assert_int_equal(world->durable, to);
}

/* ---- the world ---- */

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct world *world = ctx;

	(void)head;
	guard_link_durable(world->guard);
}

static void
on_full(void *ctx, bool full)
{
	struct world *world = ctx;

	guard_link_full(world->guard, full);
}

static void
store_up(struct world *world)
{
	const struct writer_ops ops = { on_durable, on_full, world };

	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	world->writer =
	    writer_new(world->loop, world->store, world->path, &ops);
	assert_non_null(world->writer);
	world->guard = guard_link_new(world->loop, world->store, world->writer);
	world->audit = audit_link_new(world->loop, world->store);
	assert_non_null(world->guard);
	assert_non_null(world->audit);
}

static void
store_down(struct world *world)
{
	audit_link_free(world->audit);
	guard_link_free(world->guard);
	writer_free(world->writer);
	store_close(world->store);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	assert_non_null(world->loop);
	world->give_up = timer_new(world->loop, give_up, world);
	store_up(world);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	channel_close(world->far);
	store_down(world);
	timer_free(world->give_up);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

/* ---- guard ---- */

/* A guard is greeted with the next number, and told what is on disk. */
static void
entries_become_durable(void **state)
{
	struct world *world = *state;
	struct entry found;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	assert_int_equal(world->hello_seq, 0);
	record(world, 0, 1000);
	record(world, 1000, 1001);

	assert_int_equal(
	    ledger_get(store_ledger(world->store), 1000, &found), 0);
	assert_int_equal(found.seq, 1000);
	assert_false(world->closed);
}

/* More than a buffer holds passes through, in order, nothing lost. */
static void
flood_passes_in_order(void **state)
{
	struct world *world = *state;
	const uint64_t all = 3 * (uint64_t)WRITER_ENTRIES;
	uint64_t seq;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	send_usual(world, 0, all);
	world->target = all;
	assert_true(run(world, is_durable));

	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, all);
}

/* Sent again is acknowledged and not written again. */
static void
entry_sent_again_is_acknowledged(void **state)
{
	struct world *world = *state;
	struct ledger_head head;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 10);
	world->durable = 0;
	send_usual(world, 5, 10);
	world->target = 10;
	assert_true(run(world, is_durable));
	record(world, 10, 11);

	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &head), 0);
	assert_int_equal(head.size, 11);
}

/* A gap closes the channel, and nothing behind it is written. */
static void
gap_closes_the_channel(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 10);
	send_usual(world, 11, 12);
	assert_true(run(world, is_closed));

	connect_guard(world);
	assert_true(run(world, is_greeted));
	assert_int_equal(world->hello_seq, 10);
	record(world, 10, 12);
}

/* An entry that cannot be recorded closes the channel. */
static void
live_rule_without_rule_closes_the_channel(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	usual_entry(0, &world->entry);
	world->entry.has_rule = 0;
	world->entry.live_op = LIVE_PUT;
	send_entry(world, &world->entry);
	assert_true(run(world, is_closed));
	assert_int_equal(writer_next(world->writer), 0);
}

/* Octets of an entry that lie about themselves close the channel. */
static void
malformed_entry_closes_the_channel(void **state)
{
	struct world *world = *state;
	size_t size;
	struct msg_entry *msg;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	usual_entry(0, &world->entry);
	size = entry_msg_size(&world->entry);
	msg = channel_reserve(world->far, MSG_STORE_APPEND, size);
	assert_non_null(msg);
	entry_msg_pack(&world->entry, msg);
	msg->evidence_len = 190;
	channel_commit(world->far, size);
	assert_true(run(world, is_closed));
}

/* A guard that comes while entries of the last one are under way is greeted
 * after them. */
static void
new_guard_is_greeted_after_the_old_ones_entries(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	for (unsigned i = 0; i < 20; i++) {
		uint64_t next = writer_next(world->writer);

		send_usual(world, next, next + 500);
		channel_flush(world->far);
		/* The old end is read to its end only if the loop runs. */
		world->target = next + 1;
		assert_true(run(world, is_durable));
		connect_guard(world);
		world->durable = 0;
		assert_true(run(world, is_greeted));
		assert_int_equal(world->hello_seq, writer_next(world->writer));
		assert_true(writer_idle(world->writer));
	}
}

static void
ask_live(struct world *world)
{
	const struct msg_store_seq load = { .head.kind = MSG_STORE_LOAD };

	world->lives = 0;
	world->loaded = 0;
	assert_int_equal(channel_send(world->far, &load, sizeof(load), -1), 0);
	assert_true(run(world, is_loaded));
}

/* Live rules come by rising id, also after the store was restarted. */
static void
live_rules_are_sent_when_asked(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 100);
	usual_entry(100, &world->entry);
	world->entry.rule_id = 40;
	world->entry.live_op = LIVE_DELETE;
	send_entry(world, &world->entry);
	world->target = 101;
	assert_true(run(world, is_durable));
	channel_close(world->far);
	world->far = NULL;
	store_down(world);
	store_up(world);

	connect_guard(world);
	assert_true(run(world, is_greeted));
	assert_int_equal(world->hello_seq, 101);
	ask_live(world);
	assert_int_equal(world->lives, 99);
	assert_int_equal(world->loaded, 100);
	assert_int_equal(world->ids[39], 39);
	assert_int_equal(world->ids[40], 41);
}

/* More live rules than the channel holds are all sent. */
static void
many_live_rules_are_sent(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	for (uint64_t n = 0; n < 60000; n += 10000)
		record(world, n, n + 10000);
	ask_live(world);
	assert_int_equal(world->lives, 60000);
	assert_int_equal(world->loaded, 60001);
}

/* ---- a full disk ---- */

static struct rlimit limit_before;

static void
limit_file_size(rlim_t octets)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit_before), 0);
	limit = limit_before;
	limit.rlim_cur = octets;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
limit_lift(void)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit_before), 0);
}

/* The guard is told; when there is room again all is written, in order. */
static void
full_disk_loses_nothing(void **state)
{
	struct world *world = *state;
	uint64_t seq;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 10);
	limit_file_size(1 << 18);
	send_usual(world, 10, 5000);
	assert_true(run(world, is_full));
	send_usual(world, 5000, 5100);
	channel_flush(world->far);
	limit_lift();
	world->target = 5100;
	assert_true(run(world, is_durable));
	assert_true(run(world, is_fine));

	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, 5100);
	assert_false(world->closed);
}

/* A guard that comes while the disk is full is greeted with what is durable;
 * what waited is dropped, for it will be sent again. */
static void
guard_is_greeted_on_a_full_disk(void **state)
{
	struct world *world = *state;

	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 10);
	limit_file_size(1 << 18);
	send_usual(world, 10, 5000);
	assert_true(run(world, is_full));
	world->status = 0;
	connect_guard(world);
	assert_true(run(world, is_greeted));
	assert_int_equal(world->hellos, 1);
	assert_true(run(world, is_full));
	assert_true(world->hello_seq < 5000);
	limit_lift();
	record(world, world->hello_seq, 6000);
}

/* On a disk that others have filled, the ballast still takes entries while the
 * guard is told to accept nothing; it is back when there is room. */
static void
full_disk_still_takes_what_cannot_wait(void **state)
{
	struct world *world = *state;
	char filler[2 * TEMP_PATH_MAX];
	size_t ballast;
	FILE *file;

	store_down(world);
	if (mount("tmpfs", world->path, "tmpfs", 0, "size=32m") != 0) {
		(void)fprintf(stderr,
		    "SKIPPED: no leave to mount a small tmpfs here, so the "
		    "ballast was NOT tested\n");
		store_up(world);
		skip();
	}
	store_up(world);
	ballast = ballast_size(world->path);
	assert_int_equal(ballast, 2 << 20);
	connect_guard(world);
	assert_true(run(world, is_greeted));
	record(world, 0, 10);
	(void)snprintf(filler, sizeof(filler), "%s/filler", world->path);
	file = fopen(filler, "wb");
	assert_non_null(file);
	while (fwrite(filler, sizeof(filler), 1, file) == 1)
		;
	(void)fclose(file);

	record(world, 10, 2000);
	assert_true(run(world, is_full));
	record(world, 2000, 4000);
	assert_int_equal(world->status, STORE_FULL);
	assert_int_equal(unlink(filler), 0);
	assert_true(run(world, is_fine));
	assert_true(ballast_drop(world->path));

	channel_close(world->far);
	world->far = NULL;
	store_down(world);
	assert_int_equal(umount(world->path), 0);
	store_up(world);
}

/* What is laid aside is there, and can be given up. */
static void
ballast_is_laid_aside_and_given_up(void **state)
{
	char folder[TEMP_PATH_MAX], path[2 * TEMP_PATH_MAX];

	(void)state;
	temp_folder_make(folder);
	(void)snprintf(path, sizeof(path), "%s/ballast", folder);
	assert_true(ballast_take(folder, 1 << 20));
	assert_int_equal(access(path, F_OK), 0);
	assert_true(ballast_take(folder, 1 << 20));
	assert_true(ballast_drop(folder));
	assert_int_equal(access(path, F_OK), -1);
	assert_false(ballast_drop(folder));
	assert_false(ballast_take(folder, (size_t)1 << 60));
	assert_int_equal(access(path, F_OK), -1);
	temp_folder_remove(folder);
}

/* ---- control ---- */

static void
query_init(struct msg_audit_query *query)
{
	memset(query, 0, sizeof(*query));
	query->head.kind = MSG_AUDIT_QUERY;
	query->request = 77;
	query->max = 256;
	query->to_seq = UINT64_MAX;
	query->rule_id = UINT64_MAX;
	query->state = UINT8_MAX;
}

static void
ask(struct world *world, const struct msg_audit_query *query)
{
	world->entries = 0;
	world->ends = 0;
	world->target = 1;
	assert_int_equal(
	    channel_send(world->far, query, sizeof(*query), -1), 0);
	assert_true(run(world, is_answered));
	assert_int_equal(world->end.request, 77);
}

/* A log to ask about: 0..2999, every hundredth refused, 150 by an operator. */
static void
fill_log(struct world *world)
{
	assert_int_equal(store_begin(world->store), 0);
	for (uint64_t seq = 0; seq < 3000; seq++) {
		usual_entry(seq, &world->entry);
		if (seq % 100 == 0) {
			world->entry.state = STATE_REFUSED;
			world->entry.reason = REASON_NOT_REGISTERED;
		}
		if (seq == 150) {
			world->entry.kind = ENTRY_OPERATOR;
			world->entry.rule_id = 5;
			(void)snprintf(world->entry.operator_name,
			    sizeof(world->entry.operator_name), "noc");
		}
		assert_int_equal(
		    store_append_entry(world->store, &world->entry), 0);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
	connect_control(world);
}

struct ask_row {
	const char *name;
	void (*set)(struct msg_audit_query *query);
	uint64_t entries;
	uint64_t first;
	uint32_t more;
	uint64_t next_seq;
};

static void
set_none(struct msg_audit_query *query)
{
	(void)query;
}

static void
set_backward(struct msg_audit_query *query)
{
	query->backward = 1;
}

static void
set_part(struct msg_audit_query *query)
{
	query->from_seq = 10;
	query->to_seq = 20;
}

static void
set_part_backward(struct msg_audit_query *query)
{
	set_part(query);
	query->backward = 1;
	query->max = 3;
}

static void
set_reason(struct msg_audit_query *query)
{
	query->reason = REASON_NOT_REGISTERED;
}

static void
set_reason_late(struct msg_audit_query *query)
{
	set_reason(query);
	query->from_seq = 2048;
}

static void
set_state(struct msg_audit_query *query)
{
	query->state = STATE_REFUSED;
	query->max = 2;
}

static void
set_kind(struct msg_audit_query *query)
{
	query->kind = ENTRY_OPERATOR;
	query->to_seq = 1000;
}

static void
set_operator(struct msg_audit_query *query)
{
	(void)snprintf(
	    query->operator_name, sizeof(query->operator_name), "noc");
	query->to_seq = 1000;
}

static void
set_rule(struct msg_audit_query *query)
{
	query->rule_id = 5;
	query->to_seq = 1000;
}

static void
set_customer(struct msg_audit_query *query)
{
	(void)snprintf(query->customer, sizeof(query->customer), "nobody");
	query->to_seq = 1000;
}

static void
set_prefix(struct msg_audit_query *query)
{
	assert_int_equal(prefix_parse("203.0.113.8/30", &query->prefix), 0);
	query->to_seq = 1000;
}

static void
set_time(struct msg_audit_query *query)
{
	query->from_ns = UINT64_C(1700000000000000000) + 50 * 1000;
	query->to_ns = query->from_ns + 5 * 1000;
	query->to_seq = 1000;
}

static const struct ask_row ask_rows[] = {
	{ "all", set_none, 256, 0, 1, 256 },
	{ "all backward", set_backward, 256, 2999, 1, 2744 },
	{ "a part", set_part, 10, 10, 0, 20 },
	{ "the newest of a part", set_part_backward, 3, 19, 1, 17 },
	{ "by reason, as far as one query looks", set_reason, 21, 0, 1, 2048 },
	{ "by reason, to the end", set_reason_late, 9, 2100, 0, 3000 },
	{ "by state", set_state, 2, 0, 1, 101 },
	{ "by kind", set_kind, 1, 150, 0, 1000 },
	{ "by operator", set_operator, 1, 150, 0, 1000 },
	{ "by rule", set_rule, 2, 5, 0, 1000 },
	{ "by customer", set_customer, 0, 0, 0, 1000 },
	{ "by prefix", set_prefix, 4, 8, 0, 1000 },
	{ "by time", set_time, 5, 50, 0, 1000 },
};

/* Each row of the table. */
static void
queries_find_what_they_ask_for(void **state)
{
	struct world *world = *state;

	fill_log(world);
	for (size_t i = 0; i < sizeof(ask_rows) / sizeof(ask_rows[0]); i++) {
		const struct ask_row *row = &ask_rows[i];
		struct msg_audit_query query;

		print_message("%s\n", row->name);
		query_init(&query);
		row->set(&query);
		ask(world, &query);
		assert_int_equal(world->entries, row->entries);
		if (row->entries > 0)
			assert_int_equal(world->ids[0], row->first);
		assert_int_equal(world->end.more, row->more);
		assert_int_equal(world->end.next_seq, row->next_seq);
		assert_int_equal(world->end.size, 3000);
	}
}

/* Large entries are cut to what the channel holds, and can be asked on. */
static void
long_answers_are_cut_and_go_on(void **state)
{
	struct world *world = *state;
	struct msg_audit_query query;
	uint64_t seen = 0;

	assert_int_equal(store_begin(world->store), 0);
	for (uint64_t seq = 0; seq < 300; seq++) {
		usual_entry(seq, &world->entry);
		world->entry.raw_len = ENTRY_RAW_MAX;
		memset(world->entry.raw, 7, ENTRY_RAW_MAX);
		assert_int_equal(
		    store_append_entry(world->store, &world->entry), 0);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
	connect_control(world);
	query_init(&query);
	do {
		ask(world, &query);
		assert_true(world->entries > 0);
		assert_int_equal(world->ids[0], seen);
		seen += world->entries;
		query.from_seq = world->end.next_seq;
	} while (world->end.more);
	assert_int_equal(seen, 300);
}

/* Many queries at once, unread answers: each is answered in the end. */
static void
queries_in_a_row_are_all_answered(void **state)
{
	struct world *world = *state;
	struct msg_audit_query query;

	fill_log(world);
	query_init(&query);
	for (unsigned i = 0; i < 60; i++)
		assert_int_equal(
		    channel_send(world->far, &query, sizeof(query), -1), 0);
	world->target = 60;
	assert_true(run(world, is_answered));
	assert_true(world->entries > 0);
}

/* A query that asks for too much, or is no text, closes the channel. */
static void
malformed_query_closes_the_channel(void **state)
{
	struct world *world = *state;
	struct msg_audit_query query;

	for (unsigned i = 0; i < 4; i++) {
		connect_control(world);
		query_init(&query);
		if (i == 0)
			query.max = 257;
		else if (i == 1)
			memset(query.customer, 'x', sizeof(query.customer));
		else if (i == 2)
			query.backward = 2;
		else
			query.prefix.afi = 9;
		assert_int_equal(
		    channel_send(world->far, &query, sizeof(query), -1), 0);
		assert_true(run(world, is_closed));
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries_become_durable),
		T(flood_passes_in_order),
		T(entry_sent_again_is_acknowledged),
		T(gap_closes_the_channel),
		T(live_rule_without_rule_closes_the_channel),
		T(malformed_entry_closes_the_channel),
		T(new_guard_is_greeted_after_the_old_ones_entries),
		T(live_rules_are_sent_when_asked),
		T(many_live_rules_are_sent),
		T(full_disk_loses_nothing),
		T(guard_is_greeted_on_a_full_disk),
		T(full_disk_still_takes_what_cannot_wait),
		cmocka_unit_test(ballast_is_laid_aside_and_given_up),
		T(queries_find_what_they_ask_for),
		T(long_answers_are_cut_and_go_on),
		T(queries_in_a_row_are_all_answered),
		T(malformed_query_closes_the_channel),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_role", tests, NULL, NULL);
}
