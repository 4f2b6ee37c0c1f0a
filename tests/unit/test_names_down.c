/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is not up, as the log names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/names_down.h"

#define PEERS 24

struct world {
	struct peer *peers[PEERS];
	uint32_t n;
};

static struct peer *
add(struct world *world, const char *name, uint8_t range_len)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct msg_cfg_neighbor *neighbor;

	assert_non_null(peer);
	assert_true(world->n < PEERS);
	neighbor = &peer->setup.neighbor;
	neighbor->authenticated = AUTH_MD5;
	neighbor->range_len = range_len;
	(void)snprintf(neighbor->name, sizeof(neighbor->name), "%s", name);
	world->peers[world->n++] = peer;
	return peer;
}

/* Seven places, then an address, then the eighth. */
static struct world
with_range(void)
{
	struct world world = { .n = 0 };
	char name[NAME_MAX_LEN];

	for (unsigned i = 1; i <= 8; i++) {
		(void)snprintf(
		    name, sizeof(name), "globex/198.51.100.32/28#%u", i);
		(void)add(&world, name, 28);
		if (i == 7)
			(void)add(&world, "acme/198.51.100.2", 0);
	}
	return world;
}

static void
names_are(struct world *world, enum auth_kind kind, const char *wanted)
{
	char out[NAMES_DOWN_MAX];

	names_down(world->peers, world->n, kind, out);
	assert_string_equal(out, wanted);
	for (uint32_t i = 0; i < world->n; i++)
		free(world->peers[i]);
}

/* A range is one name, behind those with addresses of their own. */
static void
range_is_named_once_and_last(void **state)
{
	struct world world = with_range();

	(void)state;
	names_are(
	    &world, AUTH_MD5, "acme/198.51.100.2, globex/198.51.100.32/28");
}

/* Two ranges of which one's name begins like the other's are two. */
static void
ranges_are_told_apart(void **state)
{
	struct world world = { .n = 0 };

	(void)state;
	(void)add(&world, "a/192.0.2.0/2#1", 2);
	(void)add(&world, "a/192.0.2.0/28#1", 28);
	(void)add(&world, "a/192.0.2.0/2#2", 2);
	names_are(&world, AUTH_MD5, "a/192.0.2.0/2, a/192.0.2.0/28");
}

/* Who is connected, leaves, or has keys of another kind is not named. */
static void
others_are_left_out(void **state)
{
	struct world world = { .n = 0 };

	(void)state;
	add(&world, "a/192.0.2.1", 0)->sockets[0].id = 1;
	add(&world, "a/192.0.2.2", 0)->state = PEER_LEAVING;
	add(&world, "a/192.0.2.3", 0)->setup.neighbor.authenticated = AUTH_AO;
	names_are(&world, AUTH_MD5, "none");
}

/* More than eight are not all named. */
static void
names_are_bounded(void **state)
{
	struct world world = { .n = 0 };
	char name[NAME_MAX_LEN];

	(void)state;
	for (unsigned i = 1; i <= 20; i++) {
		(void)snprintf(name, sizeof(name), "r/%u/28#1", i);
		(void)add(&world, name, i > 6 ? 28 : 0);
	}
	names_are(&world, AUTH_MD5,
	    "r/1/28#1, r/2/28#1, r/3/28#1, r/4/28#1, r/5/28#1, r/6/28#1, "
	    "r/7/28, r/8/28, ...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_is_named_once_and_last),
		cmocka_unit_test(ranges_are_told_apart),
		cmocka_unit_test(others_are_left_out),
		cmocka_unit_test(names_are_bounded),
	};

	return cmocka_run_group_tests_name("names down", tests, NULL, NULL);
}
