/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new configuration: the loader reads it, we look at what is ours, the guard
 * is asked (or told), and only when the guard has taken it do we adopt it.
 * Whatever goes wrong on the way, the old one stays in force.
 *
 * A rollback takes the same way, from the guard on. When the guard does not
 * answer or has gone, what was before comes into force without it: the next
 * guard is fed that. When it cannot be taken (the guard refuses, a file of a
 * key is not good any more), what was on trial stays, loudly.
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

/* What is on trial stays for good: trying again and again helps nobody. */
static void
rollback_fail(
    struct supervisor *supervisor, const struct msg_cfg_error *problem)
{
	log_line(LOG_ERROR,
	    "reload: NOT rolled back, the configuration that nobody confirmed "
	    "STAYS in force: %s%s%s%s%s",
	    problem->key, problem->key[0] == 0 ? "" : ": ", problem->file,
	    problem->file[0] == 0 ? "" : " ", problem->wanted);
	reload_abort(supervisor);
	trial_end(supervisor);
}

/* The reload ends without having changed anything. */
static void
reload_refuse(
    struct supervisor *supervisor, const struct msg_cfg_error *problem)
{
	struct reload *reload = &supervisor->reload;
	struct msg_reload_result msg = { .line = problem->line,
		.column = problem->column };

	if (reload->rollback) {
		rollback_fail(supervisor, problem);
		return;
	}
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

	if (supervisor->reload.rollback) {
		log_line(LOG_ERROR, "reload: the guard did not answer");
		process_kill(&supervisor->guard.process);
		return; /* reload_guard_gone() goes on */
	}
	reload_refuse_text(supervisor, "", "the guard did not answer");
	/* It may still apply it: a new one gets what is in force. */
	if (!dry_run)
		process_kill(&supervisor->guard.process);
}

static void
guard_ask(struct supervisor *supervisor)
{
	struct reload *reload = &supervisor->reload;

	struct feed next = { .set = reload->set,
		.request = reload->request,
		.purpose = reload->dry_run ? CFG_DRY_RUN : CFG_APPLY,
		.confirm_s = reload->dry_run ? 0 : reload->confirm_s,
		.rollback = reload->rollback };

	reload->generation = ++supervisor->generation;
	next.generation = reload->generation;
	memcpy(next.operator_name, reload->operator_name,
	    sizeof(reload->operator_name));
	feed_set(&supervisor->feed, &next);
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
	if (fixed == NULL)
		fixed = setup_fixed_log(&supervisor->set->log, &set->log);
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
	else if (irr_carry(set, supervisor->set, false) < 0 ||
		 adopt_sessions(
		     supervisor, set, reload->setups, &reload->sessions) < 0)
		reload_refuse_text(supervisor, "", "out of memory");
	else
		guard_ask(supervisor);
}

/* ---- from outside ---- */

/* Fill in who asks for what. False when the request is not sound. */
static bool
request_take(struct reload *reload, const struct msg_reload *msg)
{
	if (msg->dry_run > 1 || msg->zero != 0 ||
	    msg->confirm_s > TRIAL_MAX_S ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)))
		return false;
	reload->by_control = true;
	reload->request = msg->request;
	reload->dry_run = msg->dry_run == 1;
	reload->confirm_s = msg->confirm_s;
	memcpy(reload->operator_name, msg->operator_name,
	    sizeof(reload->operator_name));
	return true;
}

/* Why there can be no reload now; NULL: there can. */
static const char *
reload_bars(const struct supervisor *supervisor, const struct msg_reload *msg)
{
	const struct reload *reload = &supervisor->reload;

	if (reload->load != NULL || reload->set != NULL ||
	    supervisor->phase != PHASE_RUN)
		return "another reload is under way";
	if (supervisor->trial.waits && (msg == NULL || msg->dry_run != 1))
		return "a configuration waits for sluice confirm reload";
	return NULL;
}

static void
request_refuse(struct supervisor *supervisor, const struct msg_reload *msg,
    const char *why)
{
	struct msg_reload_result answer = { .ok = 0 };

	log_line(LOG_WARN, "reload: refused: %s", why);
	(void)snprintf(answer.wanted, sizeof(answer.wanted), "%s", why);
	if (msg != NULL)
		answer_send(supervisor, msg->request, &answer);
}

void
reload_start(struct supervisor *supervisor, const struct msg_reload *msg)
{
	struct reload *reload = &supervisor->reload;
	const char *why = reload_bars(supervisor, msg);

	if (why == NULL && msg != NULL && !request_take(reload, msg))
		why = "bad request";
	if (why != NULL) {
		request_refuse(supervisor, msg, why);
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
	struct cfg_set *before = supervisor->set;
	int failed;

	reload->set = NULL;
	supervisor->set_generation = reload->generation;
	if (reload->confirm_s > 0)
		supervisor->set = NULL; /* kept */
	failed = adopt_set(supervisor, set, reload->setups);
	if (reload->confirm_s > 0)
		trial_start(supervisor, before, reload->confirm_s);
	return failed;
}

/* Back again. */
static void
rollback_done(struct supervisor *supervisor)
{
	int failed = reload_adopt(supervisor);

	log_line(LOG_ERROR,
	    "reload: nobody confirmed the configuration: ROLLED BACK to the "
	    "one before: file=%s is not in force, not_bound=%d",
	    supervisor->file, failed);
	reload_abort(supervisor);
	trial_end(supervisor);
}

/* There is no guard to ask: the next one is fed what was before. */
static void
rollback_alone(struct supervisor *supervisor)
{
	supervisor->reload.generation = ++supervisor->generation;
	/* One that is just being fed the other set starts anew. */
	supervisor->feed = (struct feed){ 0 };
	process_kill(&supervisor->guard.process);
	rollback_done(supervisor);
}

bool
reload_rollback(struct supervisor *supervisor, struct cfg_set *set)
{
	struct reload *reload = &supervisor->reload;
	struct msg_cfg_error problem = { .line = 0 };

	if (reload->set != NULL)
		return false;
	if (reload->load != NULL)
		reload_refuse_text(supervisor, "", "a rollback begins");
	log_line(LOG_ERROR,
	    "reload: nobody confirmed the configuration: rolling back");
	reload->rollback = true;
	reload->set = set;
	reload->setups = adopt_prepare(supervisor, set, &problem);
	if (reload->setups == NULL)
		reload_refuse(supervisor, &problem);
	else if (irr_carry(set, supervisor->set, true) < 0)
		reload_refuse_text(supervisor, "", "out of memory");
	else if (!supervisor->guard.ready)
		rollback_alone(supervisor);
	else
		guard_ask(supervisor);
	return true;
}

void
reload_result(struct supervisor *supervisor, const struct msg_cfg_result *msg)
{
	struct reload *reload = &supervisor->reload;
	struct msg_reload_result answer = { .ok = 1,
		.withdrawn = msg->withdrawn,
		.kept = msg->kept,
		.admitted = msg->admitted,
		.guard_follows = 1,
		.sessions = reload->sessions };
	int failed = 0;

	if (reload->set == NULL || msg->generation != reload->generation)
		return;
	if (msg->ok != 1 || supervisor->feed.set != NULL) {
		reload_refuse_text(supervisor, "",
		    check_text(msg->text, sizeof(msg->text)) &&
			    msg->text[0] != 0
			? msg->text
			: "the guard refused it");
		return;
	}
	log_line(LOG_INFO,
	    "reload: %s: withdrawn=%u admitted=%u kept=%u restarts=%u ends=%u",
	    reload->dry_run ? "dry run" : "applied", msg->withdrawn,
	    msg->admitted, msg->kept, reload->sessions.restarts,
	    reload->sessions.ends);
	if (reload->rollback) {
		rollback_done(supervisor);
		return;
	}
	if (!reload->dry_run)
		failed = reload_adopt(supervisor);
	if (failed > 0)
		(void)snprintf(answer.wanted, sizeof(answer.wanted),
		    "applied, but %d listen addresses could not be bound",
		    failed);
	if (reload->by_control)
		answer_send(supervisor, reload->request, &answer);
	reload_abort(supervisor);
	waits_send(supervisor);
}

void
reload_guard_gone(struct supervisor *supervisor)
{
	if (supervisor->reload.set == NULL)
		return;
	if (supervisor->reload.rollback)
		rollback_alone(supervisor);
	else
		reload_refuse_text(supervisor, "", "the guard has gone");
}
