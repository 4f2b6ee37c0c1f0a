/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose connection it is, and who gets which place of a range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/ranges.h"

#define PEERS 5

/* One neighbour inside a range of three places, and one of IPv6. */
static const struct {
	const char *name;
	const char *address;
	unsigned afi;
	uint8_t range_len;
} table[PEERS] = {
	{ "acme#1", "198.51.100.0", AFI_IPV4, 28 },
	{ "acme#2", "198.51.100.0", AFI_IPV4, 28 },
	{ "acme#3", "198.51.100.0", AFI_IPV4, 28 },
	{ "exact", "198.51.100.5", AFI_IPV4, 0 },
	{ "six#1", "2001:db8::", AFI_IPV6, 64 },
};

struct world {
	struct supervisor supervisor;
	struct peer peers[PEERS];
	struct peer *list[PEERS];
};

static struct address
host(const char *text)
{
	struct address address = { 0 };

	address.afi = strchr(text, ':') == NULL ? AFI_IPV4 : AFI_IPV6;
	assert_int_equal(inet_pton(address.afi == AFI_IPV4 ? AF_INET : AF_INET6,
			     text, address.addr),
	    1);
	return address;
}

static int
setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	log_open("test", LOG_ERROR);
	for (unsigned i = 0; i < PEERS; i++) {
		struct peer *peer = &world.peers[i];
		struct msg_cfg_neighbor *neighbor = &peer->setup.neighbor;

		neighbor->remote = host(table[i].address);
		neighbor->range_len = table[i].range_len;
		(void)snprintf(neighbor->name, sizeof(neighbor->name), "%s",
		    table[i].name);
		ranges_settle(peer);
		world.list[i] = peer;
	}
	world.supervisor.peers = world.list;
	world.supervisor.n_peers = PEERS;
	*state = &world;
	return 0;
}

/* Somebody connects from there; which peer gets it? "" when none. */
static const char *
arrives(struct world *world, const char *from)
{
	struct address remote = host(from);
	struct ranges_found found;

	remote.port = 12345;
	found = ranges_find(&world->supervisor, &remote);
	if (found.peer == NULL)
		return "";
	ranges_bind(found.peer, &remote);
	found.peer->sockets[0].id = 1;
	return found.peer->setup.neighbor.name;
}

static void
leaves(struct world *world, unsigned place, uint64_t now_ms)
{
	world->peers[place].sockets[0].id = 0;
	world->peers[place].idle_ms = now_ms;
}

/* Each newcomer gets a place that nobody has had. */
static void
newcomers_get_places_of_their_own(void **state)
{
	assert_string_equal(arrives(*state, "198.51.100.1"), "acme#1");
	assert_string_equal(arrives(*state, "198.51.100.2"), "acme#2");
	assert_string_equal(arrives(*state, "198.51.100.14"), "acme#3");
}

/* The same address gets its place again: while it is connected, and after. */
static void
place_is_kept(void **state)
{
	struct world *world = *state;

	assert_string_equal(arrives(world, "198.51.100.1"), "acme#1");
	assert_string_equal(arrives(world, "198.51.100.2"), "acme#2");
	assert_string_equal(arrives(world, "198.51.100.2"), "acme#2");
	leaves(world, 0, 10);
	leaves(world, 1, 5);
	assert_string_equal(arrives(world, "198.51.100.1"), "acme#1");
	assert_string_equal(arrives(world, "198.51.100.3"), "acme#3");
	assert_string_equal(arrives(world, "198.51.100.2"), "acme#2");
}

/* With places for all but one, the last gets none; it is no stranger. */
static void
full_range_has_no_place(void **state)
{
	struct world *world = *state;
	struct address late = host("198.51.100.9");

	(void)arrives(world, "198.51.100.1");
	(void)arrives(world, "198.51.100.2");
	(void)arrives(world, "198.51.100.3");
	assert_string_equal(arrives(world, "198.51.100.9"), "");
	assert_true(ranges_find(&world->supervisor, &late).inside);
}

/* When no place is new, it is the one that has been empty for longest. */
static void
longest_empty_is_given_away(void **state)
{
	struct world *world = *state;

	(void)arrives(world, "198.51.100.1");
	(void)arrives(world, "198.51.100.2");
	(void)arrives(world, "198.51.100.3");
	leaves(world, 2, 300);
	leaves(world, 1, 200);
	assert_string_equal(arrives(world, "198.51.100.4"), "acme#2");
	assert_string_equal(arrives(world, "198.51.100.2"), "acme#3");
	assert_string_equal(arrives(world, "198.51.100.3"), "");
}

/* A second socket alone keeps a place taken, too. */
static void
any_socket_keeps_the_place(void **state)
{
	struct world *world = *state;

	world->supervisor.n_peers = 1;
	assert_string_equal(arrives(world, "198.51.100.1"), "acme#1");
	leaves(world, 0, 1);
	world->peers[0].sockets[1].id = 2;
	assert_string_equal(arrives(world, "198.51.100.2"), "");
}

/* The exact neighbour wins, and takes no place. */
static void
exact_neighbor_wins(void **state)
{
	struct world *world = *state;

	assert_string_equal(arrives(world, "198.51.100.5"), "exact");
	assert_string_equal(arrives(world, "198.51.100.5"), "exact");
	assert_string_equal(arrives(world, "198.51.100.6"), "acme#1");
}

/* A place that is about to start anew is given to no newcomer. */
static void
changing_place_waits(void **state)
{
	struct world *world = *state;

	world->peers[0].state = PEER_CHANGING;
	assert_string_equal(arrives(world, "198.51.100.1"), "acme#2");
}

/* One that leaves takes nobody, be it a place or an exact neighbour. */
static void
leaving_peer_takes_nobody(void **state)
{
	struct world *world = *state;

	(void)arrives(world, "198.51.100.1");
	world->peers[0].state = PEER_LEAVING;
	world->peers[3].state = PEER_LEAVING;
	assert_string_equal(arrives(world, "198.51.100.1"), "acme#2");
	assert_string_equal(arrives(world, "198.51.100.5"), "acme#3");
}

/* Who is outside of all, or of another family, is a stranger. */
static void
stranger_is_none(void **state)
{
	static const char *const strangers[] = { "198.51.100.16",
		"198.51.99.255", "2001:db8:0:1::", "c633:6401::" };
	struct world *world = *state;

	for (size_t i = 0; i < 4; i++) {
		struct address remote = host(strangers[i]);
		struct ranges_found found =
		    ranges_find(&world->supervisor, &remote);

		assert_null(found.peer);
		assert_false(found.inside);
	}
	assert_string_equal(arrives(world, "2001:db8::7"), "six#1");
}

/* Another range: who lies outside of it loses the place, others keep it. */
static void
place_follows_the_range(void **state)
{
	struct world *world = *state;

	(void)arrives(world, "198.51.100.1");
	(void)arrives(world, "198.51.100.14");
	for (unsigned i = 0; i < 2; i++) {
		world->peers[i].setup.neighbor.range_len = 29;
		ranges_settle(&world->peers[i]);
	}
	assert_int_equal(world->peers[0].remote.afi, AFI_IPV4);
	assert_int_equal(world->peers[1].remote.afi, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(newcomers_get_places_of_their_own),
		TEST(place_is_kept),
		TEST(full_range_has_no_place),
		TEST(longest_empty_is_given_away),
		TEST(any_socket_keeps_the_place),
		TEST(exact_neighbor_wins),
		TEST(changing_place_waits),
		TEST(leaving_peer_takes_nobody),
		TEST(stranger_is_none),
		TEST(place_follows_the_range),
	};

	return cmocka_run_group_tests_name("ranges", tests, NULL, NULL);
}
