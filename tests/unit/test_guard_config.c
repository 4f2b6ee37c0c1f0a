/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard's configuration: what is sound is taken as it is, and each field
 * that a loader of ours would not send spoils the set. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/dialect.h"
#include "proxy/guard/config.h"

/* A sound set, for tests to spoil. */
struct set {
	struct msg_cfg_begin begin;
	struct msg_cfg_router router;
	struct msg_cfg_validation validation;
	struct msg_cfg_fleet fleet;
	struct msg_cfg_rpki rpki;
	struct msg_cfg_irr irr;
	struct msg_cfg_prefix irr_prefix;
	struct msg_cfg_class rules_class;
	struct msg_cfg_rewrite rewrite;
	struct msg_cfg_protected protects;
	struct msg_cfg_customer customer;
	struct msg_cfg_prefix prefix;
	struct msg_cfg_target target;
	struct msg_cfg_asn asn; /* and the one above */
	struct msg_cfg_neighbor neighbor;
	struct msg_cfg_end end;
	unsigned n_customers;
	unsigned n_targets;
	unsigned n_validations;
	unsigned n_fleets;
	unsigned n_rpkis;
	unsigned n_irrs;
	unsigned n_asns;
	bool no_router;
	bool same_peer;
	bool same_customer;
};

static void
fill_facts(struct set *s)
{
	s->fleet.head.kind = MSG_CFG_FLEET;
	s->fleet.profile = COST_PLAIN;
	s->fleet.max_cost = 2800;
	s->rpki.head.kind = MSG_CFG_RPKI;
	s->irr.head.kind = MSG_CFG_IRR;
	s->irr.status = IRR_USABLE;
	s->irr.n = 1;
	s->irr.max_age_ms = 5;
	s->irr_prefix = s->prefix;
	s->irr_prefix.list = CFG_LIST_IRR;
	s->rules_class.head.kind = MSG_CFG_CLASS;
	s->rules_class.kind = CLASS_HELD;
	s->rules_class.head.len =
	    offsetof(struct msg_cfg_class, rule) + RULE_SIZE_MIN;
	s->rewrite.head.kind = MSG_CFG_REWRITE;
	s->protects.head.kind = MSG_CFG_PROTECTED;
	s->protects.rule.afi = AFI_IPV4;
	s->protects.rule.has = RULE_HAS_DST;
	s->protects.rule.dst_len = 8;
	s->protects.rule.dst[0] = 9;
	s->protects.head.len =
	    offsetof(struct msg_cfg_protected, rule) + RULE_SIZE_MIN;
	s->rules_class.rule = s->protects.rule;
	s->n_fleets = s->n_rpkis = s->n_irrs = 1;
}

static void
set_fill(struct set *s)
{
	memset(s, 0, sizeof(*s));
	s->begin.head.kind = MSG_CFG_BEGIN;
	s->begin.purpose = CFG_BOOT;
	s->begin.generation = 7;
	s->router.head.kind = MSG_CFG_ROUTER;
	s->router.asn = 64500;
	s->validation.head.kind = MSG_CFG_VALIDATION;
	s->validation.damping_ms = 60000;
	s->validation.max_routes = 1000;
	s->validation.brake_percent = 20;
	s->customer.head.kind = MSG_CFG_CUSTOMER;
	s->customer.validate = VALIDATE_NEIGHBOR_AS;
	s->customer.best_match = BEST_MATCH_INTERNAL;
	s->customer.failover = FAILOVER_KEEP;
	s->customer.max_prefixes = 10;
	s->customer.local_pref = 200;
	s->customer.customer = 3;
	s->customer.mode = CUSTOMER_ENFORCE;
	s->customer.dst_min[0] = 25;
	s->customer.dst_max[0] = 32;
	s->customer.dst_hold[0] = 24;
	s->customer.dst_min[1] = 56;
	s->customer.dst_max[1] = 128;
	s->customer.dst_hold[1] = 48;
	s->customer.max_rules = 50;
	s->customer.linger_ms = 1000;
	s->customer.rate_max = 1e6;
	memcpy(s->customer.name, "acme", 5);
	s->prefix.head.kind = MSG_CFG_PREFIX;
	assert_int_equal(prefix_parse("203.0.113.0/24", &s->prefix.prefix), 0);
	s->target.head.kind = MSG_CFG_TARGET;
	s->target.target = CFG_TARGET_TAG;
	s->target.community.kind = COMMUNITY_LARGE;
	assert_int_equal(prefix_parse("192.0.2.0/24", &s->target.prefix), 0);
	s->neighbor.head.kind = MSG_CFG_NEIGHBOR;
	s->neighbor.peer = 12;
	s->neighbor.families = FAMILY_FLOWSPEC;
	s->neighbor.remote.afi = AFI_IPV4;
	s->neighbor.remote.addr[0] = 198;
	memcpy(s->neighbor.name, "acme/a", 7);
	s->end.head.kind = MSG_CFG_END;
	s->end.generation = 7;
	s->n_customers = 2;
	s->n_targets = 1;
	s->asn.head.kind = MSG_CFG_ASN;
	s->asn.asn = 65002;
	s->n_asns = 2;
	s->n_validations = 1;
	fill_facts(s);
}

static int
take_customers(struct config *config, struct set *s)
{
	for (unsigned i = 0; i < s->n_customers; i++) {
		struct msg_cfg_customer c = s->customer;

		c.index += i;
		c.customer += s->same_customer ? 0 : i;
		if (config_take(config, &c.head) < 0)
			return -1;
	}
	if (config_take(config, &s->prefix.head) < 0)
		return -1;
	for (unsigned i = 0; i < s->n_targets; i++) {
		if (config_take(config, &s->target.head) < 0)
			return -1;
	}
	for (unsigned i = 0; i < s->n_asns; i++) {
		struct msg_cfg_asn asn = s->asn;

		asn.asn += i;
		if (config_take(config, &asn.head) < 0)
			return -1;
	}
	return 0;
}

static int
take_facts(struct config *config, struct set *s)
{
	for (unsigned i = 0; i < s->n_irrs; i++) {
		if (config_take(config, &s->irr.head) < 0)
			return -1;
	}
	if (config_take(config, &s->irr_prefix.head) < 0 ||
	    config_take(config, &s->rules_class.head) < 0 ||
	    config_take(config, &s->rewrite.head) < 0)
		return -1;
	return config_take(config, &s->protects.head);
}

/* 0 when the whole set is taken. */
static int
set_take(struct config *config, struct set *s)
{
	if (!s->no_router && config_take(config, &s->router.head) < 0)
		return -1;
	for (unsigned i = 0; i < s->n_validations; i++) {
		if (config_take(config, &s->validation.head) < 0)
			return -1;
	}
	for (unsigned i = 0; i < s->n_fleets; i++) {
		if (config_take(config, &s->fleet.head) < 0)
			return -1;
	}
	for (unsigned i = 0; i < s->n_rpkis; i++) {
		if (config_take(config, &s->rpki.head) < 0)
			return -1;
	}
	if (take_customers(config, s) < 0 || take_facts(config, s) < 0)
		return -1;
	for (unsigned i = 0; i < 2; i++) {
		struct msg_cfg_neighbor n = s->neighbor;

		n.peer += s->same_peer ? 0 : i;
		if (config_take(config, &n.head) < 0)
			return -1;
	}
	return config_take(config, &s->end.head);
}

/* What is sound is taken, field by field. */
static void
sound_set_is_taken(void **state)
{
	const struct config_customer *c;
	struct config *config;
	struct set s;

	(void)state;
	set_fill(&s);
	config = config_new(&s.begin);
	assert_non_null(config);
	assert_int_equal(set_take(config, &s), 0);
	assert_true(config->complete);
	assert_int_equal(config->n_customers, 2);
	c = config_customer(config, 3);
	assert_string_equal(c->policy.name, "acme");
	assert_int_equal(c->policy.limits.rules, 50);
	assert_int_equal(c->policy.limits.received, 100);
	assert_int_equal(c->policy.ipv4.hold_from, 24);
	assert_int_equal(c->policy.n_tags, 1);
	assert_int_equal(c->policy.validate, VALIDATE_NEIGHBOR_AS);
	assert_int_equal(c->policy.best_match, BEST_MATCH_INTERNAL);
	assert_int_equal(c->policy.failover, FAILOVER_KEEP);
	assert_int_equal(c->policy.limits.prefixes, 10);
	assert_int_equal(c->policy.local_pref, 200);
	assert_int_equal(c->policy.n_asns, 2);
	assert_int_equal(c->policy.asns[0], 65002);
	assert_int_equal(c->policy.asns[1], 65003);
	assert_int_equal(config->validation.damping_ms, 60000);
	assert_int_equal(prefix_set_count(c->policy.own), 1);
	assert_int_equal(config_customer(config, 4)->number, 4);
	assert_null(config_customer(config, 5));
	assert_int_equal(config_neighbor(config, 13)->peer, 13);
	assert_null(config_neighbor(config, 14));
	assert_int_equal(config->dialects, 1u << DIALECT_STRICT);
	assert_int_equal(config->fleet.max_cost, 2800);
	assert_true(c->policy.irr.configured);
	assert_int_equal(c->policy.irr.max_age_ms, 5);
	assert_int_equal(prefix_set_count(c->policy.irr.list), 1);
	assert_int_equal(c->policy.n_classes, 1);
	assert_int_equal(c->policy.rewrite.n_redirects, 1);
	/* What is listed, two neighbours' addresses, and what always is. */
	assert_true(protected_sealed(config->protected));
	assert_true(protected_count(config->protected) > 3);
	assert_int_equal(prefix_set_count(config->space), 1);

	/* Nothing more after the end. */
	assert_int_equal(config_take(config, &s.router.head), -1);
	config_free(config);
}

/* A look-up finds the right one of many, given in any order. */
static void
look_ups_find_the_right_one(void **state)
{
	struct config *config;
	struct set s;

	(void)state;
	set_fill(&s);
	config = config_new(&s.begin);
	assert_int_equal(config_take(config, &s.router.head), 0);
	assert_int_equal(config_take(config, &s.validation.head), 0);
	assert_int_equal(config_take(config, &s.fleet.head), 0);
	assert_int_equal(config_take(config, &s.rpki.head), 0);
	for (uint32_t i = 0; i < 500; i++) {
		s.customer.index = i;
		s.customer.customer = i * 7919 % 500;
		s.neighbor.index = i;
		s.neighbor.peer = i * 7907 % 500;
		assert_int_equal(config_take(config, &s.customer.head), 0);
		assert_int_equal(config_take(config, &s.neighbor.head), 0);
	}
	assert_int_equal(config_take(config, &s.end.head), 0);
	for (uint32_t i = 0; i < 500; i++) {
		assert_int_equal(config_customer(config, i)->number, i);
		assert_int_equal(config_neighbor(config, i)->peer, i);
	}
	assert_null(config_customer(config, 500));
	config_free(config);
}

/* An inward neighbour's dialect is one that is spoken. */
static void
dialects_are_collected(void **state)
{
	struct config *config;
	struct set s;

	(void)state;
	set_fill(&s);
	s.neighbor.index = CFG_INTERNAL;
	s.neighbor.emit = DIALECT_FRR;
	config = config_new(&s.begin);
	assert_int_equal(set_take(config, &s), 0);
	assert_int_equal(
	    config->dialects, 1u << DIALECT_STRICT | 1u << DIALECT_FRR);
	config_free(config);
}

/* Another customer's rule for all packets to prefix meets something there. */
static bool
protected_holds(const struct config *config, const struct prefix *prefix)
{
	struct rule rule = { .afi = prefix->afi, .has = RULE_HAS_DST };

	rule.dst_len = prefix->len;
	memcpy(rule.dst, prefix->addr, sizeof(rule.dst));
	return protected_meets(config->protected, &rule, 99) != NULL;
}

/* What protects the range, alone of the neighbours. */
static size_t
protected_with(uint8_t len, const char *name)
{
	struct config *config;
	struct prefix prefix;
	struct set s;
	size_t n;

	set_fill(&s);
	s.neighbor.range_len = len;
	(void)snprintf(s.neighbor.name, sizeof(s.neighbor.name), "%s", name);
	config = config_new(&s.begin);
	assert_int_equal(set_take(config, &s), 0);
	n = protected_count(config->protected);
	assert_int_equal(prefix_parse("198.7.7.7/32", &prefix), 0);
	assert_int_equal(protected_holds(config, &prefix), len > 0);
	config_free(config);
	return n;
}

/* A range is protected as a whole, and once for all the places in it. */
static void
range_is_protected_once(void **state)
{
	size_t two_addresses = protected_with(0, "acme/198.0.0.0");

	(void)state;
	assert_int_equal(
	    protected_with(8, "acme/198.0.0.0/8#1"), two_addresses - 2);
}

/* Purposes that nobody knows, and a name without end. */
static void
bad_beginnings_are_refused(void **state)
{
	struct set s;

	(void)state;
	set_fill(&s);
	s.begin.purpose = 0;
	assert_null(config_new(&s.begin));
	s.begin.purpose = CFG_APPLY + 1;
	assert_null(config_new(&s.begin));
	s.begin.purpose = CFG_APPLY;
	memset(s.begin.operator_name, 'x', sizeof(s.begin.operator_name));
	assert_null(config_new(&s.begin));
}

struct row {
	const char *name;
	void (*spoil)(struct set *s);
};

/* One row: a name and what is done to the sound set. */
#define ROWS(X)                                                                \
	X(router_without_asn, s->router.asn = 0)                               \
	X(fleet_missing, s->n_fleets = 0)                                      \
	X(fleet_twice, s->n_fleets = 2)                                        \
	X(fleet_without_profile, s->fleet.profile = COST_NONE)                 \
	X(fleet_with_unknown_profile, s->fleet.profile = COST_COUNT)           \
	X(caches_missing, s->n_rpkis = 0)                                      \
	X(caches_twice, s->n_rpkis = 2)                                        \
	X(caches_beyond_count, s->rpki.n = RPKI_CACHES_MAX + 1)                \
	X(list_twice, s->n_irrs = 2)                                           \
	X(list_of_nobody, s->irr.index = 9)                                    \
	X(list_that_is_empty, s->irr.n = 0)                                    \
	X(list_without_its_head, s->n_irrs = 0)                                \
	X(prefix_of_unknown_list, s->irr_prefix.list = 2)                      \
	X(class_of_unknown_kind, s->rules_class.kind = 3)                      \
	X(class_of_nobody, s->rules_class.index = 9)                           \
	X(class_with_broken_rule, s->rules_class.rule.afi = 9)                 \
	X(rewrite_of_nobody, s->rewrite.index = 9)                             \
	X(protected_without_destination, s->protects.rule.has = 0)             \
	X(protected_name_without_end,                                          \
	    memset(s->protects.name, 'x', sizeof(s->protects.name)))           \
	X(unknown_match, s->customer.match = 2)                                \
	X(unknown_rpki, s->customer.rpki = 3)                                  \
	X(two_of_the_operators, s->customer.noc = 1)                           \
	X(router_missing, s->no_router = true)                                 \
	X(router_path_without_end,                                             \
	    memset(s->router.store_path, 'x', PATH_LEN))                       \
	X(router_socket_without_end,                                           \
	    memset(s->router.control_path, 'x', PATH_LEN))                     \
	X(customer_out_of_turn, s->customer.index = 1)                         \
	X(customer_without_name, s->customer.name[0] = '\0')                   \
	X(customer_name_without_end,                                           \
	    memset(s->customer.name, 'x', NAME_MAX_LEN))                       \
	X(customer_mode_unknown, s->customer.mode = CUSTOMER_ENFORCE + 1)      \
	X(customer_number_twice, s->same_customer = true)                      \
	X(validation_missing, s->n_validations = 0)                            \
	X(validation_twice, s->n_validations = 2)                              \
	X(validation_without_routes, s->validation.max_routes = 0)             \
	X(damping_too_long, s->validation.damping_ms = 3600001)                \
	X(brake_of_nothing, s->validation.brake_percent = 0)                   \
	X(brake_beyond_all, s->validation.brake_percent = 101)                 \
	X(customer_validate_of_zero, s->customer.validate = VALIDATE_NONE)     \
	X(customer_validate_unknown, s->customer.validate = VALIDATE_OFF + 1)  \
	X(customer_best_match_unknown,                                         \
	    s->customer.best_match = BEST_MATCH_INTERNAL + 1)                  \
	X(customer_failover_unknown, s->customer.failover = FAILOVER_KEEP + 1) \
	X(asn_of_nobody, s->asn.index = 2)                                     \
	X(asn_of_zero, s->asn.asn = 0)                                         \
	X(asns_descend, s->asn.asn = UINT32_MAX)                               \
	X(too_many_asns, s->n_asns = CUSTOMER_ASNS_MAX + 1)                    \
	X(rate_min_nan, s->customer.rate_min = (double)NAN)                    \
	X(rate_max_infinite, s->customer.rate_max = (double)INFINITY)          \
	X(rate_max_negative, s->customer.rate_max = -1)                        \
	X(rate_min_negative, s->customer.rate_min = -1)                        \
	X(packets_min_nan, s->customer.packets_min = (double)NAN)              \
	X(packets_max_infinite, s->customer.packets_max = (double)INFINITY)    \
	X(packets_max_negative, s->customer.packets_max = -0.5)                \
	X(window4_beyond_the_family, s->customer.dst_max[0] = 33)              \
	X(window6_beyond_the_family, s->customer.dst_max[1] = 129)             \
	X(window_min_above_max, s->customer.dst_min[0] = 33)                   \
	X(window_hold_above_min, s->customer.dst_hold[0] = 26)                 \
	X(prefix_of_nobody, s->prefix.index = 2)                               \
	X(prefix_of_no_family, s->prefix.prefix.afi = 3)                       \
	X(prefix_too_long, s->prefix.prefix.len = 33)                          \
	X(prefix_with_stray_bits, s->prefix.prefix.addr[3] = 1)                \
	X(target_of_nobody, s->target.index = 2)                               \
	X(target_of_no_kind, s->target.target = 0)                             \
	X(target_kind_unknown, s->target.target = 4)                           \
	X(tag_of_no_kind, s->target.community.kind = 0)                        \
	X(tag_kind_unknown, s->target.community.kind = COMMUNITY_LARGE + 1)    \
	X(too_many_tags, s->n_targets = CUSTOMER_TAGS_MAX + 1)                 \
	X(too_many_redirects, redirects(s, CUSTOMER_TARGETS_MAX + 1))          \
	X(too_many_addresses, addresses(s, CUSTOMER_TARGETS_IP_MAX + 1))       \
	X(address_not_a_prefix, (addresses(s, 1), s->target.prefix.len = 99))  \
	X(neighbor_of_nobody, s->neighbor.index = 2)                           \
	X(neighbor_name_without_end,                                           \
	    memset(s->neighbor.name, 'x', NAME_MAX_LEN))                       \
	X(neighbor_without_address, s->neighbor.remote.afi = AFI_NONE)         \
	X(neighbor_address_of_no_family, s->neighbor.remote.afi = 7)           \
	X(neighbor_families_unknown, s->neighbor.families = 0xf0)              \
	X(neighbor_number_twice, s->same_peer = true)                          \
	X(neighbor_kind_of_keys_unknown,                                       \
	    s->neighbor.authenticated = AUTH_AO + 1)                           \
	X(range_without_number, range(s, 8, "acme/198.0.0.0/8"))               \
	X(range_of_one_address, range(s, 32, "acme/198.0.0.0/32#1"))           \
	X(range_beyond_the_family, range(s, 33, "acme/198.0.0.0/33#1"))        \
	X(range_with_stray_bits, range(s, 6, "acme/198.0.0.0/6#1"))            \
	X(range_inside, (range(s, 8, "acme/198.0.0.0/8#1"),                    \
			    s->neighbor.index = CFG_INTERNAL,                  \
			    s->neighbor.emit = DIALECT_STRICT))                \
	X(key_for_the_guard, s->end.head.kind = MSG_CFG_KEY)                   \
	X(inward_without_dialect, s->neighbor.index = CFG_INTERNAL)            \
	X(inward_dialect_unknown, (s->neighbor.index = CFG_INTERNAL,           \
				      s->neighbor.emit = DIALECT_COUNT))       \
	X(end_of_another_generation, s->end.generation = 8)                    \
	X(foreign_message, s->end.head.kind = MSG_STOP)

static void
range(struct set *s, uint8_t len, const char *name)
{
	s->neighbor.range_len = len;
	(void)snprintf(s->neighbor.name, sizeof(s->neighbor.name), "%s", name);
}

static void
redirects(struct set *s, unsigned n)
{
	s->target.target = CFG_TARGET_REDIRECT;
	s->n_targets = n;
}

static void
addresses(struct set *s, unsigned n)
{
	s->target.target = CFG_TARGET_IP;
	s->n_targets = n;
}

#define X(row, what)                                                           \
	static void spoil_##row(struct set *s)                                 \
	{                                                                      \
		(void)(what);                                                  \
	}
ROWS(X)
#undef X

static const struct row rows[] = {
#define X(row, what) { #row, spoil_##row },
	ROWS(X)
#undef X
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* The spoilt set is refused somewhere, and freed without harm. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct config *config;
	struct set s;

	set_fill(&s);
	row->spoil(&s);
	config = config_new(&s.begin);
	assert_non_null(config);
	assert_int_equal(set_take(config, &s), -1);
	assert_false(config->complete);
	config_free(config);
}

int
main(void)
{
	struct CMUnitTest tests[NROWS + 5] = {
		cmocka_unit_test(sound_set_is_taken),
		cmocka_unit_test(look_ups_find_the_right_one),
		cmocka_unit_test(dialects_are_collected),
		cmocka_unit_test(bad_beginnings_are_refused),
		cmocka_unit_test(range_is_protected_once),
	};

	for (size_t i = 0; i < NROWS; i++) {
		tests[5 + i].name = rows[i].name;
		tests[5 + i].test_func = check_row;
		tests[5 + i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("guard config", tests, NULL, NULL);
}
