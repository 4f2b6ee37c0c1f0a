/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard's channels to supervisor, store and control, and the turn of its
 * loop. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/place.h"
#include "proxy/guard/quota.h"

#define STORE_BUFFER      (4u << 20)
#define SUPERVISOR_BUFFER (1u << 20)

/* How long sessions may still speak when the supervisor is gone: 2 s. */
#define STOP_POLL_MS 50u
#define STOP_POLLS   40u

void
guard_blame(struct guard *guard, enum role role, uint32_t peer)
{
	const struct msg_peer_broken broken = {
		.head.kind = MSG_PEER_BROKEN,
		.role = role,
		.peer = peer,
	};

	if (guard->supervisor == NULL)
		return;
	(void)channel_send(guard->supervisor, &broken, sizeof(broken), -1);
	channel_flush(guard->supervisor);
}

void
guard_no_memory(struct guard *guard, enum role role, uint32_t peer)
{
	log_line(LOG_ERROR, "%s: out of memory for it: peer=%" PRIu32,
	    role_name(role), peer);
	guard_blame(guard, role, peer);
}

/* ---- store ---- */

static void
store_closed(void *ctx)
{
	struct guard *guard = ctx;

	if (channel_misused(guard->store)) {
		log_line(LOG_ERROR, "store: broken frame");
		guard_blame(guard, ROLE_STORE, 0);
	}
	log_line(LOG_WARN, "store: gone; nothing new goes inward");
	journal_detach(guard->journal);
	channel_close(guard->store);
	guard->store = NULL;
	guard->loading = false; /* the next one is asked again */
	guard->to_load = false;
}

static void
store_status(struct guard *guard, const struct msg_store_status *msg)
{
	bool full = msg->status == STORE_FULL;

	if (full != journal_full(guard->journal))
		log_line(full ? LOG_ERROR : LOG_INFO, "store: %s",
		    full ? "full; nothing new goes inward" : "has room again");
	journal_set_full(guard->journal, full);
}

/* What the store has to say for the log: of keys, and of what it removes. When
 * there is no room it asks again. */
static bool
store_note(struct guard *guard, const struct msg_store_note *msg)
{
	struct entry *e = &guard->entry;

	if ((msg->kind != ENTRY_KEY && msg->kind != ENTRY_SUMMARY) ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)) ||
	    !check_text(msg->evidence, sizeof(msg->evidence)) ||
	    !check_text(msg->text, sizeof(msg->text)))
		return false;
	guard_entry_begin(guard, (enum entry_kind)msg->kind);
	e->count = msg->count;
	memcpy(e->operator_name, msg->operator_name, sizeof(e->operator_name));
	memcpy(e->evidence, msg->evidence, sizeof(e->evidence));
	memcpy(e->text, msg->text, sizeof(e->text));
	(void)guard_entry_append(guard, NULL);
	return true;
}

static void
store_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard *guard = ctx;
	const void *msg = head;

	if (fd >= 0)
		(void)close(fd);
	switch (head->kind) {
	case MSG_STORE_HELLO:
		restore_hello(guard, msg);
		return;
	case MSG_STORE_LIVE:
		restore_live(guard, msg);
		return;
	case MSG_STORE_LOADED:
		restore_loaded(guard);
		return;
	case MSG_STORE_DURABLE:
		if (journal_on_durable(guard->journal,
			((const struct msg_store_seq *)msg)->seq) < 0)
			break;
		restore_continue(guard);
		return;
	case MSG_STORE_STATUS:
		store_status(guard, msg);
		return;
	case MSG_STORE_NOTE:
		if (!store_note(guard, msg))
			break;
		return;
	default:
		break;
	}
	log_line(
	    LOG_ERROR, "store: bad message: kind=%u", (unsigned)head->kind);
	guard_blame(guard, ROLE_STORE, 0);
	store_closed(guard);
}

static const struct channel_ops store_ops = {
	.on_message = store_message,
	.on_closed = store_closed,
};

/* ---- control ---- */

static void
control_closed(void *ctx)
{
	struct guard *guard = ctx;

	if (channel_misused(guard->control)) {
		log_line(LOG_ERROR, "control: broken frame");
		guard_blame(guard, ROLE_CONTROL, 0);
	}
	channel_close(guard->control);
	guard->control = NULL;
	operator_closed(guard);
}

static void
control_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard *guard = ctx;
	const void *msg = head;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind != MSG_CTL_REQUEST || !check_ctl_request(msg)) {
		log_line(LOG_ERROR, "control: bad message: kind=%u",
		    (unsigned)head->kind);
		guard_blame(guard, ROLE_CONTROL, 0);
		control_closed(guard);
		return;
	}
	operator_request(guard, msg);
}

static const struct channel_ops control_ops = {
	.on_message = control_message,
	.on_closed = control_closed,
};

/* ---- supervisor ---- */

static void
channel_take(struct guard *guard, const struct msg_channel *msg, int fd)
{
	switch (msg->role) {
	case ROLE_SESSION:
		peer_open(guard, msg->peer, fd);
		return;
	case ROLE_STORE:
		if (guard->store != NULL)
			store_closed(guard);
		guard->store = channel_open(
		    guard->loop, fd, STORE_BUFFER, &store_ops, guard);
		if (guard->store == NULL)
			guard_no_memory(guard, ROLE_STORE, 0);
		return;
	case ROLE_CONTROL:
		if (guard->control != NULL)
			control_closed(guard);
		guard->control = channel_open(
		    guard->loop, fd, GUARD_CONTROL_BUFFER, &control_ops, guard);
		if (guard->control == NULL)
			guard_no_memory(guard, ROLE_CONTROL, 0);
		return;
	case ROLE_RPKI:
		evidence_rpki_open(guard, fd);
		return;
	default:
		(void)close(fd);
	}
}

/* Record the stop; the loop ends when that is on disk, or soon anyway. */
static void
stop(struct guard *guard)
{
	guard->stopping = true;
	if (!guard->loaded || guard->store == NULL ||
	    !journal_room(guard->journal, true)) {
		loop_stop(guard->loop);
		return;
	}
	guard_summaries(guard);
	guard_note(guard, ENTRY_STOP, "sluice stops");
	guard->stopped = true;
	guard->stop_seq = journal_next(guard->journal) - 1;
}

static void
supervisor_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard *guard = ctx;
	const void *msg = head;
	const struct msg_guard_suspect *suspect = msg;

	if (head->kind == MSG_CHANNEL && fd >= 0) {
		channel_take(guard, msg, fd);
		return;
	}
	if (head->kind == MSG_GUARD_PAST && check_guard_past(msg)) {
		past_open(&guard->past, msg, fd, loop_now_ms(guard->loop),
		    guard->now_ns);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_STOP)
		stop(guard);
	else if (head->kind == MSG_GUARD_SUSPECT &&
		 check_guard_suspect(suspect))
		past_suspect_add(
		    &guard->past, suspect->customer, &suspect->rule);
	else if (head->kind == MSG_PEER_AUTH)
		place_auth(guard, msg);
	else if (!evidence_take(guard, head))
		reload_take(guard, head);
}

/*
 * All of sluice ends. What sessions have sent is still heard, so that the last
 * withdrawals are recorded: they close their channels as they go.
 */
static void
supervisor_closed(void *ctx)
{
	struct guard *guard = ctx;

	guard->stopping = true;
	channel_close(guard->supervisor);
	guard->supervisor = NULL;
	timer_start(guard->second, 0, STOP_POLL_MS);
}

static const struct channel_ops supervisor_ops = {
	.on_message = supervisor_message,
	.on_closed = supervisor_closed,
};

/* ---- the loop ---- */

static void
turn(void *ctx)
{
	struct guard *guard = ctx;

	guard->now_ns = clock_wall_ns();
	guard_promote(guard);
	restore_continue(guard);
	ground_work(guard);
	journal_flush(guard->journal);
	inward_flush(guard);
	operator_continue(guard);
	past_idle(&guard->past);
}

/* All sessions have been heard out, and what they said is recorded. */
static bool
all_said(const struct guard *guard)
{
	if (guard->store != NULL && journal_pending(guard->journal) > 0)
		return false;
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL && guard->peers[i]->channel != NULL)
			return false;
	}
	return true;
}

static void
second(void *ctx)
{
	struct guard *guard = ctx;

	if (guard->supervisor == NULL) {
		if (all_said(guard) || ++guard->stop_polls > STOP_POLLS)
			loop_stop(guard->loop);
		return;
	}
	guard->now_ns = clock_wall_ns();
	if (guard->loaded)
		guard_summaries(guard);
	brake_second(guard);
	quota_second(guard);
	evidence_second(guard);
	contain_second(guard);
	(void)past_second(&guard->past, loop_now_ms(guard->loop));
	clock_step_second(guard);
}

int
guard_open(struct guard *guard, struct loop *loop, int fd)
{
	if (guard_init(guard, loop) < 0) {
		(void)close(fd);
		return -1;
	}
	guard->second = timer_new(loop, second, guard);
	guard->supervisor =
	    channel_open(loop, fd, SUPERVISOR_BUFFER, &supervisor_ops, guard);
	if (guard->second == NULL || guard->supervisor == NULL)
		return -1;
	timer_start(guard->second, 1000, 1000);
	loop_on_turn(loop, turn, guard);
	return 0;
}

void
guard_close(struct guard *guard)
{
	loop_on_turn(guard->loop, NULL, NULL);
	channel_close(guard->store);
	channel_close(guard->control);
	timer_free(guard->second);
	timer_free(guard->pacing);
	guard_fini(guard);
	channel_close(guard->supervisor);
}
