/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which rules rest on which prefixes: rules by their destination, so that a
 * change of a unicast prefix finds those at, above and below it and no others.
 */
#pragma once

#include "proxy/guard/prefix_tree.h"
#include "proxy/guard/rib_in.h"

struct depend_node; /* the rules of one destination */

/*
 * Where destinations are, coarsely: by the first 16 bits of IPv4, the first 32
 * (hashed) of IPv6. Most changes of a full table are near no rule; these cost
 * one bit, however many rules there are.
 */
#define DEPEND_PLACES 65536u
struct depend_near {
	uint32_t *n;                       /* destinations by place */
	uint64_t some[DEPEND_PLACES / 64]; /* bit: n is not 0 */
	uint32_t n_wide; /* destinations shorter than a place */
};

struct depend {
	struct prefix_tree *tree[2]; /* IPv4, IPv6: place in nodes */
	struct depend_near near[2];
	struct depend_node *nodes;
	uint32_t n_nodes; /* in use or free, node 0 is nobody's */
	uint32_t room;
	uint32_t free; /* first free one; 0: none */
	size_t n_rules;
};

typedef void (*depend_visit)(void *ctx, struct rib_rule *rule);

/* 0 or -1 when memory is out. */
int depend_init(struct depend *depend);
void depend_fini(struct depend *depend);

/* The rule is found from now on. Nothing happens when it is already, or has no
 * destination. 0 or -1 when memory is out. */
int depend_add(struct depend *depend, struct rib_rule *rule);
void depend_remove(struct depend *depend, struct rib_rule *rule);

/* Call visit for each rule whose destination is prefix, covers it, or lies
 * inside it. visit must not add or remove rules. */
void depend_touch(const struct depend *depend, const struct prefix *prefix,
    depend_visit visit, void *ctx);

/* The same for at most max rules: false when there are more. */
bool depend_touch_few(const struct depend *depend, const struct prefix *prefix,
    size_t max, depend_visit visit, void *ctx);
