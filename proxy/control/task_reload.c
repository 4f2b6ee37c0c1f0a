/* SPDX-License-Identifier: BSD-2-Clause */
/* What the supervisor answers to a reload. */
#include <inttypes.h>
#include <stdio.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"

void
task_reload_end(struct task *task, const char *text)
{
	const struct msg_reload_result *result = &task->result;
	char counts[96];
	struct json *end;

	(void)snprintf(counts, sizeof(counts),
	    "%" PRIu32 " rule%s withdrawn, %" PRIu32 " newly inward, %" PRIu32
	    " kept",
	    result->withdrawn, result->withdrawn == 1 ? "" : "s",
	    result->admitted, result->kept);
	end = task_end_new(TASK_DONE, text[0] != '\0' ? text : counts);
	json_put_number(end, "withdrawn", result->withdrawn);
	json_put_number(end, "admitted", result->admitted);
	json_put_number(end, "kept", result->kept);
	if (task->confirm_s > 0) /* from now on, as near as can be told */
		view_put_time(end, "rollback",
		    clock_wall_ns() + task->confirm_s * UINT64_C(1000000000));
	task_end_json(task, end);
}

/* What is wrong with a configuration, as one line and as members. */
static void
reload_refused(struct task *task, const struct msg_reload_result *msg)
{
	bool file = msg->file[0] != '\0' || msg->line > 0;
	char text[sizeof(msg->file) + sizeof(msg->key) + sizeof(msg->found) +
		  sizeof(msg->wanted) + 64];
	struct json *end;

	if (file)
		(void)snprintf(text, sizeof(text),
		    "%s:%" PRIu32 ":%" PRIu32 ": %s%sfound %s, wanted %s",
		    msg->file, msg->line, msg->column, msg->key,
		    msg->key[0] != '\0' ? ": " : "", msg->found, msg->wanted);
	else
		(void)snprintf(text, sizeof(text), "%s%s%s", msg->key,
		    msg->key[0] != '\0' ? ": " : "", msg->wanted);
	end = task_end_new(file ? TASK_WRONG : TASK_NO, text);
	if (file) {
		json_put_text(end, "file", msg->file);
		json_put_number(end, "line", msg->line);
		json_put_number(end, "column", msg->column);
		json_put_text(end, "key", msg->key);
		json_put_text(end, "found", msg->found);
		json_put_text(end, "wanted", msg->wanted);
	}
	task_end_json(task, end);
}

void
task_reload(struct task *task, const struct msg_reload_result *msg)
{
	if (!task->supervisor)
		return;
	task_put_off(task);
	if (!check_text(msg->file, sizeof(msg->file)) ||
	    !check_text(msg->key, sizeof(msg->key)) ||
	    !check_text(msg->found, sizeof(msg->found)) ||
	    !check_text(msg->wanted, sizeof(msg->wanted))) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	if (msg->ok == 0) {
		reload_refused(task, msg);
		return;
	}
	task->supervisor = false;
	task->result.withdrawn = msg->withdrawn;
	task->result.admitted = msg->admitted;
	task->result.kept = msg->kept;
	if (msg->guard_follows == 0 || !task->guard)
		task_reload_end(task, task->result.wanted);
}
