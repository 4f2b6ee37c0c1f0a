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
};

struct msg_ctl_request {
	struct msg_head head;
	uint32_t request; /* control's number, echoed */
	uint32_t verb;    /* enum ctl_verb */
	uint64_t id;
	uint8_t state; /* UINT8_MAX: any */
	uint8_t has_rule;
	uint8_t zero[6];
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
	uint8_t config_hash[32];
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
	uint8_t keyed; /* a key is configured */
	char customer[NAME_MAX_LEN];
	char name[NAME_MAX_LEN];
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
	uint32_t cost;     /* inward rules it takes */
	uint64_t id;
	uint64_t seq;           /* of its last entry */
	uint64_t first_seen_ns; /* wall */
	uint64_t since_ns;      /* wall, of this state */
	uint64_t expires_ns;    /* wall, 0: no end set */
	uint64_t now_ns;
	char customer[NAME_MAX_LEN];
	char neighbor[NAME_MAX_LEN];
	char evidence[EVIDENCE_MAX];
	struct action_set actions;
	uint8_t pad[4];
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

struct msg_ctl_end {
	struct msg_head head;
	uint32_t request;
	uint32_t exit_code; /* 0 done, 1 the answer is no */
	char text[256];     /* why not, or what was done */
};
