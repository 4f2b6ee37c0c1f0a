/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From octets to what would be said inward: an UPDATE is decoded and judged for
 * one customer. Whatever passes lies in that customer's space, inside its
 * lengths, away from what is protected, with actions that it may use; the parts
 * match exactly the rule's packets; and what is emitted is read back by a
 * router as what it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/matchset.h"
#include "proxy/wire/update.h"
#include "proxy/wire/update_build.h"
#include "tests/lib/any_rule.h"
#include "tests/lib/judge_scene.h"

#define RATE_MIN    8000.0
#define RATE_MAX    1e9
#define PACKETS_MIN 10.0
#define PACKETS_MAX 1e6
#define MARKS       (UINT64_C(1) | UINT64_C(1) << 8)
#define POINTS      3 /* packets tried on each rule */

/* Octets 0 and 1 of the input. */
enum how {
	HOW_VALUES = 0x01, /* the rest is a rule and actions, no UPDATE */
	HOW_APPROVED = 0x02,
	HOW_STANDS = 0x04,
	HOW_MONITOR = 0x08,
	HOW_DIALECTS = 0xe0, /* which of the three */
};

static const uint8_t target_from[8] = { 0x80, 0x08, 0xfd, 0xe9, 0, 0, 2, 0x9a };
static const uint8_t target_to[8] = { 0x80, 0x08, 0xfb, 0xf4, 0, 0, 3, 0xe7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* Made once: a scene is costly, and judge() changes nothing in it. */
static struct judge_scene *
scene_get(void)
{
	static struct judge_scene *scene;
	struct customer_actions *may;

	if (scene != NULL)
		return scene;
	scene = judge_scene_new();
	may = &scene->customer.actions;
	may->kinds = ACTION_BIT(ACTION_KINDS) - 1;
	may->flags = ACTION_SAMPLE | ACTION_CONTINUE;
	may->bytes = (struct customer_rate){ RATE_MIN, RATE_MAX };
	may->packets = (struct customer_rate){ PACKETS_MIN, PACKETS_MAX };
	may->marks = MARKS;
	memcpy(may->targets[0], target_to, sizeof(target_to));
	may->n_targets = 1;
	scene->customer.rewrite.raise_rates = true;
	scene->customer.rewrite.n_redirects = 1;
	memcpy(scene->customer.rewrite.redirects[0].from, target_from,
	    sizeof(target_from));
	memcpy(scene->customer.rewrite.redirects[0].to, target_to,
	    sizeof(target_to));
	judge_scene_protect(scene, "203.0.113.1/32", 0, PROTECTED_ANYBODY);
	judge_scene_protect(scene, "203.0.113.2/32", 179, PROTECTED_ANYBODY);
	return scene;
}

/* In our own words, without the sets that the judge asks. */
static bool
is_own(const struct rule *rule)
{
	static const uint8_t six[6] = { 0x20, 1, 0x0d, 0xb8, 1, 0x13 };
	static const uint8_t four[3] = { 203, 0, 113 };

	if ((rule->has & RULE_HAS_DST) == 0 || rule->dst_offset != 0)
		return false;
	if (rule->afi == AFI_IPV4)
		return rule->dst_len >= 24 && memcmp(rule->dst, four, 3) == 0;
	return rule->afi == AFI_IPV6 && rule->dst_len >= 48 &&
	       memcmp(rule->dst, six, 6) == 0;
}

static bool
length_fits(const struct rule *rule, bool wide)
{
	unsigned least = rule->afi == AFI_IPV4 ? 25 : 56;

	if (wide)
		least = rule->afi == AFI_IPV4 ? 24 : 48;
	return rule->dst_len >= least;
}

/* Neither to the one host, nor BGP to or from the other. */
static bool
is_harmless(const struct rule *rule)
{
	struct rule one = { .afi = AFI_IPV4,
		.has = RULE_HAS_DST,
		.dst_len = 32,
		.dst = { 203, 0, 113, 1 } };
	struct rule other = { .afi = AFI_IPV4,
		.has = RULE_HAS_DST,
		.dst_len = 32,
		.dst = { 203, 0, 113, 2 },
		.n_terms = 1 };

	other.terms[0] = (struct rule_term){
		.type = RULE_PORT, .op = RULE_OP_EQ, .value = 179
	};
	return !matchset_intersects(&one, rule) &&
	       !matchset_intersects(&other, rule);
}

static bool
rate_fits(uint32_t bits, double min, double max)
{
	double rate = action_rate(bits);

	return action_rate_finite(bits) &&
	       (rate == 0 || (rate >= min && rate <= max));
}

static void
actions_allowed(const struct action_set *set)
{
	unsigned refused = ACTION_BIT(ACTION_REDIRECT_RT6) |
			   ACTION_BIT(ACTION_REDIRECT_IP4) |
			   ACTION_BIT(ACTION_REDIRECT_IP6);

	must(action_valid(set) && set->repeated == 0 && set->unknown == 0,
	    "a sound set of actions");
	must((set->present & ~ACTION_BIT(ACTION_TRAFFIC)) != 0,
	    "an action that does something");
	must((set->present & refused) == 0, "no target that is not listed");
	must((set->flags & ~(ACTION_SAMPLE | ACTION_CONTINUE)) == 0,
	    "no flag that is not allowed");
	must(rate_fits(set->rate_bytes, RATE_MIN, RATE_MAX) &&
		 rate_fits(set->rate_packets, PACKETS_MIN, PACKETS_MAX),
	    "rates inside their limits");
	if (set->present & ACTION_BIT(ACTION_MARK))
		must(MARKS >> set->dscp & 1, "a mark that is listed");
	if (set->present & ACTION_BIT(ACTION_REDIRECT))
		must(memcmp(set->redirect, target_to, 8) == 0,
		    "the redirect as rewritten");
	if (set->present & ACTION_BIT(ACTION_INTERFACE_SET))
		must(memcmp(set->interface_set, target_to, 8) == 0,
		    "an interface set that is listed");
}

/* Add to point that the field is this value and no other. */
static void
point_add(struct rule *point, const struct rule_term *term, unsigned step)
{
	uint64_t max = rule_field_max(term->type, point->afi);
	uint64_t value = term->value + step % 3 - 1;
	struct rule_term *out = &point->terms[point->n_terms++];

	value = value > max ? max : value;
	*out = (struct rule_term){ .type = term->type, .value = value };
	if (!rule_type_is_bitmask(term->type)) {
		out->op = RULE_OP_EQ;
		return;
	}
	out->op = RULE_OP_MATCH;
	out[1] = (struct rule_term){ .type = term->type,
		.op = RULE_OP_AND | RULE_OP_NOT,
		.value = ~value & max };
	point->n_terms++;
}

/* One value for each component that the rule has, near one that it names. */
static void
point_pick(const struct rule *rule, uint64_t *random, struct rule *point)
{
	uint8_t picks[RULE_TYPE_MAX + 1];

	any_fill(random, picks, sizeof(picks));
	memset(point, 0, sizeof(*point));
	memcpy(point, rule, RULE_SIZE_MIN);
	point->n_terms = 0;
	for (unsigned i = 0; i < rule->n_terms;) {
		unsigned n = 1, type = rule->terms[i].type;

		while (i + n < rule->n_terms && rule->terms[i + n].type == type)
			n++;
		point_add(
		    point, &rule->terms[i + picks[type] / 3 % n], picks[type]);
		i += n;
	}
	rule_canonical(point);
}

static void
same_packets(
    const struct rule *rule, const struct dialect_parts *parts, uint64_t random)
{
	struct rule point;

	for (unsigned i = 0; i < parts->n; i++)
		must(matchset_contains(rule, &parts->part[i]),
		    "no packet that the rule does not match");
	for (unsigned n = 0; n < POINTS; n++) {
		bool found = false;

		point_pick(rule, &random, &point);
		for (unsigned i = 0; i < parts->n && !found; i++)
			found = matchset_intersects(&parts->part[i], &point);
		must(found == matchset_intersects(rule, &point),
		    "all packets that the rule matches");
	}
}

static unsigned
flow_family(const struct rule *rule)
{
	return rule->afi == AFI_IPV4 ? FAMILY_IPV4_FLOWSPEC
				     : FAMILY_IPV6_FLOWSPEC;
}

/* One UPDATE with one part, as a router reads it. */
static void
router_reads(const struct rule *part, const struct action_set *actions,
    const struct writer *message)
{
	struct update_context context = { .families = FAMILY_ALL,
		.as4 = true,
		.own_asn = 64500,
		.peer_asn = 64500 };
	struct action_set want = *actions;
	struct update update;
	struct span value;
	struct rule back;

	want.stripped = 0; /* what was stripped was not sent */
	must(update_decode(&context, &message->data[MESSAGE_HEADER_LEN],
		 message->len - MESSAGE_HEADER_LEN, &update) == UPDATE_USE,
	    "an UPDATE without fault");
	must(action_equal(&update.actions, &want), "the same actions");
	must(update.mp_reach.family == flow_family(part) &&
		 update.mp_reach.n == 1,
	    "one rule");
	must(flowspec_next(&update.mp_reach.nlri, &value) == WIRE_OK &&
		 flowspec_decode(value, part->afi, &back) == WIRE_OK &&
		 rule_equal(&back, part),
	    "the same rule");
}

static void
emit(const struct rule *part, const struct action_set *actions,
    struct writer *out)
{
	struct update_attrs attrs = {
		.actions = *actions, .has_local_pref = true, .local_pref = 100
	};
	struct update_builder builder;

	must(update_begin_reach(&builder, out, flow_family(part), &attrs) &&
		 update_add(&builder, part) && update_end(&builder) &&
		 !out->failed,
	    "a rule fits a message");
}

/* A part and its twin from what the router read: the same octets. */
static void
emitted(const struct rule *part, const struct action_set *actions)
{
	uint8_t octets[MESSAGE_MAX], twice[MESSAGE_MAX];
	struct writer first, second;
	struct action_set sent = *actions;

	writer_init(&first, octets, sizeof(octets));
	emit(part, actions, &first);
	router_reads(part, actions, &first);
	sent.stripped = 0;
	writer_init(&second, twice, sizeof(twice));
	emit(part, &sent, &second);
	must(first.len == second.len && memcmp(octets, twice, first.len) == 0,
	    "the same octets again");
}

static void
parts_hold(
    const struct judge_scene *scene, const struct rule *rule, uint64_t random)
{
	for (unsigned d = DIALECT_NONE + 1; d < DIALECT_COUNT; d++) {
		const struct dialect_parts *parts = &scene->parts[d];

		if ((scene->q.dialects & JUDGE_DIALECT_BIT(d)) == 0)
			continue;
		must(parts->n > 0 && parts->n <= DIALECT_PARTS_MAX &&
			 parts->n <= scene->verdict.rules,
		    "parts, as many as are counted");
		for (unsigned i = 0; i < parts->n; i++) {
			const struct rule *part = &parts->part[i];

			must(rule_valid(part, rule_size(part)), "valid part");
			must(dialect_holds((enum dialect)d, part), "dialect");
			must(is_own(part) && part->dst_len == rule->dst_len,
			    "part inside the customer's space");
			must(is_harmless(part), "part away from the protected");
			emitted(part, &scene->emitted);
		}
		same_packets(rule, parts, random);
	}
}

/* What nobody may say inward is nowhere. */
static void
refused(const struct judge_scene *scene)
{
	must(!verdict_accepts(&scene->verdict) && scene->verdict.rules == 0,
	    "refused for good");
	must(reason_name(scene->verdict.reason)[0] != '?', "with a reason");
	for (unsigned d = 0; d < DIALECT_COUNT; d++) {
		if (scene->q.dialects & JUDGE_DIALECT_BIT(d))
			must(scene->parts[d].n == 0, "no parts of a refusal");
	}
}

static void
passed(
    const struct judge_scene *scene, const struct rule *rule, uint64_t random)
{
	const struct verdict *verdict = &scene->verdict;
	bool wide = scene->q.approved || verdict->state == STATE_HELD;

	must(scene->q.wire_reason == REASON_ACCEPTED &&
		 scene->q.authenticated &&
		 scene->q.contained == REASON_ACCEPTED,
	    "no fault before the rule is forgotten");
	must(verdict->state == STATE_HELD ||
		 verdict->state == STATE_MONITORED || verdict_accepts(verdict),
	    "a state in which rules are kept");
	must(scene->customer.mode == CUSTOMER_ENFORCE ||
		 !verdict_accepts(verdict),
	    "monitored only");
	must(is_own(rule), "inside the customer's space");
	must(length_fits(rule, wide), "inside the lengths");
	must(is_harmless(rule), "away from what is protected");
	must(!matchset_empty(rule), "matches something");
	actions_allowed(&scene->emitted);
	parts_hold(scene, rule, random);
}

static void
judge_rule(struct judge_scene *scene, const struct rule *rule, uint64_t random)
{
	memcpy(&scene->rule, rule, rule_size(rule));
	scene->emitted = (struct action_set){ 0 };
	judge(&scene->q, &scene->verdict, scene->parts);
	must(memchr(scene->verdict.evidence, 0, EVIDENCE_MAX) != NULL,
	    "evidence that ends");
	if (scene->verdict.state == STATE_REFUSED)
		refused(scene);
	else
		passed(scene, rule, random);
}

/* A rule inside the space, more often than chance would have it. */
static void
values_target(struct judge_scene *scene, const uint8_t *data, size_t size,
    uint64_t random)
{
	struct any_source source = { data, size, 0 };
	struct rule rule;

	any_actions(&source, &scene->actions);
	if (size > 0 && data[size - 1] % 2 == 0) { /* most are discards */
		memset(&scene->actions, 0, sizeof(scene->actions));
		scene->actions.present = ACTION_BIT(ACTION_RATE_BYTES);
	}
	any_rule(&source, &rule);
	if (random % 8 != 0) {
		const struct prefix *own =
		    &prefix_set_at(scene->customer.own, rule.afi == AFI_IPV6)
			 ->prefix;

		rule.has |= RULE_HAS_DST;
		rule.dst_offset = 0;
		rule.dst_len = (uint8_t)(own->len + rule.dst_len % 9);
		memcpy(rule.dst, own->addr, own->len / 8);
		rule_canonical(&rule);
	}
	scene->q.wire_reason = REASON_ACCEPTED;
	judge_rule(scene, &rule, random);
}

static void
update_target(struct judge_scene *scene, const uint8_t *data, size_t size,
    uint64_t random)
{
	struct update_context context = { .families = FAMILY_ALL,
		.as4 = random % 16 != 0,
		.external = true,
		.own_asn = 64500,
		.peer_asn = 65001 };
	struct reader reader;
	struct update update;
	struct span value;
	struct rule rule;

	if (update_decode(&context, data, size, &update) == UPDATE_RESET ||
	    update.mp_reach.safi != SAFI_FLOWSPEC ||
	    update.mp_reach.family == FAMILY_NONE)
		return;
	scene->actions = update.actions;
	scene->q.wire_reason = (uint16_t)update_reason(&update);
	reader = update.mp_reach.nlri;
	for (unsigned n = 0; reader.left > 0 && n < 8; n++) {
		must(flowspec_next(&reader, &value) == WIRE_OK, "framed");
		if (flowspec_decode(value, update.mp_reach.afi, &rule) ==
		    WIRE_OK)
			judge_rule(scene, &rule, random);
	}
}

static void
scene_set(struct judge_scene *scene, const uint8_t how[2])
{
	struct question *q = &scene->q;

	q->approved = (how[0] & HOW_APPROVED) != 0;
	q->stands = (how[0] & HOW_STANDS) != 0;
	scene->customer.mode =
	    how[0] & HOW_MONITOR ? CUSTOMER_MONITOR : CUSTOMER_ENFORCE;
	/* Its bits are the dialects, moved to their places. */
	q->dialects = (uint8_t)((how[0] & HOW_DIALECTS) >> 4);
	if (q->dialects == 0)
		q->dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT);
	q->authenticated = how[1] % 32 != 1;
	q->contained = how[1] % 32 == 2 ? REASON_PANIC : REASON_ACCEPTED;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judge_scene *scene = scene_get();
	uint64_t random = size + 1;

	if (size < 2)
		return 0;
	for (size_t i = 0; i < size; i++)
		random = random * 31 + data[i];
	random |= UINT64_C(1) << 63; /* any_fill() takes any but 0 */
	scene_set(scene, data);
	if (data[0] & HOW_VALUES)
		values_target(scene, &data[2], size - 2, random);
	else
		update_target(scene, &data[2], size - 2, random);
	return 0;
}
