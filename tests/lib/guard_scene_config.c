/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration that the scene's supervisor sends, and what it feeds the
 * guard afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "proxy/common/clock.h"
#include "tests/lib/guard_scene.h"

/* ---- what tests may change ---- */

static const struct scene_customer anybody = {
	.mode = CUSTOMER_ENFORCE,
	.max_rules = 1000,
	.linger_ms = 3600000,
	.hold_from = 24,
	.validate = VALIDATE_OFF,
	.local_pref = 100,
	.max_prefixes = 1000,
	.max_cost = UINT32_MAX,
	.new_per_second = UINT32_MAX,
	.burst = UINT32_MAX,
	.max_addresses = UINT64_MAX,
	.max_addresses_percent = 100,
	.rpki = OWN_RPKI_OFF,
};

void
scene_config_defaults(struct scene *scene)
{
	scene->validation = (struct msg_cfg_validation){
		.damping_ms = 60000,
		.max_routes = 1000000,
		.brake_percent = 20,
		.brake_rules = 50,
		.brake_customers = 3,
	};
	scene->fleet = (struct msg_cfg_fleet){
		.max_rules = UINT32_MAX,
		.max_cost = UINT32_MAX,
		.pace = UINT32_MAX,
		.profile = COST_PLAIN,
		.warn_percent = 75,
	};
	scene->rpki_config = (struct msg_cfg_rpki){
		.refresh_s = 3600,
		.retry_s = 600,
		.expire_s = 7200,
		.grace_s = 86400,
		.shrink_percent = 20,
	};
	scene->noc = anybody;
	scene->noc.name = "noc";
	scene->noc.actions =
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_RATE_PACKETS) |
	    ACTION_BIT(ACTION_TRAFFIC) | ACTION_BIT(ACTION_MARK);
}

void
scene_customer_add(struct scene *scene, const char *name, const char *own)
{
	struct scene_customer *c = &scene->customers[scene->n_customers++];

	assert_true(scene->n_customers <= SCENE_CUSTOMERS);
	*c = anybody;
	c->name = name;
	c->prefixes[0] = own;
	c->prefixes[1] = "10.9.0.0/16";
}

struct rule *
scene_class_add(struct scene *scene, uint32_t customer,
    enum customer_class_kind kind, const char *dst)
{
	struct scene_class *class = &scene->classes[scene->n_classes++];

	assert_true(scene->n_classes <= SCENE_CLASSES);
	class->customer = customer;
	class->kind = kind;
	scene_rule(dst, &class->rule);
	return &class->rule;
}

struct rule *
scene_protect(struct scene *scene, const char *name, const char *dst)
{
	struct scene_protected *at = &scene->protected[scene->n_protected++];

	assert_true(scene->n_protected <= SCENE_PROTECTED);
	at->name = name;
	scene_rule(dst, &at->rule);
	return &at->rule;
}

/* ---- one set ---- */

void
scene_tell(struct scene *scene, void *msg, enum msg_kind kind, size_t size)
{
	((struct msg_head *)msg)->kind = (uint16_t)kind;
	assert_int_equal(channel_send(scene->supervisor, msg, size, -1), 0);
}

/* Whom it is, and where it stands in the set. */
struct place {
	uint32_t index;
	uint32_t number;
	uint32_t asn;
	bool noc;
};

static void
fill_form(struct msg_cfg_customer *msg, const struct scene_customer *c)
{
	msg->discard = 1;
	msg->actions = c->actions;
	if (c->actions == 0)
		msg->actions =
		    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_MARK);
	msg->components = CUSTOMER_COMPONENTS_ALL & ~c->without;
	msg->dst_min[0] = 25;
	msg->dst_max[0] = 32;
	msg->dst_hold[0] = c->hold_from;
	msg->dst_min[1] = 56;
	msg->dst_max[1] = 128;
	msg->dst_hold[1] = 48;
	msg->marks = 1;
	msg->rate_min = c->rate_min > 0 ? c->rate_min : 1;
	msg->rate_max = 1e9;
	msg->raise_rates = c->raise_rates;
}

/* What the loader's section noc: allows where it says nothing. */
static void
fill_noc(struct msg_cfg_customer *msg)
{
	msg->noc = 1;
	msg->traffic_flags = ACTION_SAMPLE | ACTION_CONTINUE;
	for (size_t i = 0; i < 2; i++) {
		msg->dst_min[i] = 1;
		msg->dst_hold[i] = 1;
	}
	msg->marks = UINT64_MAX;
	msg->rate_max = 1e12;
	msg->packets_min = 1;
	msg->packets_max = 1e12;
}

static void
fill_limits(struct msg_cfg_customer *msg, const struct scene_customer *c)
{
	msg->max_rules = c->max_rules;
	msg->max_prefixes = c->max_prefixes;
	msg->max_cost = c->max_cost;
	msg->new_per_second = c->new_per_second;
	msg->burst = c->burst;
	msg->max_addresses = c->max_addresses;
	msg->max_addresses_percent = c->max_addresses_percent;
	msg->strikes = c->strikes;
	msg->lifetime_ms = c->lifetime_ms;
	msg->linger_ms = c->linger_ms;
	msg->flap_breaker = c->flap_breaker;
}

static void
fill_ownership(struct msg_cfg_customer *msg, const struct scene_customer *c)
{
	msg->best_match = c->best_match;
	msg->failover = c->failover;
	msg->local_pref = c->local_pref;
	msg->validate =
	    c->validate == VALIDATE_NONE ? VALIDATE_OFF : c->validate;
	msg->match = c->match;
	msg->rpki = c->rpki;
	msg->pa = c->pa;
	msg->shared = c->shared;
}

static uint32_t
count_irr(const struct scene_customer *c)
{
	uint32_t n = 0;

	while (n < SCENE_IRR && c->irr[n] != NULL)
		n++;
	return n;
}

/* kind: of a set, or outside of one, where index is the number. */
static void
tell_irr(struct scene *scene, uint32_t index, const struct scene_customer *c,
    bool in_set)
{
	struct msg_cfg_irr msg = { .index = index,
		.status = c->irr_status,
		.n = count_irr(c),
		.max_age_ms = c->irr_max_age_ms,
		.written_ns = c->irr_written_ns };

	if (msg.status == 0)
		msg.status = msg.n > 0 ? IRR_USABLE : IRR_EMPTY;
	if (msg.status != IRR_USABLE)
		msg.n = 0;
	if (msg.written_ns == 0)
		msg.written_ns = clock_wall_ns();
	msg.hash[0] = c->irr_hash;
	(void)snprintf(msg.path, sizeof(msg.path), "/irr/%s.json", c->name);
	if (msg.status != IRR_USABLE)
		(void)snprintf(msg.why, sizeof(msg.why), "line 1: test");
	scene_tell(
	    scene, &msg, in_set ? MSG_CFG_IRR : MSG_IRR_BEGIN, sizeof(msg));
	for (uint32_t i = 0; i < msg.n; i++) {
		struct msg_cfg_prefix prefix = { .index = index,
			.list = CFG_LIST_IRR };

		assert_int_equal(prefix_parse(c->irr[i], &prefix.prefix), 0);
		scene_tell(scene, &prefix,
		    in_set ? MSG_CFG_PREFIX : MSG_IRR_PREFIX, sizeof(prefix));
	}
}

static void
tell_lists(struct scene *scene, uint32_t index, const struct scene_customer *c)
{
	for (size_t i = 0; i < 4 && c->prefixes[i] != NULL; i++) {
		struct msg_cfg_prefix own = { .index = index };

		assert_int_equal(prefix_parse(c->prefixes[i], &own.prefix), 0);
		scene_tell(scene, &own, MSG_CFG_PREFIX, sizeof(own));
	}
	for (size_t i = 0; i < SCENE_ASNS && c->asns[i] != 0; i++) {
		struct msg_cfg_asn asn = { .index = index, .asn = c->asns[i] };

		scene_tell(scene, &asn, MSG_CFG_ASN, sizeof(asn));
	}
	if (c->irr[0] != NULL || c->irr_status != 0)
		tell_irr(scene, index, c, true);
}

static void
tell_targets(
    struct scene *scene, uint32_t index, const struct scene_customer *c)
{
	static const uint8_t none[8] = { 0 };

	for (size_t i = 0; i < SCENE_REDIRECTS; i++) {
		struct msg_cfg_target target = { .index = index,
			.target = CFG_TARGET_REDIRECT };
		struct msg_cfg_rewrite rewrite = { .index = index };

		memcpy(target.redirect, c->targets[i], 8);
		memcpy(rewrite.from, c->rewrites[i].from, 8);
		memcpy(rewrite.to, c->rewrites[i].to, 8);
		if (memcmp(target.redirect, none, 8) != 0)
			scene_tell(
			    scene, &target, MSG_CFG_TARGET, sizeof(target));
		if (memcmp(rewrite.from, none, 8) != 0)
			scene_tell(
			    scene, &rewrite, MSG_CFG_REWRITE, sizeof(rewrite));
	}
	if (c->tag != 0) {
		struct msg_cfg_target tag = { .index = index,
			.target = CFG_TARGET_TAG };

		tag.community.kind = COMMUNITY_LARGE;
		memcpy(&tag.community.value[4], &c->tag, 8);
		scene_tell(scene, &tag, MSG_CFG_TARGET, sizeof(tag));
	}
}

static void
tell_customer(struct scene *scene, const struct place *place,
    const struct scene_customer *c)
{
	struct msg_cfg_customer msg = { .index = place->index,
		.customer = place->number,
		.asn = place->asn,
		.mode = c->mode };

	fill_form(&msg, c);
	fill_limits(&msg, c);
	fill_ownership(&msg, c);
	if (place->noc)
		fill_noc(&msg);
	(void)snprintf(msg.name, sizeof(msg.name), "%s", c->name);
	scene_tell(scene, &msg, MSG_CFG_CUSTOMER, sizeof(msg));
	tell_lists(scene, place->index, c);
	tell_targets(scene, place->index, c);
}

static void
tell_classes(struct scene *scene, uint32_t customer, uint32_t index)
{
	for (size_t i = 0; i < scene->n_classes; i++) {
		const struct scene_class *class = &scene->classes[i];
		struct msg_cfg_class msg = { .index = index,
			.kind = class->kind };
		size_t size = rule_size(&class->rule);

		if (class->customer != customer)
			continue;
		memcpy(&msg.rule, &class->rule, size);
		scene_tell(scene, &msg, MSG_CFG_CLASS,
		    offsetof(struct msg_cfg_class, rule) + size);
	}
}

static void
tell_protected(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_protected; i++) {
		const struct scene_protected *at = &scene->protected[i];
		struct msg_cfg_protected msg = { 0 };
		size_t size = rule_size(&at->rule);

		(void)snprintf(msg.name, sizeof(msg.name), "%s", at->name);
		memcpy(&msg.rule, &at->rule, size);
		scene_tell(scene, &msg, MSG_CFG_PROTECTED,
		    offsetof(struct msg_cfg_protected, rule) + size);
	}
}

static void
tell_neighbor(struct scene *scene, uint32_t index, uint32_t peer, uint8_t emit,
    uint8_t families)
{
	struct msg_cfg_neighbor msg = { .index = index,
		.peer = peer,
		.emit = emit,
		.families = families,
		.remote = { .afi = AFI_IPV4, .addr = { 192, 0, 2 } } };

	msg.remote.addr[3] = (uint8_t)peer;
	(void)snprintf(msg.name, sizeof(msg.name), "peer%u", peer);
	scene_tell(scene, &msg, MSG_CFG_NEIGHBOR, sizeof(msg));
}

/* Like that of a loader: "acme/10.1.5.0/24#1". */
static void
tell_session(struct scene *scene, uint32_t index, const struct scene_session *s)
{
	struct msg_cfg_neighbor msg = { .index = index,
		.peer = s->peer,
		.families = s->families,
		.authenticated = s->authenticated,
		.remote = { .afi = AFI_IPV4,
		    .addr = { 192, 0, 2, (uint8_t)s->peer } } };
	char text[PREFIX_TEXT_MAX];

	(void)snprintf(msg.name, sizeof(msg.name), "peer%u", s->peer);
	if (s->range.afi != AFI_NONE) {
		msg.range_len = s->range.len;
		msg.remote.afi = s->range.afi;
		memcpy(msg.remote.addr, s->range.addr, ADDRESS_MAX);
		(void)snprintf(msg.name, sizeof(msg.name), "%.10s/%s#%u",
		    scene->customers[s->customer].name,
		    prefix_print(&s->range, text, sizeof(text)), s->peer);
	}
	scene_tell(scene, &msg, MSG_CFG_NEIGHBOR, sizeof(msg));
}

static void
tell_neighbors(struct scene *scene, const uint32_t *index)
{
	for (size_t i = 0; i < scene->n_sessions; i++) {
		const struct scene_session *s = &scene->sessions[i];

		if (!scene->customers[s->customer].removed)
			tell_session(scene, index[s->customer], s);
	}
	for (size_t i = 0; i < scene->n_routers; i++)
		tell_neighbor(scene, CFG_INTERNAL, scene->routers[i].peer,
		    scene->routers[i].emit, FAMILY_FLOWSPEC);
	for (size_t i = 0; i < scene->n_feeds; i++) {
		if (!scene->feeds[i].removed)
			tell_neighbor(scene, CFG_INTERNAL, scene->feeds[i].peer,
			    DIALECT_STRICT, scene->feeds[i].families);
	}
}

/* What is said once. */
static void
tell_begin(struct scene *scene, enum cfg_purpose purpose)
{
	struct msg_cfg_begin begin = { .generation = ++scene->generation,
		.purpose = purpose };
	struct msg_cfg_router router = { .asn = SCENE_ASN, .hold_s = 90 };

	if (purpose != CFG_BOOT)
		begin.request = ++scene->request;
	if (purpose == CFG_APPLY) {
		begin.confirm_s = scene->confirm_s;
		begin.rollback = scene->rollback;
	}
	(void)snprintf(begin.operator_name, sizeof(begin.operator_name), "%s",
	    scene->operator_name);
	scene_tell(scene, &begin, MSG_CFG_BEGIN, sizeof(begin));
	scene_tell(scene, &router, MSG_CFG_ROUTER, sizeof(router));
	scene_tell(scene, &scene->validation, MSG_CFG_VALIDATION,
	    sizeof(scene->validation));
	scene_tell(scene, &scene->fleet, MSG_CFG_FLEET, sizeof(scene->fleet));
	scene_tell(scene, &scene->rpki_config, MSG_CFG_RPKI,
	    sizeof(scene->rpki_config));
	scene_tell(
	    scene, &scene->service, MSG_CFG_SERVICE, sizeof(scene->service));
}

void
scene_configure(struct scene *scene, enum cfg_purpose purpose)
{
	struct msg_cfg_end end = { 0 };
	struct place noc = {
		.number = SCENE_NOC, .asn = SCENE_ASN, .noc = true
	};
	uint32_t index[SCENE_CUSTOMERS];

	tell_begin(scene, purpose);
	for (uint32_t i = 0; i < scene->n_customers; i++) {
		const struct place place = {
			.index = noc.index, .number = i + 1, .asn = 65001 + i
		};

		if (scene->customers[i].removed)
			continue;
		index[i] = noc.index++;
		tell_customer(scene, &place, &scene->customers[i]);
		tell_classes(scene, i, index[i]);
	}
	tell_customer(scene, &noc, &scene->noc);
	tell_protected(scene);
	tell_neighbors(scene, index);
	end.generation = scene->generation;
	scene_tell(scene, &end, MSG_CFG_END, sizeof(end));
	scene->ended = false;
	scene->n_rows = 0;
}

/* ---- outside of a set ---- */

void
scene_irr_feed(struct scene *scene, uint32_t customer)
{
	struct msg_irr_end end = { .index = customer + 1 };

	tell_irr(scene, customer + 1, &scene->customers[customer], false);
	scene_tell(scene, &end, MSG_IRR_END, sizeof(end));
	channel_flush(scene->supervisor);
}

void
scene_irr(struct scene *scene, uint32_t customer, const char *const *prefixes)
{
	struct scene_customer *c = &scene->customers[customer];
	size_t n = 0;

	for (; prefixes[n] != NULL; n++) {
		assert_true(n < SCENE_IRR);
		c->irr[n] = prefixes[n];
	}
	if (n < SCENE_IRR)
		c->irr[n] = NULL;
	c->irr_hash++;
	scene_irr_feed(scene, customer);
}

void
scene_hold_irr(struct scene *scene, uint32_t customer, bool waits,
    uint32_t have, uint32_t found)
{
	struct msg_held msg = { .what = CONFIRM_IRR,
		.customer = customer + 1,
		.waits = waits,
		.have = have,
		.found = found };

	scene_tell(scene, &msg, MSG_HELD, sizeof(msg));
	channel_flush(scene->supervisor);
}

void
scene_hold_reload(struct scene *scene, bool waits, uint64_t until_ns)
{
	struct msg_held msg = {
		.what = CONFIRM_RELOAD, .waits = waits, .until_ns = until_ns
	};

	scene_tell(scene, &msg, MSG_HELD, sizeof(msg));
	channel_flush(scene->supervisor);
}
