/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One operator's request, from the question to its end:
 *
 *   line -> request -> message to guard, store or supervisor
 *        -> messages back -> {"row":…} lines -> one {"end":…} line
 *
 * What comes back finds its task by the request number.
 */
#pragma once

#include <stdbool.h>

#include "proxy/control/client.h"
#include "proxy/control/json.h"
#include "proxy/control/request.h"

#define TASK_SILENCE_MS  30000  /* guard and store may say nothing for */
#define TASK_RELOAD_MS   120000 /* the same for a reload */
#define TASK_AUDIT_PAGE  128u   /* entries asked for at once */
#define TASK_RAW_PAGE    256u   /* records asked for at once */
#define TASK_AUDIT_AHEAD 65536u /* ask while less than this is not written */
#define TASK_SEAL_MS     1000   /* a status waits so long for the store */

struct task {
	struct client *client;
	uint32_t request; /* 0: none under way */
	uint8_t verb;     /* enum request_verb */
	bool supervisor;  /* the supervisor is to say something yet */
	bool guard;       /* the guard is */
	bool store;       /* the store is */
	bool page_wanted; /* AUDIT, AUDIT_RAW: the next page waits for the
			     client */
	uint64_t until_ms;
	/* RULE, EXPLAIN, ANNOUNCE: the one row, whole when its checks have
	 * come; STATUS: when the store has said its part, or does not */
	struct json *row;
	struct json *checks;
	/* STATUS */
	struct msg_audit_seal *seal; /* owned; NULL: not there (yet) */
	unsigned exit_code;          /* the guard's end */
	char end[256];
	/* AUDIT */
	struct msg_audit_query query;
	uint32_t left;
	/* AUDIT_RAW and the like; STATUS: seal */
	union {
		struct msg_audit_raw_ask raw;
		struct msg_audit_seal_ask seal;
		struct msg_audit_proof_ask proof;
		struct msg_audit_act act;
	} ask;
	/* RELOAD */
	uint32_t confirm_s; /* rolled back then; 0: no */
	struct msg_reload_result result;
};

/* The other roles, as far as they are there. */
struct task_roles {
	struct channel *supervisor;
	struct channel *guard;
	struct channel *store;
};

/*
 * Begin: send the question under this number, in operator's name (32 octets).
 * When that cannot be done the task ends at once, with its end written.
 */
void task_begin(struct task *task, const struct task_roles *roles,
    struct request *request, uint32_t number, const char *operator_name);

/* Write an end and be free for the next request. */
void task_end(struct task *task, unsigned exit_code, const char *text);

/* Forget what is under way; nothing is written. */
void task_drop(struct task *task);

/* What came back for this task. The messages have passed no check yet. */
void task_guard(struct task *task, const struct msg_head *head);
void task_store(struct task *task, const struct msg_head *head);
void task_reload(struct task *task, const struct msg_reload_result *msg);
void task_level(struct task *task, const struct msg_log_shown *msg);

/* A role went away. */
void task_lost(struct task *task, enum role role);

/* The client has read: an audit may go on. */
void task_go_on(struct task *task, const struct task_roles *roles);

/* Called once a second. */
void task_tick(struct task *task, uint64_t now_ms);

/* The request number in a message for control; 0 when it has none. */
uint32_t task_number(const struct msg_head *head);
