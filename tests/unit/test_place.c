/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and ranges of neighbours: what their places are called, who came,
 * and which place a record means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/place.h"

static struct msg_cfg_neighbor
neighbor_of(const char *text, const char *name)
{
	struct msg_cfg_neighbor msg = { 0 };
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	msg.remote.afi = prefix.afi;
	memcpy(msg.remote.addr, prefix.addr, sizeof(msg.remote.addr));
	if (prefix.len < afi_bits(prefix.afi))
		msg.range_len = prefix.len;
	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	return msg;
}

/* It is heard from there. */
static void
come(struct guard_peer *peer, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	peer->heard = true;
	peer->state.remote.afi = prefix.afi;
	memcpy(peer->state.remote.addr, prefix.addr, ADDRESS_MAX);
	place_state(peer);
}

static void
remote_is(const struct guard_peer *peer, const struct msg_cfg_neighbor *n,
    const char *wanted)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	place_remote(peer, n, &prefix);
	assert_string_equal(prefix_print(&prefix, text, sizeof(text)), wanted);
}

/* A neighbour of one address is called by it, whatever it says. */
static void
address_is_its_name(void **state)
{
	struct msg_cfg_neighbor n =
	    neighbor_of("198.51.100.2", "acme/198.51.100.2");
	struct guard_peer peer = { 0 };

	(void)state;
	place_configure(&peer, &n);
	assert_string_equal(peer.address, "198.51.100.2");
	remote_is(&peer, &n, "198.51.100.2/32");
	come(&peer, "198.51.100.9");
	assert_string_equal(peer.session, "198.51.100.2");
	remote_is(&peer, &n, "198.51.100.9/32");
}

/* A place of a range has the range's name, and in records who came. */
static void
range_is_named_by_who_came(void **state)
{
	struct msg_cfg_neighbor n =
	    neighbor_of("198.51.100.0/28", "acme/198.51.100.0/28#3");
	struct guard_peer peer = { 0 };

	(void)state;
	place_configure(&peer, &n);
	assert_string_equal(peer.address, "198.51.100.0/28#3");
	assert_string_equal(peer.session, "198.51.100.0/28#3");
	remote_is(&peer, &n, "198.51.100.0/28");
	come(&peer, "198.51.100.5");
	assert_string_equal(peer.address, "198.51.100.0/28#3");
	assert_string_equal(peer.session, "198.51.100.5#3");
	remote_is(&peer, &n, "198.51.100.5/32");
	/* Down, what it was last is still said; it may be anybody next. */
	peer.state.remote.afi = AFI_NONE;
	place_state(&peer);
	assert_string_equal(peer.session, "198.51.100.5#3");
	remote_is(&peer, &n, "198.51.100.0/28");
}

/* A session that says it is elsewhere is not believed. */
static void
address_outside_the_range_is_not_believed(void **state)
{
	struct msg_cfg_neighbor n =
	    neighbor_of("2001:db8::/64", "acme/2001:db8::/64#1");
	struct guard_peer peer = { 0 };

	(void)state;
	place_configure(&peer, &n);
	come(&peer, "2001:db8:0:1::5");
	assert_string_equal(peer.session, "2001:db8::/64#1");
	remote_is(&peer, &n, "2001:db8::/64");
	come(&peer, "192.0.2.1");
	remote_is(&peer, &n, "2001:db8::/64");
	come(&peer, "2001:db8::5");
	assert_string_equal(peer.session, "2001:db8::5#1");
}

/* Somebody else comes to the same place. */
static void
another_comes_to_the_place(void **state)
{
	struct msg_cfg_neighbor n =
	    neighbor_of("198.51.100.0/28", "acme/198.51.100.0/28#1");
	struct guard_peer peer = { 0 };

	(void)state;
	place_configure(&peer, &n);
	come(&peer, "198.51.100.5");
	come(&peer, "198.51.100.6");
	assert_string_equal(peer.session, "198.51.100.6#1");
	/* A reload leaves it as it is. */
	place_configure(&peer, &n);
	assert_string_equal(peer.session, "198.51.100.6#1");
}

#define PLACES 5

/* A record's session is found by its number and the range it was in. */
static void
place_is_found(void **state)
{
	static const char *const names[PLACES][2] = {
		{ "198.51.100.0/28", "acme/198.51.100.0/28#1" },
		{ "198.51.100.0/28", "acme/198.51.100.0/28#12" },
		{ "2001:db8::/64", "acme/2001:db8::/64#1" },
		{ "203.0.113.0/24", "acme/203.0.113.0/24#2" },
		{ "192.0.2.1", "acme/192.0.2.1" },
	};
	static const struct {
		const char *session;
		int wanted; /* -1: none */
	} rows[] = {
		{ "198.51.100.5#1", 0 },
		{ "198.51.100.15#12", 1 },
		{ "198.51.100.0/28#12", 1 },
		{ "2001:db8::77#1", 2 },
		{ "203.0.113.9#2", 3 },
		{ "203.0.113.9#1", -1 },
		{ "198.51.100.16#1", -1 },
		{ "198.51.100.5#", -1 },
		{ "198.51.100.5", -1 },
		{ "192.0.2.1", -1 },
		{ "#1", -1 },
		{ "", -1 },
		{ "nonsense#1", -1 },
		{ "198.51.100.5#1#1", -1 },
		{ "111111111111111111111111111111111111111111111111111111#1",
		    -1 },
	};
	struct guard_peer peers[PLACES];
	struct guard_peer *list[PLACES];

	(void)state;
	memset(peers, 0, sizeof(peers));
	for (size_t i = 0; i < PLACES; i++) {
		struct msg_cfg_neighbor n =
		    neighbor_of(names[i][0], names[i][1]);

		place_configure(&peers[i], &n);
		list[i] = &peers[i];
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_ptr_equal(place_find(list, PLACES, rows[i].session),
		    rows[i].wanted < 0 ? NULL : &peers[rows[i].wanted]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_is_its_name),
		cmocka_unit_test(range_is_named_by_who_came),
		cmocka_unit_test(address_outside_the_range_is_not_believed),
		cmocka_unit_test(another_comes_to_the_place),
		cmocka_unit_test(place_is_found),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
