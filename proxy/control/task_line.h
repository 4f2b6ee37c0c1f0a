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

/* The end of a reload that was done: the guard's words, or the counts. */
void task_reload_end(struct task *task, const char *text);
