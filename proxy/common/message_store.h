/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to and from the store. */
#pragma once

#include "proxy/common/message_base.h"

/* ---- guard <-> store ---- */

struct msg_store_hello {
	struct msg_head head;
	uint64_t next_seq; /* the log's size */
	uint8_t root[32];
};

struct msg_store_seq { /* MSG_STORE_LOAD, _LOADED (seq: live rules sent) and
			  _DURABLE (every entry below seq is on disk) */
	struct msg_head head;
	uint64_t seq;
};

/*
 * A packed entry: MSG_STORE_APPEND, MSG_STORE_LIVE, MSG_AUDIT_ENTRY. Made and
 * read only by proxy/common/entry_msg.h.
 */
struct msg_entry {
	struct msg_head head;
	uint64_t seq;
	uint64_t wall_ns;
	uint64_t mono_ns;
	uint64_t rule_id;
	uint64_t count;
	uint64_t lifetime_ms;
	struct wish wish; /* has_rule */
	uint32_t request; /* MSG_AUDIT_ENTRY */
	uint16_t reason;
	uint16_t raw_len;
	uint8_t kind;
	uint8_t state;
	uint8_t check;
	uint8_t live_op;
	uint8_t has_rule;
	uint8_t approved;
	uint8_t customer_len; /* strings follow in this order, no NULs */
	uint8_t session_len;
	uint8_t operator_len;
	uint8_t evidence_len;
	uint8_t text_len;
	uint8_t afi; /* of the rule, or of the raw octets alone */
	uint8_t zero[4];
	uint8_t boot_id[16];
	uint8_t config_hash[32];
	uint8_t tail[]; /* actions and rule (has_rule), strings, raw */
};

enum store_status {
	STORE_FINE = 1,
	STORE_FULL = 2
};

struct msg_store_status {
	struct msg_head head;
	uint32_t status; /* enum store_status */
	int32_t error;   /* errno-like, for the log line */
};

/* ---- control <-> store ---- */

struct msg_audit_query { /* answered by entries, then one MSG_AUDIT_END */
	struct msg_head head;
	uint32_t request;
	uint32_t max;      /* entries, at most 256 */
	uint64_t from_seq; /* first to look at */
	uint64_t to_seq;   /* first not to look at */
	uint64_t from_ns;  /* wall time, 0: any */
	uint64_t to_ns;
	uint64_t rule_id; /* UINT64_MAX: any */
	uint16_t reason;  /* 0: any */
	uint8_t kind;     /* 0: any */
	uint8_t state;    /* UINT8_MAX: any */
	uint8_t backward; /* newest first: from to_seq - 1 down */
	uint8_t zero[3];
	char customer[NAME_MAX_LEN]; /* "": any */
	char operator_name[32];
	struct prefix prefix; /* afi 0: any; else covering or covered dst */
	uint8_t pad[6];
};

struct msg_audit_end {
	struct msg_head head;
	uint32_t request;
	uint32_t more; /* there may be further entries from next_seq on */
	uint64_t next_seq;
	uint64_t size; /* of the log */
	uint8_t root[32];
};
