/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene's store keeps packed entries in memory and does with them what it
 * is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "tests/lib/guard_scene.h"

const struct action_set *
disk_actions(const struct msg_entry *entry)
{
	return (const void *)entry->tail;
}

const struct rule *
disk_rule(const struct msg_entry *entry)
{
	return (const void *)&entry->tail[sizeof(struct action_set)];
}

/* ---- what is on disk ---- */

static size_t
hash_of(const struct rule *rule)
{
	static const uint8_t key[HASH_KEY_LEN] = { 1 };

	return (size_t)hash_sip(key, rule, rule_size(rule)) % SCENE_HASH;
}

static void
live_set(struct scene_store *store, uint64_t id, uint64_t seq)
{
	while (id >= store->live_room) {
		size_t room = store->live_room == 0 ? 64 : 2 * store->live_room;

		store->live = realloc(store->live, room * sizeof(uint64_t));
		assert_non_null(store->live);
		memset(&store->live[store->live_room], 0xff,
		    (room - store->live_room) * sizeof(uint64_t));
		store->live_room = room;
	}
	store->live[id] = seq;
}

static void
settle_entries(struct scene_store *store)
{
	for (; store->durable < store->n; store->durable++) {
		const struct msg_entry *e = store->log[store->durable];

		if (e->live_op == LIVE_PUT)
			live_set(store, e->rule_id, e->seq);
		else if (e->live_op == LIVE_DELETE)
			live_set(store, e->rule_id, UINT64_MAX);
		if (e->has_rule) {
			size_t *head = &store->heads[hash_of(disk_rule(e))];

			store->next[store->durable] = *head;
			*head = store->durable;
		}
	}
}

static void
tell_seq(struct scene_store *store, enum msg_kind kind, uint64_t seq)
{
	struct msg_store_seq msg = { .head.kind = (uint16_t)kind, .seq = seq };

	if (store->channel == NULL)
		return;
	assert_int_equal(
	    channel_send(store->channel, &msg, sizeof(msg), -1), 0);
	channel_flush(store->channel);
}

void
disk_commit(struct scene_store *store)
{
	settle_entries(store);
	tell_seq(store, MSG_STORE_DURABLE, store->durable);
}

/* ---- the guard's end ---- */

static void
take_entry(struct scene_store *store, const struct msg_entry *msg)
{
	static struct entry entry;

	/* The real one takes entries in turn and drops what it has. */
	assert_int_equal(entry_msg_unpack(msg, &entry), 0);
	assert_true(msg->seq <= store->n);
	assert_true(msg->rule_id <= msg->seq);
	if (msg->seq < store->n)
		return;
	if (store->n == store->room) {
		store->room = store->room == 0 ? 64 : 2 * store->room;
		store->log = realloc(
		    store->log, store->room * sizeof(struct msg_entry *));
		store->next =
		    realloc(store->next, store->room * sizeof(size_t));
		assert_true(store->log != NULL && store->next != NULL);
	}
	store->log[store->n] = malloc(msg->head.len);
	assert_non_null(store->log[store->n]);
	memcpy(store->log[store->n], msg, msg->head.len);
	store->n++;
}

static void
send_live(struct scene_store *store)
{
	uint64_t n = 0;

	store->loads++;
	for (uint64_t id = 0; id < store->live_room; id++) {
		struct msg_entry *e;
		size_t len;

		if (store->live[id] == UINT64_MAX)
			continue;
		e = store->log[store->live[id]];
		len = e->head.len;
		e->head.kind = MSG_STORE_LIVE;
		assert_int_equal(channel_send(store->channel, e, len, -1), 0);
		n++;
	}
	if (store->silent)
		channel_flush(store->channel);
	else
		tell_seq(store, MSG_STORE_LOADED, n);
}

static void
store_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_store *store = ctx;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_STORE_LOAD)
		send_live(store);
	else
		take_entry(store, (const void *)head);
}

static void
store_batch(void *ctx)
{
	struct scene_store *store = ctx;

	if (!store->lazy && !store->full && store->durable < store->n)
		disk_commit(store);
}

static void
store_closed(void *ctx)
{
	struct scene_store *store = ctx;

	channel_close(store->channel);
	store->channel = NULL;
}

static const struct channel_ops store_ops = {
	.on_message = store_hear,
	.on_closed = store_closed,
	.on_batch = store_batch,
};

static void
tell_status(struct scene_store *store)
{
	struct msg_store_status msg = { .head.kind = MSG_STORE_STATUS,
		.status = store->full ? STORE_FULL : STORE_FINE };

	if (store->channel == NULL)
		return;
	assert_int_equal(
	    channel_send(store->channel, &msg, sizeof(msg), -1), 0);
	channel_flush(store->channel);
}

/* Received and not durable: whoever would send it again is there. */
static void
drop_received(struct scene_store *store)
{
	while (store->n > store->durable)
		free(store->log[--store->n]);
}

void
scene_give_store(struct scene *scene)
{
	struct scene_store *store = &scene->store;
	struct msg_store_hello hello = { .head.kind = MSG_STORE_HELLO };

	channel_close(store->channel);
	drop_received(store);
	store->stalled = false;
	store->channel = scene_role_channel(
	    scene, ROLE_STORE, &store_ops, store, &store->fd);
	hello.next_seq = store->durable;
	if (store->origin != NULL)
		(void)snprintf(
		    hello.origin, sizeof(hello.origin), "%s", store->origin);
	assert_int_equal(
	    channel_send(store->channel, &hello, sizeof(hello), -1), 0);
	if (store->full)
		tell_status(store);
	channel_flush(store->channel);
}

void
disk_die(struct scene_store *store, bool keep_received)
{
	if (keep_received)
		settle_entries(store);
	drop_received(store);
	channel_close(store->channel);
	store->channel = NULL;
	store->stalled = false;
}

void
disk_stall(struct scene_store *store, bool stalled)
{
	store->stalled = stalled;
	if (store->channel != NULL)
		channel_pause(store->channel, stalled);
}

void
disk_full(struct scene_store *store, bool full)
{
	store->full = full;
	if (!full)
		disk_commit(store);
	tell_status(store);
}

void
disk_init(struct scene *scene)
{
	scene->store.scene = scene;
	memset(scene->store.heads, 0xff, sizeof(scene->store.heads));
}

void
disk_free(struct scene *scene)
{
	struct scene_store *store = &scene->store;

	channel_close(store->channel);
	while (store->n > 0)
		free(store->log[--store->n]);
	free(store->log);
	free(store->next);
	free(store->live);
}

/* ---- looking ---- */

const struct msg_entry *
disk_last(
    const struct scene_store *store, enum entry_kind kind, const char *dst)
{
	struct rule rule;

	if (dst != NULL)
		scene_rule(dst, &rule);
	for (size_t i = store->durable; i-- > 0;) {
		const struct msg_entry *e = store->log[i];

		if ((kind == ENTRY_NONE || e->kind == kind) &&
		    (dst == NULL ||
			(e->has_rule && rule_equal(disk_rule(e), &rule))))
			return e;
	}
	return NULL;
}

bool
disk_says(const struct msg_entry *packed, const char *words)
{
	static struct entry entry;

	assert_non_null(packed);
	assert_int_equal(entry_msg_unpack(packed, &entry), 0);
	return strstr(entry.evidence, words) != NULL ||
	       strstr(entry.text, words) != NULL;
}

size_t
disk_count(
    const struct scene_store *store, enum entry_kind kind, unsigned reason)
{
	size_t n = 0;

	for (size_t i = 0; i < store->durable; i++)
		n += store->log[i]->kind == kind &&
		     store->log[i]->reason == reason;
	return n;
}

size_t
disk_live_count(const struct scene_store *store)
{
	size_t n = 0;

	for (size_t i = 0; i < store->live_room; i++)
		n += store->live[i] != UINT64_MAX;
	return n;
}

/* Is this part what the record's rule becomes in the dialect? */
static bool
becomes(const struct msg_entry *e, const struct rule *part, unsigned dialect)
{
	static struct dialect_parts parts;
	const struct rule *rule = disk_rule(e);

	if (rule_equal(rule, part))
		return true;
	if (dialect == DIALECT_NONE || rule->dst_len != part->dst_len ||
	    memcmp(rule->dst, part->dst, sizeof(rule->dst)) != 0 ||
	    dialect_express((enum dialect)dialect, rule, disk_actions(e),
		&parts) != REASON_ACCEPTED)
		return false;
	for (unsigned i = 0; i < parts.n; i++) {
		if (rule_equal(&parts.part[i], part))
			return true;
	}
	return false;
}

static bool
accepts(const struct msg_entry *e, const struct rule *rule,
    const struct action_set *actions, unsigned dialect)
{
	if (!e->has_rule || e->kind != ENTRY_VERDICT || e->live_op != LIVE_PUT)
		return false;
	/* What was changed, the evidence says in words. */
	if (e->state == STATE_ACCEPTED_MODIFIED
		? disk_actions(e)->present != actions->present
		: e->state != STATE_ACCEPTED ||
		      !action_equal(disk_actions(e), actions))
		return false;
	return becomes(e, rule, dialect);
}

bool
disk_accepted(const struct scene_store *store, const struct rule *part,
    const struct action_set *actions, unsigned dialect)
{
	for (size_t i = store->heads[hash_of(part)]; i != SIZE_MAX;
	     i = store->next[i]) {
		if (i < store->durable &&
		    accepts(store->log[i], part, actions, DIALECT_NONE))
			return true;
	}
	/* Not the rule itself: what some rule becomes. */
	for (size_t i = store->durable; i-- > 0;) {
		if (accepts(store->log[i], part, actions, dialect))
			return true;
	}
	return false;
}

bool
disk_accepted_live(const struct scene_store *store, uint64_t id,
    const struct rule *rule, const struct action_set *actions)
{
	return id < store->live_room && store->live[id] != UINT64_MAX &&
	       accepts(
		   store->log[store->live[id]], rule, actions, DIALECT_NONE);
}
