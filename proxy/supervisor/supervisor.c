/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's spine.
 *
 * Boot: the loader reads the file; listeners are bound and keyed; then store,
 * guard, control and one session per neighbour are started. Each gets its
 * configuration first. A role is linked with another as soon as both are
 * ready, and again with whatever replaces it: links are state (made or not),
 * so a link that finds no room in a channel is made when there is some.
 */
#include "proxy/supervisor/supervisor.h"

#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/endpoint.h"
#include "proxy/supervisor/ranges.h"
#include "proxy/supervisor/tcp.h"

#define GUARD_CHANNEL 1048576u /* octets that may wait */

/* ---- links ---- */

static bool
link_send(struct process *to, enum role role, uint32_t peer, int fd)
{
	struct msg_channel msg = {
		.head = { .kind = MSG_CHANNEL }, .role = role, .peer = peer
	};

	if (channel_send(to->channel, &msg, sizeof(msg), fd) < 0)
		return false;
	channel_flush(to->channel);
	return true;
}

bool
supervisor_connect(struct process *a, enum role role_a, struct process *b,
    enum role role_b, uint32_t peer_b)
{
	int fds[2];
	bool done;

	if (!process_up(a) || !process_up(b))
		return false;
	if (channel_pair(fds) < 0)
		return false;
	/* When only the first is told, its channel ends at once, and the next
	 * one replaces it. */
	done = link_send(a, role_b, peer_b, fds[0]) &&
	       link_send(b, role_a, 0, fds[1]);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return done;
}

void
supervisor_link(struct supervisor *supervisor)
{
	struct process *guard = &supervisor->guard.process;

	if (supervisor->phase != PHASE_RUN)
		return;
	for (uint32_t i = 0; supervisor->guard.ready && i < supervisor->n_peers;
	     i++) {
		struct peer *peer = supervisor->peers[i];

		if (!peer->linked)
			peer->linked = supervisor_connect(guard, ROLE_GUARD,
			    &peer->process, ROLE_SESSION,
			    peer->setup.neighbor.peer);
	}
	/* Then the store: the sessions are heard before it has told all that
	 * stands. */
	parts_link(supervisor);
}

void
supervisor_tell_ready(struct supervisor *supervisor)
{
	if (supervisor->told_ready || supervisor->phase != PHASE_RUN ||
	    !supervisor->guard.ready || !supervisor->answers ||
	    listeners_count(supervisor->listeners) !=
		supervisor->set->listeners.n)
		return;
	supervisor->told_ready = true;
	notify_send(supervisor->notify, "READY=1");
	log_line(LOG_INFO, "up: peers=%u", supervisor->n_peers);
}

/* ---- the guard ---- */

/* Go on feeding, then linking. */
static void
guard_continue(struct supervisor *supervisor)
{
	struct part *guard = &supervisor->guard;

	if (!process_up(&guard->process))
		return;
	if (feed_pump(&supervisor->feed, guard->process.channel) &&
	    supervisor->feed.purpose == CFG_BOOT) {
		guard->ready = true;
		supervisor->waits_due = true;
	}
	supervisor_tell_ready(supervisor);
	irr_continue(supervisor->irr);
	waits_send(supervisor);
	supervisor_link(supervisor);
}

void
supervisor_feed_boot(struct supervisor *supervisor)
{
	waits_forget(supervisor);
	supervisor->feed = (struct feed){
		.set = supervisor->set,
		.generation = supervisor->set_generation,
		.purpose = CFG_BOOT,
	};
	guard_continue(supervisor);
}

static void
guard_up(void *ctx)
{
	struct part *guard = ctx;

	crash_tell(
	    &guard->supervisor->crash, guard->process.channel, clock_boot_ms());
	supervisor_feed_boot(guard->supervisor);
}

static void
guard_room(void *ctx)
{
	struct part *guard = ctx;

	if (guard->supervisor->phase == PHASE_RUN)
		guard_continue(guard->supervisor);
}

/*
 * The guard has closed its channel to this process, which broke the rules:
 * the next one is linked anew. Who finds the guard itself to be broken (store,
 * control) ends instead, with the same effect.
 */
static void
guard_peer_broken(
    struct supervisor *supervisor, const struct msg_peer_broken *msg)
{
	if (msg->role == ROLE_STORE)
		process_kill(&supervisor->store.process);
	else if (msg->role == ROLE_CONTROL)
		process_kill(&supervisor->control.process);
	else if (msg->role == ROLE_RPKI)
		process_kill(&supervisor->rpki.process);
	if (msg->role != ROLE_SESSION)
		return;
	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		struct peer *peer = supervisor->peers[i];

		if (peer->setup.neighbor.peer == msg->peer)
			process_kill(&peer->process);
	}
}

static void
guard_result(struct supervisor *supervisor, const struct msg_cfg_result *result)
{
	if (supervisor->phase != PHASE_RUN)
		return;
	if (supervisor->reload.set != NULL)
		reload_result(supervisor, result);
	else if (result->ok == 0)
		log_line(LOG_ERROR, "guard: refuses the configuration: %.*s",
		    (int)sizeof(result->text) - 1, result->text);
}

static void
guard_message(void *ctx, const struct msg_head *head, int fd)
{
	struct part *guard = ctx;
	struct supervisor *supervisor = guard->supervisor;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_PEER_BROKEN) {
		guard_peer_broken(supervisor, (const void *)head);
	} else if (head->kind == MSG_CONFIRMED) {
		waits_confirmed(supervisor, (const void *)head);
	} else if (head->kind == MSG_CFG_RESULT) {
		guard_result(supervisor, (const void *)head);
	} else {
		log_line(LOG_ERROR, "guard: unexpected message: kind=%u",
		    head->kind);
		process_kill(&guard->process);
	}
}

static void
guard_down(void *ctx, int status)
{
	struct part *guard = ctx;
	struct supervisor *supervisor = guard->supervisor;
	uint64_t now = clock_boot_ms();

	(void)crash_ended(
	    &supervisor->crash, status, now - guard->process.started_ms, now);
	guard->ready = false;
	supervisor->feed = (struct feed){ 0 };
	supervisor->guard_store = false;
	supervisor->guard_control = false;
	supervisor->guard_rpki = false;
	for (uint32_t i = 0; i < supervisor->n_peers; i++)
		supervisor->peers[i]->linked = false;
	reload_guard_gone(supervisor);
	if (supervisor->phase > PHASE_RUN)
		stop_progress(supervisor);
}

static const struct process_ops guard_ops = {
	.on_up = guard_up,
	.on_message = guard_message,
	.on_room = guard_room,
	.on_down = guard_down,
};

/* ---- connections ---- */

/* A range has no free place: said once a second at most. */
static void
full_log(struct supervisor *supervisor, const struct address *remote)
{
	uint64_t now = loop_now_ms(supervisor->loop);
	char text[ENDPOINT_TEXT_MAX];

	supervisor->full++;
	if (supervisor->full_ms != 0 && now - supervisor->full_ms < 1000)
		return;
	supervisor->full_ms = now;
	log_line(LOG_REMOTE,
	    "connection from %s: refused: all sessions of its range are "
	    "taken: times=%u",
	    endpoint_print(remote, true, text, sizeof(text)), supervisor->full);
	supervisor->full = 0;
}

static void
accepted(void *ctx, int fd, const struct address *remote)
{
	struct supervisor *supervisor = ctx;
	struct ranges_found found = ranges_find(supervisor, remote);
	char text[ENDPOINT_TEXT_MAX];

	if (found.peer != NULL) {
		ranges_bind(found.peer, remote);
		peer_accept(found.peer, fd);
		return;
	}
	tcp_reset(fd);
	if (found.inside)
		full_log(supervisor, remote);
	else
		log_line(LOG_DEBUG, "connection from %s: not a neighbour",
		    endpoint_print(remote, true, text, sizeof(text)));
}

static const struct listen_ops listen_ops = { .on_accept = accepted };

/* ---- boot ---- */

static void
boot_fail(struct supervisor *supervisor, int code)
{
	supervisor->exit_code = code;
	loop_stop(supervisor->loop);
}

/* Everything is set up: start what there is one of, then the sessions. */
static void
boot_start(struct supervisor *supervisor, struct cfg_set *set,
    const struct setup *setups)
{
	if (listeners_update(supervisor->listeners, set) > 0) {
		cfg_set_free(set);
		boot_fail(supervisor, 1);
		return;
	}
	supervisor->phase = PHASE_RUN;
	supervisor->set_generation = ++supervisor->generation;
	supervisor->set = set;
	parts_start(supervisor);
	supervisor->set = NULL;
	(void)adopt_set(supervisor, set, setups);
	guard_continue(supervisor);
}

static void
boot_loaded(void *ctx, struct cfg_set *set, const struct msg_cfg_error *problem)
{
	struct supervisor *supervisor = ctx;
	struct msg_cfg_error ours;
	struct setup *setups;

	load_free(supervisor->load);
	supervisor->load = NULL;
	(void)problem; /* already in the log, with all others */
	if (set == NULL) {
		boot_fail(supervisor, 2);
		return;
	}
	setups = adopt_prepare(supervisor, set, &ours);
	if (setups == NULL) {
		log_line(LOG_ERROR, "%s: %s: %s%s%s%s%s", supervisor->file,
		    ours.key, ours.found, ours.found[0] == 0 ? "" : ": ",
		    ours.file, ours.file[0] == 0 ? "" : " ", ours.wanted);
		cfg_set_free(set);
		boot_fail(supervisor, 2);
		return;
	}
	boot_start(supervisor, set, setups);
	free(setups);
}

/* ---- the world ---- */

static void
signal_came(void *ctx, int signo)
{
	struct supervisor *supervisor = ctx;

	if (signo == SIGCHLD)
		process_reap(&supervisor->processes);
	else if (signo == SIGHUP)
		reload_start(supervisor, NULL);
	else
		stop_start(supervisor);
}

static int
signals_init(struct supervisor *supervisor)
{
	static const int signals[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (loop_signal(supervisor->loop, signals[i], signal_came,
			supervisor) < 0)
			return -1;
	}
	return 0;
}

/* 0, or -1 when out of memory. */
static int
supervisor_init(struct supervisor *supervisor)
{
	struct loop *loop = loop_new();

	supervisor->loop = loop;
	if (loop == NULL)
		return -1;
	process_table_init(&supervisor->processes, loop);
	supervisor->notify = notify_new(loop);
	supervisor->customers = names_new();
	supervisor->names = names_new();
	supervisor->listeners = listeners_new(loop, &listen_ops, supervisor);
	if (supervisor->notify == NULL || supervisor->customers == NULL ||
	    supervisor->names == NULL || supervisor->listeners == NULL)
		return -1;
	if (parts_init(supervisor) < 0 || waits_init(supervisor) < 0 ||
	    trial_init(supervisor) < 0 || auth_watch_init(supervisor) < 0 ||
	    levels_init(supervisor) < 0 ||
	    part_init(
		supervisor, &supervisor->guard, "sluice-guard", &guard_ops) < 0)
		return -1;
	supervisor->guard.process.limit = GUARD_CHANNEL;
	return signals_init(supervisor);
}

static void
supervisor_fini(struct supervisor *supervisor)
{
	reload_abort(supervisor);
	load_free(supervisor->load);
	for (uint32_t i = 0; i < supervisor->n_peers; i++)
		peer_free(supervisor->peers[i]);
	free(supervisor->peers);
	part_fini(&supervisor->guard);
	crash_fini(&supervisor->crash);
	parts_fini(supervisor);
	auth_watch_fini(supervisor);
	levels_fini(supervisor);
	trial_fini(supervisor);
	waits_fini(supervisor);
	listeners_free(supervisor->listeners);
	cfg_set_free(supervisor->set);
	names_free(supervisor->customers);
	names_free(supervisor->names);
	notify_free(supervisor->notify);
	loop_free(supervisor->loop);
}

/* A descriptor per listener, process, link and socket: as many as may be. */
static void
limits_raise(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_line(LOG_WARN, "descriptors: limit not raised: %s",
		    strerror(errno));
}

/* Passwords pass through our memory: none of it is left behind in a file. */
static void
cores_forbid(void)
{
	struct rlimit none;

	if (getrlimit(RLIMIT_CORE, &none) < 0)
		return;
	none.rlim_cur = 0;
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* What the kernel runs a program with: the first object is ourselves. */
static int
loader_find(struct dl_phdr_info *object, size_t size, void *ctx)
{
	const char **path = ctx;

	(void)size;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		if (object->dlpi_phdr[i].p_type == PT_INTERP)
			*path = (const char *)(uintptr_t)(object->dlpi_addr +
							  object->dlpi_phdr[i]
							      .p_vaddr);
	}
	return 1;
}

/* Roles have our filter from their first step on. A new configuration may name
 * any file; a program is only a role's. */
static int
contain(const struct supervisor *supervisor, sandbox_entry *enter)
{
	struct sandbox_wants wants = {
		.run = { supervisor->processes.folder },
		.n_run = 1,
	};
	struct sandbox_level level;

	(void)dl_iterate_phdr(loader_find, &wants.run[wants.n_run]);
	if (wants.run[wants.n_run] != NULL)
		wants.n_run++;
	if (enter(ROLE_SUPERVISOR, &wants, &level) < 0)
		return -1;
	log_line(LOG_INFO, "sandbox: landlock abi=%d seccomp=%s users=%s",
	    level.landlock, level.seccomp ? "yes" : "no",
	    level.user ? "separate" : "one");
	return 0;
}

int
supervisor_run(const char *file, sandbox_entry *enter)
{
	struct supervisor *supervisor = calloc(1, sizeof(*supervisor));
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int code = 1;

	if (supervisor == NULL)
		return code;
	(void)sigaction(SIGPIPE, &ignore, NULL);
	limits_raise();
	cores_forbid();
	supervisor->file = file;
	if (supervisor_init(supervisor) == 0 && contain(supervisor, enter) == 0)
		supervisor->load = load_start(
		    &supervisor->processes, file, boot_loaded, supervisor);
	if (supervisor->load != NULL) {
		loop_run(supervisor->loop);
		code = supervisor->exit_code;
	} else {
		log_line(LOG_ERROR, "cannot begin");
	}
	supervisor_fini(supervisor);
	free(supervisor);
	return code;
}
