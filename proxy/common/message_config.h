/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of the configuration: loader, supervisor, guard. */
#pragma once

#include "proxy/common/message_base.h"

/* ---- configuration ---- */

enum cfg_purpose {
	CFG_BOOT = 1,    /* take it; also after a restart of the guard */
	CFG_DRY_RUN = 2, /* say what would change, change nothing */
	CFG_APPLY = 3,
};

struct msg_cfg_begin {
	struct msg_head head;
	uint64_t generation;
	uint32_t purpose; /* enum cfg_purpose; set by the supervisor */
	uint32_t request; /* control's request number, 0: none */
	uint32_t
	    confirm_s;     /* APPLY: rolled back then unless confirmed; 0: no */
	uint32_t rollback; /* APPLY: it is the one before, back again */
	uint8_t hash[32];  /* of the configuration's files */
	char operator_name[32];
};

struct msg_cfg_router {
	struct msg_head head;
	uint32_t asn;
	uint8_t router_id[4];
	uint32_t local_pref;
	uint16_t hold_s;
	uint16_t zero;
	char store_path[PATH_LEN];
	char control_path[PATH_LEN];
};

struct msg_cfg_listen {
	struct msg_head head;
	struct address address;
};

struct msg_cfg_customer {
	struct msg_head head;
	uint32_t index;    /* place in the file: names it in this set */
	uint32_t customer; /* stable number, set by the supervisor */
	uint32_t asn;
	uint8_t mode;          /* enum customer_mode, policy/customer.h */
	uint8_t discard;       /* rate 0 allowed */
	uint16_t actions;      /* ACTION_BIT allowed */
	uint32_t components;   /* 1 << enum rule_type allowed */
	uint8_t traffic_flags; /* enum action_flag allowed */
	uint8_t dst_min[2];    /* [0] IPv4, [1] IPv6: accepted from .. */
	uint8_t dst_max[2];    /* .. to */
	uint8_t dst_hold[2];   /* held from .. to min - 1 */
	uint8_t zero;
	uint64_t marks; /* DSCP values allowed */
	double rate_min;
	double rate_max; /* 0: no rate allowed */
	double packets_min;
	double packets_max;
	uint32_t max_rules;
	uint32_t max_prefixes; /* unicast, of one session and family */
	uint32_t local_pref;   /* of its unicast routes in the table */
	uint8_t validate;      /* enum customer_validate */
	uint8_t best_match;    /* enum customer_best_match */
	uint8_t failover;      /* enum customer_failover */
	uint8_t noc;           /* the operators' own rules; no neighbours */
	uint64_t linger_ms;
	uint64_t lifetime_ms; /* 0: no end */
	/* UINT32_MAX (UINT64_MAX) in any of these: no limit */
	uint64_t max_addresses;
	uint32_t max_addresses_percent; /* 100: no limit */
	uint32_t max_cost;
	uint32_t new_per_second;
	uint32_t burst;
	uint32_t strikes;    /* 0: not counted */
	uint8_t match;       /* enum customer_match */
	uint8_t rpki;        /* enum customer_rpki */
	uint8_t pa;          /* ROAs may name our AS */
	uint8_t shared;      /* others may own some of it too */
	uint8_t raise_rates; /* below the floor: raised to it */
	uint8_t flap_breaker;
	uint8_t zero2[6];
	char name[NAME_MAX_LEN];
};

enum cfg_list {
	CFG_LIST_OWN = 0, /* registered */
	CFG_LIST_IRR = 1,
};

/* MSG_CFG_PREFIX, MSG_IRR_PREFIX (index: the customer's number) */
struct msg_cfg_prefix {
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t list;  /* enum cfg_list */
	struct prefix prefix;
	uint8_t pad[6];
};

enum cfg_target {
	CFG_TARGET_REDIRECT = 1, /* value: 8-octet redirect community */
	CFG_TARGET_IP = 2,       /* prefix */
	CFG_TARGET_TAG = 3,      /* community to attach inward */
};

struct msg_cfg_target {
	struct msg_head head;
	uint32_t index;  /* customer */
	uint32_t target; /* enum cfg_target */
	struct prefix prefix;
	uint8_t pad[6];
	uint8_t redirect[8];
	struct community community;
};

struct msg_cfg_asn { /* besides its own: also behind the customer */
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t asn;
};

/* Once in a set, before the customers; also where the file says nothing. */
struct msg_cfg_validation {
	struct msg_head head;
	uint64_t damping_ms; /* a rule outlives its best match so long */
	uint32_t max_routes; /* the unicast table holds no more */
	/* The brake: a change that would revoke more than percent of the live
	 * rules, at least so many rules, of so many customers. */
	uint32_t brake_percent; /* 100: never */
	uint32_t brake_rules;
	uint32_t brake_customers;
	struct ignore ignore;
};

enum irr_status {
	IRR_USABLE = 1,
	IRR_MISSING = 2, /* there is no file, or it cannot be read */
	IRR_BROKEN = 3,  /* it is not such as bgpq4 writes */
	IRR_EMPTY = 4,
};

/*
 * MSG_CFG_IRR, once for each customer that has a list; MSG_IRR_BEGIN (index:
 * the customer's number). n MSG_CFG_PREFIX (MSG_IRR_PREFIX) of CFG_LIST_IRR
 * follow somewhere behind it. Not a fault of the configuration whatever its
 * status: one customer's file must not stop the others.
 */
struct msg_cfg_irr {
	struct msg_head head;
	uint32_t index;
	uint32_t status; /* enum irr_status */
	uint32_t n;      /* prefixes; 0 unless IRR_USABLE */
	uint32_t zero;
	uint64_t max_age_ms; /* 0: any age */
	uint64_t written_ns; /* wall: the file's time */
	uint8_t hash[32];    /* SHA-256 or the like of the file's octets */
	char path[PATH_LEN]; /* absolute */
	char why[128];       /* not usable: why, with line and column */
};

struct msg_irr_end { /* MSG_IRR_END */
	struct msg_head head;
	uint32_t index; /* the customer's number */
	uint32_t zero;
};

/* What waits for `sluice confirm`. */
enum confirm {
	CONFIRM_ANY = 0, /* the one thing that waits */
	CONFIRM_BRAKE = 1,
	CONFIRM_IRR = 2,
	CONFIRM_RPKI = 3,
	CONFIRM_RELOAD = 4,
};

struct msg_held { /* MSG_HELD */
	struct msg_head head;
	uint32_t what;     /* CONFIRM_IRR, CONFIRM_RELOAD */
	uint32_t customer; /* IRR: its number */
	uint32_t waits;    /* 0: not any more */
	uint32_t have;     /* IRR: prefixes in force */
	uint32_t found;    /* .. and in the file */
	uint32_t zero;
	uint64_t until_ns; /* RELOAD: rolled back then, wall */
};

struct msg_confirm { /* MSG_CONFIRMED */
	struct msg_head head;
	uint32_t what;     /* enum confirm */
	uint32_t customer; /* IRR: its number; UINT32_MAX: all */
	char operator_name[32];
};

struct msg_cfg_class { /* then rule: its match part alone */
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t kind;  /* enum customer_class_kind */
	struct rule rule;
};

struct msg_cfg_rewrite {
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t zero;
	uint8_t from[8]; /* redirect communities, as action_set holds them */
	uint8_t to[8];
};

struct msg_cfg_wish {
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t zero;
	struct wish_rule wish;
};

/* Packets that are protected besides those to what is configured: then rule,
 * a match part with a destination. */
struct msg_cfg_protected {
	struct msg_head head;
	char name[64]; /* the comment, or what it is */
	struct rule rule;
};

struct msg_cfg_fleet { /* once, also where the file says nothing */
	struct msg_head head;
	uint32_t max_rules; /* UINT32_MAX: no limit; likewise the next */
	uint32_t max_cost;
	uint32_t guaranteed; /* cost units (and rules) each customer has */
	uint32_t pace;       /* first announcements a second to each router */
	uint8_t profile;     /* enum cost_profile */
	uint8_t protect_customers;
	uint8_t warn_percent; /* of a quota */
	uint8_t zero[5];
};

#define RPKI_CACHES_MAX 16
struct rpki_cache {
	struct address address;
	uint32_t group; /* lower ones are asked first */
	uint32_t zero;
};

/* MSG_CFG_RPKI, once, also where the file says nothing (n 0); MSG_RPKI_CONFIG.
 * Seconds; used where a cache says nothing (RFC 8210 6). */
struct msg_cfg_rpki {
	struct msg_head head;
	uint32_t n;
	uint32_t refresh_s;
	uint32_t retry_s;
	uint32_t expire_s;
	uint32_t grace_s;        /* after Expire, for what stands */
	uint32_t shrink_percent; /* a smaller set by more than this is held */
	struct rpki_cache cache[RPKI_CACHES_MAX];
};

/* Who may do what, and the web's address; once. Empty names: nobody by group;
 * all three empty: whoever can open the socket may do all. */
struct msg_cfg_service {
	struct msg_head head;
	char viewer[32]; /* Unix groups */
	char noc[32];
	char admin[32];
	struct address http; /* afi 0: none */
};

#define CFG_INTERNAL UINT32_MAX
#define CFG_NOC_NAME "noc" /* reserved: the customer with noc */

struct msg_cfg_neighbor {
	struct msg_head head;
	uint32_t index; /* customer, or CFG_INTERNAL */
	uint32_t peer;  /* set by the supervisor */
	uint32_t asn;
	uint8_t families;
	uint8_t emit; /* enum dialect, inward */
	uint8_t passive;
	uint8_t ttl_hops; /* TTL security: hops away, 0: off */
	uint16_t hold_s;
	uint16_t connect_retry_s;
	uint8_t authenticated; /* enum auth_kind */
	uint8_t multihop;      /* TTL to send without TTL security; 0: 64
				  internal, 1 external */
	uint8_t range_len; /* remote is a prefix of this length, and this one
			      place for any neighbour inside; 0: one address */
	uint8_t zero;
	struct address remote;        /* port: where to dial, 0 is 179 */
	struct address local;         /* afi 0: any */
	char name[NAME_MAX_LEN];      /* "rr1", or "acme/198.51.100.2" */
	char password_file[PATH_LEN]; /* AUTH_MD5: absolute; blanked for the
					 guard */
};

/* RFC 5926, and what else Linux has. */
enum ao_algorithm {
	AO_HMAC_SHA1 = 1,   /* hmac(sha1), 96 bits of it */
	AO_CMAC_AES128 = 2, /* cmac(aes128), 96 bits */
	AO_HMAC_SHA256 = 3, /* hmac(sha256), 96 bits */
};

#define AO_KEYS_MAX 16 /* of one neighbour */

/* One key of the neighbour whose message came last (AUTH_AO: one at least). Of
 * the keys whose time it is, the one that begins last is wanted, of several
 * the later one; all are taken until they end. */
struct msg_cfg_key {
	struct msg_head head;
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t algorithm;       /* enum ao_algorithm */
	uint8_t exclude_options; /* TCP options are not signed */
	uint32_t zero;
	uint64_t from_s;     /* wall; 0: always */
	uint64_t until_s;    /* wall, exclusive; 0: for ever */
	char file[PATH_LEN]; /* absolute: the secret */
};

/* supervisor -> guard, when it has grown, every 10 s at most; all of it to a
 * new guard. At the listeners the kernel counts unsigned segments and those
 * with an unknown KeyID by no neighbour: there they are 0. */
struct msg_peer_auth {
	struct msg_head head;
	uint32_t peer; /* 0: the whole host's MD5 (kind AUTH_MD5): bad: wrong
			  signature; unknown: signed, but no password here;
			  unsigned_in: a signature was due */
	uint32_t zero;
	struct auth_state auth; /* at the listeners, since the start */
};

struct msg_cfg_error {
	struct msg_head head;
	uint32_t line;   /* from 1; 0: the file as a whole */
	uint32_t column; /* from 1 */
	char file[PATH_LEN];
	char key[128];   /* "customers[0].actions.rate_limit.max" */
	char found[128]; /* what stands there, made printable */
	char wanted[256];
};

struct msg_cfg_end {
	struct msg_head head;
	uint64_t generation;
};

struct msg_cfg_result { /* guard -> supervisor */
	struct msg_head head;
	uint64_t generation;
	uint32_t ok;
	uint32_t withdrawn; /* rules that end, or would */
	uint32_t kept;
	uint32_t admitted; /* rules that newly go inward, or would */
	char text[256];    /* why not, when !ok */
};

struct msg_peer_broken { /* said what no role of ours says; its channel to the
			    sender is closed */
	struct msg_head head;
	uint32_t role; /* guard: SESSION, STORE, CONTROL, RPKI; store:
			  CONTROL, SIGNER, WITNESS; signer: STORE, WITNESS */
	uint32_t peer; /* ROLE_SESSION: which */
};

struct msg_store_config {
	struct msg_head head;
	char path[PATH_LEN];
};

struct msg_control_config {
	struct msg_head head;
	char path[PATH_LEN]; /* of the Unix socket */
	char viewer[32];     /* as in msg_cfg_service */
	char noc[32];
	char admin[32];
};

struct msg_http_config {
	struct msg_head head;
	struct address address;
};

struct msg_reload { /* control -> supervisor */
	struct msg_head head;
	uint32_t request;
	uint32_t dry_run;
	uint32_t confirm_s; /* rolled back then unless confirmed; 0: no */
	uint32_t zero;
	char operator_name[32];
};

/* What of a neighbour is such that its session starts anew. */
enum restart_why {
	RESTART_ASN,
	RESTART_IP, /* with its port */
	RESTART_RANGE,
	RESTART_LOCAL_ADDRESS,
	RESTART_PASSWORD_FILE, /* or its contents */
	RESTART_TCP_AO,        /* an id stands for another key */
	RESTART_FAMILIES,
	RESTART_PASSIVE,
	RESTART_TTL_SECURITY,
	RESTART_MULTIHOP,
	RESTART_HOLD_TIME,
	RESTART_WHY_COUNT,
};

#define RELOAD_NAMES_MAX 8u /* of sessions, of a kind */

struct reload_session {
	uint32_t whys; /* 1 << enum restart_why; 0 of one that ends */
	uint32_t zero;
	char name[NAME_MAX_LEN];
};

/* What a configuration does to sessions: some of them by name. */
struct reload_sessions {
	uint32_t restarts; /* all of them */
	uint32_t ends;
	struct reload_session restart[RELOAD_NAMES_MAX];
	struct reload_session end[RELOAD_NAMES_MAX];
};

struct msg_reload_result { /* supervisor -> control */
	struct msg_head head;
	uint32_t request;
	uint32_t ok;
	uint32_t withdrawn;
	uint32_t kept;
	uint32_t guard_follows; /* the guard sends rows and MSG_CTL_END too */
	uint32_t line;
	uint32_t column;
	uint32_t admitted;
	char file[PATH_LEN];
	char key[128];
	char found[128];
	char wanted[256]; /* or what went wrong */
	struct reload_sessions sessions;
};

/* ---- control <-> supervisor: what the log tells ---- */

#define LOG_FOR_MAX_S    86400u /* no class stays for longer */
#define LOG_FOR_S        900u   /* unless said */
#define LOG_SETTINGS_MAX 16u    /* in force at a time */

struct msg_log_ask { /* control -> supervisor */
	struct msg_head head;
	uint32_t request;
	uint8_t set;   /* 0: only show */
	uint8_t class; /* enum log_class */
	uint8_t zero[2];
	uint32_t for_s;
	uint32_t zero2;
	char name[NAME_MAX_LEN]; /* a role, customer or neighbour; "": all */
	char operator_name[32];
};

struct log_setting {
	uint64_t until_ns; /* wall */
	uint8_t class;     /* enum log_class */
	uint8_t zero[7];
	char name[NAME_MAX_LEN]; /* "": all that no other names */
	char operator_name[32];
};

struct msg_log_shown { /* supervisor -> control */
	struct msg_head head;
	uint32_t request;
	uint8_t ok;
	uint8_t base; /* enum log_class that sluiced started with */
	uint16_t n;
	char wanted[128]; /* not ok: what went wrong */
	struct log_setting setting[LOG_SETTINGS_MAX];
};

/* ---- supervisor -> guard: what the guards before it ended of ---- */

#define GUARD_SAFE_MAX_MS 3600000u

struct msg_guard_past { /* MSG_GUARD_PAST + fd: a page, for past_page.h */
	struct msg_head head;
	uint32_t crashes; /* since the supervisor started */
	uint32_t safe_ms; /* of safe mode, from now on; 0: none */
};

struct msg_guard_suspect { /* MSG_GUARD_SUSPECT */
	struct msg_head head;
	uint32_t peer; /* over whose session it came */
	uint32_t customer;
	struct rule rule;
};
