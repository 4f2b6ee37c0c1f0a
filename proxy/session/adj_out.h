/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Adj-RIB-Out of one inward session: what the peer should have, what it
 * has, and the UPDATEs that lead from one to the other. State per rule, never
 * a list of messages: a peer that does not read costs memory by rules.
 *
 * Rules with equal attributes (one customer, equal actions, one family) form a
 * group and share UPDATEs.
 *
 * Words of art
 *   wanted   the guard wants the peer to have the rule
 *   sent     the peer was told, on this session
 *   dirty    an announcement or withdrawal is due
 *   swept    withdrawn because a full dump of the guard did not name it
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/hash.h"
#include "proxy/common/message.h"
#include "proxy/wire/writer.h"

/* Rules beyond are refused: fewer rules, never more. */
#define ADJ_OUT_MAX (1u << 20)

struct adj_out;

/* key is copied. NULL when out of memory. */
struct adj_out *adj_out_new(const uint8_t key[HASH_KEY_LEN]);
void adj_out_free(struct adj_out *adj);

/* LOCAL_PREF of all announcements; a change makes all dirty. */
void adj_out_local_pref(struct adj_out *adj, uint32_t local_pref);

/*
 * The attributes of a customer's rules; a change makes these dirty. A rule
 * whose customer's attributes are not known is not announced. Returns 0, or
 * -1 when they cannot be used (too many, or out of memory).
 */
int adj_out_attrs(struct adj_out *adj, const struct msg_out_attrs *attrs);

/* The guard wants this rule (checked, of a Flowspec family) out, or no longer.
 * Announcing returns 0, or -1 when there is no room: then it is not wanted. */
int adj_out_announce(struct adj_out *adj, const struct msg_out_rule *msg);
void adj_out_withdraw(struct adj_out *adj, const struct rule *rule);
void adj_out_withdraw_all(struct adj_out *adj);

/* A full dump begins, and ends: what it did not name is withdrawn. An end
 * without a beginning sweeps nothing. */
void adj_out_sync_begin(struct adj_out *adj);
void adj_out_sync_end(struct adj_out *adj);

/* The session came up with these families: all wanted rules of them are due.
 * It went down: nothing is. */
void adj_out_up(struct adj_out *adj, unsigned families);
void adj_out_down(struct adj_out *adj);

/* Everything of one family is due again (RFC 2918). */
void adj_out_refresh(struct adj_out *adj, unsigned family);

/*
 * Write UPDATEs, withdrawals first, as many as fit into the writer. Returns
 * how many; 0 when nothing is due, or the writer has no room for one.
 */
unsigned adj_out_build(struct adj_out *adj, struct writer *writer);

/* Rules due of one family (or FAMILY_FLOWSPEC: of both). */
uint32_t adj_out_due(const struct adj_out *adj, unsigned families);

/* Rules wanted. */
uint32_t adj_out_wanted(const struct adj_out *adj);

/* Rules that could not be encoded, ever: a fault of ours. */
uint32_t adj_out_unsendable(const struct adj_out *adj);

/* One wanted rule, borrowed until the table changes. */
struct adj_out_item {
	const struct rule *rule;
	const struct action_set *actions;
	uint32_t customer;
	uint8_t family;
};

/*
 * Walk over the wanted rules, for the report to a new guard: rewind, then look
 * at one and advance until there is none. The table may change in between; a
 * rule that is wanted all the time is met once.
 */
void adj_out_rewind(struct adj_out *adj);
bool adj_out_look(struct adj_out *adj, struct adj_out_item *item);
void adj_out_advance(struct adj_out *adj);

/* Octets of memory that the table takes, near enough. */
size_t adj_out_memory(const struct adj_out *adj);
