/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way down: the guard records the stop, so that what stands is known to
 * stand; then the sessions say goodbye to their neighbours; then the rest.
 */
#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"

#define STOP_PHASE_MS 3000 /* each phase, at most */
#define STOP_CEASE    2    /* administrative shutdown, RFC 4486 */

static void
part_stop(struct part *part)
{
	struct msg_stop msg = { .head = { .kind = MSG_STOP },
		.subcode = STOP_CEASE };

	if (process_up(&part->process)) {
		(void)channel_send(
		    part->process.channel, &msg, sizeof(msg), -1);
		channel_flush(part->process.channel);
	}
	process_finish(&part->process, STOP_PHASE_MS);
}

static bool
peers_gone(const struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		if (!process_gone(&supervisor->peers[i]->process))
			return false;
	}
	return true;
}

static void
sessions_stop(struct supervisor *supervisor)
{
	supervisor->phase = PHASE_STOP_SESSIONS;
	for (uint32_t i = 0; i < supervisor->n_peers; i++)
		peer_shutdown(supervisor->peers[i], STOP_PHASE_MS);
}

static void
rest_stop(struct supervisor *supervisor)
{
	supervisor->phase = PHASE_STOP_REST;
	part_stop(&supervisor->control);
	part_stop(&supervisor->store);
}

void
stop_progress(struct supervisor *supervisor)
{
	if (supervisor->phase == PHASE_STOP_GUARD &&
	    process_gone(&supervisor->guard.process))
		sessions_stop(supervisor);
	if (supervisor->phase == PHASE_STOP_SESSIONS && peers_gone(supervisor))
		rest_stop(supervisor);
	if (supervisor->phase == PHASE_STOP_REST &&
	    process_gone(&supervisor->control.process) &&
	    process_gone(&supervisor->store.process))
		loop_stop(supervisor->loop);
}

/* Asked again: the one that is waited for is killed. */
static void
stop_hurry(struct supervisor *supervisor)
{
	log_line(LOG_WARN, "stop: not waiting any longer");
	if (supervisor->phase == PHASE_STOP_GUARD)
		process_kill(&supervisor->guard.process);
	for (uint32_t i = 0; supervisor->phase == PHASE_STOP_SESSIONS &&
			     i < supervisor->n_peers;
	     i++)
		process_kill(&supervisor->peers[i]->process);
	if (supervisor->phase == PHASE_STOP_REST) {
		process_kill(&supervisor->control.process);
		process_kill(&supervisor->store.process);
	}
}

void
stop_start(struct supervisor *supervisor)
{
	if (supervisor->phase == PHASE_BOOT) {
		loop_stop(supervisor->loop);
		return;
	}
	if (supervisor->phase != PHASE_RUN) {
		stop_hurry(supervisor);
		return;
	}
	log_line(LOG_INFO, "stop: begun");
	notify_send(supervisor->notify, "STOPPING=1");
	supervisor->phase = PHASE_STOP_GUARD;
	reload_abort(supervisor);
	listeners_free(supervisor->listeners);
	supervisor->listeners = NULL;
	process_release(&supervisor->store.process);
	process_release(&supervisor->control.process);
	for (uint32_t i = 0; i < supervisor->n_peers; i++)
		process_release(&supervisor->peers[i]->process);
	part_stop(&supervisor->guard);
	stop_progress(supervisor);
}
