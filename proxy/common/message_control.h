/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between the control role and the guard. */
#pragma once

#include "proxy/common/message_base.h"
#include "proxy/common/message_session.h"

/* ---- control <-> guard ---- */

enum ctl_verb {
	CTL_STATUS = 1,
	CTL_SESSIONS,
	CTL_RULES, /* filters below */
	CTL_RULE,  /* id: one in full, then its checks */
	CTL_EXPLAIN,
	CTL_APPROVE,
	CTL_DENY,
	CTL_WITHDRAW,
	CTL_ROUTE,   /* prefix: its routes, then the rules that rest on it */
	CTL_CONFIRM, /* release what waits: what */
	CTL_CUSTOMERS,
	CTL_METRICS,
	CTL_EXTEND,     /* id: a new lifetime, at most the customer's most */
	CTL_QUARANTINE, /* customer: out */
	CTL_RELEASE,    /* customer, or id of one rule: back, if it passes */
	CTL_FREEZE,     /* customer ("": all): no new rules */
	CTL_THAW,
	CTL_PANIC, /* all is withdrawn, nothing is let in */
	CTL_RESUME,
	CTL_ANNOUNCE, /* has_rule: the NOC's own */
	CTL_RETRACT,  /* id */
};

#define CTL_LIFETIME_MAX_MS (UINT64_C(366) * 86400 * 1000)

struct msg_ctl_request {
	struct msg_head head;
	uint32_t request; /* control's number, echoed */
	uint32_t verb;    /* enum ctl_verb */
	uint64_t id;
	uint8_t state; /* UINT8_MAX: any */
	uint8_t has_rule;
	uint8_t ground; /* enum rule_ground; FINE: any */
	uint8_t what;   /* CONFIRM: enum confirm */
	uint8_t zero[4];
	uint64_t lifetime_ms; /* EXTEND, ANNOUNCE; 0: the most there is */
	struct prefix prefix; /* destination filter: covering or covered */
	uint8_t pad[6];
	char customer[NAME_MAX_LEN]; /* "": any */
	char operator_name[32];
	char text[ENTRY_TEXT_MAX]; /* the operator's reason */
	struct action_set actions;
	uint8_t pad2[4];
	struct rule rule; /* EXPLAIN */
};

struct msg_ctl_status {
	struct msg_head head;
	uint32_t request;
	uint8_t store;  /* 0 not connected, else enum store_status */
	uint8_t synced; /* live rules are loaded */
	uint8_t zero[2];
	uint64_t started_ns; /* wall */
	uint64_t generation;
	uint64_t log_size;
	uint64_t log_pending;  /* entries not durable yet */
	uint64_t store_behind; /* announcements refused so */
	uint32_t customers;
	uint32_t sessions;
	uint32_t sessions_up;
	uint32_t inward;
	uint32_t inward_up;
	uint32_t rules;                 /* known */
	uint32_t by_state[STATE_COUNT]; /* of these */
	uint32_t out;                   /* NLRI standing inward */
	/* unicast; [0] IPv4, [1] IPv6 */
	uint32_t feeds[2];          /* inward sessions configured to feed it */
	uint32_t feeds_complete[2]; /* of these: up, and all has come */
	uint32_t prefixes[2];       /* in the table */
	uint32_t routes[2];         /* of all sources */
	uint64_t unicast_octets;    /* that the table takes */
	uint64_t foreign;          /* customers' routes outside what they own */
	uint32_t table_full;       /* a route found no room: max_routes */
	uint32_t damped;           /* rules whose best match is gone, for now */
	uint32_t braked;           /* rules that wait for a confirmation .. */
	uint32_t braked_customers; /* .. of so many customers */
	uint64_t braked_since_ns;  /* wall; 0: the brake is not on */
	uint8_t config_hash[32];
	/* containment */
	uint8_t panic;
	uint8_t frozen;       /* everybody */
	uint8_t selftest_ok;  /* the guard may enforce */
	uint8_t rpki_held;    /* a smaller set waits for a confirmation */
	uint32_t quarantined; /* customers; likewise */
	uint32_t muted;
	uint32_t customers_frozen;
	uint32_t selftest_asked;
	uint32_t selftest_failed;
	char selftest_text[192];
	char panic_by[32];
	uint64_t panic_since_ns;
	uint64_t safe_until_ns; /* wall: safe mode ends; 0: not in it .. */
	uint32_t crashes;       /* of guards, since sluice started */
	uint32_t suspects;      /* rules quarantined as crash-suspect */
	/* quotas */
	uint32_t fleet_rules;
	uint32_t fleet_rules_max; /* UINT32_MAX: no limit */
	uint32_t fleet_cost;
	uint32_t fleet_cost_max;
	uint32_t waiting; /* rules that wait for room */
	uint32_t ending;  /* whose lifetime ends within an hour */
	uint32_t near;    /* customers at or above the warning mark */
	uint32_t paced;   /* routers that are told slowly now */
	/* RPKI and IRR */
	uint8_t rpki; /* enum rpki_state */
	uint8_t zero2[3];
	uint32_t rpki_serial;
	uint32_t vrps[2];       /* IPv4, IPv6 */
	uint32_t rpki_have[2];  /* rpki_held: in force, and in the new set */
	uint32_t irr_lists;     /* customers that have one */
	uint32_t irr_unusable;  /* of these: missing, or too old */
	uint32_t irr_held;      /* .. whose new file waits for a confirmation */
	uint64_t rpki_since_ns; /* wall: the last End of Data */
	uint64_t rpki_expires_ns;
	char rpki_cache[RPKI_CACHE_MAX];
	/* a configuration that waits for a confirmation; 0: none */
	uint64_t rollback_ns;
	struct auth_state md5; /* counts of the whole host */
};

/* One customer; likewise how the NOC's own rules stand. */
struct msg_ctl_customer {
	struct msg_head head;
	uint32_t request;
	uint32_t asn;
	uint8_t mode; /* enum customer_mode */
	uint8_t noc;  /* the operators' own */
	uint8_t quarantined;
	uint8_t frozen;
	uint8_t muted;
	uint8_t validate; /* enum customer_validate */
	uint8_t rpki;     /* enum customer_rpki */
	uint8_t irr;      /* 0 none, 1 usable, 2 missing or too old, 3 a new one
			     waits for a confirmation */
	uint32_t sessions;
	uint32_t sessions_up;
	uint32_t known; /* rules */
	uint32_t by_state[STATE_COUNT];
	uint32_t waiting; /* for room */
	uint32_t ending;  /* whose lifetime ends within an hour */
	uint32_t rules;   /* in use of the quota .. */
	uint32_t rules_max;
	uint32_t cost;
	uint32_t cost_max;
	uint64_t addresses;     /* 0 where they are not limited */
	uint64_t addresses_max; /* by both limits; UINT64_MAX: none */
	uint32_t new_left;      /* new rules that may pass now */
	uint32_t new_per_second;
	uint32_t burst;
	uint32_t strikes; /* of late */
	uint32_t strikes_max;
	uint32_t registered; /* prefixes */
	uint32_t irr_prefixes;
	uint32_t irr_found; /* irr 3: in the new file */
	uint64_t irr_written_ns;
	uint64_t lifetime_ms;
	char name[NAME_MAX_LEN];
	char contained_by[32]; /* the operator who did it */
	uint64_t contained_ns;
};

/* A count of verdicts since the guard started. */
struct msg_ctl_metric {
	struct msg_head head;
	uint32_t request;
	uint16_t reason;
	uint16_t zero;
	uint64_t count;
	char customer[NAME_MAX_LEN]; /* "": all together; each reason once */
};

struct msg_ctl_session {
	struct msg_head head;
	uint32_t request;
	uint32_t asn;
	uint32_t rules;     /* customers: known; inward: should stand */
	uint32_t accepted;  /* customers: cost of what stands, lingers, is held
			       or monitored; inward: rules that it has */
	uint32_t max_rules; /* customers */
	uint8_t internal;
	uint8_t emit; /* enum dialect */
	uint8_t mode;
	uint8_t keyed;      /* enum auth_kind, as configured */
	uint32_t routes[2]; /* in the unicast table: IPv4, IPv6 */
	uint32_t foreign;   /* customers: outside what they own, not taken */
	uint8_t validate;   /* enum customer_validate */
	uint8_t fed;        /* families of which all has come to the guard */
	uint8_t ttl_hops;   /* TTL security, as configured; 0: off */
	uint8_t free;       /* a place of a range that nobody has */
	uint8_t places;     /* of its range; 0: one address */
	uint8_t taken;      /* of these */
	uint8_t zero[6];
	/* MD5, and down: segments on the whole host within the last minute */
	uint32_t md5_bad;      /* with a wrong signature */
	uint32_t md5_unsigned; /* without one where one was due */
	char customer[NAME_MAX_LEN];
	char name[NAME_MAX_LEN];
	struct auth_state auth; /* counts at our listeners; state.auth has those
				   of the connection */
	struct msg_session_state state;
};

struct msg_ctl_rule { /* then rule */
	struct msg_head head;
	uint32_t request;
	uint16_t reason;
	uint8_t state;
	uint8_t check;
	uint8_t family;
	uint8_t approved;
	uint8_t announced; /* stands inward now */
	uint8_t durable;   /* its last record is on disk */
	uint32_t cost;     /* hardware entries */
	uint32_t parts;    /* inward rules that it takes */
	struct wish wish;
	uint32_t zero;
	uint64_t id;
	uint64_t seq;           /* of its last entry */
	uint64_t first_seen_ns; /* wall */
	uint64_t since_ns;      /* wall, of this state */
	uint64_t expires_ns;    /* wall, of this state or, if that is sooner,
				   of this ground; 0: no end set */
	uint64_t ends_ns;       /* wall, of its lifetime; 0: no end */
	uint64_t now_ns;
	char customer[NAME_MAX_LEN];
	char neighbor[NAME_MAX_LEN];
	char evidence[EVIDENCE_MAX];
	char operator_name[32]; /* who announced it: the NOC's own */
	struct action_set actions;
	uint8_t ground; /* enum rule_ground */
	uint8_t pad[3];
	struct rule rule;
};

struct msg_ctl_check {
	struct msg_head head;
	uint32_t request;
	uint16_t reason;
	uint8_t check;
	uint8_t zero;
	char evidence[EVIDENCE_MAX];
};

enum ctl_route_kind {
	CTL_ROUTE_PATH = 1, /* a route of the best-match prefix; the first is
			       the best */
	CTL_ROUTE_MORE = 2, /* the best route of a more-specific prefix whose
			       left-most AS is another than the best match's */
};

struct msg_ctl_route {
	struct msg_head head;
	uint32_t request;
	uint8_t kind;     /* enum ctl_route_kind */
	uint8_t stale;    /* its session is lost, and the routes linger */
	uint8_t external; /* learned over eBGP */
	uint8_t known;    /* the family's view is complete */
	struct prefix prefix;
	uint8_t pad[6];
	struct route_facts facts;
	uint32_t peer_asn;
	uint8_t router_id[4]; /* BGP Identifier of the neighbour */
	uint8_t zero[4];
	char source[NAME_MAX_LEN];   /* the neighbour: "rr1", or an address */
	char customer[NAME_MAX_LEN]; /* whose session; "" for a feed */
	/* PATH: the step of RFC 4271 9.1.2.2 at which it lost, or by which the
	 * best won; a word or two. */
	char why[32];
};

struct msg_ctl_end {
	struct msg_head head;
	uint32_t request;
	uint32_t exit_code; /* 0 done, 1 the answer is no */
	char text[256];     /* why not, or what was done */
};
