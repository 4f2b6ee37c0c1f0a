/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rules rest on a prefix, against a walk of all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/depend.h"
#include "tests/lib/random_rule.h"

#define RULES 400u

struct model {
	struct depend depend;
	struct random random;
	struct rib_rule *rules[RULES];
	bool added[RULES];
	unsigned visits[RULES];
};

static struct rib_rule *
rule_make(const char *text)
{
	struct rib_rule *rule = calloc(1, sizeof(*rule));
	struct prefix prefix;

	assert_non_null(rule);
	if (text == NULL) {
		rule->rule.afi = AFI_IPV4;
		return rule;
	}
	assert_int_equal(prefix_parse(text, &prefix), 0);
	rule->rule.afi = prefix.afi;
	rule->rule.has = RULE_HAS_DST;
	rule->rule.dst_len = prefix.len;
	memcpy(rule->rule.dst, prefix.addr, sizeof(rule->rule.dst));
	return rule;
}

static void
count(void *ctx, struct rib_rule *rule)
{
	(void)rule;
	++*(unsigned *)ctx;
}

static unsigned
touched(const struct depend *depend, const char *text)
{
	struct prefix prefix;
	unsigned n = 0;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	depend_touch(depend, &prefix, count, &n);
	return n;
}

/* At, above and below, and nothing beside. */
static void
at_above_and_below(void **state)
{
	static const char *const texts[] = { "10.1.0.0/25", "10.1.0.0/25",
		"10.1.0.7/32", "10.1.0.128/25", "10.2.0.0/16", "0.0.0.0/0",
		"2001:db8::/64", "2001:db8::1/128" };
	struct rib_rule *rules[8];
	struct depend depend;

	(void)state;
	assert_int_equal(depend_init(&depend), 0);
	assert_int_equal(touched(&depend, "0.0.0.0/0"), 0);
	for (size_t i = 0; i < 8; i++) {
		rules[i] = rule_make(texts[i]);
		assert_int_equal(depend_add(&depend, rules[i]), 0);
	}
	assert_int_equal(touched(&depend, "10.1.0.0/25"), 4);
	assert_int_equal(touched(&depend, "10.1.0.7/32"), 4);
	assert_int_equal(touched(&depend, "10.1.0.6/32"), 3);
	assert_int_equal(touched(&depend, "10.1.0.0/24"), 5);
	assert_int_equal(touched(&depend, "10.3.0.0/16"), 1);
	assert_int_equal(touched(&depend, "0.0.0.0/0"), 6);
	assert_int_equal(touched(&depend, "::/0"), 2);
	assert_int_equal(touched(&depend, "2001:db8::2/128"), 1);
	assert_int_equal(touched(&depend, "2001:db9::/32"), 0);
	for (size_t i = 0; i < 8; i++) {
		depend_remove(&depend, rules[i]);
		free(rules[i]);
	}
	assert_int_equal(touched(&depend, "0.0.0.0/0"), 0);
	assert_int_equal(depend.n_rules, 0);
	depend_fini(&depend);
}

/* At most so many are visited, and it is said whether that was all. */
static void
few_and_no_more(void **state)
{
	struct rib_rule *rules[5];
	struct depend depend;
	struct prefix prefix;

	(void)state;
	assert_int_equal(depend_init(&depend), 0);
	for (size_t i = 0; i < 5; i++) {
		rules[i] = rule_make(i < 3 ? "10.1.0.1/32" : "10.0.0.0/8");
		assert_int_equal(depend_add(&depend, rules[i]), 0);
	}
	assert_int_equal(prefix_parse("10.1.0.0/16", &prefix), 0);
	for (unsigned max = 0; max < 8; max++) {
		unsigned n = 0;

		assert_int_equal(
		    depend_touch_few(&depend, &prefix, max, count, &n),
		    max >= 5);
		assert_int_equal(n, max < 5 ? max : 5);
	}
	for (size_t i = 0; i < 5; i++) {
		depend_remove(&depend, rules[i]);
		free(rules[i]);
	}
	depend_fini(&depend);
}

/* Added twice is added once; removed twice likewise; a rule without a
 * destination is in nobody's way. */
static void
twice_and_without_destination(void **state)
{
	struct rib_rule *rule = rule_make("10.1.0.1/32");
	struct rib_rule *bare = rule_make(NULL);
	struct depend depend;

	(void)state;
	assert_int_equal(depend_init(&depend), 0);
	assert_int_equal(depend_add(&depend, rule), 0);
	assert_int_equal(depend_add(&depend, rule), 0);
	assert_int_equal(depend_add(&depend, bare), 0);
	assert_int_equal(depend.n_rules, 1);
	assert_int_equal(touched(&depend, "0.0.0.0/0"), 1);
	depend_remove(&depend, rule);
	depend_remove(&depend, rule);
	depend_remove(&depend, bare);
	assert_int_equal(depend.n_rules, 0);
	assert_int_equal(touched(&depend, "0.0.0.0/0"), 0);
	free(rule);
	free(bare);
	depend_fini(&depend);
}

/* ---- against a walk ---- */

static struct prefix
random_prefix(struct model *model)
{
	bool six = random_one_in(&model->random, 2);
	struct prefix p = { .afi = six ? AFI_IPV6 : AFI_IPV4 };
	unsigned bits = six ? 128 : 32;

	/* Few values in few places, so that prefixes nest. */
	p.len = (uint8_t)random_below(&model->random, bits + 1);
	p.addr[0] = (uint8_t)random_below(&model->random, 2);
	p.addr[bits / 16] = (uint8_t)(random_below(&model->random, 4) << 6);
	p.addr[bits / 8 - 1] = (uint8_t)random_below(&model->random, 4);
	for (unsigned i = p.len; i < bits; i++)
		p.addr[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	return p;
}

static void
mark(void *ctx, struct rib_rule *rule)
{
	struct model *model = ctx;

	model->visits[rule->hash]++;
}

static void
check_touch(struct model *model)
{
	struct prefix prefix = random_prefix(model);
	struct prefix dst;

	memset(model->visits, 0, sizeof(model->visits));
	depend_touch(&model->depend, &prefix, mark, model);
	for (unsigned i = 0; i < RULES; i++) {
		bool rests = model->added[i] &&
			     rule_dst_prefix(&model->rules[i]->rule, &dst) &&
			     prefix_overlaps(&prefix, &dst);

		assert_int_equal(model->visits[i], rests);
	}
}

static void
agrees_with_a_walk_of_all(void **state)
{
	struct model *model = calloc(1, sizeof(*model));

	(void)state;
	assert_non_null(model);
	model->random.state = 4711;
	assert_int_equal(depend_init(&model->depend), 0);
	for (unsigned i = 0; i < RULES; i++) {
		struct prefix p = random_prefix(model);

		model->rules[i] = calloc(1, sizeof(struct rib_rule));
		assert_non_null(model->rules[i]);
		model->rules[i]->hash = i;
		model->rules[i]->rule.afi = p.afi;
		model->rules[i]->rule.has = RULE_HAS_DST;
		model->rules[i]->rule.dst_len = p.len;
		memcpy(model->rules[i]->rule.dst, p.addr,
		    sizeof(model->rules[i]->rule.dst));
	}
	for (unsigned n = 0; n < 20000; n++) {
		unsigned i = (unsigned)random_below(&model->random, RULES);

		if (model->added[i])
			depend_remove(&model->depend, model->rules[i]);
		else
			assert_int_equal(
			    depend_add(&model->depend, model->rules[i]), 0);
		model->added[i] = !model->added[i];
		if (n % 3 == 0)
			check_touch(model);
	}
	for (unsigned i = 0; i < RULES; i++) {
		depend_remove(&model->depend, model->rules[i]);
		free(model->rules[i]);
	}
	assert_int_equal(model->depend.n_rules, 0);
	depend_fini(&model->depend);
	free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_above_and_below),
		cmocka_unit_test(few_and_no_more),
		cmocka_unit_test(twice_and_without_destination),
		cmocka_unit_test(agrees_with_a_walk_of_all),
	};

	return cmocka_run_group_tests_name("depend", tests, NULL, NULL);
}
