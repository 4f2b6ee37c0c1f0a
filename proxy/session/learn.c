/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the peer says: rules of customers into the Adj-RIB-In, marks, counts.
 * Rules of inward peers are counted and otherwise ignored; unicast routes are
 * unicast.c's.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/session/communities.h"
#include "proxy/session/session.h"
#include "proxy/session/trace.h"
#include "proxy/wire/flowspec.h"
#include "proxy/wire/update.h"

/* ---- completeness ---- */

static void
complete(struct session *session, unsigned families)
{
	unsigned fresh = families & session->state.families &
			 ~(unsigned)session->state.complete;

	/* feed.c knows when the guard has all of a feed. */
	if (session->out != NULL)
		fresh &= FAMILY_FLOWSPEC;
	if (fresh == 0)
		return;
	session->state.complete |= (uint8_t)fresh;
	if (session->in != NULL)
		session->complete_due |= (uint8_t)fresh;
	report_change(session);
}

/* The peer did not promise End-of-RIB: silence has to do. */
static void
on_quiet(void *ctx)
{
	struct session *session = ctx;
	uint64_t silent_ms =
	    loop_now_ms(session->loop) - session->heard_update_ms;

	if (session->up == NULL)
		return;
	if (silent_ms < SESSION_QUIET_MS)
		timer_start(session->quiet, SESSION_QUIET_MS - silent_ms, 0);
	else
		complete(session, FAMILY_ALL);
}

/* ---- asking for refresh ---- */

static void
send_refresh(struct session *session, unsigned families)
{
	struct writer writer;

	conn_write_begin(session->up->conn, &writer);
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1)
		if ((families & bit) != 0)
			refresh_encode(&writer, bit, REFRESH_REQUEST);
	conn_write_end(session->up->conn, &writer);
}

static void
ask_now(struct session *session)
{
	unsigned families = session->ask;

	session->ask = 0;
	if (session->up == NULL || families == 0)
		return;
	send_refresh(session, families);
	trace_refresh(families, REFRESH_REQUEST, true);
	feed_asked(session, families);
	session->ask_waits = true;
	timer_start(session->ask_timer, SESSION_REFRESH_MS, 0);
}

static void
on_ask(void *ctx)
{
	struct session *session = ctx;

	session->ask_waits = false;
	ask_now(session);
}

void
learn_ask(struct session *session, unsigned families)
{
	if (session->up == NULL || session->state.refresh == 0)
		return;
	session->ask |= (uint8_t)(families & session->state.families);
	if (!session->ask_waits)
		ask_now(session);
}

void
learn_room(struct session *session)
{
	uint64_t now_ms = loop_now_ms(session->loop);

	if (session->overflowed == 0 || !adj_in_has_room(session->in) ||
	    (session->overflow_ms != 0 &&
		now_ms - session->overflow_ms < SESSION_OVERFLOW_MS))
		return;
	session->overflow_ms = now_ms;
	learn_ask(session, session->overflowed);
	session->overflowed = 0;
}

/* ---- life ---- */

int
learn_init(struct session *session)
{
	session->quiet = timer_new(session->loop, on_quiet, session);
	session->ask_timer = timer_new(session->loop, on_ask, session);
	if (session->quiet == NULL || session->ask_timer == NULL)
		return -1;
	return feed_init(session);
}

void
learn_fini(struct session *session)
{
	timer_free(session->quiet);
	timer_free(session->ask_timer);
	feed_fini(session);
}

void
learn_up(struct session *session)
{
	session->heard_update_ms = loop_now_ms(session->loop);
	if (!session->up->open.has_graceful_restart)
		timer_start(session->quiet, SESSION_QUIET_MS, 0);
	feed_up(session);
}

void
learn_down(struct session *session)
{
	timer_stop(session->quiet);
	session->ask = 0;
	session->begin_due = 0;
	session->end_due = 0;
	session->complete_due = 0;
	session->begun = 0;
	session->refreshing = 0;
	memset(session->refresh_ms, 0, sizeof(session->refresh_ms));
	session->overflowed = 0;
	feed_down(session);
	if (session->in != NULL)
		adj_in_drop(session->in);
	if (session->routes != NULL)
		routes_in_drop(session->routes);
}

/* ---- rules ---- */

/* One family's NLRI of one UPDATE. */
struct batch {
	struct session *session;
	const struct action_set *actions;
	struct wish wish;
	uint16_t reason; /* enum reason: why all of them are refused */
	uint8_t family;
	uint8_t afi;
};

/* Framed, but no rule: named to the guard, so many a second. */
static void
refused(struct session *session, const struct batch *batch,
    enum wire_fault fault, struct span raw)
{
	uint64_t now_ms = loop_now_ms(session->loop);
	struct msg_rule_refused *msg;
	size_t size = sizeof(*msg) + raw.len;

	session->state.malformed++;
	log_line(LOG_DEBUG, "rule refused: malformed: family=%s fault=%s",
	    family_name(batch->family), fault_name(fault));
	if (now_ms - session->refused_ms >= 1000) {
		session->refused_ms = now_ms;
		session->refused = 0;
	}
	if (session->refused >= SESSION_REFUSED_MAX ||
	    raw.len > ENTRY_RAW_MAX || !pump_state(session))
		return;
	msg = channel_reserve(session->guard, MSG_RULE_REFUSED, size);
	if (msg == NULL)
		return;
	session->refused++;
	memset((uint8_t *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->reason = fault == FAULT_TOO_MANY_TERMS ? REASON_TOO_MANY_TERMS
						    : REASON_MALFORMED;
	msg->raw_len = (uint16_t)raw.len;
	msg->family = batch->family;
	(void)snprintf(msg->fault, sizeof(msg->fault), "%s", fault_name(fault));
	memcpy((uint8_t *)msg + sizeof(*msg), raw.data, raw.len);
	channel_commit(session->guard, size);
}

/* Octets as received are kept only where they are not canonical. */
static bool
is_canonical(const struct rule *rule, struct span raw)
{
	uint8_t nlri[FLOWSPEC_NLRI_MAX];
	struct writer writer;

	writer_init(&writer, nlri, sizeof(nlri));
	flowspec_encode(rule, &writer);
	return !writer.failed && writer.len == raw.len &&
	       memcmp(nlri, raw.data, raw.len) == 0;
}

static void
announced(const struct batch *batch, const struct rule *rule, struct span raw)
{
	struct session *session = batch->session;
	struct adj_in_route route = {
		.rule = rule,
		.actions = batch->actions,
		.wire_reason = batch->reason,
		.family = batch->family,
		.wish = batch->wish,
	};

	if (!is_canonical(rule, raw)) {
		route.raw = raw.data;
		route.raw_len =
		    (uint16_t)(raw.len > ENTRY_RAW_MAX ? ENTRY_RAW_MAX
						       : raw.len);
	}
	if (adj_in_announce(session->in, &route,
		(session->refreshing & batch->family) != 0) != ADJ_IN_OVERFLOW)
		return;
	log_line(LOG_DEBUG, "rule not kept: no room: family=%s max=%u",
	    family_name(batch->family), session->config.max_received);
	session->state.overflow++;
	session->overflowed |= batch->family;
}

/* Read the NLRI one by one. withdraw: they are taken back. */
static void
rules(const struct batch *batch, struct reader nlri, bool withdraw)
{
	struct session *session = batch->session;
	struct rule rule;
	struct span value;

	while (nlri.left > 0) {
		struct span raw = { nlri.at, nlri.left };
		enum wire_fault fault;

		if (flowspec_next(&nlri, &value) != WIRE_OK)
			return; /* update_decode has seen to it */
		raw.len -= nlri.left;
		if (!withdraw)
			session->state.rules_in++;
		if (session->in == NULL)
			continue;
		fault = flowspec_decode(value, batch->afi, &rule);
		if (fault != WIRE_OK)
			refused(session, batch, fault, raw);
		else if (withdraw)
			adj_in_withdraw(session->in, &rule);
		else
			announced(batch, &rule, raw);
	}
}

static void
take(const struct batch *from, const struct update_nlri *part, bool withdraw)
{
	struct batch batch = *from;

	batch.family = part->family;
	batch.afi = family_afi(part->family);
	if ((part->family & FAMILY_FLOWSPEC) != 0)
		rules(&batch, part->nlri, withdraw);
}

static bool
reset(const struct update *update, struct cause *cause)
{
	(void)fault_notification(update->fault, &cause->code, &cause->subcode);
	cause->data = update->fault_data;
	cause->text = fault_text(update->fault);
	return false;
}

bool
learn_update(struct session *session, struct span body, struct cause *cause)
{
	static const struct action_set no_actions;
	const struct slot *slot = session->up;
	const struct update_context context = {
		.families = session->state.families,
		.as4 = slot->open.has_as4,
		.external = session->config.internal == 0,
		.own_asn = session->config.local_asn,
		.peer_asn = session->config.peer_asn,
	};
	struct batch batch = { .session = session };
	enum update_outcome outcome;
	struct update update;
	uint8_t family;

	session->state.updates_in++;
	session->heard_update_ms = loop_now_ms(session->loop);
	report_count(session);
	outcome = update_decode(&context, body.data, body.len, &update);
	trace_update(&update, body.len);
	if (outcome == UPDATE_RESET)
		return reset(&update, cause);
	if (update_is_end_of_rib(&update, &family)) {
		complete(session, family);
		feed_end_of_rib(session, family);
		return true;
	}
	if (!unicast_update(session, &update, cause))
		return false;
	batch.reason = (uint16_t)update_reason(&update);
	batch.actions = &no_actions;
	if (update.fault == WIRE_OK) {
		batch.actions = &update.actions;
		batch.wish = communities_wish(&update, &session->config.wishes);
	}
	/* RFC 4271 4.3: a rule in both ends up announced. */
	take(&batch, &update.mp_unreach, true);
	take(&batch, &update.mp_reach, false);
	return true;
}

/* ---- ROUTE-REFRESH ---- */

/*
 * A refresh walks the whole table, so only one begins every few seconds. One
 * that is ignored is harmless: what it names is known, and what is gone was
 * withdrawn.
 */
static bool
refresh_is_early(struct session *session, unsigned family)
{
	uint64_t now_ms = loop_now_ms(session->loop);
	uint64_t *last_ms = session->refresh_ms;

	for (unsigned bit = 1; bit < family; bit <<= 1)
		last_ms++;
	if (*last_ms != 0 && now_ms - *last_ms < SESSION_REFRESH_MS)
		return true;
	*last_ms = now_ms;
	return false;
}

static void
refresh_begins(struct session *session, unsigned family)
{
	/* RFC 7313 4: not before End-of-RIB, where that is promised. */
	if ((session->up->open.has_graceful_restart &&
		(session->state.complete & family) == 0) ||
	    refresh_is_early(session, family))
		return;
	session->refreshing |= (uint8_t)family;
	session->begin_due |= (uint8_t)family;
	session->end_due &= (uint8_t)~family;
	if ((family & FAMILY_UNICAST) != 0)
		unicast_refresh(session, family, true);
	else
		adj_in_stale(session->in, family);
}

static void
refresh_ends(struct session *session, unsigned family)
{
	if ((session->refreshing & family) == 0)
		return;
	session->refreshing &= (uint8_t)~family;
	session->end_due |= (uint8_t)family;
	if ((family & FAMILY_UNICAST) != 0)
		unicast_refresh(session, family, false);
	else
		adj_in_sweep(session->in, family);
}

static void
hear_mark(struct session *session, unsigned family, bool begins)
{
	if (session->in == NULL)
		feed_refresh(session, family, begins);
	else if (begins)
		refresh_begins(session, family);
	else
		refresh_ends(session, family);
}

bool
learn_refresh(struct session *session, struct span body, struct cause *cause)
{
	struct refresh refresh;
	enum wire_fault fault = refresh_decode(
	    body.data, body.len, session->state.refresh == 2, &refresh);

	if (fault != WIRE_OK) {
		(void)fault_notification(fault, &cause->code, &cause->subcode);
		cause->text = fault_text(fault);
		return false;
	}
	trace_refresh(refresh.family, refresh.subtype, false);
	if ((refresh.family & session->state.families) == 0)
		return true;
	if (refresh.subtype == REFRESH_REQUEST)
		inward_asked(session, refresh.family);
	else if (refresh.subtype == REFRESH_BEGIN ||
		 refresh.subtype == REFRESH_END)
		hear_mark(
		    session, refresh.family, refresh.subtype == REFRESH_BEGIN);
	return true;
}
