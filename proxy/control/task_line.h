/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of a task share: its lines, and how long it is waited for. */
#pragma once

#include "proxy/control/task.h"

#define TASK_DONE  0
#define TASK_NO    1
#define TASK_WRONG 2

#define TASK_NOT_SOUND "the answer was not sound"

/* Write {"row":row}; row is taken. A client that is too slow has been told so:
 * its answer ends here. */
void task_row(struct task *task, struct json *row);

/* {"exit":exit_code,"text":text}, for more members. */
struct json *task_end_new(unsigned exit_code, const char *text);

/* Write {"end":end}; end is taken. */
void task_end_json(struct task *task, struct json *end);

/* Somebody said something: wait anew. */
void task_put_off(struct task *task);

/* The end of a search, or of records. */
void task_audit_end(struct task *task, const struct msg_audit_end *msg);

/* ---- task_log.c ---- */

/* Make the question for the store, all but a search; and send it: 0, or -1 when
 * there is no room. */
void task_log_begin(struct task *task, const struct request *request,
    const char *operator_name);
int task_log_send(const struct task *task, struct channel *store);

/* What the store says to it. */
void task_log(struct task *task, const struct msg_head *head);

/* The guard has said its part of a status: wait for the store, not long; and
 * the end, with or without it. */
void task_status_wait(struct task *task);
void task_status_end(struct task *task);

/* The end of a reload that was done: the guard's words, or the counts. */
void task_reload_end(struct task *task, const char *text);
