/* SPDX-License-Identifier: BSD-2-Clause */
/* The inward Adj-RIB-Out: the UPDATEs that it builds, applied by a reader of
 * our own codec, always lead to what the guard wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/adj_out.h"
#include "proxy/wire/flowspec.h"
#include "proxy/wire/message.h"
#include "proxy/wire/update.h"
#include "tests/lib/small_rule.h"

#define KEYS  5000u
#define ACME  7u
#define ZEBRA 8u

static const uint8_t hash_key[HASH_KEY_LEN] = "adj_out has key";

struct entry_seen {
	bool stands;
	unsigned rate;
};

/* The peer's table, and counts of what came. */
struct peer {
	struct adj_out *adj;
	struct entry_seen rib[KEYS];
	unsigned announced;
	unsigned withdrawn;
	unsigned updates;
	bool withdraw_after_announce; /* within one build */
};

static struct msg_out_rule
out_rule(unsigned n, uint32_t customer, unsigned rate)
{
	struct msg_out_rule msg;

	memset(&msg, 0, sizeof(msg));
	msg.customer = customer;
	msg.family = n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC;
	msg.actions = small_action(rate);
	small_rule(n, &msg.rule);
	return msg;
}

static void
announce(struct peer *peer, unsigned n, unsigned rate)
{
	struct msg_out_rule msg = out_rule(n, ACME + n % 3 / 2, rate);

	assert_int_equal(adj_out_announce(peer->adj, &msg), 0);
}

static void
withdraw(struct peer *peer, unsigned n)
{
	struct rule rule;

	small_rule(n, &rule);
	adj_out_withdraw(peer->adj, &rule);
}

static void
attributes(struct peer *peer, uint32_t customer, uint8_t last)
{
	struct msg_out_attrs msg;

	memset(&msg, 0, sizeof(msg));
	msg.customer = customer;
	msg.n = 2;
	msg.community[0].kind = COMMUNITY_STANDARD;
	memset(msg.community[0].value, 0xff, 4);
	msg.community[0].value[3] = 1;
	msg.community[1].kind = COMMUNITY_LARGE;
	msg.community[1].value[11] = last;
	assert_int_equal(adj_out_attrs(peer->adj, &msg), 0);
}

static int
setup(void **state)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	assert_non_null(peer);
	peer->adj = adj_out_new(hash_key);
	assert_non_null(peer->adj);
	adj_out_local_pref(peer->adj, 100);
	attributes(peer, ACME, 1);
	attributes(peer, ZEBRA, 2);
	adj_out_up(peer->adj, FAMILY_FLOWSPEC);
	*state = peer;
	return 0;
}

static int
teardown(void **state)
{
	struct peer *peer = *state;

	adj_out_free(peer->adj);
	free(peer);
	return 0;
}

static void
apply_nlri(struct peer *peer, const struct update *update,
    const struct update_nlri *part, bool is_withdraw)
{
	struct reader nlri = part->nlri;

	if (part->family == FAMILY_NONE)
		return;
	while (nlri.left > 0) {
		struct rule rule;
		struct span value;
		unsigned n;

		assert_int_equal(flowspec_next(&nlri, &value), WIRE_OK);
		assert_int_equal(
		    flowspec_decode(value, part->afi, &rule), WIRE_OK);
		n = small_rule_number(&rule);
		assert_true(n < KEYS);
		if (is_withdraw) {
			peer->withdrawn++;
			/* Nobody withdraws what was not sent. */
			assert_true(peer->rib[n].stands);
			if (peer->announced > 0)
				peer->withdraw_after_announce = true;
		} else {
			peer->announced++;
			peer->rib[n].rate =
			    (unsigned)action_rate(update->actions.rate_bytes);
		}
		peer->rib[n].stands = !is_withdraw;
	}
}

static void
apply(struct peer *peer, const uint8_t *body, size_t len)
{
	const struct update_context context = { .families = FAMILY_FLOWSPEC,
		.as4 = true };
	struct update update;

	assert_int_equal(
	    update_decode(&context, body, len, &update), UPDATE_USE);
	if (update.mp_reach.family != FAMILY_NONE) {
		assert_int_equal(update.mp_reach.next_hop.len, 0);
		assert_int_equal(update.path.asns, 0);
		assert_true(update.has_local_pref);
		assert_int_equal(update.local_pref, 100);
		/* communities: stripped by the reader, but seen */
		assert_true(update.seen >> 8 & 1);
		assert_true(update.seen >> 32 & 1);
	}
	apply_nlri(peer, &update, &update.mp_unreach, true);
	apply_nlri(peer, &update, &update.mp_reach, false);
}

/* Build into a buffer of size octets and read it; returns the UPDATEs. */
static unsigned
build(struct peer *peer, size_t size)
{
	static uint8_t octets[65536];
	struct writer writer;
	unsigned n;
	size_t at = 0;

	assert_true(size <= sizeof(octets));
	peer->announced = 0;
	peer->withdrawn = 0;
	peer->withdraw_after_announce = false;
	writer_init(&writer, octets, size);
	n = adj_out_build(peer->adj, &writer);
	assert_false(writer.failed);
	for (unsigned i = 0; i < n; i++) {
		uint8_t type;
		size_t total;

		assert_int_equal(message_peek(&octets[at], writer.len - at,
				     MESSAGE_MAX, &type, &total),
		    WIRE_OK);
		assert_int_equal(type, MESSAGE_UPDATE);
		assert_true(total > 0);
		apply(peer, &octets[at + MESSAGE_HEADER_LEN],
		    total - MESSAGE_HEADER_LEN);
		at += total;
	}
	assert_int_equal(at, writer.len);
	peer->updates += n;
	return n;
}

/* What is wanted goes out, once. */
static void
announced_rule_is_sent_once(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 5);

	assert_int_equal(build(peer, 65536), 1);
	assert_true(peer->rib[2].stands);
	assert_int_equal(peer->rib[2].rate, 5);
	assert_int_equal(build(peer, 65536), 0);
	announce(peer, 2, 5);
	assert_int_equal(build(peer, 65536), 0);
}

/* Rules with equal attributes share UPDATEs. */
static void
equal_attributes_share_an_update(void **state)
{
	struct peer *peer = *state;

	for (unsigned i = 0; i < 600; i += 6)
		announce(peer, i, 0);

	assert_int_equal(build(peer, 65536), 1);
	assert_int_equal(peer->announced, 100);
}

/* Different actions cannot share one. */
static void
different_actions_are_apart(void **state)
{
	struct peer *peer = *state;

	for (unsigned i = 0; i < 60; i += 6)
		announce(peer, i, i % 12);

	assert_int_equal(build(peer, 65536), 2);
	assert_int_equal(peer->announced, 10);
}

/* Withdrawals overtake announcements. */
static void
withdrawals_come_first(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	announce(peer, 3, 0);
	build(peer, 65536);
	announce(peer, 4, 0);
	withdraw(peer, 2);
	withdraw(peer, 3);

	build(peer, 65536);
	assert_int_equal(peer->withdrawn, 2);
	assert_int_equal(peer->announced, 1);
	assert_false(peer->withdraw_after_announce);
}

/* What was never sent need not be withdrawn. */
static void
unsent_rule_is_forgotten(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	withdraw(peer, 2);

	assert_int_equal(build(peer, 65536), 0);
	assert_int_equal(adj_out_due(peer->adj, FAMILY_FLOWSPEC), 0);
}

/* A rule withdrawn and announced again before it went out is replaced. */
static void
last_wish_wins(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 1);
	build(peer, 65536);
	withdraw(peer, 2);
	announce(peer, 2, 9);

	build(peer, 65536);
	assert_int_equal(peer->withdrawn, 0);
	assert_int_equal(peer->rib[2].rate, 9);
}

/* Without its customer's attributes a rule stays here. */
static void
rule_waits_for_attributes(void **state)
{
	struct peer *peer = *state;
	struct msg_out_rule msg = out_rule(2, 99, 0);

	assert_int_equal(adj_out_announce(peer->adj, &msg), 0);
	assert_int_equal(build(peer, 65536), 0);

	attributes(peer, 99, 9);
	assert_int_equal(build(peer, 65536), 1);
	assert_true(peer->rib[2].stands);
}

/* New attributes go out for the customer's rules, and for no others. */
static void
changed_attributes_are_sent(void **state)
{
	struct peer *peer = *state;

	announce(peer, 0, 0); /* ACME */
	announce(peer, 2, 0); /* ZEBRA */
	build(peer, 65536);
	attributes(peer, ACME, 1);
	assert_int_equal(build(peer, 65536), 0);

	attributes(peer, ACME, 77);
	assert_int_equal(build(peer, 65536), 1);
	assert_int_equal(peer->announced, 1);
}

/* After a full dump, what it did not name is withdrawn. */
static void
sync_sweeps_what_was_not_named(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	announce(peer, 3, 0);
	announce(peer, 4, 0);
	build(peer, 65536);

	adj_out_sync_begin(peer->adj);
	announce(peer, 3, 0);
	announce(peer, 4, 6);
	assert_int_equal(adj_out_due(peer->adj, FAMILY_FLOWSPEC), 1);
	adj_out_sync_end(peer->adj);

	build(peer, 65536);
	assert_int_equal(peer->withdrawn, 1);
	assert_false(peer->rib[2].stands);
	assert_true(peer->rib[3].stands);
	assert_int_equal(peer->rib[4].rate, 6);
}

/* An end that nobody began sweeps nothing. */
static void
sync_end_alone_sweeps_nothing(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	adj_out_sync_begin(peer->adj);
	announce(peer, 2, 0);
	adj_out_sync_end(peer->adj);
	adj_out_sync_end(peer->adj);

	assert_int_equal(adj_out_wanted(peer->adj), 1);
}

/* A new session gets everything, and no withdrawals of the old one's. */
static void
new_session_gets_everything(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	announce(peer, 3, 0);
	build(peer, 65536);
	withdraw(peer, 2);
	adj_out_down(peer->adj);
	memset(peer->rib, 0, sizeof(peer->rib));
	assert_int_equal(build(peer, 65536), 0);

	adj_out_up(peer->adj, FAMILY_FLOWSPEC);
	build(peer, 65536);
	assert_int_equal(peer->withdrawn, 0);
	assert_int_equal(peer->announced, 1);
	assert_true(peer->rib[3].stands);
}

/* A family that was not negotiated is never sent. */
static void
other_families_stay_here(void **state)
{
	struct peer *peer = *state;

	adj_out_up(peer->adj, FAMILY_IPV6_FLOWSPEC | FAMILY_IPV4_UNICAST);
	announce(peer, 2, 0);
	announce(peer, 3, 0);
	build(peer, 65536);
	withdraw(peer, 2);

	build(peer, 65536);
	assert_false(peer->rib[2].stands);
	assert_true(peer->rib[3].stands);
}

/* A refresh sends one family again. */
static void
refresh_sends_the_family_again(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);
	announce(peer, 3, 0);
	build(peer, 65536);

	adj_out_refresh(peer->adj, FAMILY_IPV6_FLOWSPEC);
	assert_int_equal(adj_out_due(peer->adj, FAMILY_IPV4_FLOWSPEC), 0);
	build(peer, 65536);
	assert_int_equal(peer->announced, 1);
}

/* Before the end, everything is withdrawn by name. */
static void
withdraw_all_names_every_rule(void **state)
{
	struct peer *peer = *state;

	for (unsigned i = 0; i < 1000; i++)
		announce(peer, i, i % 4);
	build(peer, 65536);

	adj_out_withdraw_all(peer->adj);
	build(peer, 65536);
	assert_int_equal(peer->withdrawn, 1000);
	assert_int_equal(adj_out_wanted(peer->adj), 0);
}

/* Too little room writes nothing and loses nothing. */
static void
no_room_loses_nothing(void **state)
{
	struct peer *peer = *state;

	announce(peer, 2, 0);

	assert_int_equal(build(peer, 30), 0);
	assert_int_equal(adj_out_due(peer->adj, FAMILY_FLOWSPEC), 1);
	assert_int_equal(build(peer, 4096), 1);
	assert_int_equal(adj_out_unsendable(peer->adj), 0);
}

/* The walk for a new guard meets every wanted rule once, even when the table
 * shrinks under it. */
static void
walk_meets_every_wanted_rule(void **state)
{
	struct peer *peer = *state;
	struct adj_out_item item;
	unsigned met = 0;

	for (unsigned i = 0; i < 100; i++)
		announce(peer, i, 0);
	adj_out_rewind(peer->adj);
	while (adj_out_look(peer->adj, &item)) {
		unsigned n = small_rule_number(item.rule);

		assert_int_equal(item.customer, ACME + n % 3 / 2);
		met++;
		if (n % 10 == 0) {
			withdraw(peer, n);
			withdraw(peer, n + 1);
		} else {
			adj_out_advance(peer->adj);
		}
	}

	assert_int_equal(met, 90);
	assert_int_equal(adj_out_wanted(peer->adj), 80);
}

/* ---- random histories ---- */

struct want {
	bool stands;
	unsigned rate;
};

static void
one_step(struct peer *peer, struct want *wishes, uint64_t *random)
{
	unsigned key = small_random(random) % 400;
	unsigned rate = small_random(random) % 5;
	unsigned what = small_random(random) % 1000;

	if (what < 550) {
		announce(peer, key, rate);
		wishes[key] = (struct want){ true, rate };
	} else if (what < 900) {
		withdraw(peer, key);
		wishes[key].stands = false;
	} else if (what < 960) {
		build(peer, 200 + small_random(random) % 4000);
	} else if (what < 980) {
		adj_out_refresh(peer->adj, FAMILY_IPV4_FLOWSPEC);
	} else if (what < 990) {
		adj_out_sync_begin(peer->adj);
		for (unsigned i = 0; i < 400; i += 3)
			if (wishes[i].stands)
				announce(peer, i, wishes[i].rate);
		adj_out_sync_end(peer->adj);
		for (unsigned i = 0; i < 400; i++)
			if (i % 3 != 0)
				wishes[i].stands = false;
	} else if (what < 995) {
		adj_out_up(peer->adj, FAMILY_FLOWSPEC);
		memset(peer->rib, 0, sizeof(peer->rib));
	} else {
		attributes(peer, ACME, (uint8_t)rate);
	}
}

/* However it came to pass, a peer that has read all has what is wanted. */
static void
peer_has_what_is_wanted(void **state)
{
	static struct want wishes[400];
	struct peer *peer = *state;
	uint64_t random = 88172645463325252u;

	for (unsigned round = 0; round < 100; round++) {
		unsigned wanted = 0;

		for (unsigned i = 0; i < 1000; i++)
			one_step(peer, wishes, &random);
		while (build(peer, 20000) > 0)
			continue;
		for (unsigned i = 0; i < 400; i++) {
			assert_int_equal(wishes[i].stands, peer->rib[i].stands);
			if (!wishes[i].stands)
				continue;
			wanted++;
			assert_int_equal(peer->rib[i].rate, wishes[i].rate);
		}
		assert_int_equal(adj_out_wanted(peer->adj), wanted);
		assert_int_equal(adj_out_due(peer->adj, FAMILY_FLOWSPEC), 0);
	}
	assert_int_equal(adj_out_unsendable(peer->adj), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(announced_rule_is_sent_once),
		TEST(equal_attributes_share_an_update),
		TEST(different_actions_are_apart),
		TEST(withdrawals_come_first),
		TEST(unsent_rule_is_forgotten),
		TEST(last_wish_wins),
		TEST(rule_waits_for_attributes),
		TEST(changed_attributes_are_sent),
		TEST(sync_sweeps_what_was_not_named),
		TEST(sync_end_alone_sweeps_nothing),
		TEST(new_session_gets_everything),
		TEST(other_families_stay_here),
		TEST(refresh_sends_the_family_again),
		TEST(withdraw_all_names_every_rule),
		TEST(no_room_loses_nothing),
		TEST(walk_meets_every_wanted_rule),
		TEST(peer_has_what_is_wanted),
	};

	return cmocka_run_group_tests_name("adj_out", tests, NULL, NULL);
}
