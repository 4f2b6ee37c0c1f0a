/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store role: the only process that writes the log.
 *
 *   guard --entries--> guard_link --> writer --> thread --> store/ --> disk
 *   guard <--durable-- guard_link <-- writer <----'
 *   control <--------> audit_link (reads)
 *   signer, witness <--> sealing (checkpoints) --> syslog
 *
 * It has no network and, after start, opens no path but in its folder and the
 * system log's socket. On an error of the disk other than "full" it ends; the
 * supervisor starts it anew, and the guard sends again what was not durable.
 *
 * It starts when it has both MSG_STORE_CONFIG and MSG_STORE_LOG:
 *
 *   begin_look     an operator's wish for a new log; inspection in a child;
 *                  damage is set aside
 *   store_open
 *   begin_origin   a log that has no name gets one, an empty one its entry 0
 *   threads        then, for the first time; the guard is greeted
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/sandbox/sandbox.h"
#include "proxy/store/acts.h"
#include "proxy/store/audit_link.h"
#include "proxy/store/begin.h"
#include "proxy/store/belief.h"
#include "proxy/store/contained.h"
#include "proxy/store/guard_link.h"
#include "proxy/store/publish.h"
#include "proxy/store/retention.h"
#include "proxy/store/scrub.h"
#include "proxy/store/sealing.h"
#include "proxy/store/spill.h"

#define SUPERVISOR_LIMIT (64u << 10)
#define TEND_MS          60000
#define TICK_MS          200
#define STOP_MS          5000 /* for what is still to be written */
#define SEAL_STOP_MS     2000 /* for the last checkpoint */

struct role_store {
	struct loop *loop;
	struct channel *supervisor;
	struct timer *stop; /* runs once we are to end */
	struct timer *tend;
	struct timer *tick;
	char path[PATH_LEN];
	const char *folder; /* the path, from where we are */
	bool has_log;       /* MSG_STORE_LOG has come: log */
	struct msg_cfg_log log;
	char origin[NOTE_NAME_MAX];
	struct store *store; /* NULL before the configuration */
	struct writer *writer;
	struct guard_link *guard;
	struct audit_link *audit;
	struct sealing *sealing;
	struct retention *retention;
	struct scrub *scrub;
	struct publish *publish;
	struct notes notes;
	struct spill spill;
	struct acts acts;
	uint64_t
	    sealed_by_ms; /* when stopping: no later than that; 0: not yet */
	struct belief belief;
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

/* Everything is written: the last checkpoint, if somebody signs it soon. */
static bool
is_sealed(struct role_store *role)
{
	uint64_t now_ms = clock_boot_ms();

	if (role->sealing == NULL)
		return true;
	if (role->sealed_by_ms == 0) {
		role->sealed_by_ms = now_ms + SEAL_STOP_MS;
		sealing_last(role->sealing);
		sealing_tick(role->sealing, now_ms, clock_wall_ns());
	}
	if (!sealing_idle(role->sealing) && now_ms < role->sealed_by_ms)
		return false;
	return true;
}

/* The guard ends before us, or with us when the supervisor died: what it still
 * has to say (the last withdrawals) is taken until its channel has ended. */
static void
stop_when_idle(struct role_store *role)
{
	if (!role->stopping ||
	    (role->guard != NULL && guard_link_up(role->guard)) ||
	    (role->writer != NULL && !writer_idle(role->writer)) ||
	    !is_sealed(role))
		return;
	if (role->publish != NULL && role->sealing != NULL)
		publish_now(role->publish, role->sealing);
	end(role, false);
}

static void
tell_broken(struct role_store *role, enum role peer)
{
	const struct msg_peer_broken broken = {
		.head.kind = MSG_PEER_BROKEN,
		.role = peer,
	};

	if (role->supervisor == NULL)
		return;
	(void)channel_send(role->supervisor, &broken, sizeof(broken), -1);
	channel_flush(role->supervisor);
}

/* Links are made once for a pair of processes. A guard that broke the rules is
 * linked with the store that follows us; of the others it is they that are
 * replaced. */
static void
look_at_links(struct role_store *role)
{
	enum role broken;

	if (role->sealing == NULL)
		return;
	if (guard_link_broken(role->guard))
		end(role, true);
	if (audit_link_broken(role->audit))
		tell_broken(role, ROLE_CONTROL);
	broken = sealing_broken(role->sealing);
	if (broken != ROLE_NONE)
		tell_broken(role, broken);
}

/* The wish is on disk; what is under way may be lost, the guard sends it again
 * to the next log. */
static void
end_when_renewing(struct role_store *role)
{
	if (role->acts.renewing &&
	    (role->writer == NULL || writer_idle(role->writer) ||
		writer_full(role->writer)))
		end(role, false);
}

static void
on_turn(void *ctx)
{
	struct role_store *role = ctx;

	if (role->sealing != NULL)
		belief_look(
		    &role->belief, role->guard, role->sealing, clock_boot_ms());
	look_at_links(ctx);
	end_when_renewing(ctx);
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

/* ---- what the parts tell each other ---- */

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct role_store *role = ctx;

	notes_durable(&role->notes, head->size);
	guard_link_durable(role->guard);
}

static void
on_full(void *ctx, bool full)
{
	struct role_store *role = ctx;

	guard_link_full(role->guard, full);
	if (!full)
		sealing_room(role->sealing);
}

static int
note_send(void *ctx, const struct msg_store_note *note)
{
	const struct role_store *role = ctx;

	return guard_link_note(role->guard, note);
}

static void
note_done(void *ctx, enum notes_slot slot)
{
	struct role_store *role = ctx;

	if (slot == NOTES_RETENTION)
		retention_recorded(role->retention);
}

static void
on_published(void *ctx, const char *note, size_t len)
{
	struct role_store *role = ctx;

	publish_note(role->publish, note, len, clock_boot_ms());
}

static void
on_seal_changed(void *ctx, enum seal_state state, bool refused)
{
	struct role_store *role = ctx;

	if (refused && role->sealing != NULL)
		publish_refusal(role->publish, role->sealing, state);
}

static void
on_key(void *ctx, const struct msg_signer_hello *hello)
{
	struct role_store *role = ctx;

	bool another = publish_key(
	    &role->notes, role->store, hello, role->acts.rotated_by);

	guard_link_key(role->guard, hello->public_key);
	if (another)
		publish_now(role->publish, role->sealing);
	if (another || !sealing_rotating(role->sealing))
		role->acts.rotated_by[0] = '\0';
}

/* ---- operators ---- */

static void
seal_fill(void *ctx, struct msg_audit_seal *out)
{
	const struct role_store *role = ctx;

	sealing_fill(role->sealing, out);
	scrub_fill(role->scrub, out);
}

static void
act(void *ctx, const struct msg_audit_act *msg, struct msg_audit_acted *out)
{
	struct role_store *role = ctx;

	acts_do(&role->acts, msg, out);
}

/* ---- time ---- */

static void
tend(void *ctx)
{
	const struct role_store *role = ctx;

	store_tend(role->store);
}

static void
tick(void *ctx)
{
	struct role_store *role = ctx;
	uint64_t now_ms = clock_boot_ms();
	uint64_t wall_ns = clock_wall_ns();

	sealing_tick(role->sealing, now_ms, wall_ns);
	retention_tick(role->retention, now_ms, wall_ns);
	notes_tick(&role->notes, now_ms);
	publish_tick(role->publish, now_ms);
	spill_tick(
	    &role->spill, role->writer, publish_log(role->publish), now_ms);
	if (!role->stopping)
		scrub_tick(role->scrub, now_ms, wall_ns);
	timer_start(role->tick,
	    retention_busy(role->retention) ? RETENTION_PAUSE_MS : TICK_MS, 0);
}

/* ---- start ---- */

/* The part that may come again: path and name stay what they were. */
static void
log_apply(struct role_store *role, const struct msg_cfg_log *log)
{
	publish_configure(role->publish, log->syslog_path);
	retention_configure(
	    role->retention, log->retain_ms, log->retain_octets);
	sealing_configure(role->sealing, log);
}

static void
pins(const void *ctx, struct ledger_pins *out)
{
	const struct role_store *role = ctx;

	sealing_pins(role->sealing, out);
}

static bool
parts_start(struct role_store *role)
{
	const struct writer_ops ops = { on_durable, on_full, role };
	const struct notes_ops notes = { note_send, note_done, role };
	const struct sealing_ops sealing = { on_published, on_seal_changed,
		on_key, role };
	const struct audit_ops audit = { seal_fill, act, role };

	notes_init(&role->notes, &notes);
	role->publish = publish_new();
	role->writer = writer_new(role->loop, role->store, role->folder, &ops);
	if (role->publish == NULL || role->writer == NULL)
		return false;
	publish_configure(role->publish, role->log.syslog_path);
	role->guard = guard_link_new(role->loop, role->store, role->writer);
	role->audit = audit_link_new(role->loop, role->store);
	role->retention =
	    retention_new(role->store, role->writer, &role->notes);
	role->sealing = sealing_new(role->loop, role->store, role->writer,
	    role->origin, &sealing, clock_boot_ms());
	if (role->guard == NULL || role->audit == NULL ||
	    role->retention == NULL || role->sealing == NULL)
		return false;
	role->acts = (struct acts){ role->folder, role->origin, &role->notes,
		role->sealing, role->scrub, false, "" };
	guard_link_origin(role->guard, role->origin);
	belief_begin(&role->belief, role->guard, clock_boot_ms());
	guard_link_notes(role->guard, &role->notes);
	audit_link_serve(role->audit, &audit);
	retention_pins(role->retention, pins, role);
	log_apply(role, &role->log);
	return true;
}

/* Its folder, and the number of this boot, which entries carry. */
static bool
contain(struct role_store *role)
{
	struct sandbox_level level;
	const struct sandbox_wants wants = { .write = { role->path },
		.n_write = 1,
		.read = { "/proc/sys/kernel/random/boot_id" },
		.n_read = 1 };
	int err = sandbox_own(role->path, ROLE_STORE);

	if (err < 0)
		log_line(LOG_ERROR, "log: the folder %s: %s", role->path,
		    strerror(-err));
	if (err < 0 || sandbox_enter(ROLE_STORE, &wants, &level) < 0)
		return false;
	/* What is above it may be closed to a user of our own. */
	role->folder = level.user ? "." : role->path;
	return true;
}

static bool
store_start(struct role_store *role)
{
	struct begin begin;
	int err;

	if (!contain(role))
		return false;
	role->scrub = scrub_new(role->loop, role->folder);
	if (role->scrub == NULL)
		log_line(LOG_ERROR, "log: no process to look at it: %s",
		    strerror(errno));
	if (role->scrub == NULL ||
	    begin_look(role->folder, role->path, &begin) != 0)
		return false;
	err = store_open(role->folder, 0, &role->store);
	if (err == 0)
		err = begin_origin(
		    role->store, role->log.name, &begin, role->origin);
	if (err == 0)
		err = contained_carry(role->folder, role->store);
	if (err != 0) {
		begin_fail(role->folder, role->path, err);
		return false;
	}
	begin_end(role->folder, &begin);
	if (contained_write(role->folder, role->store) != 0)
		log_line(LOG_WARN,
		    "log: acts in force cannot be kept beside it: %s",
		    strerror(errno));
	if (store_begun_anew(role->store) && begin.evidence[0] == '\0')
		log_line(LOG_WARN,
		    "log: its data is gone from %s, where one was: a new log "
		    "is begun",
		    role->path);
	if (!parts_start(role))
		return false;
	timer_start(role->tend, TEND_MS, TEND_MS);
	timer_start(role->tick, TICK_MS, 0);
	log_line(LOG_INFO, "log: open: path=%s name=%s entries=%llu",
	    role->path, role->origin,
	    (unsigned long long)writer_next(role->writer));
	return true;
}

static void
start_when_told(struct role_store *role)
{
	if (role->path[0] != '\0' && role->has_log && role->store == NULL &&
	    !store_start(role))
		end(role, true);
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
	start_when_told(role);
}

static void
take_log(struct role_store *role, const struct msg_cfg_log *msg)
{
	if (!sealing_config_valid(msg)) {
		log_line(LOG_ERROR, "log: its configuration is malformed");
		end(role, true);
		return;
	}
	if (role->store != NULL && strcmp(role->log.name, msg->name) != 0)
		log_line(LOG_WARN,
		    "log: its name is fixed when it begins: it stays %s",
		    role->origin);
	role->log = *msg;
	role->has_log = true;
	if (role->store != NULL)
		log_apply(role, msg);
	start_when_told(role);
}

/* Channels come after the configuration, for there is nothing to say before. */
static void
take_channel(struct role_store *role, const struct msg_channel *msg, int fd)
{
	if (fd < 0)
		return;
	if (role->sealing != NULL && msg->role == ROLE_GUARD)
		guard_link_attach(role->guard, fd);
	else if (role->sealing != NULL && msg->role == ROLE_CONTROL)
		audit_link_attach(role->audit, fd);
	else if (role->sealing != NULL && msg->role == ROLE_SIGNER)
		sealing_attach_signer(role->sealing, fd);
	else if (role->sealing != NULL && msg->role == ROLE_WITNESS)
		sealing_attach_witness(role->sealing, fd);
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
	else if (head->kind == MSG_STORE_LOG)
		take_log(role, msg);
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
	role->tick = timer_new(role->loop, tick, role);
	role->supervisor =
	    channel_open(role->loop, ROLE_FD, SUPERVISOR_LIMIT, &ops, role);
	if (role->stop == NULL || role->tend == NULL || role->tick == NULL ||
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
	/* What its thread may have had in hand goes after it. */
	sealing_free(role->sealing);
	retention_free(role->retention);
	scrub_free(role->scrub);
	publish_free(role->publish);
	store_close(role->store);
	channel_close(role->supervisor);
	timer_free(role->stop);
	timer_free(role->tend);
	timer_free(role->tick);
	loop_free(role->loop);
}

static int
role_main(void)
{
	struct role_store *role = calloc(1, sizeof(*role));
	int err;

	if (role == NULL)
		return EXIT_FAILURE;
	/* A file size limit is a full disk to us. */
	(void)signal(SIGXFSZ, SIG_IGN);
	log_open("store", LOG_INFO);
	err = sandbox_begin(ROLE_STORE) == 0 && seal_init() == 0
		  ? role_run(role)
		  : -1;
	role_fini(role);
	free(role);
	return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(void)
{
	if (role_init("sluice-store") != 0) {
		(void)fprintf(stderr,
		    "sluice-store is started by sluiced, not by hand\n");
		return 2;
	}
	return role_main();
}
