/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket options, seen from the other end over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/endpoint.h"
#include "proxy/supervisor/tcp.h"

static const struct address ipv4 = { .afi = AFI_IPV4,
	.addr = { 127, 0, 0, 1 } };
static const struct address ipv6 = { .afi = AFI_IPV6, .addr = { [15] = 1 } };

/* A listener on some port of address; -1 when the host has no such address. */
static int
listener(const struct address *address, struct address *bound)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(address, 0, &at);
	int fd = tcp_open(address);

	assert_true(fd >= 0);
	assert_int_equal(tcp_save_syn(fd), 0);
	if (bind(fd, (struct sockaddr *)&at, len) < 0) {
		(void)close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 8), 0);
	len = sizeof(at);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_true(endpoint_from(&at, bound));
	return fd;
}

static bool
ready(int fd, short events, int ms)
{
	struct pollfd poller = { .fd = fd, .events = events };

	return poll(&poller, 1, ms) == 1;
}

static void
dial(int fd, const struct address *to)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(to, to->port, &at);

	if (connect(fd, (struct sockaddr *)&at, len) < 0)
		assert_int_equal(errno, EINPROGRESS);
}

/* Connect with this TTL; would the SYN do for a neighbour one hop away? */
static void
check_syn(const struct address *address, int ttl, bool good)
{
	struct msg_cfg_neighbor neighbor = { .ttl_hops = 1,
		.remote = *address };
	struct address bound;
	int in = listener(address, &bound);
	int out, fd;

	if (in < 0)
		skip();
	out = tcp_open(address);
	assert_int_equal(tcp_ttl(out, address->afi, ttl), 0);
	dial(out, &bound);
	assert_true(ready(in, POLLIN, 5000));
	fd = accept(in, NULL, NULL);
	assert_true(fd >= 0);

	assert_int_equal(
	    tcp_syn_check(fd, &neighbor), good ? 0 : -EHOSTUNREACH);
	(void)close(fd);
	(void)close(out);
	(void)close(in);
}

/* TTL security: a SYN from afar is told from one of a neighbour. */
static void
syn_of_neighbor_is_told_ipv4(void **state)
{
	(void)state;
	check_syn(&ipv4, 255, true);
	check_syn(&ipv4, 254, false);
}

static void
syn_of_neighbor_is_told_ipv6(void **state)
{
	(void)state;
	check_syn(&ipv6, 255, true);
	check_syn(&ipv6, 254, false);
}

/* A socket that took no connection has no SYN: no neighbour. */
static void
no_syn_is_no_neighbor(void **state)
{
	struct msg_cfg_neighbor neighbor = { .ttl_hops = 254 };
	int fd = tcp_open(&ipv4);

	(void)state;
	assert_int_equal(tcp_syn_check(fd, &neighbor), -EHOSTUNREACH);
	(void)close(fd);
}

/* A connection that began before the listener had the key is not signed; one
 * that began with it is. */
static void
unsigned_syn_is_told(void **state)
{
	const struct msg_cfg_neighbor neighbor = { .authenticated = AUTH_MD5 };
	struct password key = { .len = 6, .octets = "secret" };
	struct address bound;
	int in = listener(&ipv4, &bound);
	int before = tcp_open(&ipv4), with = tcp_open(&ipv4);
	int fd;

	(void)state;
	dial(before, &bound);
	assert_true(ready(in, POLLIN, 5000));
	if (tcp_key(in, &ipv4, 0, &key) == -ENOPROTOOPT)
		skip();
	fd = accept(in, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(tcp_syn_check(fd, &neighbor), -ENOKEY);
	(void)close(fd);
	assert_int_equal(tcp_key(with, &ipv4, 0, &key), 0);
	dial(with, &bound);
	assert_true(ready(in, POLLIN, 5000));
	fd = accept(in, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(tcp_syn_check(fd, &neighbor), 0);
	(void)close(fd);
	(void)close(before);
	(void)close(with);
	(void)close(in);
}

/* With a key on the listener, a SYN without it or with another never gets
 * through, and one with it does. */
static void
key_is_asked_for(void **state)
{
	struct password right = { .len = 6, .octets = "secret" };
	struct password wrong = { .len = 6, .octets = "Secret" };
	struct address bound;
	int in = listener(&ipv4, &bound);
	int without = tcp_open(&ipv4), with_wrong = tcp_open(&ipv4);
	int with_right = tcp_open(&ipv4);

	(void)state;
	if (tcp_key(in, &ipv4, 0, &right) == -ENOPROTOOPT)
		skip();
	assert_int_equal(tcp_key(with_wrong, &ipv4, 0, &wrong), 0);
	assert_int_equal(tcp_key(with_right, &ipv4, 0, &right), 0);
	dial(without, &bound);
	dial(with_wrong, &bound);
	assert_false(ready(in, POLLIN, 200));
	dial(with_right, &bound);
	assert_true(ready(in, POLLIN, 5000));
	(void)close(without);
	(void)close(with_wrong);
	(void)close(with_right);
	(void)close(in);
}

/* Connect from this address with this key (NULL: none); -1 when it cannot be
 * bound. */
static int
dial_from(const struct address *from, const struct address *to,
    const struct password *password)
{
	struct sockaddr_storage at;
	socklen_t len = endpoint_sockaddr(from, 0, &at);
	int fd = tcp_open(from);

	if (bind(fd, (struct sockaddr *)&at, len) < 0) {
		(void)close(fd);
		return -1;
	}
	if (password != NULL)
		assert_int_equal(tcp_key(fd, to, 0, password), 0);
	dial(fd, to);
	return fd;
}

/* A key of a range lets in who is inside and has it; an address with a key of
 * its own has that one; what was accepted takes its own key again. */
static void
key_of_a_range_is_asked_for(void **state)
{
	static const struct address range = { .afi = AFI_IPV4,
		.addr = { 127, 9, 9, 0 } };
	static const struct address inside = { .afi = AFI_IPV4,
		.addr = { 127, 9, 9, 3 } };
	static const struct address own = { .afi = AFI_IPV4,
		.addr = { 127, 9, 9, 4 } };
	struct password key = { .len = 6, .octets = "secret" };
	struct password key_own = { .len = 3, .octets = "own" };
	struct address bound;
	int in = listener(&ipv4, &bound);
	int tries[4], fd;

	(void)state;
	if (tcp_key(in, &range, 28, &key) == -ENOPROTOOPT)
		skip();
	assert_int_equal(tcp_key(in, &own, 0, &key_own), 0);
	tries[0] = dial_from(&inside, &bound, NULL);
	tries[1] = dial_from(&inside, &bound, &key_own);
	tries[2] = dial_from(&own, &bound, &key);
	assert_false(ready(in, POLLIN, 200));
	tries[3] = dial_from(&inside, &bound, &key);
	assert_true(ready(in, POLLIN, 5000));
	fd = accept(in, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(tcp_key(fd, &inside, 0, &key), 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_true(ready(tries[3], POLLIN, 5000));
	(void)close(fd);
	for (size_t i = 0; i < 4; i++)
		(void)close(tries[i]);
	tries[0] = dial_from(&own, &bound, &key_own);
	assert_true(ready(in, POLLIN, 5000));
	(void)close(tries[0]);

	/* Taken away, the range's key is asked for no more. */
	(void)close(accept(in, NULL, NULL));
	assert_int_equal(tcp_key(in, &range, 28, NULL), 0);
	tries[0] = dial_from(&inside, &bound, NULL);
	assert_true(ready(in, POLLIN, 5000));
	(void)close(tries[0]);
	(void)close(in);
}

/* Taking away a key that is not there is fine. */
static void
absent_key_is_taken_away(void **state)
{
	int fd = tcp_open(&ipv4);

	(void)state;
	assert_int_equal(tcp_key(fd, &ipv4, 0, NULL), 0);
	(void)close(fd);
}

/* tcp_reset() ends the connection with a RST, not with a FIN. */
static void
reset_is_a_reset(void **state)
{
	struct address bound;
	int in = listener(&ipv4, &bound);
	int out = tcp_open(&ipv4);
	char octet;

	(void)state;
	dial(out, &bound);
	assert_true(ready(in, POLLIN, 5000));
	tcp_reset(accept(in, NULL, NULL));
	assert_true(ready(out, POLLIN, 5000));
	assert_int_equal(read(out, &octet, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	(void)close(out);
	(void)close(in);
}

/* Texts of addresses. */
static void
addresses_are_printed(void **state)
{
	struct address address = { .afi = AFI_IPV6,
		.port = 179,
		.scope = 2,
		.addr = { 0xfe, 0x80, [15] = 1 } };
	char text[ENDPOINT_TEXT_MAX];

	(void)state;
	assert_string_equal(endpoint_print(&address, true, text, sizeof(text)),
	    "[fe80::1%2]:179");
	assert_string_equal(
	    endpoint_print(&address, false, text, sizeof(text)), "fe80::1%2");
	assert_string_equal(
	    endpoint_print(&ipv4, false, text, sizeof(text)), "127.0.0.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syn_of_neighbor_is_told_ipv4),
		cmocka_unit_test(syn_of_neighbor_is_told_ipv6),
		cmocka_unit_test(no_syn_is_no_neighbor),
		cmocka_unit_test(unsigned_syn_is_told),
		cmocka_unit_test(key_is_asked_for),
		cmocka_unit_test(key_of_a_range_is_asked_for),
		cmocka_unit_test(absent_key_is_taken_away),
		cmocka_unit_test(reset_is_a_reset),
		cmocka_unit_test(addresses_are_printed),
	};

	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
