/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guard in the test's own process and loop, with everything around it played
 * by the test over real channels: supervisor, customers' sessions, routers'
 * sessions, store and control. Each fake keeps what the real one keeps, so that
 * guard and store can die and come back at any point.
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
#define SCENE_ROUTES    4096
#define SCENE_WISHES    4096
#define SCENE_ROWS      20000
#define SCENE_HASH      65536
#define SCENE_ASN       64500u
#define SCENE_WAIT_MS   30000

struct scene;

/* What one customer session was told by its peer. */
struct scene_wish {
	struct rule rule;
	struct action_set actions;
	uint64_t handle;
	uint16_t wire_reason;
	bool announced; /* else withdrawn, and not acknowledged yet */
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
	uint64_t next_handle;
	size_t n;
	struct scene_wish *wishes; /* SCENE_WISHES */
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
	unsigned attrs;
	unsigned dumps; /* ended */
	struct msg_out_attrs last_attrs;
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
	bool removed;
};

struct scene_store {
	struct scene *scene;
	struct channel *channel;
	int fd;
	bool stalled; /* does not read */
	bool lazy;    /* reads and says nothing */
	bool full;
	bool silent;            /* does not say that all live rules were sent */
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
	struct scene_store store;
	bool real_store; /* not ours: it is not looked into */
	/* control */
	struct channel *control;
	int control_fd;
	bool control_stalled;
	uint32_t request;
	size_t n_rows;
	struct msg_ctl_rule *rows; /* without rules; SCENE_ROWS */
	unsigned checks;
	struct msg_ctl_check check[CHECK_COUNT];
	struct msg_ctl_status status;
	unsigned sessions_shown;
	struct msg_ctl_session shown; /* last */
	size_t n_paths;
	struct msg_ctl_route *paths; /* SCENE_ROWS */
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
void session_withdraw(struct scene_session *session, const char *dst);
void session_withdraw_rule(
    struct scene_session *session, const struct rule *rule);
void session_refused(struct scene_session *session, enum reason reason);
size_t session_unacked(const struct scene_session *session);
void session_give(struct scene_session *session);
/* A new channel to the guard, whose end it is given. */
struct channel *scene_channel(struct scene *scene, uint32_t peer,
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

/* control */
void control_ask(struct scene *scene, enum ctl_verb verb, uint64_t id);
/* CTL_ROUTE: about this prefix. */
void control_ask_prefix(
    struct scene *scene, enum ctl_verb verb, const char *prefix);
/* About all of this name. */
void control_ask_of(
    struct scene *scene, enum ctl_verb verb, const char *customer);
/* CTL_RULES: those with this ground. */
void control_ask_ground(struct scene *scene, enum rule_ground ground);
void control_explain(
    struct scene *scene, const char *customer, const char *dst, double rate);
/* The rule of this session in the guard's memory; NULL: not known. */
const struct rib_rule *scene_known(
    const struct scene_session *session, const char *dst);
