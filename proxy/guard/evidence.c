/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPKI and IRR data. The rpki role keeps the VRPs and says what they are worth;
 * the supervisor watches the files of the lists. Rules under what changes are
 * looked at again, like those whose unicast routes move.
 */
#include "proxy/guard/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"

#define RPKI_BUFFER 65536u
#define RPKI_NOTES  5u /* in a second */
#define NS_MS       UINT64_C(1000000)

int
evidence_init(struct guard *guard)
{
	guard->vrps = vrp_table_new();
	return guard->vrps == NULL ? -1 : 0;
}

void
evidence_fini(struct guard *guard)
{
	channel_close(guard->rpki);
	guard->rpki = NULL;
	vrp_table_free(guard->vrps);
	vrp_table_free(guard->vrps_next);
	prefix_set_free(guard->irr_incoming);
}

static void
touch_all(struct guard *guard)
{
	ground_touch_all(guard, NULL, AFI_IPV4);
	ground_touch_all(guard, NULL, AFI_IPV6);
}

/* ---- the view ---- */

static bool
covering(const void *ctx, const struct prefix *prefix,
    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor)
{
	return vrp_table_covering(ctx, prefix, visit, visitor);
}

/* The role may be gone: what it said last ages here as well. */
static unsigned
state_now(const struct guard *guard)
{
	const struct msg_rpki_state *said = &guard->rpki_state;
	uint64_t grace_ms, now;

	if (guard->config == NULL)
		return RPKI_LOADING;
	if (guard->config->rpki.n == 0)
		return RPKI_NONE;
	grace_ms = guard->config->rpki.grace_s * UINT64_C(1000);
	if (said->state == RPKI_NONE)
		return RPKI_LOADING;
	if (said->expires_ms == 0 || said->state == RPKI_LOADING ||
	    said->state == RPKI_GONE)
		return said->state;
	now = clock_boot_ms();
	if (now < said->expires_ms)
		return said->state;
	return now - said->expires_ms < grace_ms ? RPKI_EXPIRED : RPKI_GONE;
}

void
evidence_view(const struct guard *guard, struct rpki_view *view)
{
	*view = (struct rpki_view){
		.state = (uint8_t)state_now(guard),
		.session = guard->rpki_state.session,
		.serial = guard->rpki_state.serial,
		.cache = guard->rpki_state.cache,
		.ctx = guard->vrps,
		.covering = covering,
	};
}

/* ---- the rpki role ---- */

/* What is in force stays so, and ages, until a new role has a set that is
 * complete: what no ROA allows must not slip in while it loads. */
static void
renew(struct guard *guard)
{
	unsigned state = state_now(guard);

	/* What the role before it had, and a person was asked about, is gone.
	 */
	memset(&guard->rpki_next, 0, sizeof(guard->rpki_next));
	guard->rpki_state.held = 0;
	if (guard->vrps_next == NULL &&
	    (state == RPKI_FRESH || state == RPKI_EXPIRED))
		guard->vrps_next = vrp_table_new();
	else if (guard->vrps_next != NULL)
		(void)vrp_table_clear(guard->vrps_next);
	if (guard->vrps_next != NULL)
		return;
	guard->rpki_state.state = RPKI_LOADING;
	(void)vrp_table_clear(guard->vrps);
}

static void
take_vrps(struct guard *guard, const struct msg_vrp *msg)
{
	const struct vrp *vrps = (const void *)(msg + 1);
	struct vrp_table *next = guard->vrps_next;
	struct vrp_table *table = next != NULL ? next : guard->vrps;
	unsigned odd = 0;

	for (unsigned i = 0; i < msg->n; i++) {
		int status = msg->withdraw ? vrp_table_remove(table, &vrps[i])
					   : vrp_table_add(table, &vrps[i]);

		odd += status < 0;
		if (next == NULL)
			ground_moved(guard, &vrps[i].prefix);
	}
	if (odd > 0)
		log_line(LOG_WARN, "rpki: %u VRPs %s", odd,
		    msg->withdraw ? "to withdraw were not there"
				  : "were there already, or found no room");
}

static void
note_state(struct guard *guard, unsigned from, unsigned to)
{
	struct entry *e = &guard->entry;
	const struct msg_rpki_state *s = &guard->rpki_state;

	log_line(to == RPKI_FRESH ? LOG_INFO : LOG_WARN,
	    "rpki: %s: cache=%s session=%u serial=%" PRIu32 " vrps=%zu%s%s",
	    rpki_state_name(to), s->cache, s->session, s->serial,
	    vrp_table_count(guard->vrps, AFI_IPV4) +
		vrp_table_count(guard->vrps, AFI_IPV6),
	    s->text[0] != '\0' ? ": " : "", s->text);
	if (!guard->loaded || from == to)
		return;
	guard_entry_begin(guard, ENTRY_FEED);
	(void)snprintf(e->evidence, sizeof(e->evidence),
	    "RPKI cache %s, session %u, serial %" PRIu32, s->cache, s->session,
	    s->serial);
	(void)snprintf(e->text, sizeof(e->text), "rpki: %s, was %s",
	    rpki_state_name(to), rpki_state_name(from));
	(void)guard_entry_append(guard, NULL);
}

static void
note_held(struct guard *guard, const struct msg_rpki_state *s)
{
	char text[ENTRY_TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "rpki: a set of %" PRIu32 " VRPs instead of %" PRIu32
	    " is held: sluice confirm rpki, or wait for a better one",
	    s->found[0] + s->found[1], s->have[0] + s->have[1]);
	log_line(LOG_ERROR, "%s", text);
	guard_note(guard, ENTRY_EMERGENCY, text);
}

/* A role that has just begun has nothing to compare its first set with, but
 * the guard has: an empty or much smaller one waits for a person here. */
static bool
shrinks(const struct guard *guard)
{
	uint64_t have = vrp_table_count(guard->vrps, AFI_IPV4) +
			vrp_table_count(guard->vrps, AFI_IPV6);
	uint64_t come = vrp_table_count(guard->vrps_next, AFI_IPV4) +
			vrp_table_count(guard->vrps_next, AFI_IPV6);
	uint64_t keeps = 100 - guard->config->rpki.shrink_percent;

	if (state_now(guard) == RPKI_GONE || have == 0)
		return false;
	return come == 0 || come * 100 < have * keeps;
}

static void
hold_next(struct guard *guard, const struct msg_rpki_state *msg)
{
	static const unsigned afis[2] = { AFI_IPV4, AFI_IPV6 };
	struct msg_rpki_state *s = &guard->rpki_state;
	bool held = s->held != 0;

	for (unsigned f = 0; f < 2; f++) {
		s->have[f] = (uint32_t)vrp_table_count(guard->vrps, afis[f]);
		s->found[f] =
		    (uint32_t)vrp_table_count(guard->vrps_next, afis[f]);
	}
	s->held = 1;
	guard->rpki_next = *msg;
	if (!held)
		note_held(guard, s);
}

/* A role that changes its mind all the time fills no log, and has all rules
 * looked at once a second. */
static bool
may_note(struct guard *guard)
{
	uint64_t now = loop_now_ms(guard->loop);

	if (guard->rpki_noted_ms != 0 && now - guard->rpki_noted_ms < 1000 &&
	    ++guard->rpki_notes > RPKI_NOTES)
		return false;
	if (guard->rpki_noted_ms == 0 || now - guard->rpki_noted_ms >= 1000)
		guard->rpki_notes = 0;
	guard->rpki_noted_ms = now;
	return true;
}

static void
set_state(struct guard *guard, const struct msg_rpki_state *msg)
{
	unsigned from = state_now(guard);
	bool held = guard->rpki_state.held != 0;
	bool renewed = guard->vrps_next != NULL, noted;

	if (renewed) {
		vrp_table_free(guard->vrps);
		guard->vrps = guard->vrps_next;
		guard->vrps_next = NULL;
	}
	guard->rpki_state = *msg;
	noted = may_note(guard);
	/* Else evidence_second() sees another state. */
	if (renewed || (noted && state_now(guard) != from))
		touch_all(guard);
	if (!noted)
		return;
	if (renewed || state_now(guard) != from) {
		note_state(guard, from, state_now(guard));
		guard->rpki_was = (uint8_t)state_now(guard);
	}
	if (msg->held && !held)
		note_held(guard, msg);
}

static void
take_state(struct guard *guard, const struct msg_rpki_state *msg)
{
	bool next = guard->vrps_next != NULL;

	/* A role that begins knows nothing; what the last one said ages. */
	if (msg->state == RPKI_LOADING && guard->rpki_state.expires_ms != 0)
		return;
	if (next && msg->state != RPKI_FRESH)
		return;
	if (next && shrinks(guard))
		hold_next(guard, msg);
	else
		set_state(guard, msg);
}

static void
rpki_closed(void *ctx)
{
	struct guard *guard = ctx;

	if (channel_misused(guard->rpki)) {
		log_line(LOG_ERROR, "rpki: broken frame");
		guard_blame(guard, ROLE_RPKI, 0);
	}
	channel_close(guard->rpki);
	guard->rpki = NULL;
	log_line(LOG_WARN, "rpki: gone; what it said ages");
}

/* The role keeps to half of it, or a stranger took it over. */
static bool
vrps_room(const struct guard *guard)
{
	const struct vrp_table *table =
	    guard->vrps_next != NULL ? guard->vrps_next : guard->vrps;

	return vrp_table_count(table, AFI_IPV4) +
		   vrp_table_count(table, AFI_IPV6) <
	       GUARD_VRPS_MAX;
}

static void
rpki_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard *guard = ctx;
	const void *msg = head;
	bool fine = false;

	if (fd >= 0)
		(void)close(fd);
	switch (head->kind) {
	case MSG_VRP_BEGIN:
		renew(guard);
		fine = true;
		break;
	case MSG_VRP:
		fine = check_vrps(msg) && vrps_room(guard);
		if (fine)
			take_vrps(guard, msg);
		break;
	case MSG_RPKI_STATE:
		fine = check_rpki_state(msg);
		if (fine)
			take_state(guard, msg);
		break;
	default:
		break;
	}
	if (fine)
		return;
	log_line(LOG_ERROR, "rpki: bad message: kind=%u", (unsigned)head->kind);
	guard_blame(guard, ROLE_RPKI, 0);
	rpki_closed(guard);
}

static const struct channel_ops rpki_ops = {
	.on_message = rpki_message,
	.on_closed = rpki_closed,
};

void
evidence_rpki_open(struct guard *guard, int fd)
{
	if (guard->rpki != NULL)
		rpki_closed(guard);
	renew(guard);
	guard->rpki =
	    channel_open(guard->loop, fd, RPKI_BUFFER, &rpki_ops, guard);
	if (guard->rpki == NULL)
		guard_no_memory(guard, ROLE_RPKI, 0);
}

static void
confirmed(struct channel *channel, enum confirm what, uint32_t customer,
    const char *operator_name)
{
	struct msg_confirm msg = {
		.head.kind = MSG_CONFIRMED, .what = what, .customer = customer
	};

	if (channel == NULL)
		return;
	memcpy(msg.operator_name, operator_name, sizeof(msg.operator_name));
	(void)channel_send(channel, &msg, sizeof(msg), -1);
	channel_flush(channel);
}

unsigned
evidence_confirm_rpki(struct guard *guard, const char *operator_name)
{
	struct msg_rpki_state next = guard->rpki_next;

	if (!guard->rpki_state.held)
		return 0;
	if (guard->vrps_next != NULL && next.state == RPKI_FRESH) {
		memset(&guard->rpki_next, 0, sizeof(guard->rpki_next));
		set_state(guard, &next);
		return 1;
	}
	confirmed(guard->rpki, CONFIRM_RPKI, UINT32_MAX, operator_name);
	return 1;
}

unsigned
evidence_confirm_irr(struct guard *guard, const char *operator_name)
{
	unsigned n = 0;

	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct guard_customer *c = guard->customers[i];

		if (!c->irr_held || c->irr_found == 0)
			continue;
		confirmed(
		    guard->supervisor, CONFIRM_IRR, c->number, operator_name);
		n++;
	}
	return n;
}

/* ---- lists ---- */

static struct customer *
policy_of(struct guard *guard, uint32_t number)
{
	for (size_t i = 0; i < guard->config->n_customers; i++) {
		if (guard->config->customers[i].number == number)
			return &guard->config->customers[i].policy;
	}
	return NULL;
}

static void
irr_touch(struct guard *guard, uint32_t number)
{
	struct guard_customer *c = customer_of_number(guard, number);

	if (c == NULL)
		return;
	ground_touch_all(guard, c, AFI_IPV4);
	ground_touch_all(guard, c, AFI_IPV6);
}

static void
irr_begin(struct guard *guard, const struct msg_cfg_irr *msg)
{
	prefix_set_free(guard->irr_incoming);
	guard->irr_incoming = NULL;
	if (!check_cfg_irr(msg) || msg->status != IRR_USABLE)
		return;
	guard->irr_incoming = prefix_set_new();
	guard->irr_begin = *msg;
}

static void
irr_prefix(struct guard *guard, const struct msg_cfg_prefix *msg)
{
	if (guard->irr_incoming == NULL || msg->index != guard->irr_begin.index)
		return;
	if (!prefix_valid(&msg->prefix) ||
	    prefix_set_add(guard->irr_incoming, &msg->prefix, 0) < 0) {
		prefix_set_free(guard->irr_incoming);
		guard->irr_incoming = NULL;
	}
}

static void
irr_end(struct guard *guard, const struct msg_irr_end *msg)
{
	struct customer *policy = policy_of(guard, msg->index);
	struct prefix_set *list = guard->irr_incoming;
	struct entry *e = &guard->entry;

	guard->irr_incoming = NULL;
	if (list == NULL || policy == NULL || !policy->irr.configured ||
	    msg->index != guard->irr_begin.index) {
		prefix_set_free(list);
		return;
	}
	prefix_set_free(policy->irr.list);
	policy->irr.list = list;
	config_irr_fill(&policy->irr, &guard->irr_begin);
	evidence_age(&policy->irr, guard->now_ns);
	log_line(LOG_INFO, "customer %s: IRR list of %zu prefixes in force",
	    policy->name, prefix_set_count(list));
	if (guard->loaded) {
		guard_entry_begin(guard, ENTRY_FEED);
		memcpy(e->customer, policy->name, sizeof(e->customer));
		(void)snprintf(e->text, sizeof(e->text),
		    "irr: a list of %zu prefixes is in force",
		    prefix_set_count(list));
		(void)guard_entry_append(guard, NULL);
	}
	irr_touch(guard, msg->index);
}

static void
held(struct guard *guard, const struct msg_held *msg)
{
	struct guard_customer *c;

	if (!check_held(msg))
		return;
	if (msg->what == CONFIRM_RELOAD) {
		guard->reload_held = *msg;
		return;
	}
	c = customer_of_number(guard, msg->customer);
	if (c == NULL)
		return;
	c->irr_held = msg->waits != 0;
	c->irr_found = msg->found;
	if (!msg->waits)
		return;
	log_line(LOG_ERROR,
	    "customer %s: a new IRR list of %" PRIu32 " prefixes instead of "
	    "%" PRIu32 " is not taken%s",
	    c->name, msg->found, msg->have,
	    msg->found > 0 ? ": sluice confirm irr" : "");
}

bool
evidence_take(struct guard *guard, const struct msg_head *head)
{
	const void *msg = head;

	if (guard->config == NULL && head->kind != MSG_HELD)
		return head->kind >= MSG_IRR_BEGIN && head->kind <= MSG_IRR_END;
	switch (head->kind) {
	case MSG_IRR_BEGIN:
		irr_begin(guard, msg);
		return true;
	case MSG_IRR_PREFIX:
		irr_prefix(guard, msg);
		return true;
	case MSG_IRR_END:
		irr_end(guard, msg);
		return true;
	case MSG_HELD:
		held(guard, msg);
		return true;
	default:
		return false;
	}
}

/* ---- time ---- */

void
evidence_age(struct customer_irr *irr, uint64_t now_ns)
{
	uint64_t age_ms =
	    now_ns > irr->written_ns ? (now_ns - irr->written_ns) / NS_MS : 0;

	irr->usable = irr->list != NULL &&
		      (irr->max_age_ms == 0 || age_ms <= irr->max_age_ms);
}

void
evidence_configure(struct guard *guard)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		if (c->policy == NULL || !c->policy->irr.configured)
			c->irr_held = false;
	}
	for (size_t i = 0; i < guard->config->n_customers; i++)
		evidence_age(
		    &guard->config->customers[i].policy.irr, guard->now_ns);
	guard->rpki_was = (uint8_t)state_now(guard);
}

/* A list that is too old lets nothing new in; what stands goes on. */
void
evidence_second(struct guard *guard)
{
	uint8_t state;

	if (guard->config == NULL)
		return;
	for (size_t i = 0; i < guard->config->n_customers; i++) {
		struct customer *c = &guard->config->customers[i].policy;
		bool was = c->irr.usable;

		if (!c->irr.configured)
			continue;
		evidence_age(&c->irr, guard->now_ns);
		if (was && !c->irr.usable)
			log_line(LOG_ERROR,
			    "customer %s: the IRR list is too old", c->name);
	}
	state = (uint8_t)state_now(guard);
	if (state == guard->rpki_was)
		return;
	guard->rpki_was = state;
	touch_all(guard); /* the role may be gone, and say nothing */
}
