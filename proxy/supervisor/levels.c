/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the log tells: operators' wishes from control, to every process that is
 * concerned, and back when their time is over. It changes no rule, so nothing
 * of it is in the log of verdicts; a line here names who did it. A new sluiced
 * knows nothing of it.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"

#define LEVELS_TICK_MS 500
/* A second: who has taken control over may not keep us busy with it. */
#define LEVELS_SETS    20u
#define LEVELS_SELF    "supervisor"

static const char *
named(const char *name)
{
	return name[0] != '\0' ? name : "everybody";
}

/* Everybody who logs something else by now; returns whether all know. */
static bool
levels_tell(struct supervisor *supervisor)
{
	bool all = true;

	log_least_set(log_levels_of(&supervisor->levels, LEVELS_SELF));
	for (struct process *process = supervisor->processes.first;
	     process != NULL; process = process->next) {
		if (!process_level(process))
			all = false;
	}
	return all;
}

/* Also what is over: somebody who sets all the time puts off no end. */
static void
levels_update(void *ctx)
{
	struct supervisor *supervisor = ctx;
	struct log_keep over;
	bool all;

	while (log_levels_expire(&supervisor->levels, clock_boot_ms(), &over))
		log_always("log-level: its time is over: for=%s class=%s "
			   "operator=%s",
		    named(over.name), log_class_name(over.class),
		    over.operator_name);
	all = levels_tell(supervisor);
	if (all && supervisor->levels.n == 0)
		timer_stop(supervisor->levels_timer);
	else
		timer_start(supervisor->levels_timer, LEVELS_TICK_MS, 0);
}

int
levels_init(struct supervisor *supervisor)
{
	supervisor->levels.base = log_wants(LOG_DEBUG) ? LOG_DEBUG : LOG_INFO;
	supervisor->processes.levels = &supervisor->levels;
	supervisor->levels_timer =
	    timer_new(supervisor->loop, levels_update, supervisor);
	return supervisor->levels_timer == NULL ? -1 : 0;
}

void
levels_fini(struct supervisor *supervisor)
{
	timer_free(supervisor->levels_timer);
	supervisor->levels_timer = NULL;
}

/* ---- control ---- */

static bool
name_known(const struct supervisor *supervisor, const char *name)
{
	const struct process *process = supervisor->processes.first;

	if (log_levels_mean(name, LEVELS_SELF))
		return true;
	while (process != NULL &&
	       (process->deaf || !log_levels_mean(name, process->name)))
		process = process->next;
	return process != NULL;
}

static bool
levels_too_often(struct supervisor *supervisor)
{
	uint64_t now_ms = clock_boot_ms();

	if (now_ms - supervisor->levels_since_ms >= 1000) {
		supervisor->levels_since_ms = now_ms;
		supervisor->levels_n = 0;
	}
	return supervisor->levels_n++ >= LEVELS_SETS;
}

/* NULL, or why it is not done. */
static const char *
levels_take(struct supervisor *supervisor, const struct msg_log_ask *msg)
{
	if (!check_log_ask(msg))
		return "bad request";
	if (msg->set == 0)
		return NULL;
	if (levels_too_often(supervisor))
		return "set too often; try again";
	if (!name_known(supervisor, msg->name))
		return "no such role, customer or neighbour";
	if (log_levels_set(&supervisor->levels, msg, clock_boot_ms()) < 0)
		return "too many are set: one for everybody takes their place";
	log_always("log-level: set: for=%s class=%s for_s=%u operator=%s",
	    named(msg->name), log_class_name(msg->class), msg->for_s,
	    msg->operator_name);
	levels_update(supervisor);
	return NULL;
}

static void
levels_show(const struct supervisor *supervisor, struct msg_log_shown *msg)
{
	uint64_t now_ms = clock_boot_ms(), wall_ns = clock_wall_ns();

	for (unsigned i = 0; i < supervisor->levels.n; i++) {
		const struct log_keep *keep = &supervisor->levels.keep[i];
		struct log_setting *to = &msg->setting[msg->n++];
		uint64_t left_ms =
		    keep->until_ms > now_ms ? keep->until_ms - now_ms : 0;

		to->until_ns = wall_ns + left_ms * UINT64_C(1000000);
		to->class = keep->class;
		memcpy(to->name, keep->name, sizeof(to->name));
		memcpy(to->operator_name, keep->operator_name,
		    sizeof(to->operator_name));
	}
}

void
levels_ask(struct supervisor *supervisor, const struct msg_log_ask *msg)
{
	struct process *control = &supervisor->control.process;
	struct msg_log_shown answer = { .head = { .kind = MSG_LOG_SHOWN },
		.request = msg->request,
		.base = supervisor->levels.base };
	const char *why = levels_take(supervisor, msg);

	if (why != NULL) {
		(void)snprintf(answer.wanted, sizeof(answer.wanted), "%s", why);
	} else {
		answer.ok = 1;
		levels_show(supervisor, &answer);
	}
	if (!process_up(control))
		return;
	(void)channel_send(control->channel, &answer, sizeof(answer), -1);
	channel_flush(control->channel);
}
