/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules by destination. */
#include "proxy/guard/depend.h"

#include <stdlib.h>
#include <string.h>

/* One destination; free ones are chained by next_free. */
struct depend_node {
	struct rib_rule *first;
	uint32_t next_free;
};

static struct prefix_tree *
tree_of(const struct depend *depend, unsigned afi)
{
	if (afi != AFI_IPV4 && afi != AFI_IPV6)
		return NULL;
	return depend->tree[afi == AFI_IPV6];
}

/* False: prefix is longer than a place, which is *at. */
static bool
is_wide(const struct prefix *prefix, uint32_t *at)
{
	const uint8_t *a = prefix->addr;
	uint32_t top = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 |
		       (uint32_t)a[2] << 8 | a[3];

	*at = prefix->afi == AFI_IPV4 ? top >> 16 : (top * 2654435761u) >> 16;
	return prefix->len < (prefix->afi == AFI_IPV4 ? 16 : 32);
}

static void
near_add(struct depend_near *near, const struct prefix *dst)
{
	uint32_t at;

	if (is_wide(dst, &at)) {
		near->n_wide++;
		return;
	}
	near->n[at]++;
	near->some[at / 64] |= UINT64_C(1) << (at % 64);
}

static void
near_remove(struct depend_near *near, const struct prefix *dst)
{
	uint32_t at;

	if (is_wide(dst, &at))
		near->n_wide--;
	else if (--near->n[at] == 0)
		near->some[at / 64] &= ~(UINT64_C(1) << (at % 64));
}

/* Can a destination be at, above or below this prefix? */
static bool
near_any(const struct depend_near *near, const struct prefix *prefix)
{
	uint32_t at;

	return is_wide(prefix, &at) || near->n_wide > 0 ||
	       (near->some[at / 64] >> (at % 64) & 1) != 0;
}

int
depend_init(struct depend *depend)
{
	memset(depend, 0, sizeof(*depend));
	depend->n_nodes = 1;
	for (unsigned f = 0; f < 2; f++) {
		depend->tree[f] = prefix_tree_new(f == 0 ? AFI_IPV4 : AFI_IPV6);
		depend->near[f].n = calloc(DEPEND_PLACES, sizeof(uint32_t));
		if (depend->tree[f] == NULL || depend->near[f].n == NULL)
			return -1;
	}
	return 0;
}

void
depend_fini(struct depend *depend)
{
	for (unsigned f = 0; f < 2; f++) {
		prefix_tree_free(depend->tree[f]);
		free(depend->near[f].n);
	}
	free(depend->nodes);
	memset(depend, 0, sizeof(*depend));
}

/* Room for one more node, before the tree is changed. */
static int
reserve(struct depend *depend)
{
	uint32_t want = depend->room == 0 ? 64 : depend->room * 2;
	struct depend_node *nodes;

	if (depend->free != 0 || depend->n_nodes < depend->room)
		return 0;
	nodes = reallocarray(depend->nodes, want, sizeof(*nodes));
	if (nodes == NULL)
		return -1;
	depend->nodes = nodes;
	depend->room = want;
	return 0;
}

static uint32_t
node_new(struct depend *depend)
{
	uint32_t at = depend->free;

	if (at != 0)
		depend->free = depend->nodes[at].next_free;
	else
		at = depend->n_nodes++;
	depend->nodes[at] = (struct depend_node){ 0 };
	return at;
}

int
depend_add(struct depend *depend, struct rib_rule *rule)
{
	struct depend_node *node;
	struct prefix dst;
	uint32_t *value;
	bool fresh;

	if (rule->dst_node != 0 || !rule_dst_prefix(&rule->rule, &dst))
		return 0;
	if (reserve(depend) < 0)
		return -1;
	value = prefix_tree_put(tree_of(depend, dst.afi), &dst, &fresh);
	if (value == NULL)
		return -1;
	if (fresh) {
		*value = node_new(depend);
		near_add(&depend->near[dst.afi == AFI_IPV6], &dst);
	}
	rule->dst_node = *value;
	node = &depend->nodes[rule->dst_node];
	rule->dst_prev = NULL;
	rule->dst_next = node->first;
	if (node->first != NULL)
		node->first->dst_prev = rule;
	node->first = rule;
	depend->n_rules++;
	return 0;
}

void
depend_remove(struct depend *depend, struct rib_rule *rule)
{
	uint32_t at = rule->dst_node;
	struct depend_node *node;
	struct prefix dst;

	if (at == 0)
		return;
	node = &depend->nodes[at];
	if (rule->dst_prev != NULL)
		rule->dst_prev->dst_next = rule->dst_next;
	else
		node->first = rule->dst_next;
	if (rule->dst_next != NULL)
		rule->dst_next->dst_prev = rule->dst_prev;
	rule->dst_prev = rule->dst_next = NULL;
	rule->dst_node = 0;
	depend->n_rules--;
	if (node->first != NULL || !rule_dst_prefix(&rule->rule, &dst))
		return;
	(void)prefix_tree_remove(tree_of(depend, dst.afi), &dst);
	near_remove(&depend->near[dst.afi == AFI_IPV6], &dst);
	node->next_free = depend->free;
	depend->free = at;
}

/* One walk over what a prefix touches. */
struct touching {
	const struct depend *depend;
	depend_visit visit;
	void *ctx;
	size_t left; /* rules that may still be visited */
};

/* False: there are more than may be visited. */
static bool
visit_node(struct touching *touching, uint32_t at)
{
	for (struct rib_rule *rule = touching->depend->nodes[at].first;
	     rule != NULL; rule = rule->dst_next) {
		if (touching->left == 0)
			return false;
		touching->left--;
		touching->visit(touching->ctx, rule);
	}
	return true;
}

static bool
touch(struct touching *touching, const struct prefix *prefix)
{
	const struct depend *depend = touching->depend;
	const struct prefix_tree *tree = tree_of(depend, prefix->afi);
	unsigned len = prefix->len;
	struct prefix_walk walk;
	struct prefix found;
	uint32_t *at;

	if (tree == NULL || prefix_tree_count(tree) == 0 ||
	    !near_any(&depend->near[prefix->afi == AFI_IPV6], prefix))
		return true;
	prefix_walk_begin(&walk, tree, prefix); /* at and below */
	while ((at = prefix_walk_next(&walk, &found)) != NULL) {
		if (!visit_node(touching, *at))
			return false;
	}
	while (len > 0 && (at = prefix_tree_cover(tree, prefix, len - 1,
			       &found)) != NULL) { /* above */
		if (!visit_node(touching, *at))
			return false;
		len = found.len;
	}
	return true;
}

void
depend_touch(const struct depend *depend, const struct prefix *prefix,
    depend_visit visit, void *ctx)
{
	struct touching touching = { depend, visit, ctx, SIZE_MAX };

	(void)touch(&touching, prefix);
}

bool
depend_touch_few(const struct depend *depend, const struct prefix *prefix,
    size_t max, depend_visit visit, void *ctx)
{
	struct touching touching = { depend, visit, ctx, max };

	return touch(&touching, prefix);
}
