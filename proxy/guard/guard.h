/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard: judge, record, durable, originate. See guard.c for the path of a
 * rule; the other files of this folder are its organs:
 *
 *   rib_in      what customers ask for, and what was said to it
 *   journal     the queue towards the log
 *   rib_out     what stands inward, and whom it is owed to
 *   customers   sessions of customers: up, down, linger, complete
 *   inward      sessions towards the routers: cursors
 *   restore     a new guard finds its place: store, sessions, routers
 *   reload      a new configuration, or what it would do
 *   operator    what the control role asks
 */
#pragma once

#include "policy/judge.h"
#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/guard/config.h"
#include "proxy/guard/journal.h"
#include "proxy/guard/rib_in.h"
#include "proxy/guard/rib_out.h"

#define GUARD_PEERS_MAX      65536u
#define GUARD_REASONS        256u /* reasons are below */
/* Refusals of one customer recorded one by one: a second, and in a burst.
 * Those beyond become one summary a second. */
#define GUARD_REFUSALS_PER_S 20u
#define GUARD_REFUSALS_BURST 1000u
/* A new guard waits so long for sessions that are up to say again what they
 * know, whatever their linger. */
#define GUARD_REPLAY_MS      10000u
/* Entries that routers may report to hold to a new guard. */
#define GUARD_HELD_MAX       (1u << 20)
/* And one router's session, besides twice the rules that all customers may
 * have. */
#define GUARD_HELD_MORE      4096u
/* Marks of one refresh and the next, at least: each walks all rules. */
#define GUARD_REFRESH_MS     1000u
/* Withdrawals that a router's session may be behind, besides as many as rules
 * stand; then it is given everything anew. */
#define GUARD_BEHIND_MAX     65536u

/* One customer; lives as long as the guard, so that a reload keeps counts. */
struct guard_customer {
	uint32_t number;
	uint32_t cost;  /* inward rules accepted, held or pending */
	uint32_t trial; /* scratch: the same under another configuration */
	uint32_t known; /* rules of all its sessions */
	const struct customer *policy; /* in config; NULL: removed */
	struct rib_link waiting;       /* WAIT_QUOTA, in arrival order */
	bool room;                     /* cost went down */
	bool summarised;               /* counts[] holds something */
	uint32_t tokens;
	uint64_t tokens_ms;
	uint32_t counts[GUARD_REASONS]; /* refusals for the next summary */
	char name[CUSTOMER_NAME_MAX];
};

/* One configured neighbour, customer's or inward. */
struct guard_peer {
	struct guard *guard;
	uint32_t number;
	bool configured;
	bool internal;
	uint8_t families;
	uint8_t dialect; /* inward */
	char name[NAME_MAX_LEN];
	char address[NAME_MAX_LEN];
	struct channel *channel; /* NULL: its process is not there */
	struct msg_session_state state;
	bool heard; /* state is from this process */
	/* customers */
	struct guard_customer *customer;
	struct rib_link rules;
	struct rib_link acks; /* WAIT_ACK */
	struct timer *linger;
	bool lingering;
	uint64_t linger_left_ms;
	uint64_t linger_since_ms; /* boot time */
	uint64_t stable_since_ms; /* boot time; 0: not complete */
	bool replayed;
	bool grace;               /* lingering only for the replay to come */
	uint8_t complete;         /* families of which all has come */
	uint8_t refreshing;       /* families between BoRR and EoRR */
	uint64_t refreshed_ms[2]; /* last BoRR taken: IPv4, IPv6; 0: none */
	/* inward */
	struct rib_cursor cursor;
	bool attached;
	bool greeted; /* OUT_SYNC_BEGIN has been said */
	bool dumping; /* between OUT_SYNC_BEGIN and _END */
	bool dumped;
	size_t next_attrs;  /* customer whose attributes are to be said next */
	uint64_t held_left; /* MSG_OUT_HELD that it may still send */
	bool reported;      /* it has said what it holds */
};

/* A control request that is being answered in pieces. */
struct guard_answer {
	struct msg_ctl_request request;
	struct rib_link *next; /* rule to show next; NULL: none under way */
	uint32_t next_peer;
	bool busy;
};
#define GUARD_ANSWERS 16
#define GUARD_ENDS    32 /* of answers, that found no room */

struct guard {
	struct loop *loop;
	struct channel *supervisor;
	struct channel *store;
	struct channel *control;
	struct config *config;   /* in force; NULL before the first */
	struct config *incoming; /* being received */
	struct config *old;      /* that before one that could not be taken */
	struct journal *journal;
	struct rib_in in;
	struct rib_out out[DIALECT_COUNT];
	uint8_t tables; /* bit per table of out[] in use */
	uint64_t accepted;
	struct guard_peer *peers[GUARD_PEERS_MAX];
	uint32_t n_peers;          /* highest number in use, plus one */
	struct guard_peer **named; /* customers' peers, sorted */
	size_t n_named;
	struct guard_customer **customers; /* by number */
	size_t n_customers;
	struct rib_link wait_store;
	struct rib_link wait_conflict;
	struct rib_link wait_record;
	bool loaded;  /* the store's live rules are in */
	bool loading; /* they are coming */
	bool to_load; /* they are to be asked for when load_seq is durable */
	uint64_t load_seq;
	uint64_t told_ms;
	bool told;     /* they are in; the sessions' replay is awaited */
	bool stopping; /* all ends: sessions' ends are not theirs */
	bool stopped;  /* the stop is recorded under stop_seq */
	uint64_t stop_seq;
	unsigned stop_polls; /* since the supervisor went */
	uint64_t store_behind;
	uint64_t started_ns;
	uint64_t now_ns; /* wall time, as of the message at hand */
	struct timer *second;
	struct guard_answer answers[GUARD_ANSWERS];
	struct msg_ctl_end ends[GUARD_ENDS]; /* owed, oldest first */
	size_t n_ends;
	uint8_t boot_id[16];
	uint8_t hash_key[HASH_KEY_LEN];
	struct entry entry; /* scratch: the entry being written */
	struct entry live;  /* scratch: the live rule being read */
	struct dialect_parts parts[DIALECT_COUNT]; /* scratch */
};

#define GUARD_CONTROL_BUFFER (1u << 20)

/* links.c: channels and the loop's turn */
/*
 * A guard, zeroed before, on this loop; fd is its channel to the supervisor
 * and taken over. 0, or -1: then only the process's end is left.
 */
int guard_open(struct guard *guard, struct loop *loop, int fd);
void guard_close(struct guard *guard);
/* This role's process (ROLE_SESSION: of this peer) broke the rules; the caller
 * closes its channel. Nobody would link it again: another takes its place. */
void guard_blame(struct guard *guard, enum role role, uint32_t peer);

/* guard.c: the spine */
int guard_init(struct guard *guard, struct loop *loop);
void guard_fini(struct guard *guard);
void guard_announce(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_announce *msg, const uint8_t *raw);
void guard_withdraw(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_withdraw *msg);
void guard_refused(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_refused *msg, const uint8_t *raw);
/* A customer withdraws before the store has said who owns what: what routers
 * report to hold is taken out on its word. */
void guard_withdraw_blind(struct guard *guard, const struct guard_peer *peer,
    const struct rule *rule);
/* Judge a wanted rule (again) and let the verdict have its way. */
void guard_judge(struct guard *guard, struct rib_rule *rule, const uint8_t *raw,
    size_t raw_len);
/* Only judge; nothing changes. parts (may be NULL: scratch). */
void guard_ask(struct guard *guard, const struct guard_peer *peer,
    const struct rib_rule *rule, struct verdict *verdict,
    struct check_result *results);
/* The rule's end for this reason: inward at once, then recorded. The customer
 * still wants it: it stays known as withdrawn, until announced anew. */
void guard_end(struct guard *guard, struct rib_rule *rule, enum entry_kind kind,
    enum reason reason);
/* The customer no longer wants it (or is gone): end it, and forget it as soon
 * as that is recorded. */
void guard_leave(struct guard *guard, struct rib_rule *rule,
    enum entry_kind kind, enum reason reason);
/* The end of rule->old_id, which had these actions, into the log; or
 * remembered until there is room. */
void guard_record_end(struct guard *guard, struct rib_rule *rule,
    enum entry_kind kind, const struct action_set *actions);
/* Put inward what is judged and durable. */
void guard_originate(struct guard *guard, struct rib_rule *rule);

/* promote.c: called once a turn: whatever waited and can go on */
void guard_promote(struct guard *guard);

/* record.c: entries */
void guard_entry_begin(struct guard *guard, enum entry_kind kind);
void guard_entry_rule(struct guard *guard, const struct rib_rule *rule);
void guard_entry_peer(struct guard *guard, const struct guard_peer *peer);
/* Append the scratch entry; false when there is no room. */
bool guard_entry_append(struct guard *guard, struct rib_rule *subject);
/* May one more refusal of this customer be an entry of its own? Each 256
 * octets that it would keep as received count like a further one. */
bool guard_refusal_token(
    struct guard *guard, struct guard_customer *customer, size_t octets);
void guard_refusal_count(struct guard_customer *customer, unsigned reason);
void guard_summaries(struct guard *guard);
void guard_note(struct guard *guard, enum entry_kind kind, const char *text);

/* rule.c: where a rule is counted and waits */
void rule_count(struct guard *guard, struct rib_rule *rule, unsigned cost);
void rule_uncount(struct guard *guard, struct rib_rule *rule);
void rule_wait(struct guard *guard, struct rib_rule *rule, enum rule_wait on);
void rule_unwait(struct rib_rule *rule);
void rule_state(struct guard *guard, struct rib_rule *rule, unsigned state,
    unsigned reason, unsigned check);
bool rule_passes(const struct rib_rule *rule); /* accepted or lingering */
struct rib_rule *rule_new(
    struct guard *guard, struct guard_peer *peer, const struct rule *value);
/* Tell the session that the withdrawal of this handle is on disk; false when
 * its channel has no room. */
bool rule_acknowledge(struct guard_peer *peer, uint64_t handle);
/* Free it if nothing needs it any more; true when it is gone. */
bool rule_release(struct guard *guard, struct rib_rule *rule);

/* customers.c */
void customer_state(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg);
void customer_mark(struct guard *guard, struct guard_peer *peer,
    const struct msg_rib_mark *msg);
void customer_gone(struct guard *guard, struct guard_peer *peer);
void customer_reconcile(struct guard *guard, struct guard_peer *peer);
void customer_end_all(
    struct guard *guard, struct guard_peer *peer, enum reason reason);
/* The budget is used up: what is stale ends. */
void customer_linger_ended(struct guard *guard, struct guard_peer *peer);
void customer_acks(struct guard *guard, struct guard_peer *peer);
/* Milliseconds that its lost session's rules still have; 0: none linger. */
uint64_t customer_linger_left_ms(const struct guard_peer *peer);

/* inward.c */
void inward_open(struct guard *guard, struct guard_peer *peer);
void inward_close(struct guard *guard, struct guard_peer *peer);
/* False when it reports more than can be. */
bool inward_held(struct guard *guard, struct guard_peer *peer,
    const struct msg_out_rule *msg);
void inward_sync(struct guard *guard, struct guard_peer *peer,
    const struct msg_out_sync *msg);
/* Its table is that of another dialect now. */
void inward_move(struct guard *guard, struct guard_peer *peer, uint8_t dialect);
/* Attributes may have changed: everything is said again. */
void inward_again(struct guard_peer *peer);
void inward_flush(struct guard *guard);

/* restore.c */
void restore_hello(struct guard *guard, const struct msg_store_hello *msg);
/* Called when entries have become durable. */
void restore_continue(struct guard *guard);
void restore_live(struct guard *guard, const struct msg_entry *msg);
void restore_loaded(struct guard *guard);

/* reload.c */
void reload_take(struct guard *guard, const struct msg_head *head);

/* operator.c */
void operator_request(struct guard *guard, const struct msg_ctl_request *msg);
void operator_continue(struct guard *guard);
void operator_closed(struct guard *guard);
/* Before a rule is freed: answers under way step over it. */
void operator_forget(struct guard *guard, const struct rib_rule *rule);
/* One row; the verdict (may be NULL) takes the place of what is known. 0, or
 * -1 when the channel has no room but for short answers. */
int operator_row_verdict(struct guard *guard, uint32_t request,
    const struct rib_rule *rule, const struct verdict *verdict);
/* Sent now, or as soon as there is room. */
void operator_end(struct guard *guard, uint32_t request, uint32_t exit_code,
    const char *text);

/* peers.c */
struct guard_peer *peer_get(struct guard *guard, uint32_t number);
/* The configuration in force says who there is. */
int peers_configure(struct guard *guard);
struct guard_peer *peer_named(
    struct guard *guard, const char *customer, const char *address);
struct guard_customer *customer_of_number(struct guard *guard, uint32_t number);
void peer_open(struct guard *guard, uint32_t number, int fd);
void peers_fini(struct guard *guard);
