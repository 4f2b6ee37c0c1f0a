/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's answers to control: searches in the log, over a real loop, real
 * socket pairs and a real LMDB.
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
#include "tests/lib/store_scene.h"
#include "tests/lib/temp_folder.h"

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
	assert_true(scene_run(world, scene_is_answered));
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
	scene_connect_control(world);
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
	scene_connect_control(world);
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
	assert_true(scene_run(world, scene_is_answered));
	assert_true(world->entries > 0);
}

/* A query that asks for too much, or is no text, closes the channel. */
static void
malformed_query_closes_the_channel(void **state)
{
	struct world *world = *state;
	struct msg_audit_query query;

	for (unsigned i = 0; i < 4; i++) {
		scene_connect_control(world);
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
		assert_true(scene_run(world, scene_is_closed));
		assert_true(audit_link_broken(world->audit));
		assert_false(audit_link_broken(world->audit));
	}
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(queries_find_what_they_ask_for),
		T(long_answers_are_cut_and_go_on),
		T(queries_in_a_row_are_all_answered),
		T(malformed_query_closes_the_channel),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_audit", tests, NULL, NULL);
}
