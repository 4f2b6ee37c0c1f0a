/* SPDX-License-Identifier: BSD-2-Clause */
/* The signer's far ends, played. */
#include "tests/lib/signer_scene.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT (1u << 20)

/* ---- the other end ---- */

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct signer_world *world = ctx;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_SIGNER_HELLO) {
		memcpy(&world->hello, head, sizeof(world->hello));
		world->hellos++;
	} else {
		assert_int_equal(head->kind, MSG_SIGNED);
		memcpy(&world->answer, head, sizeof(world->answer));
		world->answers++;
	}
	loop_stop(world->loop);
}

static void
far_closed(void *ctx)
{
	struct signer_world *world = ctx;

	world->closed = true;
	loop_stop(world->loop);
}

static void
give_up(void *ctx)
{
	struct signer_world *world = ctx;

	loop_stop(world->loop);
}

/* Until one message has come, or the channel has ended. */
void
signer_scene_wait(struct signer_world *world)
{
	channel_flush(world->far);
	timer_start(world->give_up, 10000, 0);
	loop_run(world->loop);
	timer_stop(world->give_up);
}

void
signer_scene_connect(struct signer_world *world, struct link *link)
{
	static const struct channel_ops ops = { hear, far_closed, NULL, NULL };
	int fds[2];

	channel_close(world->far);
	world->closed = false;
	assert_int_equal(channel_pair(fds), 0);
	link_attach(link, fds[0]);
	world->far = channel_open(world->loop, fds[1], LIMIT, &ops, world);
	assert_non_null(world->far);
}

/* ---- life ---- */

void
signer_scene_up(struct signer_world *world)
{
	struct msg_cfg_log config = { .n_cosigned = 1 };

	(void)snprintf(config.name, sizeof(config.name), "%s", SIGNER_NAME);
	(void)snprintf(
	    config.key_path, sizeof(config.key_path), "%s", world->path);
	assert_true(note_key_print(&world->log_key, config.cosigned[0],
			sizeof(config.cosigned[0])) > 0);
	world->signer = signer_new();
	assert_non_null(world->signer);
	world->store = link_new(world->loop, world->signer, ROLE_STORE);
	world->witness = link_new(world->loop, world->signer, ROLE_WITNESS);
	assert_int_equal(signer_configure(world->signer, &config, false), 0);
	signer_scene_connect(world, world->store);
	world->hellos = 0;
	signer_scene_wait(world);
	assert_int_equal(world->hellos, 1);
}

void
signer_scene_down(struct signer_world *world)
{
	link_free(world->store);
	link_free(world->witness);
	signer_free(world->signer);
}

int
signer_scene_setup(void **state)
{
	static const uint8_t seed[SEAL_SEED_LEN] = { 3 };
	struct signer_world *world = calloc(1, sizeof(*world));
	uint8_t public_key[SEAL_PUBLIC_LEN];

	if (world == NULL || seal_init() != 0)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	world->give_up = timer_new(world->loop, give_up, world);
	world->log = seal_key_load(seed);
	seal_key_public(world->log, public_key);
	assert_int_equal(note_key_make(&world->log_key, SIGNER_OTHER,
			     NOTE_ED25519, public_key),
	    0);
	signer_scene_up(world);
	assert_int_equal(world->hello.state, SIGNER_READY);
	*state = world;
	return 0;
}

int
signer_scene_teardown(void **state)
{
	struct signer_world *world = *state;

	channel_close(world->far);
	signer_scene_down(world);
	seal_key_free(world->log);
	timer_free(world->give_up);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

/* ---- requests ---- */

struct msg_sign
signer_scene_sign_request(
    struct small_tree *of, unsigned old_size, unsigned size)
{
	struct msg_sign msg = { .head.kind = MSG_SIGN,
		.request = 7,
		.old_size = old_size,
		.known_size = old_size == 0 ? UINT64_MAX : old_size };

	(void)snprintf(
	    msg.checkpoint.origin, NOTE_NAME_MAX, "%s", SIGNER_ORIGIN);
	msg.checkpoint.size = size;
	small_tree_root(of, size, msg.checkpoint.root);
	if (old_size <= size)
		assert_int_equal(proof_consistency(&msg.proof, old_size, size,
				     small_tree_node, of),
		    0);
	return msg;
}

unsigned
signer_scene_ask(struct signer_world *world, const void *msg, size_t size)
{
	world->answers = 0;
	memset(&world->answer, 0, sizeof(world->answer));
	assert_int_equal(channel_send(world->far, msg, size, -1), 0);
	signer_scene_wait(world);
	if (world->answers == 1 && world->answer.result != SIGN_DONE)
		assert_int_equal(world->answer.note[0], 0);
	return world->answer.result;
}

unsigned
signer_scene_sign(struct signer_world *world, struct small_tree *of,
    unsigned old_size, unsigned size)
{
	struct msg_sign msg = signer_scene_sign_request(of, old_size, size);

	return signer_scene_ask(world, &msg, sizeof(msg));
}

bool
signer_scene_signed_by(
    const struct signer_world *world, const uint8_t public_key[SEAL_PUBLIC_LEN])
{
	struct note_key key;

	return note_key_make(&key, SIGNER_ORIGIN, NOTE_ED25519, public_key) ==
		   0 &&
	       note_verify(
		   world->answer.note, world->answer.note_len, &key, NULL);
}

struct msg_cosign
signer_scene_cosign_request(struct signer_world *world, struct small_tree *of,
    unsigned old_size, unsigned size)
{
	struct msg_sign sign = signer_scene_sign_request(of, old_size, size);
	struct msg_cosign msg = { .head.kind = MSG_COSIGN,
		.request = 9,
		.old_size = old_size,
		.proof = sign.proof };
	size_t len;
	int n;

	(void)snprintf(
	    sign.checkpoint.origin, NOTE_NAME_MAX, "%s", SIGNER_OTHER);
	n = checkpoint_print(&sign.checkpoint, msg.note, sizeof(msg.note));
	len = (size_t)n;
	assert_int_equal(note_sign(msg.note, sizeof(msg.note), &len, (size_t)n,
			     &world->log_key, world->log, 0),
	    0);
	msg.note_len = (uint32_t)len;
	return msg;
}

unsigned
signer_scene_cosign(struct signer_world *world, struct small_tree *of,
    unsigned old_size, unsigned size)
{
	struct msg_cosign msg =
	    signer_scene_cosign_request(world, of, old_size, size);

	return signer_scene_ask(world, &msg, sizeof(msg));
}

/* The name of the only file that begins so. */
void
signer_scene_find_file(
    const struct signer_world *world, const char *prefix, char path[512])
{
	DIR *dir = opendir(world->path);
	const struct dirent *entry;

	path[0] = '\0';
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			(void)snprintf(
			    path, 512, "%s/%s", world->path, entry->d_name);
	}
	(void)closedir(dir);
	assert_true(path[0] != '\0');
}
