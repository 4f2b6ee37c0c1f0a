/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets that no rule of a customer may match: sets of packets, each written
 * as the match part of a rule, asked by intersection. Filled while a
 * configuration is loaded, read-only afterwards; reading allocates nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"
#include "policy/rule.h"

#define PROTECTED_NAME_MAX 64 /* octets of an entry's name with its NUL */
#define PROTECTED_MAX      100000u

#define PROTECTED_ANYBODY UINT32_MAX
#define PROTECTED_NOC     (UINT32_MAX - 1) /* who asks: the operators */

struct protected_set;

/* An entry, borrowed from the set. */
struct protected_entry {
	struct prefix prefix; /* what it protects */
	uint32_t exempt;      /* this customer's own rules may match it */
	/* Nobody listed it: an operators' own rule may match it in passing,
	 * being wider, but must not be aimed inside it. */
	bool soft;
	char name[PROTECTED_NAME_MAX]; /* "loopbacks", "peer rr1", … */
	const struct rule *rule;       /* with the prefix as its destination */
};

/* NULL when memory is out. */
struct protected_set *protected_new(void);
void protected_free(struct protected_set *set); /* NULL is fine */

/*
 * Protect the packets that rule matches; it has a destination without offset.
 * exempt is a customer's number, or PROTECTED_ANYBODY for nobody. Copied.
 * 0, or -1 when the rule is not such, the set is full or memory is out.
 */
int protected_add(struct protected_set *set, const struct rule *rule,
    uint32_t exempt, const char *name);

/* All packets to prefix. */
int protected_add_prefix(struct protected_set *set, const struct prefix *prefix,
    uint32_t exempt, const char *name);

/* The rule that matches BGP packets (TCP, port 179 at either end) from one host
 * to another; of the family NONE from: from anywhere. */
void protected_bgp(
    const struct prefix *from, const struct prefix *to, struct rule *out);

/*
 * An address of a neighbour, of ours or of a cache: all packets to it, softly,
 * and BGP (TCP port 179, either port) to it from anybody.
 */
int protected_add_address(struct protected_set *set,
    const struct prefix *address, uint32_t exempt, const char *name);

/* Link-local, multicast and loopback of both families, softly. */
int protected_add_always(struct protected_set *set);

/* What is added is found from here on: call before the first question, and
 * again when more was added. 0. */
int protected_seal(struct protected_set *set);

/* Nothing was added since it was sealed, so that it may be asked; false for
 * NULL. */
bool protected_sealed(const struct protected_set *set);

/*
 * The first entry whose packets rule matches, by its destination; entries that
 * customer is exempt from are passed over. NULL when there is none. A rule
 * without destination meets all entries of its family.
 */
const struct protected_entry *protected_meets(const struct protected_set *set,
    const struct rule *rule, uint32_t customer);

/* The first entry inside whose prefix the rule's source prefix lies, where it
 * has one, and of whose protocols and ports (its source ports then) it matches
 * some packet. NULL: none. */
const struct protected_entry *protected_source(const struct protected_set *set,
    const struct rule *rule, uint32_t customer);

size_t protected_count(const struct protected_set *set); /* 0 for NULL */
