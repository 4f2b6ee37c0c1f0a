/* SPDX-License-Identifier: BSD-2-Clause */
/* Dialling over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/supervisor/dial.h"
#include "proxy/common/endpoint.h"
#include "proxy/supervisor/tcp.h"

struct world {
	struct loop *loop;
	struct dial *dial;
	int calls;
	int fd;
	int error;
};

static void
done(void *ctx, int fd, int error)
{
	struct world *world = ctx;

	dial_free(world->dial);
	world->dial = NULL;
	world->calls++;
	world->fd = fd;
	world->error = error;
}

/* A neighbour at a port of ours; *fd is bound there, not listening. */
static struct msg_cfg_neighbor
neighbor_at(int *fd)
{
	struct msg_cfg_neighbor neighbor = { .index = CFG_INTERNAL,
		.remote = { .afi = AFI_IPV4, .addr = { 127, 0, 0, 1 } } };
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(&neighbor.remote, 0, &at);

	*fd = tcp_open(&neighbor.remote);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &len), 0);
	assert_true(endpoint_from(&at, &neighbor.remote));
	return neighbor;
}

static void
run(struct world *world, const struct msg_cfg_neighbor *neighbor)
{
	*world = (struct world){ .loop = loop_new(), .fd = -1 };
	world->dial = dial_start(world->loop, neighbor, NULL, done, world);
	assert_non_null(world->dial);
	assert_int_equal(world->calls, 0);
	loop_run(world->loop);
	assert_int_equal(world->calls, 1);
	loop_free(world->loop);
}

/* A listener is reached, from the local address asked for. */
static void
listener_is_reached(void **state)
{
	struct world world;
	int in;
	struct msg_cfg_neighbor neighbor = neighbor_at(&in);
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct address from;

	(void)state;
	assert_int_equal(listen(in, 1), 0);
	neighbor.local.afi = AFI_IPV4;
	neighbor.local.addr[0] = 127;
	neighbor.local.addr[3] = 9;
	run(&world, &neighbor);

	assert_int_equal(world.error, 0);
	assert_true(world.fd >= 0);
	assert_int_equal(
	    getsockname(world.fd, (struct sockaddr *)&at, &len), 0);
	assert_true(endpoint_from(&at, &from));
	assert_true(endpoint_same_host(&from, &neighbor.local));
	(void)close(world.fd);
	(void)close(in);
}

/* A port where nobody listens. */
static void
refusal_is_told(void **state)
{
	struct world world;
	int in;
	struct msg_cfg_neighbor neighbor = neighbor_at(&in);

	(void)state;
	run(&world, &neighbor);
	assert_int_equal(world.fd, -1);
	assert_int_equal(world.error, ECONNREFUSED);
	(void)close(in);
}

/* An error at once is told later as well, never inside dial_start(). */
static void
local_address_not_ours_is_told(void **state)
{
	struct world world;
	int in;
	struct msg_cfg_neighbor neighbor = neighbor_at(&in);

	(void)state;
	neighbor.local =
	    (struct address){ .afi = AFI_IPV4, .addr = { 192, 0, 2, 1 } };
	run(&world, &neighbor);
	assert_int_equal(world.fd, -1);
	assert_int_equal(world.error, EADDRNOTAVAIL);
	(void)close(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listener_is_reached),
		cmocka_unit_test(refusal_is_told),
		cmocka_unit_test(local_address_not_ours_is_told),
	};

	return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}
