/* SPDX-License-Identifier: BSD-2-Clause */
/* Signer and witness as they are, and as a test wants them. */
#include "tests/lib/seal_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_entry.h"

#define LIMIT     (1u << 20)
#define POLL_MS   2
#define POLLS_MAX 5000
#define WALL_NS   UINT64_C(1700000000000000000)

/* ---- the signer ---- */

static void
signer_hello(struct seal_world *world)
{
	struct msg_signer_hello hello = { .head.kind = MSG_SIGNER_HELLO,
		.state = SIGNER_READY,
		.cosigner = "example.net/log/witness+0011aabb+BA==" };

	memcpy(hello.public_key, world->key.public_key, SEAL_PUBLIC_LEN);
	assert_int_equal(
	    channel_send(world->signer, &hello, sizeof(hello), -1), 0);
	channel_flush(world->signer);
}

static enum sign_result
signer_judge(const struct seal_world *world, const struct msg_sign *msg)
{
	if (world->answer != 0)
		return world->answer;
	if (world->last_size == 0 && msg->known_size != UINT64_MAX)
		return SIGN_FORGOTTEN;
	if (msg->old_size != world->last_size)
		return SIGN_CONFLICT;
	if (!proof_check_consistency(&msg->proof, msg->old_size,
		world->last_root, msg->checkpoint.size, msg->checkpoint.root))
		return SIGN_UNPROVEN;
	return SIGN_DONE;
}

static void
signer_sign(struct seal_world *world, struct msg_signed *out)
{
	struct checkpoint checkpoint = world->sign.checkpoint;
	size_t len;
	int n;

	world->last_size = checkpoint.size;
	memcpy(world->last_root, checkpoint.root, SEAL_LEN);
	if (world->lies)
		checkpoint.root[0] ^= 1;
	n = checkpoint_print(&checkpoint, out->note, sizeof(out->note));
	assert_true(n > 0);
	len = (size_t)n;
	assert_int_equal(note_sign(out->note, sizeof(out->note), &len, len,
			     &world->key, world->secret, 0),
	    0);
	out->note_len = (uint32_t)len;
}

static void
signer_hears(void *ctx, const struct msg_head *head, int fd)
{
	struct seal_world *world = ctx;
	struct msg_signed out = { .head.kind = MSG_SIGNED };

	assert_int_equal(fd, -1);
	if (head->kind != MSG_SIGN)
		return;
	memcpy(&world->sign, (const void *)head, sizeof(world->sign));
	world->asked++;
	if (world->silent)
		return;
	out.request = world->sign.request;
	out.result = signer_judge(world, &world->sign);
	out.last_size = world->last_size;
	memcpy(out.last_root, world->last_root, SEAL_LEN);
	if (out.result == SIGN_DONE)
		signer_sign(world, &out);
	assert_int_equal(channel_send(world->signer, &out, sizeof(out), -1), 0);
	channel_flush(world->signer);
}

/* ---- the witness ---- */

static void
witness_sign(struct seal_world *world, struct msg_submitted *out)
{
	char note[NOTE_MAX];
	struct note_key key = world->other;
	size_t len = world->submit.note_len, before = len, text_len;
	struct checkpoint checkpoint;

	memcpy(note, world->submit.note, len);
	assert_int_equal(
	    checkpoint_parse(note, len, &checkpoint, &text_len), 0);
	if (world->foreign)
		assert_int_equal(note_key_make(&key, "stranger", NOTE_COSIGNED,
				     world->other.public_key),
		    0);
	assert_int_equal(note_sign(note, sizeof(note), &len, text_len, &key,
			     world->other_secret, 1700000000),
	    0);
	out->body_len = (uint32_t)(len - before);
	memcpy(out->body, &note[before], out->body_len);
}

static void
witness_hears(void *ctx, const struct msg_head *head, int fd)
{
	struct seal_world *world = ctx;
	struct msg_submitted out = { .head.kind = MSG_SUBMITTED,
		.size = UINT64_MAX };

	assert_int_equal(fd, -1);
	assert_int_equal(head->kind, MSG_SUBMIT);
	memcpy(&world->submit, (const void *)head, sizeof(world->submit));
	world->submitted++;
	if (world->mute)
		return;
	out.request = world->submit.request;
	out.witness = world->submit.witness;
	out.status = world->status;
	if (world->honest && world->submit.old_size == world->size)
		out.status = 200;
	if (world->strange && world->submit.old_size == world->size)
		out.status = 422;
	if (out.status == 200)
		witness_sign(world, &out);
	else if (out.status == 409)
		out.size = world->size;
	else
		(void)snprintf(out.text, sizeof(out.text), "as you like");
	assert_int_equal(
	    channel_send(world->witness, &out, sizeof(out), -1), 0);
	channel_flush(world->witness);
}

static void
far_closed(void *ctx)
{
	(void)ctx;
}

/* ---- what sealing tells ---- */

static void
on_published(void *ctx, const char *note, size_t len)
{
	struct seal_world *world = ctx;

	memcpy(world->note, note, len);
	world->note_len = len;
	world->published++;
}

static void
on_changed(void *ctx, enum seal_state state, bool refused)
{
	struct seal_world *world = ctx;

	(void)state;
	world->refusals += refused ? 1 : 0;
}

static void
on_key(void *ctx, const struct msg_signer_hello *hello)
{
	struct seal_world *world = ctx;

	assert_memory_equal(
	    hello->public_key, world->key.public_key, SEAL_PUBLIC_LEN);
	world->keys++;
}

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	(void)ctx;
	(void)head;
}

static void
on_full(void *ctx, bool full)
{
	(void)ctx;
	(void)full;
}

/* ---- time ---- */

static void
on_poll(void *ctx)
{
	struct seal_world *world = ctx;

	sealing_tick(
	    world->sealing, world->now_ms, WALL_NS + world->now_ms * 1000000);
	world->polls++;
	world->quiet = writer_idle(world->writer) ? world->quiet + 1 : 0;
	if ((world->until != NULL && world->until(world)) ||
	    world->polls >= POLLS_MAX)
		loop_stop(world->loop);
}

bool
seal_run(
    struct seal_world *world, bool (*until)(const struct seal_world *world))
{
	world->until = until;
	world->polls = 0;
	world->quiet = 0;
	timer_start(world->poll, 0, POLL_MS);
	loop_run(world->loop);
	timer_stop(world->poll);
	return until(world);
}

bool
seal_is_published(const struct seal_world *world)
{
	struct checkpoint checkpoint;
	size_t text_len;

	return world->note_len > 0 &&
	       checkpoint_parse(
		   world->note, world->note_len, &checkpoint, &text_len) == 0 &&
	       checkpoint.size == world->target;
}

/* All that this moment brings has been done. */
static bool
is_quiet(const struct seal_world *world)
{
	return world->quiet >= 20;
}

void
seal_pass(struct seal_world *world, uint64_t ms)
{
	world->now_ms += ms;
	assert_true(seal_run(world, is_quiet));
}

static bool
is_on_disk(const struct seal_world *world)
{
	return writer_head(world->writer)->size >= world->target;
}

void
seal_append(struct seal_world *world, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		usual_entry(writer_next(world->writer), &world->entry);
		world->entry.live_op = LIVE_NONE;
		assert_int_equal(writer_add(world->writer, &world->entry), 0);
	}
	world->target = writer_next(world->writer);
	writer_kick(world->writer);
	assert_true(seal_run(world, is_on_disk));
}

/* ---- the world ---- */

static void
attach(struct seal_world *world)
{
	static const struct channel_ops signer = { signer_hears, far_closed,
		NULL, NULL };
	static const struct channel_ops witness = { witness_hears, far_closed,
		NULL, NULL };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	sealing_attach_signer(world->sealing, fds[0]);
	world->signer =
	    channel_open(world->loop, fds[1], LIMIT, &signer, world);
	signer_hello(world);
	assert_int_equal(channel_pair(fds), 0);
	sealing_attach_witness(world->sealing, fds[0]);
	world->witness =
	    channel_open(world->loop, fds[1], LIMIT, &witness, world);
}

void
seal_up(struct seal_world *world, unsigned witnesses)
{
	const struct writer_ops ops = { on_durable, on_full, world };
	const struct sealing_ops sealing = { on_published, on_changed, on_key,
		world };
	struct msg_cfg_log config = { .n_witnesses = witnesses };

	if (world->store == NULL)
		assert_int_equal(store_open(world->path, 0, &world->store), 0);
	world->writer =
	    writer_new(world->loop, world->store, world->path, &ops);
	assert_non_null(world->writer);
	world->sealing = sealing_new(world->loop, world->store, world->writer,
	    SEAL_ORIGIN, &sealing, world->now_ms);
	assert_non_null(world->sealing);
	(void)snprintf(config.name, sizeof(config.name), "example.net/log");
	for (unsigned i = 0; i < witnesses; i++)
		assert_true(note_key_print(&world->other,
				config.witness[i].vkey, NOTE_VKEY_MAX) > 0);
	assert_true(sealing_config_valid(&config));
	sealing_configure(world->sealing, &config);
	attach(world);
	world->note_len = 0;
}

void
seal_down(struct seal_world *world)
{
	channel_close(world->signer);
	channel_close(world->witness);
	writer_free(world->writer);
	sealing_free(world->sealing);
	store_close(world->store);
	world->signer = NULL;
	world->witness = NULL;
	world->writer = NULL;
	world->sealing = NULL;
	world->store = NULL;
}

int
seal_setup(void **state)
{
	struct seal_world *world = calloc(1, sizeof(*world));
	uint8_t public_key[SEAL_PUBLIC_LEN];

	if (world == NULL || seal_init() != 0)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	assert_non_null(world->loop);
	world->poll = timer_new(world->loop, on_poll, world);
	world->now_ms = 1000000;
	world->status = 200;
	world->secret = seal_key_make();
	world->other_secret = seal_key_make();
	assert_non_null(world->secret);
	assert_non_null(world->other_secret);
	seal_key_public(world->secret, public_key);
	assert_int_equal(
	    note_key_make(&world->key, SEAL_ORIGIN, NOTE_ED25519, public_key),
	    0);
	seal_key_public(world->other_secret, public_key);
	assert_int_equal(note_key_make(&world->other, "witness.example.org",
			     NOTE_COSIGNED, public_key),
	    0);
	*state = world;
	return 0;
}

int
seal_teardown(void **state)
{
	struct seal_world *world = *state;

	seal_down(world);
	seal_key_free(world->secret);
	seal_key_free(world->other_secret);
	timer_free(world->poll);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}
