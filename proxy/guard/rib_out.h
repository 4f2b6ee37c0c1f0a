/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules out: one table per emit profile of what stands inward, keyed by the
 * rule as emitted, each with its owners. It stands while one owner is left.
 *
 * Every entry is on one of two lists, in the order of its last change:
 * announced, or withdrawn (kept until every peer has been told). A peer has a
 * cursor into each. A slow peer therefore costs memory by rules, never by
 * messages, and its withdrawals never wait behind its announcements.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/hash.h"
#include "policy/rule.h"
#include "proxy/guard/rib_in.h"

struct rib_entry;

#define RIB_ACCEPTED_NOC 1u /* rib_owner.accepted of the operators' own */

/* One rule's share in one entry. */
struct rib_owner {
	struct rib_owner *next_of_rule;
	struct rib_owner *next_of_entry;
	struct rib_rule *rule;
	struct rib_entry *entry;
	struct rib_out *table;
	uint64_t accepted; /* order of acceptance: a running number above
			      RIB_ACCEPTED_NOC; 0: none yet */
	uint32_t customer;
	uint32_t keep; /* scratch of rib_out_set() */
	struct action_set actions;
};

struct rib_entry {
	struct rib_entry *chain; /* of its bucket */
	struct rib_link order;   /* by last change */
	struct rib_owner *owners;
	uint32_t hash;     /* rib_hash() of rule */
	uint32_t customer; /* whose attributes it carries */
	uint8_t standing;  /* announced, else withdrawn */
	uint8_t contested; /* a rule waits for an owner to go */
	uint8_t zero[2];
	struct action_set actions;
	struct rule rule; /* rule_size() octets of it are allocated */
};

/* Where one peer is. NULL: at the end, all told. */
struct rib_cursor {
	struct rib_cursor *next;
	struct rib_link *announce; /* next to tell */
	struct rib_link *withdraw;
};

struct rib_out {
	struct rib_entry **buckets; /* a power of two */
	uint8_t *sieve;
	size_t n_buckets;
	size_t n_entries;
	size_t n_standing;
	struct rib_link announced;
	struct rib_link withdrawn;
	struct rib_cursor *cursors;
	uint64_t *accepted; /* shared counter of acceptances */
	uint8_t dialect;
	uint8_t freed; /* a contested entry lost an owner since last looked */
	uint8_t key[HASH_KEY_LEN];
};

/* Who says what. RULE_NOC rules speak before all others. */
struct rib_said {
	uint32_t customer;
	const struct action_set *actions; /* as they go inward */
};

int rib_out_init(struct rib_out *out, uint8_t dialect,
    const uint8_t key[HASH_KEY_LEN], uint64_t *accepted);
void rib_out_fini(struct rib_out *out);

struct rib_entry *rib_out_find(
    const struct rib_out *out, const struct rule *rule);
/* The same for a part of whole, which mostly is that rule itself: then its
 * hash is known already (the tables have one key). */
struct rib_entry *rib_out_find_part(const struct rib_out *out,
    const struct rib_rule *whole, const struct rule *part);

/*
 * Make rule own exactly these n parts in this table, with these actions: what
 * it owned besides is given up, what it owned already is replaced in place.
 * Returns 0, or -1 when memory is out (then it owns none).
 */
int rib_out_set(struct rib_out *out, struct rib_rule *rule,
    const struct rib_said *said, const struct rule *parts, size_t n);

/* Give up all that rule owns, in every table. Never fails. */
void rib_out_drop(struct rib_rule *rule);

/*
 * An entry without owner, which a peer reports to hold (after a restart of
 * the guard). No effect when the entry is known. 0 or -1: memory.
 */
int rib_out_held(struct rib_out *out, uint32_t customer,
    const struct rule *rule, const struct action_set *actions);

/* Withdraw a held, ownerless entry of this customer; for a withdrawal that
 * comes before the store has told who owns what. */
void rib_out_drop_held(
    struct rib_out *out, uint32_t customer, const struct rule *rule);

/* Withdraw all entries that nobody owns. */
void rib_out_sweep(struct rib_out *out);
/* .. of this customer. */
void rib_out_sweep_of(struct rib_out *out, uint32_t customer);

/* A peer joins at the head of both lists. */
void rib_out_attach(struct rib_out *out, struct rib_cursor *cursor);
void rib_out_detach(struct rib_out *out, struct rib_cursor *cursor);

/* The next entry to tell this peer, withdrawals first (unless announce is
 * false: then withdrawals only); NULL when there is none. */
struct rib_entry *rib_out_peek(
    const struct rib_out *out, const struct rib_cursor *cursor, bool announce);
/* It has been told. */
void rib_out_step(struct rib_out *out, struct rib_cursor *cursor,
    const struct rib_entry *entry);

/*
 * The peer is too far behind: it is not told what is withdrawn so far, and
 * must be given everything anew.
 */
void rib_out_skip(struct rib_out *out, struct rib_cursor *cursor);

/* Free withdrawn entries that every peer has been told. */
void rib_out_reap(struct rib_out *out);

/* Withdrawn entries that some peer has not been told. */
size_t rib_out_withdrawn(const struct rib_out *out);
