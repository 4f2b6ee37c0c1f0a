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
inward(struct setup *s)
{
	s->neighbor.index = CFG_INTERNAL;
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

static const struct row rows[] = {
	{ "same_stays", nothing, SETUP_SAME },
	{ "place_in_file_does_not_matter", generation, SETUP_SAME },
	{ "dialect_is_the_guards", dialect, SETUP_SAME },
	{ "max_received_is_told", rules, SETUP_TUNED },
	{ "connect_retry_is_told", connect_retry, SETUP_TUNED },
	{ "asn_starts_anew", asn, SETUP_CHANGED },
	{ "families_start_anew", families, SETUP_CHANGED },
	{ "passive_starts_anew", passive, SETUP_CHANGED },
	{ "ttl_security_starts_anew", ttl_security, SETUP_CHANGED },
	{ "multihop_starts_anew", multihop, SETUP_CHANGED },
	{ "hold_time_starts_anew", hold_time, SETUP_CHANGED },
	{ "local_address_starts_anew", local_address, SETUP_CHANGED },
	{ "remote_port_starts_anew", remote_port, SETUP_CHANGED },
	{ "authentication_starts_anew", authentication, SETUP_CHANGED },
	{ "password_file_starts_anew", password_file, SETUP_CHANGED },
	{ "password_starts_anew", password, SETUP_CHANGED },
	{ "inward_starts_anew", inward, SETUP_CHANGED },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct setup old = { .neighbor = { .asn = 65001,
				 .families = FAMILY_FLOWSPEC,
				 .hold_s = 180,
				 .remote = { .afi = AFI_IPV4 } } };
	struct setup new = old;

	row->change(&new);
	assert_int_equal(setup_compare(&old, &new), row->expected);
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

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 1] = {
		cmocka_unit_test(fixed_keys_are_named),
	};

	for (size_t i = 0; i < N; i++)
		tests[1 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("setup", tests, NULL, NULL);
}
