/* SPDX-License-Identifier: BSD-2-Clause */
/* What a new configuration does to a peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/setup.h"

struct row {
	const char *name;
	void (*change)(struct setup *setup);
	enum setup_change expected;
	uint32_t whys; /* of SETUP_CHANGED */
};

static void
nothing(struct setup *s)
{
	(void)s;
}
static void
generation(struct setup *s)
{
	s->neighbor.index = 7; /* moved in the file */
}
static void
dialect(struct setup *s)
{
	s->neighbor.emit = 2;
}
static void
asn(struct setup *s)
{
	s->neighbor.asn++;
}
static void
families(struct setup *s)
{
	s->neighbor.families = FAMILY_ALL;
}
static void
passive(struct setup *s)
{
	s->neighbor.passive = 1;
}
static void
ttl_security(struct setup *s)
{
	s->neighbor.ttl_hops = 1;
}
static void
multihop(struct setup *s)
{
	s->neighbor.multihop = 5;
}
static void
hold_time(struct setup *s)
{
	s->neighbor.hold_s = 90;
}
static void
local_address(struct setup *s)
{
	s->neighbor.local.afi = AFI_IPV4;
}
static void
remote_port(struct setup *s)
{
	s->neighbor.remote.port = 1790;
}
static void
authentication(struct setup *s)
{
	s->neighbor.authenticated = 1;
}
static void
password_file(struct setup *s)
{
	s->neighbor.password_file[0] = '/';
}
static void
password(struct setup *s)
{
	s->password.changed_ns++;
}
static void
range(struct setup *s)
{
	s->neighbor.range_len = 28;
}
static void
kind(struct setup *s)
{
	s->neighbor.authenticated = AUTH_AO;
	s->neighbor.password_file[0] = '/';
}
static void
rules(struct setup *s)
{
	s->session.max_received = 500;
}
static void
connect_retry(struct setup *s)
{
	s->session.connect_retry_s = 5;
}

static void
prefixes(struct setup *s)
{
	s->session.max_prefixes = 5;
}
static void
community(struct setup *s)
{
	s->session.ignore.n_communities = 1;
	s->session.ignore.community[0].kind = COMMUNITY_STANDARD;
}
static void
community_value(struct setup *s)
{
	s->session.ignore.community[1].value[11] = 1;
}
static void
originator(struct setup *s)
{
	s->session.ignore.originator[0] = 1;
}

static void
wish(struct setup *s)
{
	s->session.wishes.n = 1;
	s->session.wishes.rule[0].wish.dry_run = 1;
}

static void
key(struct setup *s)
{
	s->chain.key[s->chain.n].send_id = 2;
	s->chain.key[s->chain.n++].receive_id = 2;
}
static void
key_less(struct setup *s)
{
	s->chain.n = 0;
}
static void
key_time(struct setup *s)
{
	s->chain.key[0].until_s = 1;
}
static void
key_secret(struct setup *s)
{
	s->chain.key[0].id.ino++;
}

#define WHY(name) (UINT32_C(1) << RESTART_##name)
static const struct row rows[] = {
	{ "key_more_stays", key, SETUP_TUNED, 0 },
	{ "key_less_stays", key_less, SETUP_TUNED, 0 },
	{ "key_time_stays", key_time, SETUP_TUNED, 0 },
	{ "another_secret_of_a_key_starts_anew", key_secret, SETUP_CHANGED,
	    WHY(TCP_AO) },
	{ "same_stays", nothing, SETUP_SAME, 0 },
	{ "place_in_file_does_not_matter", generation, SETUP_SAME, 0 },
	{ "dialect_is_the_guards", dialect, SETUP_SAME, 0 },
	{ "max_received_is_told", rules, SETUP_TUNED, 0 },
	{ "connect_retry_is_told", connect_retry, SETUP_TUNED, 0 },
	{ "max_prefixes_is_told", prefixes, SETUP_TUNED, 0 },
	{ "ignored_community_is_told", community, SETUP_TUNED, 0 },
	{ "ignored_value_is_told", community_value, SETUP_TUNED, 0 },
	{ "ignored_originator_is_told", originator, SETUP_TUNED, 0 },
	{ "wish_is_told", wish, SETUP_TUNED, 0 },
	{ "asn_starts_anew", asn, SETUP_CHANGED, WHY(ASN) },
	{ "families_start_anew", families, SETUP_CHANGED, WHY(FAMILIES) },
	{ "passive_starts_anew", passive, SETUP_CHANGED, WHY(PASSIVE) },
	{ "ttl_security_starts_anew", ttl_security, SETUP_CHANGED,
	    WHY(TTL_SECURITY) },
	{ "multihop_starts_anew", multihop, SETUP_CHANGED, WHY(MULTIHOP) },
	{ "hold_time_starts_anew", hold_time, SETUP_CHANGED, WHY(HOLD_TIME) },
	{ "local_address_starts_anew", local_address, SETUP_CHANGED,
	    WHY(LOCAL_ADDRESS) },
	{ "remote_port_starts_anew", remote_port, SETUP_CHANGED, WHY(IP) },
	{ "authentication_starts_anew", authentication, SETUP_CHANGED,
	    WHY(PASSWORD_FILE) },
	{ "password_file_starts_anew", password_file, SETUP_CHANGED,
	    WHY(PASSWORD_FILE) },
	{ "password_starts_anew", password, SETUP_CHANGED, WHY(PASSWORD_FILE) },
	{ "range_starts_anew", range, SETUP_CHANGED, WHY(RANGE) },
	{ "other_kind_of_key_starts_anew", kind, SETUP_CHANGED,
	    WHY(PASSWORD_FILE) | WHY(TCP_AO) },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct setup old = { .neighbor = { .asn = 65001,
				 .families = FAMILY_FLOWSPEC,
				 .hold_s = 180,
				 .remote = { .afi = AFI_IPV4 } },
		.chain = { .n = 1, .key = { { .send_id = 1 } } } };
	struct setup new = old;

	row->change(&new);
	assert_int_equal(setup_compare(&old, &new), row->expected);
	assert_int_equal(setup_whys(&old, &new), row->whys);
}

/* What cannot change at run time is named. */
static void
fixed_keys_are_named(void **state)
{
	const struct msg_cfg_router old = {
		.asn = 64500, .store_path = "/a", .control_path = "/b"
	};
	struct msg_cfg_router new = old;

	(void)state;
	assert_null(setup_fixed(&old, &new));
	new.hold_s = 90;
	assert_null(setup_fixed(&old, &new));
	new.asn = 64501;
	assert_string_equal(setup_fixed(&old, &new), "router.asn");
	new = old;
	new.router_id[3] = 1;
	assert_string_equal(setup_fixed(&old, &new), "router.router_id");
	new = old;
	new.store_path[1] = 'x';
	assert_string_equal(setup_fixed(&old, &new), "store.path");
	new = old;
	new.control_path[1] = 'x';
	assert_string_equal(setup_fixed(&old, &new), "control.socket");
}

/* Which log it is, and where its keys lie, are fixed; the rest is not. */
static void
fixed_keys_of_the_log_are_named(void **state)
{
	const struct msg_cfg_log old = { .name = "a", .key_path = "/b" };
	struct msg_cfg_log new = old;

	(void)state;
	new.retain_ms = 1;
	new.n_witnesses = 1;
	assert_null(setup_fixed_log(&old, &new));
	new.key_path[1] = 'x';
	assert_string_equal(setup_fixed_log(&old, &new), "store.key");
	new.name[0] = 'x';
	assert_string_equal(setup_fixed_log(&old, &new), "store.name");
}

/* A customer's session gets the limit, the wishes and what to ignore, an inward
 * one only the latter. */
static void
sessions_get_what_concerns_them(void **state)
{
	struct msg_cfg_customer customer = { .max_rules = 50,
		.max_prefixes = 1000 };
	struct msg_cfg_neighbor neighbors[2] = { { .index = 0 },
		{ .index = CFG_INTERNAL } };
	struct cfg_set set = { .validation.ignore = { .n_originators = 1,
				   .originator = { 0xc0000242 } } };
	struct wish_rules wishes = { .n = 1,
		.rule = { { .wish = { .lifetime_s = 600 } } } };
	struct cfg_customer_parts parts = { .wishes = &wishes };
	struct setup setup;
	char why[PASSWORD_WHY_MAX];
	size_t at[2] = { 0, sizeof(customer) };
	size_t last = sizeof(customer) + sizeof(neighbors[0]);
	size_t both[2] = { at[1], last };
	_Alignas(8) uint8_t octets[sizeof(customer) + sizeof(neighbors)];

	(void)state;
	memcpy(octets, &customer, sizeof(customer));
	memcpy(&octets[at[1]], neighbors, sizeof(neighbors));
	set.octets = octets;
	set.parts = &parts;
	set.customers = (struct cfg_places){ .at = at, .n = 1 };
	set.neighbors = (struct cfg_places){ .at = both, .n = 2 };
	assert_int_equal(setup_fill(&set, 0, &setup, why), 0);
	assert_int_equal(setup.session.max_prefixes, 1000);
	assert_int_equal(setup.session.ignore.originator[0], 0xc0000242);
	assert_int_equal(setup.session.wishes.n, 1);
	assert_int_equal(setup.session.wishes.rule[0].wish.lifetime_s, 600);
	assert_int_equal(setup_fill(&set, 1, &setup, why), 0);
	assert_int_equal(setup.session.max_prefixes, 0);
	assert_int_equal(setup.session.wishes.n, 0);
	assert_int_equal(setup.session.ignore.n_originators, 1);
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 3] = {
		cmocka_unit_test(fixed_keys_are_named),
		cmocka_unit_test(fixed_keys_of_the_log_are_named),
		cmocka_unit_test(sessions_get_what_concerns_them),
	};

	for (size_t i = 0; i < N; i++)
		tests[3 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
