/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains on listeners and on connections that begin. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/auth_world.h"

/* ---- the beginning ---- */

static void
dialled_socket_signs_with_the_wanted_key(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	world->fd = fake_ao_open(&world->fake, FAKE_CLOSED, NULL);
	assert_int_equal(auth_dial(&world->auth, world->fd, world->why), 0);
	fake_ao_connect(&world->fake, world->fd, &world->remote);
	auth_world_expect_ids(world, 2, 2);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 2);
}

static void
dialling_without_a_key_file_fails(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 9);
	world->fd = fake_ao_open(&world->fake, FAKE_CLOSED, NULL);
	assert_int_equal(
	    auth_dial(&world->auth, world->fd, world->why), -EACCES);
	assert_non_null(strstr(world->why, "/9 cannot be opened"));
}

static void
accepted_connection_asks_for_the_wanted_key(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	auth_world_connection(world, 1);
	auth_world_expect_ids(world, 1, 2);
}

/* The listener has keys of others only: the kernel lets it in, we do not. */
static void
unsigned_connection_is_refused(void **state)
{
	struct auth_world *world = *state;
	int fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, -1, -1);

	assert_true(fd >= 0);
	assert_int_equal(auth_connected(&world->auth, fd, world->why), -ENOKEY);
	assert_non_null(strstr(world->why, "not signed"));
}

static void
dialled_connection_without_keys_is_refused(void **state)
{
	struct auth_world *world = *state;
	int fd = fake_ao_open(&world->fake, FAKE_UP, &world->remote);

	assert_int_equal(auth_connected(&world->auth, fd, world->why), -ENOKEY);
}

/* Keys change between the SYN and accept(). */
static void
keys_of_the_listener_of_before_are_put_right(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	world->fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, 11, 1);
	auth_world_chain_is(world, 1, 3);
	assert_int_equal(
	    auth_connected(&world->auth, world->fd, world->why), 0);
	auth_world_expect_ids(world, 1, 3);
	assert_null(fake_ao_key(&world->fake, world->fd, 2));
	assert_non_null(fake_ao_key(&world->fake, world->fd, 3));
}

static void
connection_with_a_key_of_before_is_refused(void **state)
{
	struct auth_world *world = *state;

	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	world->fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, 11, 1);
	auth_world_chain_is(world, 2, 0);
	assert_int_equal(
	    auth_connected(&world->auth, world->fd, world->why), -ENOKEY);
}

static void
connection_with_a_secret_of_before_is_refused(void **state)
{
	struct auth_world *world = *state;

	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	world->fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, 11, 1);
	auth_world_secret_write(world, 1, "another one");
	assert_int_equal(
	    auth_connected(&world->auth, world->fd, world->why), -EBUSY);
}

/* An exact neighbour inside of a range: the range's keys are not its own. */
static void
key_of_the_range_around_does_not_do(void **state)
{
	struct auth_world *world = *state;
	struct address net = { .afi = AFI_IPV4, .addr = { 192, 0, 2, 0 } };
	struct auth_chain range = world->auth;
	int fd;

	range.remote = &net;
	range.len = 24;
	assert_int_equal(auth_listen(&range, world->listener, world->why), 0);
	auth_world_chain_is(world, 2, 0);
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, 11, 1);
	assert_int_equal(auth_connected(&world->auth, fd, world->why), -ENOKEY);
	fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, 12, 2);
	assert_int_equal(auth_connected(&world->auth, fd, world->why), 0);
	assert_int_equal(fake_ao_keys(&world->fake, fd), 1);
}

static void
member_of_a_range_has_the_keys_of_the_range(void **state)
{
	struct auth_world *world = *state;
	struct address net = { .afi = AFI_IPV4, .addr = { 192, 0, 2, 0 } };

	world->auth.remote = &net;
	world->auth.len = 24;
	auth_world_connection(world, 1);
	auth_world_expect_ids(world, 1, 1);
	auth_world_chain_is(world, 1, 2);
	auth_world_roll(world);
	assert_int_equal(
	    fake_ao_key(&world->fake, world->fd, 2)->told.prefix, 24);
}

/* ---- listeners ---- */

static void
keys_go_from_a_listener_by_place(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	assert_int_equal(fake_ao_keys(&world->fake, world->listener), 2);
	auth_unlisten(&world->auth, world->listener, 1u << 0);
	assert_null(fake_ao_key(&world->fake, world->listener, 1));
	assert_non_null(fake_ao_key(&world->fake, world->listener, 2));
	auth_unlisten(&world->auth, world->listener, UINT32_MAX);
	assert_int_equal(fake_ao_keys(&world->fake, world->listener), 0);
}

/* One bad key keeps no other from being there. */
static void
listener_gets_the_keys_that_it_can(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 9, 2);
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), -EACCES);
	assert_non_null(strstr(world->why, "/9"));
	assert_non_null(fake_ao_key(&world->fake, world->listener, 2));
}

static void
listener_with_a_password_says_so(void **state)
{
	struct auth_world *world = *state;

	fake_ao_socket(&world->fake, world->listener)->md5 = world->remote;
	assert_int_equal(auth_listen(&world->auth, world->listener, world->why),
	    -EKEYREJECTED);
	assert_non_null(strstr(world->why, "MD5 password"));
}

static void
listener_without_memory_says_so(void **state)
{
	struct auth_world *world = *state;

	world->fake.n_room = 0;
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), -ENOMEM);
	assert_non_null(strstr(world->why, "optmem_max"));
}

#define T(f)                                                                   \
	cmocka_unit_test_setup_teardown(                                       \
	    f, auth_world_setup, auth_world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(dialled_socket_signs_with_the_wanted_key),
		T(dialling_without_a_key_file_fails),
		T(accepted_connection_asks_for_the_wanted_key),
		T(unsigned_connection_is_refused),
		T(dialled_connection_without_keys_is_refused),
		T(keys_of_the_listener_of_before_are_put_right),
		T(connection_with_a_key_of_before_is_refused),
		T(connection_with_a_secret_of_before_is_refused),
		T(key_of_the_range_around_does_not_do),
		T(member_of_a_range_has_the_keys_of_the_range),
		T(keys_go_from_a_listener_by_place),
		T(listener_gets_the_keys_that_it_can),
		T(listener_with_a_password_says_so),
		T(listener_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
