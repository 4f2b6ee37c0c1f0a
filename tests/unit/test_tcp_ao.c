/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP-AO on sockets, over a kernel that is put in its place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/tcp_ao.h"
#include "tests/lib/fake_ao.h"

struct world {
	struct fake_ao fake;
	struct tcp_ao ao;
	struct password secret;
	struct password other;
	int fd; /* listening */
};

static int
setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.ao = fake_ao_init(&world.fake);
	world.secret.len = 5;
	memcpy(world.secret.octets, "alpha", 5);
	world.other.len = 4;
	memcpy(world.other.octets, "beta", 4);
	world.fd = fake_ao_open(&world.fake, FAKE_LISTEN, NULL);
	*state = &world;
	return 0;
}

static struct tcp_ao_key
key_of(struct world *world, uint8_t id)
{
	return (struct tcp_ao_key){ .remote = { .afi = AFI_IPV4,
					.port = 179,
					.addr = { 192, 0, 2, 1 } },
		.send_id = id,
		.receive_id = (uint8_t)(id + 10),
		.algorithm = AO_HMAC_SHA1,
		.secret = &world->secret };
}

/* Names as the kernel knows them, 96 bits of MAC, a prefix for one host, and
 * no port. */
static void
key_is_said_as_the_kernel_wants_it(void **state)
{
	static const struct {
		uint8_t algorithm;
		const char *name;
	} names[] = { { AO_HMAC_SHA1, "hmac(sha1)" },
		{ AO_HMAC_SHA256, "hmac(sha256)" },
		{ AO_CMAC_AES128, "cmac(aes)" } };
	struct world *world = *state;

	for (uint8_t i = 0; i < 3; i++) {
		struct tcp_ao_key key = key_of(world, i);
		const struct fake_key *has;

		key.algorithm = names[i].algorithm;
		key.exclude_options = i == 1;
		assert_int_equal(
		    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
		has = fake_ao_key(&world->fake, world->fd, i);
		assert_non_null(has);
		assert_string_equal(has->told.algorithm, names[i].name);
		assert_int_equal(has->told.mac_len, 12);
		assert_int_equal(has->told.prefix, 32);
		assert_int_equal(has->told.receive_id, i + 10);
		assert_int_equal(has->told.flags, i == 1 ? 2 : 0);
	}
}

/* IPv6, a prefix, and a zone that does not count. */
static void
key_of_an_ipv6_range_has_its_prefix(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);
	struct tcp_ao_held held;

	key.remote = (struct address){
		.afi = AFI_IPV6, .scope = 7, .addr = { 0x20, 0x01, 0x0d, 0xb8 }
	};
	key.len = 32;
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
	assert_int_equal(tcp_ao_find(&world->ao, world->fd, &key, &held), 0);
	assert_int_equal(held.len, 32);
	assert_int_equal(held.remote.afi, AFI_IPV6);
	key.len = 0;
	assert_int_equal(
	    tcp_ao_find(&world->ao, world->fd, &key, &held), -ENOENT);
}

/* Also where the kernel has made another key of the secret. */
static void
same_key_again_is_no_error(void **state)
{
	struct world *world = *state;

	for (uint8_t algorithm = AO_HMAC_SHA1; algorithm <= AO_HMAC_SHA256;
	     algorithm++) {
		struct tcp_ao_key key = key_of(world, algorithm);

		key.algorithm = algorithm;
		for (int i = 0; i < 3; i++)
			assert_int_equal(tcp_ao_put(&world->ao, world->fd, &key,
					     TCP_AO_SPARE),
			    0);
	}
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 3);
}

/* Same ids, another secret: it is replaced where nothing uses it. */
static void
another_secret_replaces_the_key_of_a_listener(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);

	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
	key.secret = &world->other;
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 1);
	assert_memory_equal(
	    fake_ao_key(&world->fake, world->fd, 1)->told.key, "beta", 5);
}

/* .. and never under a connection that signs with it. */
static void
another_secret_of_a_key_in_use_is_refused(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);
	int fd = fake_ao_open(&world->fake, FAKE_CLOSED, NULL);

	assert_int_equal(tcp_ao_put(&world->ao, fd, &key, TCP_AO_WANTED), 0);
	fake_ao_connect(&world->fake, fd, &key.remote);
	key.secret = &world->other;
	assert_int_equal(
	    tcp_ao_put(&world->ao, fd, &key, TCP_AO_SPARE), -EBUSY);
	assert_memory_equal(
	    fake_ao_key(&world->fake, fd, 1)->told.key, "alpha", 6);
}

/* The id of a host inside of a range belongs to that host. */
static void
id_of_others_is_refused_and_stays_theirs(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);
	struct tcp_ao_key range = key_of(world, 1);

	range.remote.addr[3] = 0;
	range.len = 24;
	range.secret = &world->other;
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &range, TCP_AO_SPARE), -EEXIST);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 1);
	assert_memory_equal(
	    fake_ao_key(&world->fake, world->fd, 1)->told.key, "alpha", 6);
}

static void
password_for_the_address_is_told(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);

	fake_ao_socket(&world->fake, world->fd)->md5 = key.remote;
	assert_int_equal(tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE),
	    -EKEYREJECTED);
}

static void
secret_of_no_octets_is_refused(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);

	world->secret.len = 0;
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), -EINVAL);
	key.secret = NULL;
	assert_int_equal(
	    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), -EINVAL);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 0);
}

/* Taking away: what is in use stays, or hands over to its heir. */
static void
key_in_use_goes_only_by_force(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key old = key_of(world, 1);
	struct tcp_ao_key heir = key_of(world, 2);
	int fd = fake_ao_open(&world->fake, FAKE_CLOSED, NULL);
	struct tcp_ao_info info;

	assert_int_equal(tcp_ao_put(&world->ao, fd, &old, TCP_AO_WANTED), 0);
	assert_int_equal(tcp_ao_put(&world->ao, fd, &heir, TCP_AO_SPARE), 0);
	fake_ao_connect(&world->fake, fd, &old.remote);
	assert_int_equal(tcp_ao_take(&world->ao, fd, &old), -EBUSY);
	assert_int_equal(tcp_ao_take_by_force(&world->ao, fd, &old, &heir), 0);
	assert_int_equal(tcp_ao_info(&world->ao, fd, &info), 0);
	assert_int_equal(info.current, 2);
	assert_int_equal(info.rnext, 12);
	assert_int_equal(tcp_ao_take(&world->ao, fd, &old), 0);
	assert_int_equal(fake_ao_keys(&world->fake, fd), 1);
}

/* No more than there is room for is looked at. */
static void
too_many_keys_are_told_as_such(void **state)
{
	struct tcp_ao_held held[TCP_AO_HELD_MAX];
	struct world *world = *state;

	for (uint8_t i = 0; i < FAKE_KEYS; i++) {
		struct tcp_ao_key key = key_of(world, i);

		assert_int_equal(
		    tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE), 0);
	}
	assert_int_equal(
	    tcp_ao_held(&world->ao, world->fd, held), TCP_AO_HELD_MAX);
	assert_int_equal(held[63].send_id, 63);
	assert_int_equal(held[63].receive_id, 73);
	assert_int_equal(held[63].remote.addr[0], 192);
}

static void
kernel_without_tcp_ao_is_seen(void **state)
{
	struct world *world = *state;
	struct tcp_ao_key key = key_of(world, 1);

	assert_true(tcp_ao_supported(&world->ao));
	world->fake.absent = true;
	assert_false(tcp_ao_supported(&world->ao));
	assert_int_equal(tcp_ao_put(&world->ao, world->fd, &key, TCP_AO_SPARE),
	    -ENOPROTOOPT);
	assert_int_equal(tcp_ao_require(&world->ao, world->fd, false), 0);
	assert_int_equal(
	    tcp_ao_require(&world->ao, world->fd, true), -ENOPROTOOPT);
}

/* A listener that is told to require nothing is not made one of TCP-AO. */
static void
requirement_is_set_and_taken_back(void **state)
{
	struct world *world = *state;
	struct fake_socket *sock = fake_ao_socket(&world->fake, world->fd);

	assert_int_equal(tcp_ao_require(&world->ao, world->fd, false), 0);
	assert_false(sock->ao);
	assert_int_equal(tcp_ao_require(&world->ao, world->fd, true), 0);
	assert_true(sock->required);
	assert_int_equal(tcp_ao_require(&world->ao, world->fd, false), 0);
	assert_false(sock->required);
}

#define T(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(key_is_said_as_the_kernel_wants_it),
		T(key_of_an_ipv6_range_has_its_prefix),
		T(same_key_again_is_no_error),
		T(another_secret_replaces_the_key_of_a_listener),
		T(another_secret_of_a_key_in_use_is_refused),
		T(id_of_others_is_refused_and_stays_theirs),
		T(password_for_the_address_is_told),
		T(secret_of_no_octets_is_refused),
		T(key_in_use_goes_only_by_force),
		T(too_many_keys_are_told_as_such),
		T(kernel_without_tcp_ao_is_seen),
		T(requirement_is_set_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
