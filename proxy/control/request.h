/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line from an operator's program, made into what other roles are asked:
 *
 *   {"verb":"rules","args":{"customer":"acme","state":"held"}}
 *
 * The line may come from anybody who can open the socket. A verb or an argument
 * that is not known is refused by name.
 */
#pragma once

#include <stddef.h>

#include "proxy/common/message.h"
#include "proxy/control/access.h"

#define REQUEST_LINE_MAX 16384u /* octets without the newline */
#define REQUEST_WHY_MAX  256

#define REQUEST_CONFIRM_MAX_S 86400u /* a configuration may wait so long */

enum request_verb {
	REQUEST_NONE = 0,
	REQUEST_STATUS,
	REQUEST_SESSIONS,
	REQUEST_RULES,
	REQUEST_RULE,
	REQUEST_ROUTE,
	REQUEST_EXPLAIN,
	REQUEST_APPROVE,
	REQUEST_DENY,
	REQUEST_WITHDRAW,
	REQUEST_CONFIRM,
	REQUEST_AUDIT,
	REQUEST_RELOAD,
	REQUEST_CUSTOMERS,
	REQUEST_METRICS,
	REQUEST_EXTEND,
	REQUEST_QUARANTINE,
	REQUEST_RELEASE,
	REQUEST_FREEZE,
	REQUEST_THAW,
	REQUEST_PANIC,
	REQUEST_RESUME,
	REQUEST_ANNOUNCE,
	REQUEST_RETRACT,
	REQUEST_AUDIT_RAW,
	REQUEST_AUDIT_SEAL,
	REQUEST_AUDIT_PROOF,
	REQUEST_AUDIT_ACT,
	REQUEST_LOG_LEVEL,
	REQUEST_COUNT
};

/* What the store is asked besides a search. */
struct request_log {
	uint64_t from;        /* RAW; PROOF: index */
	uint64_t to;          /* RAW; PROOF: size; SEAL: at_most */
	uint32_t act;         /* ACT: enum audit_act */
	uint32_t consistency; /* PROOF */
	char text[128];       /* ACT: why */
};

/* What is to be sent; heads, request numbers and the operator's name are the
 * sender's to fill in. */
struct request {
	uint8_t verb;    /* enum request_verb */
	uint8_t role;    /* enum role */
	uint8_t dry_run; /* RELOAD */
	uint8_t zero;
	uint32_t confirm_s;           /* RELOAD */
	uint32_t audit_max;           /* entries in all */
	struct msg_audit_query audit; /* ROLE_STORE: AUDIT */
	struct request_log log;       /* ROLE_STORE: the others */
	struct msg_log_ask level;     /* LOG_LEVEL */
	size_t ctl_size;              /* octets of ctl to send */
	struct msg_ctl_request ctl;   /* ROLE_GUARD */
};

/*
 * Read a line of len octets. Returns 0, or -1 with why (REQUEST_WHY_MAX octets)
 * when it is not such a request; *out is then not to be used.
 */
int request_parse(const char *line, size_t len, uint64_t now_ns,
    struct request *out, char *why);

/* Is it done by somebody, and recorded? The others only look. */
bool request_acts(unsigned verb);

/* May somebody with this role ask for it? False with why (REQUEST_WHY_MAX
 * octets): "quarantine needs the role noc; you are viewer". */
bool request_may(const struct request *request, enum access access, char *why);
