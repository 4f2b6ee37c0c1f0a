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
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/sandbox/sandbox.h"
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
	bool contained;
	bool homeless; /* its folder is missing */
	bool at_home;  /* where we are is its folder */
	char path[PATH_LEN];
	bool failed;
};

static void
end(struct role_signer *role, bool failed)
{
	role->failed |= failed;
	loop_stop(role->loop);
}

/* ---- supervisor ---- */

/* Its folder, once: it stays what it was at the start. */
static int
contain(struct role_signer *role, const struct msg_cfg_log *msg)
{
	const struct sandbox_wants wants = { .write = { msg->key_path },
		.n_write = 1 };
	struct sandbox_level level;
	int err;

	if (role->contained)
		return 0;
	err = sandbox_own(msg->key_path, ROLE_SIGNER);
	if (err < 0)
		log_line(
		    LOG_ERROR, "signer: the keys' folder: %s", strerror(-err));
	role->contained = true;
	memcpy(role->path, msg->key_path, sizeof(role->path));
	err = sandbox_enter(ROLE_SIGNER, &wants, &level);
	role->homeless = access(role->path, F_OK) < 0 && errno == ENOENT;
	/* What is above it may be closed to a user of our own. */
	role->at_home = err == 0 && level.user;
	return err;
}

static int
configure(struct role_signer *role, const struct msg_cfg_log *msg)
{
	return signer_configure(role->signer, msg, role->at_home);
}

static void
take_config(struct role_signer *role, const struct msg_cfg_log *msg)
{
	if (!check_cfg_log(msg) || contain(role, msg) < 0 ||
	    configure(role, msg) != 0) {
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
	struct role_signer *role = ctx;

	/* Its folder was not there at the start, and is now: for another
	 * process, which may go there. */
	if (role->homeless && access(role->path, F_OK) == 0)
		end(role, true);
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
	/* No file that others can read. */
	(void)umask(077);
	if (sandbox_begin(ROLE_SIGNER) < 0 || seal_init() != 0)
		return EXIT_FAILURE;
	err = role_run(&role);
	role_fini(&role);
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
