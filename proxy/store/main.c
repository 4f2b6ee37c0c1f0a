/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store role: the only process that writes the log.
 *
 *   guard --entries--> guard_link --> writer --> thread --> store/ --> disk
 *   guard <--durable-- guard_link <-- writer <----'
 *   control <--------> audit_link (reads)
 *
 * It has no network and, after start, opens no path but in its folder. On an
 * error of the disk other than "full" it ends; the supervisor starts it anew,
 * and the guard sends again what was not durable.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/store/audit_link.h"
#include "proxy/store/guard_link.h"

#define SUPERVISOR_LIMIT (64u << 10)
#define TEND_MS          60000
#define STOP_MS          5000 /* for what is still to be written */

struct role_store {
	struct loop *loop;
	struct channel *supervisor;
	struct timer *stop; /* runs once we are to end */
	struct timer *tend;
	char path[PATH_LEN];
	struct store *store; /* NULL before the configuration */
	struct writer *writer;
	struct guard_link *guard;
	struct audit_link *audit;
	bool stopping;
	bool failed;
};

static void
end(struct role_store *role, bool failed)
{
	role->failed |= failed;
	loop_stop(role->loop);
}

static void
stop_late(void *ctx)
{
	log_line(LOG_WARN, "log: ending with entries not written");
	end(ctx, true);
}

/* The guard ends before us, or with us when the supervisor died: what it still
 * has to say (the last withdrawals) is taken until its channel has ended. */
static void
stop_when_idle(struct role_store *role)
{
	if (role->stopping &&
	    (role->guard == NULL || !guard_link_up(role->guard)) &&
	    (role->writer == NULL || writer_idle(role->writer)))
		end(role, false);
}

/* Links are made once for a pair of processes. A guard that broke the rules is
 * linked with the store that follows us; control is what is replaced when it
 * was control. */
static void
look_at_links(struct role_store *role)
{
	const struct msg_peer_broken broken = {
		.head.kind = MSG_PEER_BROKEN,
		.role = ROLE_CONTROL,
	};

	if (role->guard == NULL || role->audit == NULL)
		return;
	if (guard_link_broken(role->guard))
		end(role, true);
	if (audit_link_broken(role->audit) && role->supervisor != NULL) {
		(void)channel_send(
		    role->supervisor, &broken, sizeof(broken), -1);
		channel_flush(role->supervisor);
	}
}

static void
on_turn(void *ctx)
{
	look_at_links(ctx);
	stop_when_idle(ctx);
}

/* What has been taken is still written, for a while. */
static void
stop_begin(struct role_store *role)
{
	if (role->stopping)
		return;
	role->stopping = true;
	timer_start(role->stop, STOP_MS, 0);
	if (role->writer != NULL)
		writer_kick(role->writer);
}

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct role_store *role = ctx;

	(void)head;
	guard_link_durable(role->guard);
}

static void
on_full(void *ctx, bool full)
{
	struct role_store *role = ctx;

	guard_link_full(role->guard, full);
}

static void
tend(void *ctx)
{
	const struct role_store *role = ctx;

	store_tend(role->store);
}

static bool
store_start(struct role_store *role)
{
	const struct writer_ops ops = { on_durable, on_full, role };
	int err = store_open(role->path, 0, &role->store);

	if (err != 0) {
		log_line(LOG_ERROR, "log: cannot open %s: %s", role->path,
		    db_error_text(err));
		return false;
	}
	if (store_begun_anew(role->store))
		log_line(LOG_WARN,
		    "log: its data is gone from %s, where one was: a new log "
		    "is begun",
		    role->path);
	role->writer = writer_new(role->loop, role->store, role->path, &ops);
	if (role->writer == NULL)
		return false;
	role->guard = guard_link_new(role->loop, role->store, role->writer);
	role->audit = audit_link_new(role->loop, role->store);
	if (role->guard == NULL || role->audit == NULL)
		return false;
	timer_start(role->tend, TEND_MS, TEND_MS);
	log_line(LOG_INFO, "log: open: path=%s entries=%llu", role->path,
	    (unsigned long long)writer_next(role->writer));
	return true;
}

/* The path stays what it was at the start: a reload cannot move a log. */
static void
take_config(struct role_store *role, const struct msg_store_config *msg)
{
	if (!check_text(msg->path, sizeof(msg->path)) || msg->path[0] == '\0') {
		end(role, true);
		return;
	}
	if (role->store != NULL) {
		if (strcmp(role->path, msg->path) != 0)
			log_line(LOG_WARN,
			    "log: a new path takes a restart of the daemon");
		return;
	}
	memcpy(role->path, msg->path, sizeof(role->path));
	if (!store_start(role))
		end(role, true);
}

/* Channels come after the configuration, for there is nothing to say before. */
static void
take_channel(struct role_store *role, const struct msg_channel *msg, int fd)
{
	if (fd < 0)
		return;
	if (role->store != NULL && msg->role == ROLE_GUARD)
		guard_link_attach(role->guard, fd);
	else if (role->store != NULL && msg->role == ROLE_CONTROL)
		audit_link_attach(role->audit, fd);
	else
		(void)close(fd);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct role_store *role = ctx;
	const void *msg = head;

	if (head->kind == MSG_CHANNEL) {
		take_channel(role, msg, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_STORE_CONFIG)
		take_config(role, msg);
	else if (head->kind == MSG_STOP)
		stop_begin(role);
}

/* The supervisor is gone, and all of us with it. */
static void
on_closed(void *ctx)
{
	struct role_store *role = ctx;

	channel_close(role->supervisor);
	role->supervisor = NULL;
	stop_begin(role);
}

static int
role_run(struct role_store *role)
{
	static const struct channel_ops ops = { on_message, on_closed, NULL,
		NULL };

	role->loop = loop_new();
	if (role->loop == NULL)
		return -1;
	role->stop = timer_new(role->loop, stop_late, role);
	role->tend = timer_new(role->loop, tend, role);
	role->supervisor =
	    channel_open(role->loop, ROLE_FD, SUPERVISOR_LIMIT, &ops, role);
	if (role->stop == NULL || role->tend == NULL ||
	    role->supervisor == NULL)
		return -1;
	loop_on_turn(role->loop, on_turn, role);
	loop_run(role->loop);
	return role->failed ? -1 : 0;
}

static void
role_fini(struct role_store *role)
{
	audit_link_free(role->audit);
	guard_link_free(role->guard);
	writer_free(role->writer);
	store_close(role->store);
	channel_close(role->supervisor);
	timer_free(role->stop);
	timer_free(role->tend);
	loop_free(role->loop);
}

int
main(void)
{
	struct role_store role = { 0 };
	int err;

	if (role_init("sluice-store") != 0) {
		(void)fprintf(stderr,
		    "sluice-store is started by sluiced, not by hand\n");
		return 2;
	}
	/* A file size limit is a full disk to us. */
	(void)signal(SIGXFSZ, SIG_IGN);
	log_open("store", LOG_INFO);
	err = role_run(&role);
	role_fini(&role);
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
