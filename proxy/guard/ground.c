/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ground of rules: unicast routes move, and what rests on them is looked at
 * again (RFC 8955 6: validation MUST follow them).
 *
 *	ground_moved(prefix) ──► touched ──end of turn──► look_again()
 *	    best match gone     ──► GONE: it has the damping time to come back
 *	    taken over          ──► DOOMED: collected for a moment (brake.c)
 *	    .. too many at once ──► BRAKED: a person must confirm
 *	    revoked             ──► REST: judged anew when the route is back
 *
 * Only rules at, above and below a prefix that moved are touched. Each is then
 * judged from scratch, so that what is decided does not hang on what moved.
 */
#include <string.h>

#include "proxy/guard/guard.h"

static void
on_work(void *ctx)
{
	(void)ctx; /* the end of this turn does it */
}

static void patience(void *ctx);

int
ground_init(struct guard *guard)
{
	link_init(&guard->touched);
	for (unsigned i = 0; i < GROUND_COUNT; i++)
		link_init(&guard->grounds[i]);
	guard->work = timer_new(guard->loop, on_work, guard);
	guard->patience = timer_new(guard->loop, patience, guard);
	if (guard->work == NULL || guard->patience == NULL ||
	    brake_init(guard) < 0)
		return -1;
	return depend_init(&guard->depend);
}

void
ground_fini(struct guard *guard)
{
	timer_free(guard->work);
	timer_free(guard->patience);
	brake_fini(guard);
	depend_fini(&guard->depend);
}

int
ground_track(
    struct guard *guard, struct rib_rule *rule, const struct customer *customer)
{
	const struct config *config = guard->config;

	/* ROAs move only where there are caches; caches come with a reload,
	 * which asks this of all rules. */
	if (customer != NULL &&
	    (customer->validate != VALIDATE_OFF ||
		(customer->rpki != OWN_RPKI_OFF && config->rpki.n != 0) ||
		customer->irr.configured || config->shared))
		return depend_add(&guard->depend, rule);
	depend_remove(&guard->depend, rule);
	if (rule->ground != GROUND_REST)
		ground_set(guard, rule, GROUND_FINE);
	return 0;
}

void
ground_set(struct guard *guard, struct rib_rule *rule, enum rule_ground ground)
{
	if (rule->ground == ground)
		return;
	link_remove(&rule->grounded);
	rule->ground = (uint8_t)ground;
	if (ground != GROUND_FINE)
		link_append(&guard->grounds[ground], &rule->grounded);
}

void
ground_settle(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict)
{
	if (verdict->state != STATE_REFUSED) {
		if (guard->match_len != MATCH_LEN_NONE)
			rule->match_len = guard->match_len;
		rule->failed_over = guard->failed_over;
		ground_set(guard, rule, GROUND_FINE);
	} else if (rule->ground != GROUND_REST) {
		ground_set(guard, rule, GROUND_FINE);
	}
}

/* ---- what is touched ---- */

static bool
by_validation(unsigned reason)
{
	return reason >= REASON_UNICAST_UNKNOWN &&
	       reason <= REASON_MORE_SPECIFIC;
}

/* What RPKI and IRR data decide. */
static bool
by_data(unsigned reason)
{
	switch (reason) {
	case REASON_NOT_IN_IRR:
	case REASON_IRR_UNKNOWN:
	case REASON_RPKI_INVALID:
	case REASON_RPKI_NOT_FOUND:
	case REASON_RPKI_UNKNOWN:
	case REASON_NOT_REGISTERED: /* match: any */
		return true;
	default:
		return false;
	}
}

/* Can a unicast route, a ROA or a list change its state? */
bool
ground_rests(const struct rib_rule *rule)
{
	if ((rule->flags & (RULE_WANTED | RULE_ENDED)) != RULE_WANTED)
		return false;
	return rule_passes(rule) || rule->state == STATE_HELD ||
	       rule->state == STATE_MONITORED || by_validation(rule->reason) ||
	       by_data(rule->reason);
}

void
ground_touch(struct guard *guard, struct rib_rule *rule)
{
	if (link_empty(&rule->touched) && ground_rests(rule))
		link_append(&guard->touched, &rule->touched);
}

static void
visit(void *ctx, struct rib_rule *rule)
{
	ground_touch(ctx, rule);
}

/* Few rules are touched at once; many at the end of the turn, so that a prefix
 * above thousands that flaps all the time keeps nobody waiting. */
void
ground_moved(struct guard *guard, const struct prefix *prefix)
{
	if (!depend_touch_few(
		&guard->depend, prefix, GUARD_TOUCH_FEW, visit, guard))
		moves_add(&guard->moves[prefix->afi == AFI_IPV6], prefix);
}

static void
touch_moved(struct guard *guard)
{
	for (unsigned f = 0; f < 2; f++) {
		struct moves *moves = &guard->moves[f];

		for (unsigned i = 0; i < moves->n; i++)
			depend_touch(
			    &guard->depend, &moves->at[i], visit, guard);
		moves->n = 0;
	}
}

static void
touch_all_of(struct guard *guard, const struct guard_peer *peer, unsigned afi)
{
	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, of_peer);

		if (rule->dst_node != 0 && rule->rule.afi == afi)
			ground_touch(guard, rule);
	}
}

void
ground_touch_all(
    struct guard *guard, const struct guard_customer *customer, unsigned afi)
{
	struct guard_peer **peers;
	size_t n;

	if (guard->depend.n_rules == 0)
		return;
	if (customer != NULL) {
		peers = peers_of(guard, customer, &n);
		for (size_t i = 0; i < n; i++)
			touch_all_of(guard, peers[i], afi);
		return;
	}
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL && !guard->peers[i]->internal)
			touch_all_of(guard, guard->peers[i], afi);
	}
}

void
ground_ask(struct guard *guard, struct rib_rule *rule, struct verdict *verdict)
{
	guard_ask(guard, guard->peers[rule->peer], rule, verdict, NULL);
	if (!by_validation(verdict->reason))
		return;
	guard_ask_aside(guard, rule, verdict);
	ground_touch(guard, rule);
}

/* ---- looking again ---- */

static uint64_t
damping_ms(const struct guard *guard)
{
	return guard->config->validation.damping_ms;
}

/* The route that it was accepted for has gone, rather than been taken over: a
 * shorter prefix or none covers it now. */
static bool
is_gone(
    const struct guard *guard, const struct rib_rule *rule, enum reason reason)
{
	const struct customer *policy =
	    guard->peers[rule->peer]->customer->policy;
	const struct prefix *own;
	struct prefix dst;

	if (reason == REASON_NO_ROUTE)
		return true;
	if (reason == REASON_MORE_SPECIFIC)
		return false;
	if (rule->match_len != MATCH_LEN_NONE)
		return guard->match_len < rule->match_len;
	/* By a guard before this one; what is registered is near enough. */
	own = rule_dst_prefix(&rule->rule, &dst)
		  ? prefix_set_cover(policy->own, &dst)
		  : NULL;
	return own != NULL && guard->match_len < own->len;
}

/* It stands because another AS carries what the customer originates: that
 * departure is on record, as far as the log's bounds for a customer allow. */
static void
departure(struct guard *guard, struct rib_rule *rule, const char *evidence)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;
	struct entry *e = &guard->entry;

	if (!guard->failed_over)
		rule->failed_over = 0;
	if (guard->failed_over == (rule->failed_over != 0) ||
	    !journal_room(guard->journal, false) ||
	    !guard_refusal_token(guard, customer, 0))
		return;
	rule->failed_over = 1;
	guard_entry_begin(guard, ENTRY_VERDICT);
	guard_entry_rule(guard, rule);
	e->state = STATE_ACCEPTED;
	e->reason = REASON_ACCEPTED;
	memcpy(e->evidence, evidence, sizeof(e->evidence));
	(void)guard_entry_append(guard, NULL);
}

static void
look_at_standing(struct guard *guard, struct rib_rule *rule)
{
	char evidence[EVIDENCE_MAX];
	enum reason reason = guard_ask_facts(guard, rule, evidence, NULL);

	if (reason == REASON_ACCEPTED) {
		if (guard->match_len != MATCH_LEN_NONE)
			rule->match_len = guard->match_len;
		ground_set(guard, rule, GROUND_FINE);
		departure(guard, rule, evidence);
		return;
	}
	if (rule->ground == GROUND_BRAKED || rule->ground == GROUND_DOOMED)
		return;
	if (by_data(reason) || !is_gone(guard, rule, reason) ||
	    damping_ms(guard) == 0) {
		brake_doom(guard, rule);
	} else if (rule->ground != GROUND_GONE) {
		ground_set(guard, rule, GROUND_GONE);
		rule->gone_ms = loop_now_ms(guard->loop) + damping_ms(guard);
		ground_wait(guard, rule->gone_ms);
	}
}

/* Refused, held or monitored: another answer is a new verdict. That nothing is
 * known for a while is none. One that was held is on record each time, so it
 * rests like one that stood. */
static void
look_at_waiting(struct guard *guard, struct rib_rule *rule)
{
	struct verdict verdict;

	if (rule->ground == GROUND_REST || rule->wait == WAIT_RECORD)
		return;
	guard_ask(guard, guard->peers[rule->peer], rule, &verdict, NULL);
	if (verdict.reason == rule->reason ||
	    verdict.reason == REASON_UNICAST_UNKNOWN)
		return;
	if (rule->state == STATE_HELD && verdict.state == STATE_REFUSED)
		brake_rest(guard, rule);
	if (rule->state == STATE_REVOKED && verdict_accepts(&verdict))
		guard->peers[rule->peer]->customer->back++;
	guard_judge(guard, rule, NULL, 0);
}

static void
look_again(struct guard *guard, struct rib_rule *rule)
{
	if (!guard->loaded || !ground_rests(rule) ||
	    guard->peers[rule->peer]->customer->policy == NULL)
		return;
	if (rule_passes(rule))
		look_at_standing(guard, rule);
	else
		look_at_waiting(guard, rule);
}

void
ground_work(struct guard *guard)
{
	uint64_t walk_to = guard->walked + GUARD_WALK_TURN;
	unsigned left = GUARD_LOOK_TURN;
	bool more = sweep_work(guard);

	touch_moved(guard);
	while (left-- > 0 && guard->walked < walk_to &&
	       !link_empty(&guard->touched)) {
		struct rib_rule *rule =
		    LINK_ENTRY(guard->touched.next, struct rib_rule, touched);

		link_remove(&rule->touched);
		look_again(guard, rule);
	}
	if (more || !link_empty(&guard->touched))
		timer_start(guard->work, 0, 0);
}

/* ---- patience ---- */

void
ground_wait(struct guard *guard, uint64_t until_ms)
{
	uint64_t now = loop_now_ms(guard->loop);
	uint64_t soonest = guard->looked_ms + GUARD_PATIENCE_MS;

	if (until_ms < soonest)
		until_ms = soonest;
	if (guard->patience_ms != 0 && guard->patience_ms <= until_ms)
		return;
	guard->patience_ms = until_ms;
	timer_start(guard->patience, until_ms > now ? until_ms - now : 0, 0);
}

/* Its time has come. */
static void
due(struct guard *guard, struct rib_rule *rule)
{
	if (rule->ground == GROUND_GONE) {
		brake_doom(guard, rule);
		return;
	}
	ground_set(guard, rule, GROUND_FINE);
	ground_touch(guard, rule);
}

/* Those of the list that have waited enough; until is brought forward to the
 * next one. */
static void
look_for_due(struct guard *guard, enum rule_ground ground, uint64_t *until_ms)
{
	const struct rib_link *end = &guard->grounds[ground];
	uint64_t now = loop_now_ms(guard->loop);
	struct rib_link *next;

	for (struct rib_link *l = end->next; l != end; l = next) {
		struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, grounded);
		uint64_t at_ms =
		    ground == GROUND_GONE ? rule->gone_ms : rule->rest_ms;

		next = l->next;
		if (at_ms <= now)
			due(guard, rule);
		else if (at_ms < *until_ms)
			*until_ms = at_ms;
	}
}

static void
patience(void *ctx)
{
	struct guard *guard = ctx;
	uint64_t until_ms = UINT64_MAX;

	guard->patience_ms = 0;
	guard->looked_ms = loop_now_ms(guard->loop);
	look_for_due(guard, GROUND_GONE, &until_ms);
	look_for_due(guard, GROUND_REST, &until_ms);
	if (until_ms != UINT64_MAX)
		ground_wait(guard, until_ms);
}
