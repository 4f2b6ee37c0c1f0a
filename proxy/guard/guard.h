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
 *   unicast     routes from customers and feeds, and whether all is known
 *   sweep       routes that are gone leave the table, in slices
 *   ground      rules whose unicast route moved: looked at again, damped
 *   brake       rules that lost their ground: revoked, or too many at once
 *   restore     a new guard finds its place: store, sessions, routers
 *   reload      a new configuration, or what it would do
 *   operator    what the control role asks
 *
 * and, in headers of their own:
 *
 *   parties     customers, their sessions and the routers inside
 *   quota       what a customer has used, and who waits for room
 *   life        rules' lifetimes
 *   evidence    RPKI and IRR data come in
 *   contain     panic, freeze, quarantine, mute, the flap breaker
 *   noc         the operators' own rules
 *   proof       the guard tests its checks
 *   place       addresses and ranges of neighbours
 *   past        what earlier guards crashed of
 */
#pragma once

#include "policy/judge.h"
#include "policy/selftest.h"
#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/guard/bounds.h"
#include "proxy/guard/config.h"
#include "proxy/guard/coverage.h"
#include "proxy/guard/deadline.h"
#include "proxy/guard/depend.h"
#include "proxy/guard/journal.h"
#include "proxy/guard/moves.h"
#include "proxy/guard/parties.h"
#include "proxy/guard/past.h"
#include "proxy/guard/place_md5.h"
#include "proxy/guard/rib_in.h"
#include "proxy/guard/rib_out.h"
#include "proxy/guard/rib_unicast.h"
#include "proxy/guard/suspects.h"
#include "proxy/guard/vrp_table.h"

/* A control request that is being answered in pieces. */
struct guard_answer {
	struct msg_ctl_request request;
	struct rib_link *next; /* rule to show next; NULL: none under way */
	uint32_t next_peer;
	uint32_t exit_code; /* to end with */
	bool busy;
	char text[192];
};
#define GUARD_ANSWERS 16
#define GUARD_ENDS    32 /* of answers, that found no room */

/* Routes that a source has not heard again, or of one that is closed, leave
 * the table in slices. */
struct guard_sweep {
	uint16_t source;
	uint8_t afi;
	bool whole;  /* the whole table, else what its customer owns */
	bool closed; /* the source is */
	bool walking;
	uint32_t peer;
	size_t at; /* place in what the customer owns */
	struct prefix_walk walk;
};

struct guard {
	struct loop *loop;
	struct channel *supervisor;
	struct channel *store;
	struct channel *control;
	struct channel *rpki;
	struct config *config;   /* in force; NULL before the first */
	struct config *incoming; /* being received */
	struct config *old;      /* that before one that could not be taken */
	struct journal *journal;
	struct rib_in in;
	struct rib_out out[DIALECT_COUNT];
	uint8_t tables; /* bit per table of out[] in use */
	uint64_t accepted;
	struct guard_peer *peers[GUARD_PEERS_MAX + 1]; /* the last: the NOC's */
	uint32_t n_peers; /* highest number in use, plus one; not the NOC's */
	struct guard_peer **named; /* customers' peers, sorted */
	size_t n_named;
	struct guard_customer **customers; /* by number */
	size_t n_customers;
	struct rib_link wait_store;
	struct rib_link wait_conflict;
	struct rib_link wait_record;
	/* quotas */
	uint32_t fleet_rules; /* of all customers */
	uint32_t fleet_cost;
	uint32_t reserved_rules; /* guaranteed and not used, likewise */
	uint32_t reserved_cost;
	bool fleet_room;
	size_t promote_at;  /* the customer to begin with */
	uint32_t asks;      /* of those that wait, this turn */
	struct timer *news; /* a rule may pass by its customer's rate */
	uint64_t news_ms;   /* loop time, when it runs; 0: it does not */
	struct coverage *uncovered; /* of nobody: always empty */
	/* lifetimes */
	struct deadlines deadlines;
	struct timer *expiry;
	/* containment */
	struct guard_orphan orphans[GUARD_ORPHANS];
	size_t n_orphans;
	struct guard_act panic;
	struct guard_act freeze;
	struct suspects suspects; /* of inward sessions' losses */
	struct selftest_result proof;
	bool unfit; /* it failed */
	struct past past;
	char noc_names[GUARD_NOC_NAMES][32];
	/* RPKI */
	struct vrp_table *vrps;
	struct vrp_table *vrps_next; /* a new role's, not complete; or NULL */
	struct msg_rpki_state rpki_state;
	struct msg_rpki_state rpki_next; /* of vrps_next, when that is held */
	uint64_t rpki_noted_ms; /* loop time: its state was noted last .. */
	uint32_t rpki_notes;    /* .. so often within a second */
	uint8_t rpki_was;       /* enum rpki_state, when last looked at */
	struct prefix_set *irr_incoming; /* a customer's list is coming */
	struct msg_cfg_irr irr_begin;
	struct msg_held reload_held; /* a configuration that may be undone */
	struct auth_state md5;       /* counts of the whole host */
	struct place_md5 md5_lately; /* .. and how they grew */
	struct timer *pacing;        /* a router may be told more */
	struct rib_unicast *unicast;
	struct guard_sweep *sweeps;
	size_t n_sweeps;
	size_t room_sweeps;
	uint32_t feeds[2]; /* inward sessions that feed IPv4, IPv6 */
	uint32_t fed[2];   /* of these: up, and all has come */
	uint64_t no_room;  /* routes that found none */
	struct depend depend;
	struct moves moves[2]; /* IPv4, IPv6: touched at the end of the turn */
	struct rib_link touched;               /* rules to look at again */
	struct rib_link grounds[GROUND_COUNT]; /* by enum rule_ground */
	struct timer *work;     /* touched rules and sweeps go on */
	struct timer *collect;  /* the doomed fall */
	struct timer *patience; /* some GONE or REST has waited enough */
	bool collecting;
	uint64_t patience_ms;            /* loop time; 0: not started */
	uint64_t looked_ms;              /* loop time, when last looked for */
	uint64_t rest_ms;                /* the first rest */
	uint32_t revoked[GUARD_BRAKE_S]; /* by second */
	uint64_t revoked_s;              /* the second counted last */
	uint64_t braked_since_ns;        /* wall; 0: the brake is off */
	struct action_set emitted; /* of the last question, as are these */
	uint8_t match_len;         /* of the best match */
	bool failed_over;          /* which only failover: keep lets pass */
	uint64_t walked;           /* more-specifics, of all questions */
	bool loaded;               /* the store's live rules are in */
	bool loading;              /* they are coming */
	bool to_load; /* they are to be asked for when load_seq is durable */
	uint64_t load_seq;
	uint64_t told_ms;
	bool told;     /* they are in; the sessions' replay is awaited */
	bool stopping; /* all ends: sessions' ends are not theirs */
	bool stopped;  /* the stop is recorded under stop_seq */
	uint64_t stop_seq;
	unsigned stop_polls; /* since the supervisor went */
	uint64_t store_behind;
	uint64_t no_memory_ms; /* when there was none for a rule; 0: there is */
	uint64_t started_ns;
	uint64_t now_ns; /* wall time, as of the message at hand */
	/* The wall clock ahead of that which no one can set. */
	bool offset_known;
	int64_t offset_ns;
	int64_t step_ns;            /* it has stepped, not yet recorded */
	uint64_t step_noted_ms;     /* loop time; 0: never */
	char origin[NOTE_NAME_MAX]; /* of the log; "": not told yet */
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
/* The same, as there was no memory for a channel to it. */
void guard_no_memory(struct guard *guard, enum role role, uint32_t peer);

/* clock_step.c: called once a second */
void clock_step_second(struct guard *guard);

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
/* A rule that stands loses its verdict to this one, which refuses it. */
void guard_revoke(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict);
/* Put inward what is judged and durable. */
void guard_originate(struct guard *guard, struct rib_rule *rule);

/* ask.c; what else is known is in guard->match_len and failed_over */
/* Only judge; nothing changes. results may be NULL. */
void guard_ask(struct guard *guard, const struct guard_peer *peer,
    const struct rib_rule *rule, struct verdict *verdict,
    struct check_result *results);
/* As if nothing were known of unicast routes and the rule stood. */
void guard_ask_aside(
    struct guard *guard, const struct rib_rule *rule, struct verdict *verdict);
/* Ask the checks of ownership and unicast validation alone: *check is the one
 * that objects (may be NULL). */
enum reason guard_ask_facts(struct guard *guard, const struct rib_rule *rule,
    char evidence[EVIDENCE_MAX], enum check *check);
/* A question about no rule, for selftest_run(): what this configuration says of
 * this customer (NULL: of none). The view is filled and borrowed by the
 * question. */
void guard_ask_live(struct guard *guard, const struct config *config,
    const struct config_customer *customer, struct question *q,
    struct rpki_view *rpki);

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
/* Count it as the verdict says. */
void rule_count(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict);
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

/* unicast.c */
int unicast_init(struct guard *guard);
void unicast_fini(struct guard *guard);
/* Is the view complete that validates rules of this family over this session?
 * A feed that is up and complete, or, where none is configured, a session of
 * the customer that carries unicast. */
bool unicast_known(
    const struct guard *guard, const struct guard_peer *peer, unsigned afi);
/* Routes from a session. */
void unicast_routes(struct guard *guard, struct guard_peer *peer,
    const struct msg_unicast *msg);
/* A mark of unicast families. */
void unicast_mark(
    struct guard *guard, struct guard_peer *peer, unsigned mark, unsigned of);
/* A feed says of which families it is complete: of fewer, when it had to drop
 * routes because we did not read. */
void unicast_incomplete(
    struct guard *guard, struct guard_peer *peer, unsigned complete);
/* The session is up (again). */
void unicast_up(struct guard *guard, struct guard_peer *peer);
/* It is lost. linger: its routes stay, but lose to any others. */
void unicast_lost(struct guard *guard, struct guard_peer *peer, bool linger);
/* Another configuration is in force; old (may be NULL) is that before. */
void unicast_configure(struct guard *guard, const struct config *old);
/* May a change of this family's routes change anything now? */
bool unicast_matters(const struct guard *guard, unsigned afi);

/* sweep.c */
/* Remove what this source has not heard, of one family; all of it when it is
 * closed. It begins anew where one is under way. */
void sweep_begin(struct guard *guard, const struct guard_peer *peer,
    unsigned afi, bool closed);
/* No more of it: a refresh has begun. */
void sweep_cancel(struct guard *guard, uint16_t source, unsigned afi);
/* Closed sources of this session that still have routes. */
unsigned sweep_closed(const struct guard *guard, const struct guard_peer *peer);
/* What customers own may not be what it was: look everywhere. */
void sweep_widen(struct guard *guard);
/* A slice of what is due; true when more is left. */
bool sweep_work(struct guard *guard);

/* ground.c */
int ground_init(struct guard *guard);
void ground_fini(struct guard *guard);
/* The rule depends on unicast routes if this customer's rules do. 0 or -1 when
 * memory is out. */
int ground_track(struct guard *guard, struct rib_rule *rule,
    const struct customer *customer);
void ground_set(
    struct guard *guard, struct rib_rule *rule, enum rule_ground ground);
/* It has this verdict now, by the question asked last. */
void ground_settle(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict);
/* Can a unicast route change its state? */
bool ground_rests(const struct rib_rule *rule);
/* The routes of this prefix moved. */
void ground_moved(struct guard *guard, const struct prefix *prefix);
/* A rule's routes may have moved. */
void ground_touch(struct guard *guard, struct rib_rule *rule);
/* All rules of a family, of this customer (NULL: any). */
void ground_touch_all(
    struct guard *guard, const struct guard_customer *customer, unsigned afi);
/* Ask for a rule that stands and that nothing new is known of but, maybe, its
 * routes: where only they object it stands and is looked at soon, so that they
 * are damped and braked like any that move. */
void ground_ask(
    struct guard *guard, struct rib_rule *rule, struct verdict *verdict);
/* Wait until this loop time with what has GROUND_GONE or GROUND_REST. */
void ground_wait(struct guard *guard, uint64_t until_ms);
/* Called once a turn. */
void ground_work(struct guard *guard);

/* brake.c */
int brake_init(struct guard *guard);
void brake_fini(struct guard *guard);
/* This rule has lost its ground: it is revoked in a moment, or braked. */
void brake_doom(struct guard *guard, struct rib_rule *rule);
/* It loses its verdict now, and rests. */
void brake_rest(struct guard *guard, struct rib_rule *rule);
/* Called once a second. */
void brake_second(struct guard *guard);
/* Release what the brake holds: how many rules were revoked. */
unsigned brake_confirm(struct guard *guard);

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
void inward_state(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg);
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
/* So many announcements are not paced: what was out comes back at once. */
void inward_unpaced(struct guard *guard, size_t n);
/* The routers' sessions follow this pace from now on. */
void inward_configure(struct guard *guard);

/* restore.c */
void restore_hello(struct guard *guard, const struct msg_store_hello *msg);
/* Called when entries have become durable. */
void restore_continue(struct guard *guard);
void restore_live(struct guard *guard, const struct msg_entry *msg);
void restore_loaded(struct guard *guard);

/* reload.c */
void reload_take(struct guard *guard, const struct msg_head *head);

/* operator*.c */
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

/* Half of the channel is for short answers. */
bool operator_room(const struct guard *guard);
void operator_status(struct guard *guard, uint32_t request);
void operator_status_more(
    const struct guard *guard, struct msg_ctl_status *msg);
bool operator_customer(
    struct guard *guard, uint32_t request, struct guard_customer *customer);
bool operator_metrics_all(struct guard *guard, uint32_t request);
bool operator_metrics_of(struct guard *guard, uint32_t request,
    const struct guard_customer *customer);
/* One rule; a customer or all; what waits for a person. Answered. */
void operator_act(struct guard *guard, const struct msg_ctl_request *msg);
void operator_contain(struct guard *guard, const struct msg_ctl_request *msg);
void operator_confirm(struct guard *guard, const struct msg_ctl_request *msg);
/* What the operator does, into the log; false when it has no room. */
bool operator_record(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule, const char *verb);
bool operator_session(
    struct guard *guard, uint32_t request, const struct guard_peer *peer);
/* The routes of a prefix; then *filter names the rules that rest on them, to be
 * shown next. Returns the exit code and, in text, what to end with. False when
 * the channel has no room. */
bool operator_routes(struct guard *guard, const struct msg_ctl_request *msg,
    struct guard_answer *answer);

/* peers.c */
struct guard_peer *peer_get(struct guard *guard, uint32_t number);
/* The configuration in force says who there is. */
int peers_configure(struct guard *guard);
/* By what records call its session; NULL: there is none any more. */
struct guard_peer *peer_named(
    struct guard *guard, const char *customer, const char *session);
struct guard_customer *customer_of_number(struct guard *guard, uint32_t number);
/* The configured sessions of a customer: *n of them, borrowed until the next
 * configuration. */
struct guard_peer **peers_of(
    struct guard *guard, const struct guard_customer *customer, size_t *n);
void peer_open(struct guard *guard, uint32_t number, int fd);
void peers_fini(struct guard *guard);
