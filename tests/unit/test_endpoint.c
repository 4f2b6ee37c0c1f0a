/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of sockets: to the kernel and back, as text, and listened at. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/endpoint.h"

static const struct row {
	const char *name;
	struct address address;
	const char *host;
	const char *with_port;
} rows[] = {
	{ "ipv4", { .afi = AFI_IPV4, .port = 179, .addr = { 192, 0, 2, 1 } },
	    "192.0.2.1", "192.0.2.1:179" },
	{ "ipv6",
	    { .afi = AFI_IPV6, .port = 1, .addr = { 0x20, 0x01, [15] = 1 } },
	    "2001::1", "[2001::1]:1" },
	{ "link_local",
	    { .afi = AFI_IPV6,
		.scope = 2,
		.port = 179,
		.addr = { 0xfe, 0x80, [15] = 1 } },
	    "fe80::1%2", "[fe80::1%2]:179" },
};

/* To the kernel's form and back nothing is lost; the text is the one we know.
 */
static void
address_goes_there_and_back(void **state)
{
	const struct row *row = *state;
	char text[ENDPOINT_TEXT_MAX];
	struct sockaddr_storage at;
	struct address back;

	assert_true(
	    endpoint_sockaddr(&row->address, row->address.port, &at) > 0);
	assert_true(endpoint_from(&at, &back));
	assert_memory_equal(&back, &row->address, sizeof(back));
	assert_string_equal(
	    endpoint_print(&back, false, text, sizeof(text)), row->host);
	assert_string_equal(
	    endpoint_print(&back, true, text, sizeof(text)), row->with_port);
}

/* An address without a family is none to the kernel either. */
static void
address_without_family_is_refused(void **state)
{
	const struct address none = { 0 };
	struct sockaddr_storage at;
	struct address back;

	(void)state;
	assert_int_equal(endpoint_sockaddr(&none, 179, &at), 0);
	assert_false(endpoint_from(&at, &back));
	assert_int_equal(endpoint_listen(&none), -1);
}

/* The host is what counts; a scope only where both sides name one. */
static void
same_host_has_any_port_and_scope(void **state)
{
	struct address a = rows[2].address, b = rows[2].address;

	(void)state;
	b.port = 1;
	assert_true(endpoint_same_host(&a, &b));
	b.scope = 0;
	assert_true(endpoint_same_host(&a, &b));
	b.scope = 3;
	assert_false(endpoint_same_host(&a, &b));
	b = rows[1].address;
	assert_false(endpoint_same_host(&a, &b));
}

static struct address
loopback(unsigned afi)
{
	struct address address = { .afi = (uint8_t)afi };

	if (afi == AFI_IPV4)
		memcpy(address.addr, (uint8_t[]){ 127, 0, 0, 1 }, 4);
	else
		address.addr[15] = 1;
	return address;
}

/* It takes connections there, and nobody else listens there then. */
static void
listening(unsigned afi)
{
	struct address address = loopback(afi);
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	int fd = endpoint_listen(&address), client;

	if (fd < 0 && afi == AFI_IPV6 && errno == EADDRNOTAVAIL)
		skip(); /* a host without IPv6 */
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_true(endpoint_from(&at, &address));
	client = socket(at.ss_family, SOCK_STREAM, 0);
	assert_true(client >= 0);
	assert_int_equal(connect(client, (struct sockaddr *)&at, len), 0);
	assert_int_equal(endpoint_listen(&address), -1);
	assert_int_equal(errno, EADDRINUSE);
	(void)close(client);
	(void)close(fd);
}

/* On IPv4. */
static void
listens_at_ipv4(void **state)
{
	(void)state;
	listening(AFI_IPV4);
}

/* On IPv6. */
static void
listens_at_ipv6(void **state)
{
	(void)state;
	listening(AFI_IPV6);
}

#define ROWS (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(address_without_family_is_refused),
		cmocka_unit_test(same_host_has_any_port_and_scope),
		cmocka_unit_test(listens_at_ipv4),
		cmocka_unit_test(listens_at_ipv6),
	};
	struct CMUnitTest tests[ROWS];
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = address_goes_there_and_back,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	}
	failed = cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("endpoint", others, NULL, NULL);
}
