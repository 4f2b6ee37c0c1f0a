/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration on trial: it is in force, and the one before comes back
 * unless a person confirms it in time. The set of before is kept as it was
 * read; its files of keys are read anew.
 */
#include "proxy/supervisor/supervisor.h"

#include "proxy/common/clock.h"
#include "proxy/common/log.h"

/* Until the next try, while a reload is under way. */
#define TRIAL_BUSY_MS 200

static void
trial_expired(void *ctx)
{
	struct supervisor *supervisor = ctx;
	struct trial *trial = &supervisor->trial;
	struct cfg_set *before = trial->before;

	if (before == NULL || supervisor->phase != PHASE_RUN)
		return;
	trial->before = NULL;
	if (reload_rollback(supervisor, before))
		return;
	trial->before = before;
	timer_start(trial->timer, TRIAL_BUSY_MS, 0);
}

int
trial_init(struct supervisor *supervisor)
{
	struct trial *trial = &supervisor->trial;

	trial->timer = timer_new(supervisor->loop, trial_expired, supervisor);
	return trial->timer == NULL ? -1 : 0;
}

void
trial_fini(struct supervisor *supervisor)
{
	cfg_set_free(supervisor->trial.before);
	supervisor->trial.before = NULL;
	timer_free(supervisor->trial.timer);
	supervisor->trial.timer = NULL;
}

void
trial_start(
    struct supervisor *supervisor, struct cfg_set *before, uint32_t confirm_s)
{
	struct trial *trial = &supervisor->trial;

	cfg_set_free(trial->before);
	trial->before = before;
	trial->waits = true;
	trial->until_ns =
	    clock_wall_ns() + (uint64_t)confirm_s * UINT64_C(1000000000);
	timer_start(trial->timer, (uint64_t)confirm_s * 1000, 0);
	supervisor->waits_due = true;
	log_line(LOG_WARN,
	    "reload: on trial, rolled back unless sluice confirm reload comes: "
	    "seconds=%u",
	    confirm_s);
}

void
trial_end(struct supervisor *supervisor)
{
	struct trial *trial = &supervisor->trial;

	cfg_set_free(trial->before);
	trial->before = NULL;
	trial->waits = false;
	timer_stop(trial->timer);
	supervisor->waits_due = true;
	waits_send(supervisor);
}

void
trial_confirm(struct supervisor *supervisor, const char *operator_name)
{
	if (supervisor->trial.before == NULL) {
		log_line(LOG_WARN,
		    "reload: confirmed, but nothing waits for that: "
		    "operator=%s",
		    operator_name);
		return;
	}
	log_line(LOG_INFO, "reload: confirmed: operator=%s", operator_name);
	trial_end(supervisor);
}
