/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules in: what each customer session asks for, with the verdict it got and
 * where that stands. One entry per (peer, rule); a rule is found by value in
 * constant time, walked per peer and over all in the order of first sight.
 *
 * An entry lives as long as anything refers to it: the session's wish, the
 * log's queue (pending), the inward table (owners). rib_in_forget() frees it
 * when none does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/hash.h"
#include "policy/rule.h"
#include "policy/verdict.h"
#include "policy/wish.h"

struct rib_owner;

#define RULE_ID_NONE     UINT64_MAX
#define MATCH_LEN_NONE   UINT8_MAX
#define RULE_HANDLE_NONE UINT64_MAX /* its session process is gone */

struct rib_link {
	struct rib_link *prev;
	struct rib_link *next;
};

void link_init(struct rib_link *head);
void link_append(struct rib_link *head, struct rib_link *link);
void link_remove(struct rib_link *link); /* then points to itself */
bool link_empty(const struct rib_link *head);

/* The entry of type that holds the link as its member. */
#define LINK_ENTRY(link, type, member)                                         \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

enum rule_flag {
	RULE_WANTED = 0x01,   /* the session announces it (or lingers) */
	RULE_STALE = 0x02,    /* not heard again since the session was lost */
	RULE_APPROVED = 0x04, /* an operator let it pass although wide */
	RULE_DENIED = 0x08,
	RULE_LIVE = 0x10,       /* the store's table of live rules has it, or
				   will have by an entry that is queued */
	RULE_UNRECORDED = 0x20, /* its withdrawal waits for room in the log */
	RULE_ENDED = 0x40,      /* withdrawn by an operator or us: stays known,
				   judged anew only when announced anew */
	RULE_UNACKED = 0x80,    /* its session waits for the durable end */
	RULE_SECONDED = 0x100,  /* NOC: a second operator approved */
	RULE_CHARGED = 0x200,   /* it was counted as new once */
	RULE_COVERS = 0x400,    /* its destination is in the coverage */
	RULE_FLAPPED = 0x800,   /* the flap breaker keeps it out */
	RULE_NOC = 0x1000,      /* the operators' own: speaks before others */
	RULE_IDLE = 0x2000,     /* counted, but takes nothing of the routers' */
	RULE_SUSPECT = 0x4000,  /* a guard may have crashed of it */
};

/* Lists a rule may be on, besides its peer's and the global one. */
enum rule_wait {
	WAIT_NONE = 0,
	WAIT_QUOTA,    /* for room, in arrival order, per customer */
	WAIT_STORE,    /* for the log */
	WAIT_CONFLICT, /* for another's rule to go */
	WAIT_RECORD,   /* RULE_UNRECORDED: for room in the log's queue */
	WAIT_ACK,      /* for room in its session's channel */
};

struct rib_rule {
	struct rib_rule *chain; /* of its bucket */
	uint32_t hash;          /* rib_hash() of rule; 0: not in the table */
	uint32_t peer;          /* slot in the guard's peers */
	struct rib_link all;    /* every rule, by first sight */
	struct rib_link of_peer;
	struct rib_link waiting;
	struct rib_link touched;   /* a unicast route it may rest on moved */
	struct rib_link grounded;  /* of those with the same ground */
	struct rib_rule *dst_next; /* of the same destination */
	struct rib_rule *dst_prev;
	struct rib_owner *owners; /* its places in the inward tables */
	uint64_t id;              /* RULE_ID_NONE: never recorded */
	uint64_t seq;             /* its last entry in the log */
	uint64_t handle;          /* of the session's table */
	uint64_t first_seen_ns;   /* wall */
	uint64_t since_ns;        /* wall, of state */
	uint64_t gone_ms;         /* loop time: when GONE ends .. */
	uint64_t rest_ms;         /* .. and REST */
	uint64_t ends_ms;         /* boot time: its lifetime's end; 0: none */
	uint64_t waits_ms;        /* loop time: has waited for room since */
	uint64_t active_ms;       /* loop time: went inward; 0: long ago */
	uint32_t ends_place;      /* of deadline; 0: in none */
	uint32_t cost;            /* hardware entries, counted likewise */
	uint32_t pending;         /* entries in the log's queue */
	uint32_t dst_node;        /* of depend; 0: in none */
	uint8_t ground;           /* enum rule_ground */
	uint8_t match_len;   /* of the best match it was accepted for; NONE */
	uint8_t revoked;     /* times, of late: rests longer each time */
	uint8_t failed_over; /* stands by failover: keep */
	uint16_t reason;
	uint16_t flags; /* enum rule_flag */
	uint8_t state;
	uint8_t check;
	uint8_t wait;    /* enum rule_wait */
	uint8_t parts;   /* inward rules, counted against the customer */
	uint8_t counted; /* parts and cost are in the customer's sums now */
	uint16_t wire_reason;
	uint16_t old_reason; /* why old_id ended */
	uint8_t old_live;    /* the store has old_id live */
	uint8_t again;       /* scratch: of a reload: was counted; restored:
				its record is of another configuration */
	uint64_t old_id;     /* whose end is to be recorded; NONE: of none */
	struct wish wish;
	struct action_set actions;
	struct rule rule; /* rule_size() octets of it are allocated */
};

struct rib_in {
	struct rib_rule **buckets; /* a power of two */
	uint8_t *sieve;
	size_t n_buckets;
	size_t n_rules;
	struct rib_link all;
	uint8_t key[HASH_KEY_LEN];
};

/* A rule's hash in all tables of this key; never 0. */
uint32_t rib_hash(const uint8_t key[HASH_KEY_LEN], const struct rule *rule);

/* 0 or -1 when memory is out. key: random octets. */
int rib_in_init(struct rib_in *rib, const uint8_t key[HASH_KEY_LEN]);
void rib_in_fini(struct rib_in *rib); /* frees all rules */

/* The rule of this peer, or NULL. */
struct rib_rule *rib_in_find(
    const struct rib_in *rib, uint32_t peer, const struct rule *rule);

/* A new entry (rule copied, everything else zero, id RULE_ID_NONE), linked
 * everywhere but in its peer's list. NULL when memory is out. */
struct rib_rule *rib_in_add(
    struct rib_in *rib, uint32_t peer, const struct rule *rule);

/* Unlink from all and free. The caller has made sure that no owner and no
 * pending entry is left. */
void rib_in_remove(struct rib_in *rib, struct rib_rule *rule);

/* By id, for operators: a walk. NULL when there is none. */
struct rib_rule *rib_in_by_id(struct rib_in *rib, uint64_t id);

/* Octets that one rule takes in memory, without its owners. */
size_t rib_in_rule_octets(const struct rule *rule);
