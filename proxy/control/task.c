/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to other roles, and their answers as lines. */
#include "proxy/control/task.h"

#include <string.h>

#include "proxy/common/channel.h"
#include "proxy/common/clock.h"
#include "proxy/common/entry_msg.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"

/* ---- questions ---- */

static void
ask_guard(
    struct task *task, const struct task_roles *roles, struct request *request)
{
	if (roles->guard == NULL) {
		task_end(task, TASK_NO, "the guard is not there");
		return;
	}
	request->ctl.head.kind = MSG_CTL_REQUEST;
	request->ctl.request = task->request;
	if (channel_send(roles->guard, &request->ctl, request->ctl_size, -1) <
	    0) {
		task_end(task, TASK_NO, "the guard is busy; try again");
		return;
	}
	task->guard = true;
}

static int
query_send(struct task *task, struct channel *store)
{
	struct msg_audit_query *query = &task->query;

	query->head.kind = MSG_AUDIT_QUERY;
	query->request = task->request;
	query->max =
	    task->left < TASK_AUDIT_PAGE ? task->left : TASK_AUDIT_PAGE;
	return channel_send(store, query, sizeof(*query), -1);
}

static void
ask_store(struct task *task, const struct task_roles *roles)
{
	int status;

	if (roles->store == NULL) {
		task_end(task, TASK_NO, "the store is not there");
		return;
	}
	status = task->verb == REQUEST_AUDIT
		     ? query_send(task, roles->store)
		     : task_log_send(task, roles->store);
	if (status < 0) {
		task_end(task, TASK_NO, "the store is busy; try again");
		return;
	}
	task->store = true;
	task->page_wanted = false;
}

/* For a status: without an answer it says that there was none. */
static void
ask_seal(struct task *task, const struct task_roles *roles,
    const struct request *request)
{
	task_log_begin(task, request, "");
	task->store =
	    roles->store != NULL && task_log_send(task, roles->store) == 0;
}

static void
ask_level(struct task *task, const struct task_roles *roles,
    const struct request *request, const char *operator_name)
{
	struct msg_log_ask msg = request->level;

	msg.head.kind = MSG_LOG_ASK;
	msg.request = task->request;
	memcpy(msg.operator_name, operator_name, sizeof(msg.operator_name));
	if (roles->supervisor == NULL ||
	    channel_send(roles->supervisor, &msg, sizeof(msg), -1) < 0) {
		task_end(task, TASK_NO, "the supervisor is busy; try again");
		return;
	}
	task->supervisor = true;
}

static void
ask_reload(struct task *task, const struct task_roles *roles,
    const struct request *request, const char *operator_name)
{
	struct msg_reload msg = { .head.kind = MSG_RELOAD,
		.request = task->request,
		.dry_run = request->dry_run,
		.confirm_s = request->confirm_s };

	memcpy(msg.operator_name, operator_name, sizeof(msg.operator_name));
	if (roles->supervisor == NULL ||
	    channel_send(roles->supervisor, &msg, sizeof(msg), -1) < 0) {
		task_end(task, TASK_NO, "the supervisor is busy; try again");
		return;
	}
	task->supervisor = true;
	task->confirm_s = request->confirm_s;
	task->guard = true; /* unless the result says otherwise */
}

void
task_begin(struct task *task, const struct task_roles *roles,
    struct request *request, uint32_t number, const char *operator_name)
{
	task->request = number;
	task->verb = request->verb;
	task_put_off(task);
	switch (request->role) {
	case ROLE_GUARD:
		memcpy(request->ctl.operator_name, operator_name,
		    sizeof(request->ctl.operator_name));
		ask_guard(task, roles, request);
		if (task->guard && task->verb == REQUEST_STATUS)
			ask_seal(task, roles, request);
		return;
	case ROLE_STORE:
		task->query = request->audit;
		task->left = request->audit_max;
		task_log_begin(task, request, operator_name);
		ask_store(task, roles);
		return;
	case ROLE_SUPERVISOR:
		if (task->verb == REQUEST_LOG_LEVEL)
			ask_level(task, roles, request, operator_name);
		else
			ask_reload(task, roles, request, operator_name);
		return;
	default:
		task_end(task, TASK_WRONG, "nobody answers this");
		return;
	}
}

/* ---- answers of the store ---- */

static void
store_entry(struct task *task, const struct msg_entry *msg)
{
	struct entry entry;

	if (task->left == 0 || entry_msg_unpack(msg, &entry) < 0) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task->left--;
	task_row(task, view_entry(&entry));
}

void
task_audit_end(struct task *task, const struct msg_audit_end *msg)
{
	struct json *end = task_end_new(TASK_DONE, "");

	json_put_number(end, "size", msg->size);
	view_put_hex(end, "root", msg->root, sizeof(msg->root));
	task_end_json(task, end);
}

static void
store_end(struct task *task, const struct msg_audit_end *msg)
{
	task->store = false;
	if (msg->more == 0 || task->left == 0 ||
	    msg->next_seq <= task->query.from_seq) {
		task_audit_end(task, msg);
		return;
	}
	/* Newest first: each page must begin below the one before. */
	if (msg->next_seq >= task->query.to_seq) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task->query.to_seq = msg->next_seq;
	task->page_wanted = true;
}

void
task_store(struct task *task, const struct msg_head *head)
{
	if (!task->store)
		return;
	/* Nobody waits for the store alone to say what stands. */
	if (task->verb != REQUEST_STATUS)
		task_put_off(task);
	if (task->verb != REQUEST_AUDIT)
		task_log(task, head);
	else if (head->kind == MSG_AUDIT_ENTRY)
		store_entry(task, (const void *)head);
	else if (head->kind == MSG_AUDIT_END)
		store_end(task, (const void *)head);
}

void
task_go_on(struct task *task, const struct task_roles *roles)
{
	if (task->request == 0 || !task->page_wanted)
		return;
	if (client_pending(task->client) >= TASK_AUDIT_AHEAD)
		return;
	task_put_off(task);
	ask_store(task, roles);
}

/* ---- no answer ---- */

static void
store_lost(struct task *task)
{
	if (task->verb != REQUEST_STATUS) {
		task_end(task, TASK_NO,
		    request_acts(task->verb)
			? "the store went away before it answered; whether "
			  "it was done shows in the log"
			: "the store went away before it answered");
		return;
	}
	task->store = false;
	if (!task->guard)
		task_status_end(task);
}

void
task_lost(struct task *task, enum role role)
{
	if (task->request == 0)
		return;
	if (role == ROLE_GUARD && task->guard)
		task_end(task, TASK_NO,
		    request_acts(task->verb)
			? "the guard went away before it answered; whether "
			  "it was done shows in the log"
			: "the guard went away before it answered");
	else if (role == ROLE_STORE && task->store)
		store_lost(task);
}

void
task_tick(struct task *task, uint64_t now_ms)
{
	/* A client that reads nothing is client.c's to end. */
	if (task->request == 0 || task->page_wanted || now_ms < task->until_ms)
		return;
	if (task->supervisor)
		task_end(task, TASK_NO, "the supervisor did not answer");
	else if (task->guard)
		task_end(task, TASK_NO, "the guard did not answer");
	else if (task->verb == REQUEST_STATUS)
		task_status_end(task);
	else
		task_end(task, TASK_NO, "the store did not answer");
}

uint32_t
task_number(const struct msg_head *head)
{
	switch (head->kind) {
	case MSG_CTL_STATUS:
		return ((const struct msg_ctl_status *)(const void *)head)
		    ->request;
	case MSG_CTL_SESSION:
		return ((const struct msg_ctl_session *)(const void *)head)
		    ->request;
	case MSG_CTL_RULE:
		return ((const struct msg_ctl_rule *)(const void *)head)
		    ->request;
	case MSG_CTL_ROUTE:
		return ((const struct msg_ctl_route *)(const void *)head)
		    ->request;
	case MSG_CTL_CUSTOMER:
		return ((const struct msg_ctl_customer *)(const void *)head)
		    ->request;
	case MSG_CTL_METRIC:
		return ((const struct msg_ctl_metric *)(const void *)head)
		    ->request;
	case MSG_CTL_CHECK:
		return ((const struct msg_ctl_check *)(const void *)head)
		    ->request;
	case MSG_CTL_END:
		return ((const struct msg_ctl_end *)(const void *)head)
		    ->request;
	case MSG_AUDIT_ENTRY:
		return ((const struct msg_entry *)(const void *)head)->request;
	case MSG_AUDIT_END:
		return ((const struct msg_audit_end *)(const void *)head)
		    ->request;
	case MSG_AUDIT_RAW:
		return ((const struct msg_audit_raw *)(const void *)head)
		    ->request;
	case MSG_AUDIT_SEAL:
		return ((const struct msg_audit_seal *)(const void *)head)
		    ->request;
	case MSG_AUDIT_PROOF:
		return ((const struct msg_audit_proof *)(const void *)head)
		    ->request;
	case MSG_AUDIT_ACTED:
		return ((const struct msg_audit_acted *)(const void *)head)
		    ->request;
	case MSG_RELOAD_RESULT:
		return ((const struct msg_reload_result *)(const void *)head)
		    ->request;
	case MSG_LOG_SHOWN:
		return ((const struct msg_log_shown *)(const void *)head)
		    ->request;
	default:
		return 0;
	}
}
