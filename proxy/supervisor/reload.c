/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new configuration: the loader reads it, we look at what is ours, the guard
 * is asked (or told), and only when the guard has taken it do we adopt it.
 * Whatever goes wrong on the way, the old one stays in force.
 */
#include "proxy/supervisor/supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"

#define RELOAD_ANSWER_MS                                                       \
	60000 /* for the guard, with everything to re-judge                    \
	       */

static void
reload_clear(struct reload *reload)
{
	load_free(reload->load);
	cfg_set_free(reload->set);
	free(reload->setups);
	timer_free(reload->timer);
	memset(reload, 0, sizeof(*reload));
}

void
reload_abort(struct supervisor *supervisor)
{
	if (supervisor->reload.set != NULL)
		supervisor->feed.set = NULL;
	reload_clear(&supervisor->reload);
}

/* ---- answers ---- */

/* To control, if it asked. It may have gone in the meantime. */
static void
answer_send(struct supervisor *supervisor, uint32_t request,
    struct msg_reload_result *msg)
{
	struct process *control = &supervisor->control.process;

	msg->head.kind = MSG_RELOAD_RESULT;
	msg->request = request;
	if (!process_up(control))
		return;
	(void)channel_send(control->channel, msg, sizeof(*msg), -1);
	channel_flush(control->channel);
}

/* The reload ends without having changed anything. */
static void
reload_refuse(
    struct supervisor *supervisor, const struct msg_cfg_error *problem)
{
	struct reload *reload = &supervisor->reload;
	struct msg_reload_result msg = { .line = problem->line,
		.column = problem->column };

	memcpy(msg.file, problem->file, sizeof(msg.file));
	memcpy(msg.key, problem->key, sizeof(msg.key));
	memcpy(msg.found, problem->found, sizeof(msg.found));
	memcpy(msg.wanted, problem->wanted, sizeof(msg.wanted));
	log_line(LOG_WARN,
	    "reload: refused, the old configuration stays: %s%s%s",
	    problem->key, problem->key[0] == 0 ? "" : ": ", problem->wanted);
	if (reload->by_control)
		answer_send(supervisor, reload->request, &msg);
	reload_abort(supervisor);
}

static void
reload_refuse_text(
    struct supervisor *supervisor, const char *key, const char *text)
{
	struct msg_cfg_error problem = { .line = 0 };

	(void)snprintf(problem.key, sizeof(problem.key), "%s", key);
	(void)snprintf(problem.wanted, sizeof(problem.wanted), "%s", text);
	reload_refuse(supervisor, &problem);
}

/* ---- steps ---- */

static void
reload_expired(void *ctx)
{
	struct supervisor *supervisor = ctx;
	bool dry_run = supervisor->reload.dry_run;

	reload_refuse_text(supervisor, "", "the guard did not answer");
	/* It may still apply it: a new one gets what is in force. */
	if (!dry_run)
		process_kill(&supervisor->guard.process);
}

static void
guard_ask(struct supervisor *supervisor)
{
	struct reload *reload = &supervisor->reload;

	reload->generation = ++supervisor->generation;
	supervisor->feed = (struct feed){
		.set = reload->set,
		.generation = reload->generation,
		.request = reload->request,
		.purpose = reload->dry_run ? CFG_DRY_RUN : CFG_APPLY,
	};
	memcpy(supervisor->feed.operator_name, reload->operator_name,
	    sizeof(reload->operator_name));
	reload->timer = timer_new(supervisor->loop, reload_expired, supervisor);
	if (reload->timer == NULL) {
		reload_refuse_text(supervisor, "", "out of memory");
		return;
	}
	timer_start(reload->timer, RELOAD_ANSWER_MS, 0);
	(void)feed_pump(&supervisor->feed, supervisor->guard.process.channel);
}

/* The file has been read. */
static void
reload_loaded(
    void *ctx, struct cfg_set *set, const struct msg_cfg_error *problem)
{
	struct supervisor *supervisor = ctx;
	struct reload *reload = &supervisor->reload;
	struct msg_cfg_error ours;
	const char *fixed;

	if (set == NULL) {
		reload_refuse(supervisor, problem);
		return;
	}
	load_free(reload->load);
	reload->load = NULL;
	reload->set = set;
	fixed = setup_fixed(&supervisor->set->router, &set->router);
	if (fixed != NULL) {
		reload_refuse_text(supervisor, fixed,
		    "no change while sluiced runs; restart it");
		return;
	}
	reload->setups = adopt_prepare(supervisor, set, &ours);
	if (reload->setups == NULL)
		reload_refuse(supervisor, &ours);
	else if (!supervisor->guard.ready)
		reload_refuse_text(supervisor, "", "the guard does not run");
	else
		guard_ask(supervisor);
}

/* ---- from outside ---- */

/* Fill in who asks for what. False when the request is not sound. */
static bool
request_take(struct reload *reload, const struct msg_reload *msg)
{
	if (msg->dry_run > 1 ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)))
		return false;
	reload->by_control = true;
	reload->request = msg->request;
	reload->dry_run = msg->dry_run == 1;
	memcpy(reload->operator_name, msg->operator_name,
	    sizeof(reload->operator_name));
	return true;
}

void
reload_start(struct supervisor *supervisor, const struct msg_reload *msg)
{
	struct reload *reload = &supervisor->reload;
	struct msg_reload_result busy = {
		.wanted = "another reload is under way",
	};

	if (reload->load != NULL || reload->set != NULL ||
	    supervisor->phase != PHASE_RUN) {
		log_line(LOG_WARN, "reload: another one is under way");
		if (msg != NULL)
			answer_send(supervisor, msg->request, &busy);
		return;
	}
	if (msg != NULL && !request_take(reload, msg)) {
		log_line(LOG_ERROR, "control: bad reload request");
		return;
	}
	log_line(LOG_INFO, "reload: reading %s", supervisor->file);
	reload->load = load_start(&supervisor->processes, supervisor->file,
	    reload_loaded, supervisor);
	if (reload->load == NULL)
		reload_refuse_text(supervisor, "", "out of memory");
}

/* The guard has applied it. Returns how many addresses were not bound. */
static int
reload_adopt(struct supervisor *supervisor)
{
	struct reload *reload = &supervisor->reload;
	struct cfg_set *set = reload->set;

	reload->set = NULL;
	supervisor->set_generation = reload->generation;
	return adopt_set(supervisor, set, reload->setups);
}

void
reload_result(struct supervisor *supervisor, const struct msg_cfg_result *msg)
{
	struct reload *reload = &supervisor->reload;
	struct msg_reload_result answer = { .ok = 1,
		.withdrawn = msg->withdrawn,
		.kept = msg->kept,
		.admitted = msg->admitted,
		.guard_follows = 1 };
	int failed = 0;

	if (reload->set == NULL || msg->generation != reload->generation)
		return;
	if (msg->ok != 1 || supervisor->feed.set != NULL) {
		reload_refuse_text(supervisor, "",
		    check_text(msg->text, sizeof(msg->text))
			? msg->text
			: "the guard refused it");
		return;
	}
	log_line(LOG_INFO, "reload: %s: withdrawn=%u admitted=%u kept=%u",
	    reload->dry_run ? "dry run" : "applied", msg->withdrawn,
	    msg->admitted, msg->kept);
	if (!reload->dry_run)
		failed = reload_adopt(supervisor);
	if (failed > 0)
		(void)snprintf(answer.wanted, sizeof(answer.wanted),
		    "applied, but %d listen addresses could not be bound",
		    failed);
	if (reload->by_control)
		answer_send(supervisor, reload->request, &answer);
	reload_abort(supervisor);
}

void
reload_guard_gone(struct supervisor *supervisor)
{
	if (supervisor->reload.set != NULL)
		reload_refuse_text(supervisor, "", "the guard has gone");
}
