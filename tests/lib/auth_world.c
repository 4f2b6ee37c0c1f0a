/* SPDX-License-Identifier: BSD-2-Clause */
/* The world of test_auth.c and test_rollover.c. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/auth_world.h"

void
auth_world_secret_write(
    struct auth_world *world, unsigned id, const char *secret)
{
	char path[PATH_LEN];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%u", world->folder, id);
	(void)unlink(path);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0400);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, secret, strlen(secret)), strlen(secret));
	(void)close(fd);
}

/* Append the key with these ids (receive: ten more) to the chain. */
static void
chain_add(struct auth_world *world, uint8_t id)
{
	struct keychain_key key = { .send_id = id,
		.receive_id = (uint8_t)(id + 10),
		.algorithm = AO_CMAC_AES128 };

	(void)snprintf(key.file, sizeof(key.file), "%s/%u", world->folder, id);
	world->chain.key[world->chain.n++] = key;
}

/* The chain has these keys and no others; 0 ends the list. */
void
auth_world_chain_is(struct auth_world *world, uint8_t a, uint8_t b)
{
	world->chain.n = 0;
	chain_add(world, a);
	if (b != 0)
		chain_add(world, b);
	auth_roll_anew(&world->roll);
}

int
auth_world_setup(void **state)
{
	static struct auth_world world;

	memset(&world, 0, sizeof(world));
	temp_folder_make(world.folder);
	for (unsigned id = 1; id <= 4; id++) {
		char secret[] = "secret 0";

		secret[7] = (char)('0' + id);
		auth_world_secret_write(&world, id, secret);
	}
	world.ao = fake_ao_init(&world.fake);
	world.remote =
	    (struct address){ .afi = AFI_IPV4, .addr = { 192, 0, 2, 1 } };
	world.auth = (struct auth_chain){ .ao = &world.ao,
		.chain = &world.chain,
		.remote = &world.remote,
		.now_s = 1000,
		.now_ms = 5000,
		.hold_ms = AUTH_WORLD_HOLD_MS };
	world.listener = fake_ao_open(&world.fake, FAKE_LISTEN, NULL);
	auth_world_chain_is(&world, 1, 0);
	*state = &world;
	return 0;
}

int
auth_world_teardown(void **state)
{
	struct auth_world *world = *state;

	temp_folder_remove(world->folder);
	return 0;
}

/* A connection from remote that was signed with key id from the first segment
 * on; it has been accepted and found good. */
void
auth_world_connection(struct auth_world *world, uint8_t id)
{
	assert_int_equal(
	    auth_listen(&world->auth, world->listener, world->why), 0);
	world->fd = fake_ao_accept(
	    &world->fake, world->listener, &world->remote, id + 10, id);
	assert_true(world->fd >= 0);
	assert_int_equal(
	    auth_connected(&world->auth, world->fd, world->why), 0);
}

void
auth_world_roll(struct auth_world *world)
{
	assert_int_equal(
	    auth_roll(&world->auth, world->fd, &world->roll, &world->event), 0);
	world->auth.now_ms += 1000;
}

/* The peer sends something: signed with key signs, asking for key asks. */
void
auth_world_peer_sends(struct auth_world *world, uint8_t signs, uint8_t asks)
{
	assert_true(fake_ao_segment(&world->fake, world->fd, signs + 10, asks));
}

void
auth_world_expect_ids(struct auth_world *world, uint8_t current, uint8_t asked)
{
	struct tcp_ao_info info;

	assert_int_equal(tcp_ao_info(&world->ao, world->fd, &info), 0);
	assert_int_equal(info.current, current);
	assert_int_equal(info.rnext, asked + 10);
	assert_true(info.required);
}
