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
	uint8_t hash[32]; /* of the configuration's files */
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
	uint8_t zero2;
	uint64_t linger_ms;
	char name[NAME_MAX_LEN];
};

struct msg_cfg_prefix { /* a registered prefix */
	struct msg_head head;
	uint32_t index; /* customer */
	uint32_t zero;
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

#define CFG_INTERNAL UINT32_MAX

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
	uint8_t authenticated; /* a key file is configured */
	uint8_t multihop;      /* TTL to send without TTL security; 0: 64
				  internal, 1 external */
	uint8_t zero[2];
	struct address remote;        /* port: where to dial, 0 is 179 */
	struct address local;         /* afi 0: any */
	char name[NAME_MAX_LEN];      /* "rr1", or "acme/198.51.100.2" */
	char password_file[PATH_LEN]; /* absolute; blanked for the guard */
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
	uint32_t role; /* guard: SESSION, STORE, CONTROL; store: CONTROL */
	uint32_t peer; /* ROLE_SESSION: which */
};

struct msg_store_config {
	struct msg_head head;
	char path[PATH_LEN];
};

struct msg_control_config {
	struct msg_head head;
	char path[PATH_LEN]; /* of the Unix socket */
};

struct msg_reload { /* control -> supervisor */
	struct msg_head head;
	uint32_t request;
	uint32_t dry_run;
	char operator_name[32];
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
};
