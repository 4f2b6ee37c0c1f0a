/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protected packets, found by destination.
 *
 * Sealed, the entries lie in the order of their prefixes (prefix_cmp), so
 * those inside a prefix are neighbours. Those that cover it are found along
 * two links: from an entry to the one before that holds it, and to the one
 * before that is shorter than it.
 */
#include "policy/protected.h"

#include <stdlib.h>
#include <string.h>

#include "policy/matchset.h"

#define ITEMS_FIRST 16u
#define NO_ITEM     UINT32_MAX
#define PROTO_TCP   6
#define PORT_BGP    179

struct item {
	struct protected_entry entry;
	struct rule *rule; /* owned; rule_size() octets; what entry.rule is */
	uint32_t added;    /* its place in the order of adding */
	uint32_t equal;    /* the one before of the same prefix, or wider */
	uint32_t wider;    /* the last of a shorter prefix that holds it */
};

struct protected_set {
	struct item *items;
	uint32_t n;
	uint32_t room;
	uint32_t found; /* of items, in their order: all, or none yet */
	bool sealed;
};

struct protected_set *
protected_new(void)
{
	return calloc(1, sizeof(struct protected_set));
}

void
protected_free(struct protected_set *set)
{
	if (set == NULL)
		return;
	for (uint32_t i = 0; i < set->n; i++)
		free(set->items[i].rule);
	free(set->items);
	free(set);
}

static int
set_reserve(struct protected_set *set)
{
	uint32_t room = set->room == 0 ? ITEMS_FIRST : set->room * 2;
	struct item *items;

	if (set->n >= PROTECTED_MAX)
		return -1;
	if (set->n < set->room)
		return 0;
	items = realloc(set->items, room * sizeof(*items));
	if (items == NULL)
		return -1;
	set->items = items;
	set->room = room;
	return 0;
}

int
protected_add(struct protected_set *set, const struct rule *rule,
    uint32_t exempt, const char *name)
{
	size_t len = strnlen(name, PROTECTED_NAME_MAX - 1);
	struct prefix prefix;
	struct item *item;
	struct rule *copy;

	if (rule->n_terms > RULE_TERMS_MAX || rule->src_offset != 0 ||
	    !rule_dst_prefix(rule, &prefix) || !prefix_valid(&prefix) ||
	    set_reserve(set) < 0)
		return -1;
	copy = malloc(rule_size(rule));
	if (copy == NULL)
		return -1;
	memcpy(copy, rule, rule_size(rule));
	item = &set->items[set->n];
	memset(item, 0, sizeof(*item));
	item->rule = copy;
	item->entry.rule = copy;
	item->entry.prefix = prefix;
	item->entry.exempt = exempt;
	memcpy(item->entry.name, name, len);
	item->added = set->n++;
	set->sealed = false;
	set->found = 0; /* the order and the links are for the others alone */
	return 0;
}

int
protected_add_prefix(struct protected_set *set, const struct prefix *prefix,
    uint32_t exempt, const char *name)
{
	struct rule rule;

	if (!prefix_valid(prefix))
		return -1;
	memset(&rule, 0, RULE_SIZE_MIN);
	rule.afi = prefix->afi;
	rule.has = RULE_HAS_DST;
	rule.dst_len = prefix->len;
	memcpy(rule.dst, prefix->addr, ADDRESS_MAX);
	return protected_add(set, &rule, exempt, name);
}

static int
add_softly(struct protected_set *set, const struct prefix *prefix,
    uint32_t exempt, const char *name)
{
	if (protected_add_prefix(set, prefix, exempt, name) < 0)
		return -1;
	set->items[set->n - 1].entry.soft = true;
	return 0;
}

void
protected_bgp(
    const struct prefix *from, const struct prefix *to, struct rule *out)
{
	memset(out, 0, RULE_SIZE_MIN + 2 * sizeof(out->terms[0]));
	out->afi = to->afi;
	out->has = RULE_HAS_DST;
	out->dst_len = to->len;
	memcpy(out->dst, to->addr, ADDRESS_MAX);
	if (from->afi == to->afi) {
		out->has |= RULE_HAS_SRC;
		out->src_len = from->len;
		memcpy(out->src, from->addr, ADDRESS_MAX);
	}
	out->n_terms = 2;
	out->terms[0].type = RULE_PROTO;
	out->terms[0].op = RULE_OP_EQ;
	out->terms[0].value = PROTO_TCP;
	out->terms[1].type = RULE_PORT;
	out->terms[1].op = RULE_OP_EQ;
	out->terms[1].value = PORT_BGP;
}

int
protected_add_address(struct protected_set *set, const struct prefix *address,
    uint32_t exempt, const char *name)
{
	static const struct prefix anywhere;
	struct rule bgp;

	if (add_softly(set, address, exempt, name) < 0)
		return -1;
	protected_bgp(&anywhere, address, &bgp);
	return protected_add(set, &bgp, exempt, name);
}

int
protected_add_always(struct protected_set *set)
{
	static const struct {
		const char *prefix;
		const char *name;
	} always[] = {
		{ "127.0.0.0/8", "loopback" },      /* RFC 1122 3.2.1.3 */
		{ "169.254.0.0/16", "link-local" }, /* RFC 3927 */
		{ "224.0.0.0/4", "multicast" },     /* RFC 5771 */
		{ "::1/128", "loopback" },          /* RFC 4291 2.5.3 */
		{ "fe80::/10", "link-local" },      /* RFC 4291 2.5.6 */
		{ "ff00::/8", "multicast" },        /* RFC 4291 2.7 */
	};
	struct prefix prefix;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		if (prefix_parse(always[i].prefix, &prefix) < 0 ||
		    add_softly(
			set, &prefix, PROTECTED_ANYBODY, always[i].name) < 0)
			return -1;
	}
	return 0;
}

static int
item_cmp(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = prefix_cmp(&a->entry.prefix, &b->entry.prefix);

	if (order != 0)
		return order;
	return (a->added > b->added) - (a->added < b->added);
}

int
protected_seal(struct protected_set *set)
{
	if (set->n > 1)
		qsort(set->items, set->n, sizeof(*set->items), item_cmp);
	for (uint32_t i = 0; i < set->n; i++) {
		struct item *item = &set->items[i];
		uint32_t at = i == 0 ? NO_ITEM : i - 1;

		while (at != NO_ITEM &&
		       !prefix_contains(
			   &set->items[at].entry.prefix, &item->entry.prefix))
			at = set->items[at].wider;
		item->equal = at;
		item->wider = at;
		if (at != NO_ITEM &&
		    set->items[at].entry.prefix.len == item->entry.prefix.len)
			item->wider = set->items[at].wider;
	}
	set->found = set->n;
	set->sealed = true;
	return 0;
}

bool
protected_sealed(const struct protected_set *set)
{
	return set != NULL && set->sealed;
}

/* How many entries come before prefix. */
static uint32_t
set_before(const struct protected_set *set, const struct prefix *prefix)
{
	uint32_t low = 0, high = set->found;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (prefix_cmp(&set->items[middle].entry.prefix, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last entry before `at` that holds prefix. */
static uint32_t
set_holder(
    const struct protected_set *set, uint32_t at, const struct prefix *prefix)
{
	uint32_t i = at == 0 ? NO_ITEM : at - 1;

	while (i != NO_ITEM &&
	       !prefix_contains(&set->items[i].entry.prefix, prefix))
		i = set->items[i].wider;
	return i;
}

/* Who asks need not mind this entry. */
static bool
entry_passed(const struct protected_entry *entry, const struct rule *rule,
    uint32_t customer)
{
	struct prefix dst;

	if (entry->exempt != PROTECTED_ANYBODY && entry->exempt == customer)
		return true;
	return entry->soft && customer == PROTECTED_NOC &&
	       (!rule_dst_prefix(rule, &dst) ||
		   !prefix_contains(&entry->prefix, &dst));
}

static bool
entry_meets(const struct protected_entry *entry, const struct rule *rule,
    uint32_t customer)
{
	return !entry_passed(entry, rule, customer) &&
	       matchset_intersects(entry->rule, rule);
}

const struct protected_entry *
protected_meets(
    const struct protected_set *set, const struct rule *rule, uint32_t customer)
{
	struct prefix dst = { .afi = rule->afi };
	uint32_t at;

	/* Without a destination, or with one that is a pattern: all of the
	 * family are looked at. */
	if (set == NULL ||
	    (!rule_dst_prefix(rule, &dst) && afi_bits(rule->afi) == 0))
		return NULL;
	at = set_before(set, &dst);
	for (uint32_t i = set_holder(set, at, &dst); i != NO_ITEM;
	     i = set->items[i].equal) {
		if (entry_meets(&set->items[i].entry, rule, customer))
			return &set->items[i].entry;
	}
	for (; at < set->found &&
	       prefix_contains(&dst, &set->items[at].entry.prefix);
	     at++) {
		if (entry_meets(&set->items[at].entry, rule, customer))
			return &set->items[at].entry;
	}
	return NULL;
}

/* Append the terms of from with this type as terms of type as. */
static void
terms_copy(
    struct rule *out, const struct rule *from, unsigned type, unsigned as)
{
	for (unsigned i = 0; i < from->n_terms; i++) {
		if (from->terms[i].type != type)
			continue;
		out->terms[out->n_terms] = from->terms[i];
		out->terms[out->n_terms].type = (uint8_t)as;
		out->n_terms++;
	}
}

/* The packets that go the other way: both ends exchanged, and the ports too
 * where answers is said. */
static void
rule_turned(const struct rule *rule, bool answers, struct rule *out)
{
	memset(out, 0, RULE_SIZE_MIN);
	out->afi = rule->afi;
	if ((rule->has & RULE_HAS_DST) != 0)
		out->has |= RULE_HAS_SRC;
	if ((rule->has & RULE_HAS_SRC) != 0)
		out->has |= RULE_HAS_DST;
	out->dst_len = rule->src_len;
	out->src_len = rule->dst_len;
	memcpy(out->dst, rule->src, ADDRESS_MAX);
	memcpy(out->src, rule->dst, ADDRESS_MAX);
	for (unsigned type = RULE_PROTO; type <= RULE_TYPE_MAX; type++) {
		unsigned from = type;

		if (answers && type == RULE_DST_PORT)
			from = RULE_SRC_PORT;
		else if (answers && type == RULE_SRC_PORT)
			from = RULE_DST_PORT;
		terms_copy(out, rule, from, type);
	}
}

static bool
entry_sends(const struct protected_entry *entry, const struct rule *rule,
    uint32_t customer)
{
	struct rule turned;

	if (entry->exempt != PROTECTED_ANYBODY && entry->exempt == customer)
		return false;
	rule_turned(entry->rule, true, &turned);
	if (matchset_intersects(&turned, rule))
		return true;
	if (entry->rule->n_terms == 0)
		return false;
	rule_turned(entry->rule, false, &turned);
	return matchset_intersects(&turned, rule);
}

const struct protected_entry *
protected_source(
    const struct protected_set *set, const struct rule *rule, uint32_t customer)
{
	struct prefix src;
	uint32_t at;

	if (set == NULL || !rule_src_prefix(rule, &src))
		return NULL;
	at = set_before(set, &src);
	/* Those of the very same prefix hold it too. */
	while (at < set->found &&
	       prefix_cmp(&set->items[at].entry.prefix, &src) == 0)
		at++;
	for (uint32_t i = set_holder(set, at, &src); i != NO_ITEM;
	     i = set->items[i].equal) {
		if (entry_sends(&set->items[i].entry, rule, customer))
			return &set->items[i].entry;
	}
	return NULL;
}

size_t
protected_count(const struct protected_set *set)
{
	return set == NULL ? 0 : set->n;
}
