/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guard in the test's own process and loop, with everything around it played
 * by the test over real channels: supervisor, customers' sessions, routers'
 * sessions, store, control and rpki. Each fake keeps what the real one keeps,
 * so that guard and store can die and come back at any point.
 *
 * scene_settle() runs the loop until nothing is on its way any more, except
 * where a fake was told to stall. Only lingers take time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/guard/guard.h"

#define SCENE_CUSTOMERS 4
#define SCENE_SESSIONS  8
#define SCENE_ROUTERS   4
#define SCENE_FEEDS     4
#define SCENE_ASNS      4
#define SCENE_IRR       8
#define SCENE_REDIRECTS 4
#define SCENE_CLASSES   8
#define SCENE_PROTECTED 8
#define SCENE_VRPS      4096
#define SCENE_METRICS   1024
#define SCENE_ROUTES    4096
#define SCENE_WISHES    4096
#define SCENE_ROWS      20000
#define SCENE_HASH      65536
#define SCENE_ASN       64500u
#define SCENE_WAIT_MS   30000
#define SCENE_NOC       (SCENE_CUSTOMERS + 1u) /* the operators' number */

struct scene;

/* What one customer session was told by its peer. */
struct scene_wish {
	struct rule rule;
	struct action_set actions;
	uint64_t handle;
	uint16_t wire_reason;
	bool announced; /* else withdrawn, and not acknowledged yet */
	struct wish wish;
};

/* A unicast route that a customer session keeps. */
struct scene_route {
	struct prefix prefix;
	struct route_facts facts;
};

struct scene_session {
	struct scene *scene;
	uint32_t peer;     /* number: place in scene.sessions + 1 */
	uint32_t customer; /* place in scene.customers */
	struct channel *channel;
	int fd;
	struct msg_session_state state;
	uint8_t families; /* configured, and negotiated when it is up */
	uint8_t complete;
	struct prefix range; /* its place number `peer`; afi NONE: an address */
	uint8_t authenticated; /* enum auth_kind, configured */
	uint64_t next_handle;
	size_t n;
	struct scene_wish *wishes; /* SCENE_WISHES */
	bool more;                 /* what it says now goes on: of one UPDATE */
	unsigned acks;
	size_t n_routes;
	struct scene_route *routes; /* SCENE_ROUTES */
	unsigned refreshes;         /* asked for by the guard */
};

/* A route reflector's session that feeds unicast routes; it keeps none. */
struct scene_feed {
	struct scene *scene;
	uint32_t peer; /* 200 + place */
	uint8_t families;
	struct channel *channel;
	int fd;
	struct msg_session_state state;
	unsigned refreshes; /* asked for by the guard */
	bool removed;
};

struct scene_held {
	struct rule rule;
	struct action_set actions;
	uint32_t customer;
	bool seen;
};

struct scene_router {
	struct scene *scene;
	uint32_t peer; /* 100 + place */
	uint8_t emit;
	struct channel *channel;
	int fd;
	bool stalled;
	bool syncing;
	size_t n;
	struct scene_held *held; /* SCENE_WISHES */
	unsigned announced;      /* messages */
	unsigned withdrawn;
	unsigned attrs; /* of customers' */
	unsigned dumps; /* ended */
	struct msg_out_attrs last_attrs;
	struct msg_out_attrs noc_attrs;
};

struct scene_customer {
	const char *name;
	const char *prefixes[4]; /* NULL: none */
	uint8_t mode;
	uint32_t max_rules;
	uint64_t linger_ms;
	uint8_t hold_from; /* IPv4 */
	uint64_t tag;      /* a large community's last 8 octets; 0: none */
	uint8_t validate;  /* enum customer_validate; 0: off */
	uint8_t best_match;
	uint8_t failover;
	uint32_t local_pref;
	uint32_t max_prefixes;
	uint32_t asns[SCENE_ASNS]; /* ascending; 0: none */
	uint32_t max_cost;         /* UINT32_MAX (UINT64_MAX): no limit .. */
	uint32_t new_per_second;
	uint32_t burst;
	uint64_t max_addresses; /* .. up to here */
	uint32_t max_addresses_percent;
	uint32_t strikes;
	uint64_t lifetime_ms;
	uint8_t match;
	uint8_t rpki;
	bool pa;
	bool shared;
	bool flap_breaker;
	/* IRR: none unless there are prefixes or a status */
	const char *irr[SCENE_IRR];
	uint32_t irr_status; /* enum irr_status; 0: by the prefixes */
	uint64_t irr_max_age_ms;
	uint64_t irr_written_ns; /* 0: now */
	uint8_t irr_hash;        /* the first octet of it */
	uint32_t without;        /* bits of components that it may not use */
	/* actions */
	uint16_t actions; /* ACTION_BIT; 0: rate and mark */
	double rate_min;  /* 0: one octet a second */
	bool raise_rates;
	uint8_t targets[SCENE_REDIRECTS][8]; /* 0: none */
	struct customer_redirect rewrites[SCENE_REDIRECTS];
	bool removed;
};

/* Rules like this one, of the customer at this place. */
struct scene_class {
	uint32_t customer;
	uint32_t kind; /* enum customer_class_kind */
	struct rule rule;
};

struct scene_protected {
	const char *name;
	struct rule rule;
};

struct scene_rpki {
	struct scene *scene;
	struct channel *channel; /* NULL: nobody is there */
	int fd;
	struct msg_rpki_state state; /* as said last */
	size_t n;
	struct vrp *vrps; /* SCENE_VRPS; what it keeps */
	unsigned confirmations;
	struct msg_confirm confirmed; /* last */
};

struct scene_store {
	struct scene *scene;
	struct channel *channel;
	int fd;
	bool stalled; /* does not read */
	bool lazy;    /* reads and says nothing */
	bool full;
	bool silent;            /* does not say that all live rules were sent */
	const char *origin;     /* of its log; NULL: none */
	struct msg_entry **log; /* entries received */
	size_t n;
	size_t room;
	size_t durable;
	size_t *next; /* of entries with the same hash; SIZE_MAX: none */
	size_t heads[SCENE_HASH];
	uint64_t *live; /* by rule id: entry, UINT64_MAX: none; as on disk */
	size_t live_room;
	unsigned loads;
};

struct scene {
	struct loop *loop;
	struct watch *tick;
	int tick_fd;
	struct timer *give_up;
	bool (*until)(struct scene *scene);
	bool quiet;
	bool timed_out;
	uint64_t wake_ms;    /* loop time; of scene_pass() */
	struct guard *guard; /* NULL: dead */
	struct channel *supervisor;
	int supervisor_fd;
	uint64_t generation;
	enum cfg_purpose boot_purpose;
	/* Says to a new guard what comes before its configuration; or NULL. */
	void (*greet)(struct scene *scene);
	void *greeter;
	struct msg_cfg_result result;
	unsigned results;
	struct msg_peer_broken blamed; /* last */
	struct scene_customer customers[SCENE_CUSTOMERS];
	size_t n_customers;
	struct scene_session sessions[SCENE_SESSIONS];
	size_t n_sessions;
	struct scene_router routers[SCENE_ROUTERS];
	size_t n_routers;
	struct scene_feed feeds[SCENE_FEEDS];
	size_t n_feeds;
	struct msg_cfg_validation validation;
	struct msg_cfg_fleet fleet;
	struct msg_cfg_rpki rpki_config; /* with a cache: it has the role */
	struct msg_cfg_service service;
	struct scene_customer noc;
	struct scene_class classes[SCENE_CLASSES];
	size_t n_classes;
	struct scene_protected protected[SCENE_PROTECTED];
	size_t n_protected;
	uint32_t confirm_s; /* of the next APPLY .. */
	bool rollback;      /* .. which is one */
	unsigned confirmations;
	struct msg_confirm confirmed; /* last, to the supervisor */
	struct scene_rpki rpki;
	struct scene_store store;
	bool real_store; /* not ours: it is not looked into */
	/* control */
	struct channel *control;
	int control_fd;
	bool control_stalled;
	const char *operator_name;
	uint32_t request;
	size_t n_rows;
	struct msg_ctl_rule *rows; /* without rules; SCENE_ROWS */
	struct msg_ctl_rule row;   /* the last of them, with its rule */
	unsigned checks;
	struct msg_ctl_check check[CHECK_COUNT];
	struct msg_ctl_status status;
	unsigned sessions_shown;
	struct msg_ctl_session shown; /* last */
	size_t n_paths;
	struct msg_ctl_route *paths; /* SCENE_ROWS */
	size_t customers_shown;
	struct msg_ctl_customer customer_rows[SCENE_NOC];
	size_t n_metrics;
	struct msg_ctl_metric *metrics; /* SCENE_METRICS */
	bool ended;
	struct msg_ctl_end end;
};

/* Two customers ("acme" owns 10.1.0.0/16, "bolt" 10.2.0.0/16, both
 * 10.9.0.0/16), one session each and up, one strict router. All is running
 * and has settled. */
struct scene *scene_new(void);
/* The same, but nothing started: to be changed before scene_start(). */
struct scene *scene_prepare(void);
void scene_start(struct scene *scene);
void scene_free(struct scene *scene);

/* Run until nothing is on its way. */
void scene_settle(struct scene *scene);
/* Run until the condition holds; fails the test after SCENE_WAIT_MS. */
void scene_until(struct scene *scene, bool (*until)(struct scene *scene));

/* Run until the guard stops the loop. */
void scene_until_stopped(struct scene *scene);

/* The guard dies at once; a new one has a configuration and nothing else. */
void scene_guard_kill(struct scene *scene);
void scene_guard_start(struct scene *scene);
/* Give it its channels. */
void scene_give_store(struct scene *scene);
void scene_give_sessions(struct scene *scene);
void scene_give_routers(struct scene *scene);
void scene_give_control(struct scene *scene);
void scene_give_all(struct scene *scene);
/* Send the configuration that scene->customers … make; not settled. */
void scene_configure(struct scene *scene, enum cfg_purpose purpose);

/* guard_scene_config.c */
/* Without limits, as scene_prepare() has it. */
void scene_config_defaults(struct scene *scene);
void scene_customer_add(struct scene *scene, const char *name, const char *own);
/* Into the configuration that is sent next: what is to be released, or is
 * approved; the rule matches this destination and may be narrowed. */
struct rule *scene_class_add(struct scene *scene, uint32_t customer,
    enum customer_class_kind kind, const char *dst);
struct rule *scene_protect(
    struct scene *scene, const char *name, const char *dst);
/* To the supervisor's end of the guard's channel. */
void scene_tell(
    struct scene *scene, void *msg, enum msg_kind kind, size_t size);
/* Another list of the customer at this place, outside of a set: as
 * scene->customers[…].irr and so on say now. */
void scene_irr_feed(struct scene *scene, uint32_t customer);
/* .. with these prefixes from now on; NULL ends them. */
void scene_irr(
    struct scene *scene, uint32_t customer, const char *const *prefixes);
/* A new IRR file (n prefixes instead of have), or a configuration, waits for a
 * person, or (waits false) not any more. */
void scene_hold_irr(struct scene *scene, uint32_t customer, bool waits,
    uint32_t have, uint32_t found);
void scene_hold_reload(struct scene *scene, bool waits, uint64_t until_ns);

/* guard_scene_rpki.c: with a cache in the configuration from the start, or
 * from the next one on */
void scene_rpki_cache(struct scene *scene);
/* Give the guard a channel to it: what it keeps is said, then its state. Part
 * of scene_give_all() where there is a cache. */
void scene_rpki_give(struct scene *scene);
void scene_rpki_die(struct scene *scene);
/* Another state, with the counts of what it keeps; FRESH: a new serial. */
void scene_rpki_state(struct scene *scene, enum rpki_state state);
/* .. as scene->rpki.state is: held, found, times. */
void scene_rpki_tell(struct scene *scene);
/* A ROA comes or goes; the guard learns of it at once. */
void scene_vrp_add(
    struct scene *scene, const char *prefix, uint8_t max_len, uint32_t asn);
void scene_vrp_remove(
    struct scene *scene, const char *prefix, uint8_t max_len, uint32_t asn);

struct scene_session *scene_session_add(struct scene *scene, uint32_t customer);
struct scene_router *scene_router_add(struct scene *scene, uint8_t emit);

/* guard_scene_peers.c: sessions */
/* Say the state as it is. */
void session_tell(struct scene_session *session);
void session_up(struct scene_session *session);
void session_down(struct scene_session *session, enum down_reason down);
/* The process dies and another takes its place. */
void session_die(struct scene_session *session);
void session_mark(struct scene_session *session, enum rib_mark mark);
void session_announce(
    struct scene_session *session, const char *dst, double rate);
void session_announce_rule(struct scene_session *session,
    const struct rule *rule, const struct action_set *actions,
    uint16_t wire_reason);
/* .. and with communities that ask for this. */
void session_announce_wish(struct scene_session *session, const char *dst,
    double rate, const struct wish *wish);
void session_announce_as(struct scene_session *session, const struct rule *rule,
    const struct action_set *actions, uint16_t wire_reason,
    const struct wish *wish);
void session_withdraw(struct scene_session *session, const char *dst);
void session_withdraw_rule(
    struct scene_session *session, const struct rule *rule);
void session_refused(struct scene_session *session, enum reason reason);
size_t session_unacked(const struct scene_session *session);
void session_give(struct scene_session *session);
/* A new channel to the guard, whose end it is given. */
struct channel *scene_channel(struct scene *scene, uint32_t peer,
    const struct channel_ops *ops, void *ctx, int *fd);
/* .. of a role of which there is one. */
struct channel *scene_role_channel(struct scene *scene, enum role role,
    const struct channel_ops *ops, void *ctx, int *fd);
/* The message, if the session's process is there. */
void session_say(
    struct scene_session *session, void *msg, enum msg_kind kind, size_t size);
void router_give(struct scene_router *router);
void router_stall(struct scene_router *router, bool stalled);
void router_die(struct scene_router *router);
const struct scene_held *router_holds(
    const struct scene_router *router, const char *dst);
const struct scene_held *router_holds_rule(
    const struct scene_router *router, const struct rule *rule);
/* A destination and, for the rate, an action. */
void scene_rule(const char *dst, struct rule *rule);
struct action_set scene_rate(double rate);

/* guard_scene_store.c */
void disk_init(struct scene *scene);
void disk_free(struct scene *scene);
void disk_die(struct scene_store *store, bool keep_received);
void disk_stall(struct scene_store *store, bool stalled);
void disk_full(struct scene_store *store, bool full);
/* What was received becomes durable, and the guard is told. */
void disk_commit(struct scene_store *store);
/* The last durable entry of this kind (ENTRY_NONE: any) about this
 * destination (NULL: any); NULL when there is none. */
const struct msg_entry *disk_last(
    const struct scene_store *store, enum entry_kind kind, const char *dst);
size_t disk_count(
    const struct scene_store *store, enum entry_kind kind, unsigned reason);
size_t disk_live_count(const struct scene_store *store);
/* This stands in its evidence or text. */
bool disk_says(const struct msg_entry *entry, const char *words);
const struct rule *disk_rule(const struct msg_entry *entry);
const struct action_set *disk_actions(const struct msg_entry *entry);
/* An accepted verdict of a rule with these actions that becomes this part in
 * the dialect (NONE: is this rule) is on disk. */
bool disk_accepted(const struct scene_store *store, const struct rule *part,
    const struct action_set *actions, unsigned dialect);
/* The table of live rules has an accepted verdict under this id. */
bool disk_accepted_live(const struct scene_store *store, uint64_t id,
    const struct rule *rule, const struct action_set *actions);

/* guard_scene_control.c; scene->operator_name asks */
void control_ask(struct scene *scene, enum ctl_verb verb, uint64_t id);
/* CTL_ROUTE: about this prefix. */
void control_ask_prefix(
    struct scene *scene, enum ctl_verb verb, const char *prefix);
/* About all of this name. */
void control_ask_of(
    struct scene *scene, enum ctl_verb verb, const char *customer);
/* Whatever there is to say; the rule follows where has_rule says so. */
void control_ask_all(struct scene *scene, const struct msg_ctl_request *msg);
/* EXTEND. */
void control_extend(struct scene *scene, uint64_t id, uint64_t lifetime_ms);
/* CONFIRM: customer "" is any. */
void control_confirm(
    struct scene *scene, enum confirm what, const char *customer);
/* ANNOUNCE: the NOC's own; lifetime 0: the most there is. */
void control_announce(
    struct scene *scene, const char *dst, double rate, uint64_t lifetime_ms);
void control_announce_rule(struct scene *scene, const struct rule *rule,
    const struct action_set *actions, uint64_t lifetime_ms);
/* CTL_CUSTOMERS said this of the name; NULL: nothing. */
const struct msg_ctl_customer *control_customer(
    const struct scene *scene, const char *name);
/* CTL_METRICS counted so many; customer "": all together. */
uint64_t control_metric(
    const struct scene *scene, enum reason reason, const char *customer);
/* CTL_RULES: those with this ground. */
void control_ask_ground(struct scene *scene, enum rule_ground ground);
void control_explain(
    struct scene *scene, const char *customer, const char *dst, double rate);
/* The rule of this session in the guard's memory; NULL: not known. */
const struct rib_rule *scene_known(
    const struct scene_session *session, const char *dst);
