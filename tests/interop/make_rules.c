/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random legal rules that one customer may announce, from a seed:
 *
 *   make_rules SEED COUNT
 *
 * One line a rule, with tabs: family (4 or 6), NLRI value, attribute 16,
 * attribute 25, NLRI values of the parts inward (with commas), text. Octets
 * are hexadecimal, "-" where there are none. No two lines share a part.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/judge.h"
#include "policy/rule_text.h"
#include "proxy/wire/flow_action.h"
#include "tests/lib/random_rule.h"

#define SEEN_MAX  65536
#define SEEN_MASK (2 * SEEN_MAX - 1)

/* What is told apart: a hash of family and NLRI is enough, a collision only
 * costs a rule. */
struct seen {
	size_t n;
	uint64_t hash[2 * SEEN_MAX];
};

struct scene {
	struct random random;
	struct customer customer;
	struct protected_set *protected;
	struct question q;
	struct rule rule;
	struct action_set actions;
	struct verdict verdict;
	struct dialect_parts parts[DIALECT_COUNT];
	struct seen seen;
};

static bool
no_conflict(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)actions;
	(void)evidence;
	(void)size;
	return false;
}

static bool
no_shadow(const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)evidence;
	(void)size;
	return false;
}

static void
own(struct customer *customer, const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) < 0 ||
	    prefix_set_add(customer->own, &prefix, 0) < 0)
		abort();
}

/* Two of each kind; what the test configures. */
static const uint8_t targets[][8] = {
	{ 0x80, 0x08, 0xfb, 0xf4, 0, 0, 0, 1 },
	{ 0x81, 0x08, 10, 0, 0, 1, 0, 2 },
	{ 0x82, 0x08, 0xfa, 0x56, 0xea, 0x07, 0, 3 },
};
#define TARGETS (sizeof(targets) / sizeof(targets[0]))

static void
customer_init(struct customer *customer)
{
	struct customer_actions *may = &customer->actions;

	customer_defaults(customer);
	customer->mode = CUSTOMER_ENFORCE;
	customer->validate = VALIDATE_OFF;
	customer->own = prefix_set_new();
	if (customer->own == NULL)
		abort();
	own(customer, "198.18.0.0/15");
	own(customer, "2001:db8::/32");
	customer->ipv4 = (struct customer_window){ 15, 32, 15 };
	customer->ipv6 = (struct customer_window){ 32, 128, 32 };
	customer->limits.rules = UINT32_MAX;
	customer->limits.cost = UINT32_MAX;
	may->kinds = ACTION_BIT(ACTION_KINDS) - 1u;
	may->flags = UINT8_MAX;
	may->bytes = (struct customer_rate){ 1, 1e9 };
	may->packets = (struct customer_rate){ 1, 1e9 };
	may->marks = UINT64_MAX;
	memcpy(may->targets, targets, sizeof(targets));
	may->n_targets = TARGETS;
	may->n_targets_ip = 2;
	if (prefix_parse("10.0.0.0/8", &may->targets_ip[0]) < 0 ||
	    prefix_parse("2001:db8::/32", &may->targets_ip[1]) < 0)
		abort();
}

/* No peer has an address in what the customer owns. */
static struct protected_set *
protected_init(void)
{
	struct protected_set *set = protected_new();

	if (set == NULL || protected_add_always(set) < 0 ||
	    protected_seal(set) < 0)
		abort();
	return set;
}

static void
scene_init(struct scene *scene, uint64_t seed)
{
	scene->random.state = seed;
	customer_init(&scene->customer);
	scene->protected = protected_init();
	scene->q = (struct question){
		.customer = &scene->customer,
		.rule = &scene->rule,
		.actions = &scene->actions,
		.conflicts = no_conflict,
		.shadows = no_shadow,
		.protected = scene->protected,
		.fleet = { .max_rules = UINT32_MAX, .max_cost = UINT32_MAX },
		.new_room = 1,
		.contained = REASON_ACCEPTED,
		.wire_reason = REASON_ACCEPTED,
		.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT),
		.authenticated = true,
	};
}

/* Point what random_actions() drew at what is listed, and leave out what no
 * customer can be given yet. */
static void
actions_tame(struct random *random, struct action_set *set)
{
	static const uint8_t net6[] = { 0x20, 0x01, 0x0d, 0xb8 };

	set->present &= (uint16_t) ~(ACTION_BIT(ACTION_REDIRECT_NEXTHOP) |
				     ACTION_BIT(ACTION_INTERFACE_SET) |
				     ACTION_BIT(ACTION_REDIRECT_RT6));
	memset(set->interface_set, 0, sizeof(set->interface_set));
	memset(set->redirect_rt6, 0, sizeof(set->redirect_rt6));
	set->flags &= ACTION_SAMPLE | ACTION_CONTINUE;
	if ((set->present & ACTION_BIT(ACTION_REDIRECT)) != 0)
		memcpy(set->redirect, targets[random_below(random, TARGETS)],
		    sizeof(set->redirect));
	if ((set->present & ACTION_BIT(ACTION_REDIRECT_IP4)) != 0)
		set->redirect_ip4[0] = 10;
	if ((set->present & ACTION_BIT(ACTION_REDIRECT_IP6)) != 0)
		memcpy(&set->redirect_ip6[2], net6, sizeof(net6));
}

static uint64_t
part_hash(const struct rule *part)
{
	uint8_t key[RULE_KEY_MAX];
	size_t n = rule_key(part, key);
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ part->afi;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ key[i]) * UINT64_C(0x100000001b3);
	return hash == 0 ? 1 : hash;
}

/* True when it was there; else it is now. */
static bool
seen_before(struct seen *seen, const struct rule *part)
{
	uint64_t hash = part_hash(part);
	size_t at = hash & SEEN_MASK;

	while (seen->hash[at] != 0 && seen->hash[at] != hash)
		at = (at + 1) & SEEN_MASK;
	if (seen->hash[at] == hash)
		return true;
	if (seen->n++ >= SEEN_MAX)
		abort();
	seen->hash[at] = hash;
	return false;
}

static void
print_hex(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)printf("%02x", octets[i]);
}

static void
print_actions(const struct action_set *actions,
    unsigned (*encode)(const struct action_set *, struct writer *))
{
	uint8_t octets[256];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	if (encode(actions, &writer) == 0)
		(void)printf("-");
	print_hex(octets, writer.len);
	(void)printf("\t");
}

static void
print_rule(const struct rule *rule)
{
	uint8_t key[RULE_KEY_MAX];
	size_t n = rule_key(rule, key);

	print_hex(key, n);
}

static void
print_line(const struct scene *scene)
{
	const struct dialect_parts *parts = &scene->parts[DIALECT_STRICT];
	char text[RULE_TEXT_MAX + ACTION_TEXT_MAX];

	(void)printf("%c\t", scene->rule.afi == AFI_IPV6 ? '6' : '4');
	print_rule(&scene->rule);
	(void)printf("\t");
	print_actions(&scene->actions, flow_action_encode);
	print_actions(&scene->actions, flow_action_encode6);
	for (unsigned i = 0; i < parts->n; i++) {
		if (i > 0)
			(void)printf(",");
		print_rule(&parts->part[i]);
	}
	(void)rule_print(&scene->rule, &scene->actions, text, sizeof(text));
	(void)printf("\t%s\n", text);
}

/* Draw one rule; true when it was printed. */
static bool
draw(struct scene *scene)
{
	const struct dialect_parts *parts = &scene->parts[DIALECT_STRICT];
	unsigned afi = random_one_in(&scene->random, 2) ? AFI_IPV6 : AFI_IPV4;
	bool old = false;

	random_rule(&scene->random, afi, &scene->rule);
	random_actions(&scene->random, &scene->actions);
	actions_tame(&scene->random, &scene->actions);
	judge(&scene->q, &scene->verdict, scene->parts);
	if (!verdict_accepts(&scene->verdict))
		return false;
	for (unsigned i = 0; i < parts->n; i++)
		old |= seen_before(&scene->seen, &parts->part[i]);
	if (!old)
		print_line(scene);
	return !old;
}

int
main(int argc, char **argv)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	uint64_t left = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (scene == NULL || left == 0) {
		(void)fprintf(stderr, "usage: make_rules SEED COUNT\n");
		free(scene);
		return 2;
	}
	scene_init(scene, strtoull(argv[1], NULL, 10) | 1);
	while (left > 0)
		left -= draw(scene);
	protected_free(scene->protected);
	customer_free(&scene->customer);
	free(scene);
	return 0;
}
