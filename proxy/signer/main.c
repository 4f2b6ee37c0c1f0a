/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sluice-signer: the keys of the log, and what they have signed. Started by
 * sluiced.
 *
 *   store   --SIGN, ROTATE--> link --> signer --> keys, memory --> folder
 *   witness --COSIGN--------> link ----'
 *
 * It has no network, reads no peer's octets but notes and proofs, and after its
 * start opens no path but in its folder.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/signer/link.h"

#define SUPERVISOR_LIMIT (64u << 10)
#define TICK_MS          5000

struct role_signer {
	struct loop *loop;
	struct channel *supervisor;
	struct timer *tick;
	struct signer *signer;
	struct link *store;
	struct link *witness;
	bool failed;
};

static void
end(struct role_signer *role, bool failed)
{
	role->failed |= failed;
	loop_stop(role->loop);
}

/* ---- supervisor ---- */

static void
take_config(struct role_signer *role, const struct msg_cfg_log *msg)
{
	if (!check_cfg_log(msg) || signer_configure(role->signer, msg) != 0) {
		log_line(LOG_ERROR, "signer: its configuration is malformed");
		end(role, true);
		return;
	}
	link_greet(role->store);
}

static void
take_channel(struct role_signer *role, const struct msg_channel *msg, int fd)
{
	if (msg->role == ROLE_STORE)
		link_attach(role->store, fd);
	else if (msg->role == ROLE_WITNESS)
		link_attach(role->witness, fd);
	else
		(void)close(fd);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct role_signer *role = ctx;
	const void *msg = head;

	if (head->kind == MSG_CHANNEL && fd >= 0) {
		take_channel(role, msg, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_SIGNER_CONFIG)
		take_config(role, msg);
	else if (head->kind == MSG_STOP)
		end(role, false);
}

/* The supervisor is gone, and all of us with it. */
static void
on_closed(void *ctx)
{
	end(ctx, false);
}

/* ---- time ---- */

static void
on_tick(void *ctx)
{
	const struct role_signer *role = ctx;

	if (signer_tick(role->signer, clock_wall_ns()))
		link_greet(role->store);
}

/* Links are made once for a pair of processes. A store that broke the rules is
 * linked with the signer that follows us; a witness, which hears strangers, is
 * itself replaced: it is not to keep our own log from being signed. */
static void
on_turn(void *ctx)
{
	const struct msg_peer_broken broken = {
		.head.kind = MSG_PEER_BROKEN,
		.role = ROLE_WITNESS,
	};
	struct role_signer *role = ctx;

	if (link_broken(role->store))
		end(role, true);
	if (link_broken(role->witness)) {
		(void)channel_send(
		    role->supervisor, &broken, sizeof(broken), -1);
		channel_flush(role->supervisor);
	}
}

/* ---- life ---- */

static int
role_run(struct role_signer *role)
{
	static const struct channel_ops ops = { .on_message = on_message,
		.on_closed = on_closed };

	role->loop = loop_new();
	role->signer = signer_new();
	if (role->loop == NULL || role->signer == NULL)
		return -1;
	role->store = link_new(role->loop, role->signer, ROLE_STORE);
	role->witness = link_new(role->loop, role->signer, ROLE_WITNESS);
	role->tick = timer_new(role->loop, on_tick, role);
	role->supervisor =
	    channel_open(role->loop, ROLE_FD, SUPERVISOR_LIMIT, &ops, role);
	if (role->store == NULL || role->witness == NULL ||
	    role->tick == NULL || role->supervisor == NULL)
		return -1;
	timer_start(role->tick, TICK_MS, TICK_MS);
	loop_on_turn(role->loop, on_turn, role);
	loop_run(role->loop);
	return role->failed ? -1 : 0;
}

static void
role_fini(struct role_signer *role)
{
	link_free(role->store);
	link_free(role->witness);
	signer_free(role->signer);
	channel_close(role->supervisor);
	timer_free(role->tick);
	loop_free(role->loop);
}

/* No core, no debugger, no file that others can read. */
static int
be_private(void)
{
	const struct rlimit none = { 0, 0 };

	(void)umask(077);
	return setrlimit(RLIMIT_CORE, &none) < 0 ||
		       prctl(PR_SET_DUMPABLE, 0) < 0
		   ? -1
		   : 0;
}

int
main(void)
{
	struct role_signer role = { 0 };
	int err;

	if (role_init("sluice-signer") != 0) {
		(void)fprintf(stderr,
		    "sluice-signer is started by sluiced, not by hand\n");
		return 2;
	}
	log_open("signer", LOG_INFO);
	/* A file size limit is a full disk to us. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (be_private() != 0 || seal_init() != 0)
		return EXIT_FAILURE;
	err = role_run(&role);
	role_fini(&role);
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
