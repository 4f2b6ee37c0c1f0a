/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening sockets over loopback, where any address of 127.0.0.0/8 can be
 * somebody: who gets an answer, and who gets nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/listen.h"
#include "proxy/supervisor/tcp.h"

#define GIVE_UP_MS 5000
#define N_MAX      4

/* A set with one listener and a few neighbours, made by hand. */
struct world {
	struct cfg_set set;
	struct {
		struct msg_cfg_listen listen;
		struct msg_cfg_neighbor neighbors[N_MAX];
	} messages;
	size_t listener_at;
	size_t neighbors_at[N_MAX];
	struct loop *loop;
	struct listeners *listeners;
	struct timer *give_up;
	uint16_t port;
	int accepted; /* the last one */
	struct address remote;
};

/* ---- the world ---- */

static struct address
host(const char *text)
{
	struct address address = { .afi = AFI_IPV4 };

	assert_int_equal(inet_pton(AF_INET, text, address.addr), 1);
	return address;
}

static void
neighbor_add(
    struct world *world, const char *text, uint8_t range_len, uint8_t hops)
{
	uint32_t n = world->set.neighbors.n++;
	struct msg_cfg_neighbor *neighbor = &world->messages.neighbors[n];

	assert_true(n < N_MAX);
	neighbor->remote = host(text);
	neighbor->range_len = range_len;
	neighbor->ttl_hops = hops;
}

static void
on_accept(void *ctx, int fd, const struct address *remote)
{
	struct world *world = ctx;

	world->accepted = fd;
	world->remote = *remote;
	loop_stop(world->loop);
}

static void
on_give_up(void *ctx)
{
	loop_stop(((struct world *)ctx)->loop);
}

/* A socket bound to this address; its port to *port. */
static int
bound_socket(const char *text, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct address address = host(text);
	socklen_t len = sizeof(at);
	int fd = tcp_open(&address);

	assert_true(fd >= 0);
	memcpy(&at.sin_addr, address.addr, sizeof(at.sin_addr));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	if (port != NULL)
		*port = ntohs(at.sin_port);
	return fd;
}

static int
setup(void **state)
{
	static const struct listen_ops ops = { .on_accept = on_accept };
	struct world *world = calloc(1, sizeof(*world));
	size_t first = offsetof(__typeof__(world->messages), neighbors);

	*state = world;
	log_open("test", LOG_ERROR);
	(void)close(bound_socket("127.0.0.1", &world->port));
	world->messages.listen.address = host("127.0.0.1");
	world->messages.listen.address.port = world->port;
	world->set.octets = (uint8_t *)&world->messages;
	world->set.listeners.at = &world->listener_at;
	world->set.listeners.n = 1;
	world->set.neighbors.at = world->neighbors_at;
	for (size_t i = 0; i < N_MAX; i++)
		world->neighbors_at[i] =
		    first + i * sizeof(struct msg_cfg_neighbor);
	world->accepted = -1;
	world->loop = loop_new();
	world->listeners = listeners_new(world->loop, &ops, world);
	world->give_up = timer_new(world->loop, on_give_up, world);
	assert_int_equal(listeners_update(world->listeners, &world->set), 0);
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	if (world->accepted >= 0)
		(void)close(world->accepted);
	timer_free(world->give_up);
	listeners_free(world->listeners);
	loop_free(world->loop);
	free(world);
	return 0;
}

/* Skips where the kernel asks for a privilege that we have not. */
static void
start(struct world *world)
{
	struct sock_filter pass = BPF_STMT((BPF_RET | BPF_K), UINT32_MAX);
	int fd = bound_socket("127.0.0.1", NULL);
	int err = tcp_filter(fd, &pass, 1);

	(void)close(fd);
	if (err == -EPERM)
		skip();
	listeners_filter(world->listeners, &world->set);
	listeners_start(world->listeners);
	assert_int_equal(listeners_count(world->listeners), 1);
}

static int
dial(const struct world *world, const char *from, int ttl)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(world->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = bound_socket(from, NULL);

	assert_int_equal(tcp_ttl(fd, AFI_IPV4, ttl), 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

static unsigned
tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_state;
}

/* The kernel has made the connection. */
static void
assert_answered(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };

	assert_int_equal(poll(&poller, 1, GIVE_UP_MS), 1);
	assert_int_equal(tcp_state(fd), TCP_ESTABLISHED);
	(void)close(fd);
}

/* Neither a SYN-ACK nor a RST, when what was sent later has been answered. */
static void
assert_unanswered(const struct world *world, int fd, const char *known)
{
	assert_answered(dial(world, known, 255));
	assert_int_equal(tcp_state(fd), TCP_SYN_SENT);
	(void)close(fd);
}

/* ---- tests ---- */

/* An address that is no neighbour gets nothing at all. */
static void
stranger_gets_no_answer(void **state)
{
	struct world *world = *state;

	neighbor_add(world, "127.0.0.2", 0, 0);
	start(world);
	assert_unanswered(world, dial(world, "127.0.0.3", 255), "127.0.0.2");
}

/* Without a neighbour of the family nobody gets an answer. */
static void
nobody_is_known_at_first(void **state)
{
	struct world *world = *state;
	int fd;

	start(world);
	fd = dial(world, "127.0.0.2", 255);
	neighbor_add(world, "127.0.0.3", 0, 0);
	listeners_filter(world->listeners, &world->set);
	assert_unanswered(world, fd, "127.0.0.3");
}

/* Addresses of a range are answered, those beside it are not. */
static void
range_is_answered(void **state)
{
	struct world *world = *state;

	neighbor_add(world, "127.0.1.16", 28, 0);
	start(world);
	assert_answered(dial(world, "127.0.1.16", 64));
	assert_answered(dial(world, "127.0.1.31", 64));
	assert_unanswered(world, dial(world, "127.0.1.15", 255), "127.0.1.17");
	assert_unanswered(world, dial(world, "127.0.1.32", 255), "127.0.1.17");
}

/* With TTL security a SYN from afar gets no answer. */
static void
distance_is_asked_for(void **state)
{
	struct world *world = *state;

	neighbor_add(world, "127.0.0.2", 0, 1);
	neighbor_add(world, "127.0.0.3", 0, 2);
	start(world);
	assert_unanswered(world, dial(world, "127.0.0.2", 254), "127.0.0.2");
	assert_unanswered(world, dial(world, "127.0.0.3", 253), "127.0.0.3");
	assert_answered(dial(world, "127.0.0.3", 254));
}

/* Another set, another filter: at once, while it listens. */
static void
filter_follows_the_set(void **state)
{
	struct world *world = *state;

	neighbor_add(world, "127.0.0.2", 0, 0);
	start(world);
	assert_answered(dial(world, "127.0.0.2", 64));

	world->set.neighbors.n = 0;
	neighbor_add(world, "127.0.0.3", 0, 0);
	listeners_filter(world->listeners, &world->set);
	assert_unanswered(world, dial(world, "127.0.0.2", 255), "127.0.0.3");
}

/* What is handed on has no filter: it has one only on a listener. */
static void
accepted_socket_has_no_filter(void **state)
{
	static struct sock_filter code[BPF_MAXINSNS];
	struct world *world = *state;
	socklen_t len = BPF_MAXINSNS;
	int fd;

	neighbor_add(world, "127.0.0.2", 0, 0);
	start(world);
	fd = dial(world, "127.0.0.2", 64);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	loop_run(world->loop);

	assert_true(world->accepted >= 0);
	assert_memory_equal(
	    world->remote.addr, host("127.0.0.2").addr, ADDRESS_MAX);
	assert_int_equal(
	    getsockopt(world->accepted, SOL_SOCKET, SO_GET_FILTER, code, &len),
	    0);
	assert_int_equal(len, 0);
	(void)close(fd);
}

/* A segment that belongs to no connection is not even answered with a RST. */
static void
stray_segment_gets_no_reset(void **state)
{
	struct world *world = *state;
	struct linger now = { .l_onoff = 1 };
	int fd, later;

	neighbor_add(world, "127.0.0.2", 0, 0);
	neighbor_add(world, "127.0.0.3", 0, 0);
	start(world);
	fd = dial(world, "127.0.0.2", 64);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	loop_run(world->loop);
	assert_true(world->accepted >= 0);
	assert_int_equal(tcp_state(fd), TCP_ESTABLISHED);

	/* Our end is gone without a word, and it is no neighbour now. */
	world->set.neighbors.n = 0;
	neighbor_add(world, "127.0.0.3", 0, 0);
	listeners_filter(world->listeners, &world->set);
	(void)setsockopt(
	    world->accepted, SOL_TCP, TCP_REPAIR, &(int){ 1 }, sizeof(int));
	(void)setsockopt(
	    world->accepted, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(world->accepted);
	world->accepted = -1;
	if (tcp_state(fd) != TCP_ESTABLISHED) {
		(void)close(fd);
		skip(); /* closing quietly takes a privilege */
	}
	assert_int_equal(write(fd, "x", 1), 1);
	later = dial(world, "127.0.0.3", 64);
	assert_answered(later);
	assert_int_equal(tcp_state(fd), TCP_ESTABLISHED);
	(void)close(fd);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(stranger_gets_no_answer),
		TEST(nobody_is_known_at_first),
		TEST(range_is_answered),
		TEST(distance_is_asked_for),
		TEST(filter_follows_the_set),
		TEST(accepted_socket_has_no_filter),
		TEST(stray_segment_gets_no_reset),
	};

	return cmocka_run_group_tests_name("listeners", tests, NULL, NULL);
}
