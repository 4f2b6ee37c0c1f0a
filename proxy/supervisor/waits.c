/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What waits for a person: IRR lists that are much smaller than those in force,
 * and a configuration on trial. What the guard has been told is kept beside the
 * thing itself, so that a full channel or another guard loses nothing.
 */
#include "proxy/supervisor/supervisor.h"

#include "proxy/common/check.h"
#include "proxy/common/log.h"

/* ---- files ---- */

static void
file_look(void *ctx, const char *path, struct irr_stat *out)
{
	(void)ctx;
	irr_stat(path, out);
}

static void
file_loaded(void *ctx, struct irr_list *list)
{
	struct supervisor *supervisor = ctx;

	irr_load_free(supervisor->irr_load);
	supervisor->irr_load = NULL;
	irr_loaded(supervisor->irr, list);
}

static int
file_read(void *ctx, const char *path)
{
	struct supervisor *supervisor = ctx;

	if (supervisor->phase != PHASE_RUN || supervisor->irr_load != NULL)
		return -1;
	supervisor->irr_load = irr_load_start(
	    &supervisor->processes, path, file_loaded, supervisor);
	return supervisor->irr_load == NULL ? -1 : 0;
}

static void
file_forget(void *ctx)
{
	struct supervisor *supervisor = ctx;

	irr_load_free(supervisor->irr_load);
	supervisor->irr_load = NULL;
}

/* Not while the lists are on their way, or others are about to replace them. */
static bool
lists_may_change(void *ctx)
{
	const struct supervisor *supervisor = ctx;

	return supervisor->phase == PHASE_RUN &&
	       supervisor->reload.set == NULL && feed_idle(&supervisor->feed);
}

static void
lists_changed(void *ctx)
{
	struct supervisor *supervisor = ctx;

	supervisor->waits_due = true;
	waits_send(supervisor);
}

static const struct irr_ops irr_ops = {
	.look = file_look,
	.read = file_read,
	.forget = file_forget,
	.may_change = lists_may_change,
	.changed = lists_changed,
};

static void
look(void *ctx)
{
	struct supervisor *supervisor = ctx;

	if (supervisor->phase != PHASE_RUN)
		return;
	irr_look(supervisor->irr);
	waits_send(supervisor);
}

int
waits_init(struct supervisor *supervisor)
{
	supervisor->irr = irr_new(&irr_ops, supervisor);
	supervisor->irr_timer = timer_new(supervisor->loop, look, supervisor);
	if (supervisor->irr == NULL || supervisor->irr_timer == NULL)
		return -1;
	timer_start(supervisor->irr_timer, IRR_LOOK_MS, IRR_LOOK_MS);
	return 0;
}

void
waits_fini(struct supervisor *supervisor)
{
	irr_load_free(supervisor->irr_load);
	timer_free(supervisor->irr_timer);
	irr_free(supervisor->irr);
}

void
waits_update(struct supervisor *supervisor)
{
	irr_watch(supervisor->irr, supervisor->set);
	supervisor->waits_due = true;
	if (supervisor->trial.told != IRR_TOLD_NO)
		supervisor->trial.told = IRR_TOLD_STALE;
}

/* ---- the guard ---- */

void
waits_forget(struct supervisor *supervisor)
{
	struct cfg_set *set = supervisor->set;

	supervisor->trial.told = IRR_TOLD_NO;
	for (uint32_t i = 0; set != NULL && i < set->customers.n; i++) {
		struct irr_list *list = cfg_set_irr(set, i);

		if (list != NULL) {
			list->told = IRR_TOLD_NO;
			list->dirty = false;
		}
	}
}

/* All lists that are dirty. False: no room yet. */
static bool
lists_send(struct supervisor *supervisor)
{
	struct channel *channel = supervisor->guard.process.channel;
	struct cfg_set *set = supervisor->set;

	for (uint32_t i = 0; i < set->customers.n; i++) {
		struct irr_list *list = cfg_set_irr(set, i);

		if (list == NULL || !list->dirty)
			continue;
		(void)feed_pump(&supervisor->feed, channel);
		if (!feed_idle(&supervisor->feed))
			return false;
		list->dirty = false;
		feed_list(&supervisor->feed, cfg_set_customer(set, i)->customer,
		    list);
	}
	(void)feed_pump(&supervisor->feed, channel);
	return feed_idle(&supervisor->feed);
}

/* Say it unless it is known. False: no room. */
static bool
held_say(struct supervisor *supervisor, struct msg_held *msg, uint8_t *told)
{
	uint8_t telling = msg->waits != 0 ? IRR_TOLD_YES : IRR_TOLD_NO;

	if (*told == telling)
		return true;
	msg->head.kind = MSG_HELD;
	if (channel_send(
		supervisor->guard.process.channel, msg, sizeof(*msg), -1) < 0)
		return false;
	*told = telling;
	return true;
}

static bool
list_say(struct supervisor *supervisor, uint32_t customer)
{
	struct irr_list *list = cfg_set_irr(supervisor->set, customer);
	struct msg_held msg = { .what = CONFIRM_IRR };

	if (list == NULL)
		return true;
	msg.customer = cfg_set_customer(supervisor->set, customer)->customer;
	if (list->found != NULL) {
		msg.waits = 1;
		msg.have = list->n;
		msg.found = list->found->n;
	}
	return held_say(supervisor, &msg, &list->told);
}

static bool
held_send(struct supervisor *supervisor)
{
	struct trial *trial = &supervisor->trial;
	struct msg_held msg = { .what = CONFIRM_RELOAD };

	for (uint32_t i = 0; i < supervisor->set->customers.n; i++) {
		if (!list_say(supervisor, i))
			return false;
	}
	if (trial->waits) {
		msg.waits = 1;
		msg.until_ns = trial->until_ns;
	}
	return held_say(supervisor, &msg, &trial->told);
}

void
waits_send(struct supervisor *supervisor)
{
	if (!supervisor->waits_due || !supervisor->guard.ready ||
	    supervisor->phase != PHASE_RUN || supervisor->set == NULL ||
	    supervisor->reload.set != NULL || supervisor->feed.set != NULL ||
	    !process_up(&supervisor->guard.process))
		return;
	if (lists_send(supervisor) && held_send(supervisor))
		supervisor->waits_due = false;
	channel_flush(supervisor->guard.process.channel);
}

void
waits_confirmed(struct supervisor *supervisor, const struct msg_confirm *msg)
{
	if (!check_confirm(msg) ||
	    (msg->what != CONFIRM_IRR && msg->what != CONFIRM_RELOAD)) {
		log_line(LOG_ERROR, "guard: bad confirmation");
		process_kill(&supervisor->guard.process);
		return;
	}
	if (supervisor->phase != PHASE_RUN)
		return;
	if (msg->what == CONFIRM_IRR)
		irr_confirm(supervisor->irr, msg->customer, msg->operator_name);
	else
		trial_confirm(supervisor, msg->operator_name);
}
