/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guard answers, row by row. */
#include <string.h>

#include "policy/customer.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"

static void
guard_status(struct task *task, const struct msg_ctl_status *msg)
{
	if (!check_ctl_status(msg)) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	json_free(task->row);
	task->row = view_status(msg);
}

/* The store may still have its part to say. */
static void
guard_status_end(struct task *task, const struct msg_ctl_end *msg)
{
	task->exit_code = msg->exit_code;
	memcpy(task->end, msg->text, sizeof(task->end));
	if (task->store)
		task_status_wait(task);
	else
		task_status_end(task);
}

static void
guard_customer(struct task *task, const struct msg_ctl_customer *msg)
{
	if (check_ctl_customer(msg))
		task_row(task, view_customer(msg));
	else
		task_end(task, TASK_NO, TASK_NOT_SOUND);
}

static void
guard_metric(struct task *task, const struct msg_ctl_metric *msg)
{
	if (check_ctl_metric(msg))
		task_row(task, view_metric(msg));
	else
		task_end(task, TASK_NO, TASK_NOT_SOUND);
}

/* Is one rule answered, whole with its checks? */
static bool
has_checks(unsigned verb)
{
	return verb == REQUEST_RULE || verb == REQUEST_EXPLAIN ||
	       verb == REQUEST_ANNOUNCE;
}

static void
guard_rule(struct task *task, const struct msg_ctl_rule *msg)
{
	if (!check_ctl_rule(msg)) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	if (task->verb == REQUEST_ROUTE) {
		struct json *row = json_new();

		json_put(row, "rule", view_rule(msg));
		task_row(task, row);
		return;
	}
	if (!has_checks(task->verb)) {
		task_row(task, view_rule(msg));
		return;
	}
	json_free(task->row);
	task->row = view_rule(msg);
}

static void
guard_check(struct task *task, const struct msg_ctl_check *msg)
{
	if (msg->check == CHECK_NONE || msg->check >= CHECK_COUNT ||
	    reason_name(msg->reason)[0] == '?' ||
	    !check_text(msg->evidence, sizeof(msg->evidence)) ||
	    json_length(task->checks) >= CHECK_COUNT) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	if (task->checks == NULL)
		task->checks = json_list_new();
	json_add(task->checks, view_check(msg));
}

/* Parts of one picture: each says by its name where it belongs. */
static void
guard_route(struct task *task, const struct msg_ctl_route *msg)
{
	struct json *row;

	if (!check_ctl_route(msg) || task->verb != REQUEST_ROUTE) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	row = json_new();
	json_put_bool(row, "known", msg->known != 0);
	json_put(row, msg->kind == CTL_ROUTE_PATH ? "route" : "more_specific",
	    view_route(msg));
	task_row(task, row);
}

static bool
session_sound(const struct msg_ctl_session *msg)
{
	return check_text(msg->customer, sizeof(msg->customer)) &&
	       check_text(msg->name, sizeof(msg->name)) &&
	       msg->validate <= VALIDATE_OFF && msg->keyed <= AUTH_AO &&
	       msg->free <= 1 && msg->taken <= msg->places &&
	       check_auth(&msg->auth) &&
	       (msg->fed & ~(unsigned)FAMILY_ALL) == 0 &&
	       check_session_state(&msg->state);
}

static void
guard_session(struct task *task, const struct msg_ctl_session *msg)
{
	struct view_now now = { clock_wall_ns(), clock_boot_ms() };

	if (session_sound(msg))
		task_row(task, view_session(msg, &now));
	else
		task_end(task, TASK_NO, TASK_NOT_SOUND);
}

static void
guard_end(struct task *task, const struct msg_ctl_end *msg)
{
	if (!check_text(msg->text, sizeof(msg->text)) ||
	    msg->exit_code > TASK_WRONG) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task->guard = false;
	if (task->verb == REQUEST_STATUS) {
		guard_status_end(task, msg);
		return;
	}
	if (task->row != NULL) {
		struct json *row = task->row;

		json_put(row, "checks",
		    task->checks != NULL ? task->checks : json_list_new());
		task->row = task->checks = NULL;
		task_row(task, row);
	}
	if (task->request == 0)
		return;
	if (task->verb == REQUEST_RELOAD && msg->exit_code == TASK_DONE) {
		/* The supervisor's result may come later: keep the words. */
		memcpy(task->result.wanted, msg->text, sizeof(msg->text));
		if (!task->supervisor)
			task_reload_end(task, task->result.wanted);
		return;
	}
	task_end(task, msg->exit_code, msg->text);
}

void
task_guard(struct task *task, const struct msg_head *head)
{
	if (!task->guard)
		return;
	task_put_off(task);
	switch (head->kind) {
	case MSG_CTL_STATUS:
		guard_status(task, (const void *)head);
		return;
	case MSG_CTL_SESSION:
		guard_session(task, (const void *)head);
		return;
	case MSG_CTL_RULE:
		guard_rule(task, (const void *)head);
		return;
	case MSG_CTL_ROUTE:
		guard_route(task, (const void *)head);
		return;
	case MSG_CTL_CUSTOMER:
		guard_customer(task, (const void *)head);
		return;
	case MSG_CTL_METRIC:
		guard_metric(task, (const void *)head);
		return;
	case MSG_CTL_CHECK:
		guard_check(task, (const void *)head);
		return;
	case MSG_CTL_END:
		guard_end(task, (const void *)head);
		return;
	default:
		return;
	}
}
