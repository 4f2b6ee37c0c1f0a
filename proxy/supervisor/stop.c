/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way down: the guard records the stop, so that what stands is known to
 * stand; then the sessions say goodbye to their neighbours; then the rest, and
 * when the store has had its last checkpoint signed, the signer.
 */
#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"

#define STOP_PHASE_MS 3000 /* each phase, at most */

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
	parts_stop(supervisor);
}

void
stop_progress(struct supervisor *supervisor)
{
	if (supervisor->phase == PHASE_STOP_GUARD &&
	    process_gone(&supervisor->guard.process))
		sessions_stop(supervisor);
	if (supervisor->phase == PHASE_STOP_SESSIONS && peers_gone(supervisor))
		rest_stop(supervisor);
	if (supervisor->phase == PHASE_STOP_REST && parts_gone(supervisor)) {
		supervisor->phase = PHASE_STOP_SEAL;
		log_parts_stop(supervisor);
	}
	if (supervisor->phase == PHASE_STOP_SEAL && log_parts_gone(supervisor))
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
	if (supervisor->phase == PHASE_STOP_REST)
		parts_kill(supervisor);
	if (supervisor->phase == PHASE_STOP_SEAL)
		log_parts_kill(supervisor);
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
	if (supervisor->trial.waits)
		log_line(LOG_WARN,
		    "stop: the configuration was not confirmed, and the next "
		    "start reads it: file=%s",
		    supervisor->file);
	reload_abort(supervisor);
	listeners_free(supervisor->listeners);
	supervisor->listeners = NULL;
	parts_release(supervisor);
	for (uint32_t i = 0; i < supervisor->n_peers; i++)
		process_release(&supervisor->peers[i]->process);
	part_stop(&supervisor->guard);
	stop_progress(supervisor);
}
