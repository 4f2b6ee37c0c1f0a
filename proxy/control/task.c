/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to other roles, and their answers as lines. */
#include "proxy/control/task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/entry_msg.h"
#include "proxy/control/filter.h"
#include "proxy/control/view.h"

#define EXIT_DONE  0
#define EXIT_NO    1
#define EXIT_WRONG 2

static const char not_sound[] = "the answer was not sound";

/* ---- lines ---- */

/* Write {"name":value}; value is taken. */
static int
line_write(struct task *task, const char *name, struct json *value)
{
	struct json *line = json_new();
	char *text;
	size_t len;
	int status;

	json_put(line, name, value);
	text = json_print(line, &len);
	json_free(line);
	status = client_write(task->client, text, len);
	free(text);
	return status;
}

/* A client that is too slow has been told so: its answer ends here. */
static void
row_write(struct task *task, struct json *row)
{
	if (line_write(task, "row", row) < 0)
		task_drop(task);
}

void
task_drop(struct task *task)
{
	struct client *client = task->client;

	json_free(task->row);
	json_free(task->checks);
	*task = (struct task){ .client = client };
}

/* end is taken. */
static void
end_write(struct task *task, struct json *end)
{
	(void)line_write(task, "end", end);
	task_drop(task);
	client_ready(task->client);
}

static struct json *
end_new(unsigned exit_code, const char *text)
{
	struct json *end = json_new();

	json_put_number(end, "exit", exit_code);
	json_put_text(end, "text", text);
	return end;
}

void
task_end(struct task *task, unsigned exit_code, const char *text)
{
	end_write(task, end_new(exit_code, text));
}

/* ---- questions ---- */

static void
ask_guard(
    struct task *task, const struct task_roles *roles, struct request *request)
{
	if (roles->guard == NULL) {
		task_end(task, EXIT_NO, "the guard is not there");
		return;
	}
	request->ctl.head.kind = MSG_CTL_REQUEST;
	request->ctl.request = task->request;
	if (channel_send(roles->guard, &request->ctl, request->ctl_size, -1) <
	    0) {
		task_end(task, EXIT_NO, "the guard is busy; try again");
		return;
	}
	task->guard = true;
}

static void
ask_store(struct task *task, const struct task_roles *roles)
{
	struct msg_audit_query *query = &task->query;

	if (roles->store == NULL) {
		task_end(task, EXIT_NO, "the store is not there");
		return;
	}
	query->head.kind = MSG_AUDIT_QUERY;
	query->request = task->request;
	query->max =
	    task->left < TASK_AUDIT_PAGE ? task->left : TASK_AUDIT_PAGE;
	if (channel_send(roles->store, query, sizeof(*query), -1) < 0) {
		task_end(task, EXIT_NO, "the store is busy; try again");
		return;
	}
	task->store = true;
	task->page_wanted = false;
}

static void
ask_supervisor(struct task *task, const struct task_roles *roles,
    const struct request *request, const char *operator_name)
{
	struct msg_reload msg = { .head.kind = MSG_RELOAD,
		.request = task->request,
		.dry_run = request->dry_run };

	memcpy(msg.operator_name, operator_name, sizeof(msg.operator_name));
	if (roles->supervisor == NULL ||
	    channel_send(roles->supervisor, &msg, sizeof(msg), -1) < 0) {
		task_end(task, EXIT_NO, "the supervisor is busy; try again");
		return;
	}
	task->supervisor = true;
	task->guard = true; /* unless the result says otherwise */
}

static void
put_off(struct task *task)
{
	task->until_ms =
	    clock_boot_ms() +
	    (task->verb == REQUEST_RELOAD ? TASK_RELOAD_MS : TASK_SILENCE_MS);
}

void
task_begin(struct task *task, const struct task_roles *roles,
    struct request *request, uint32_t number, const char *operator_name)
{
	task->request = number;
	task->verb = request->verb;
	put_off(task);
	switch (request->role) {
	case ROLE_GUARD:
		memcpy(request->ctl.operator_name, operator_name,
		    sizeof(request->ctl.operator_name));
		ask_guard(task, roles, request);
		return;
	case ROLE_STORE:
		task->query = request->audit;
		task->left = request->audit_max;
		ask_store(task, roles);
		return;
	case ROLE_SUPERVISOR:
		ask_supervisor(task, roles, request, operator_name);
		return;
	default:
		task_end(task, EXIT_WRONG, "nobody answers this");
		return;
	}
}

/* ---- answers of the guard ---- */

static void
guard_status(struct task *task, const struct msg_ctl_status *msg)
{
	row_write(task, view_status(msg));
}

static void
guard_rule(struct task *task, const struct msg_ctl_rule *msg)
{
	if (!check_ctl_rule(msg)) {
		task_end(task, EXIT_NO, not_sound);
		return;
	}
	if (task->verb == REQUEST_ROUTE) {
		struct json *row = json_new();

		json_put(row, "rule", view_rule(msg));
		row_write(task, row);
		return;
	}
	if (task->verb != REQUEST_RULE && task->verb != REQUEST_EXPLAIN) {
		row_write(task, view_rule(msg));
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
		task_end(task, EXIT_NO, not_sound);
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
		task_end(task, EXIT_NO, not_sound);
		return;
	}
	row = json_new();
	json_put_bool(row, "known", msg->known != 0);
	json_put(row, msg->kind == CTL_ROUTE_PATH ? "route" : "more_specific",
	    view_route(msg));
	row_write(task, row);
}

static bool
session_sound(const struct msg_ctl_session *msg)
{
	return check_text(msg->customer, sizeof(msg->customer)) &&
	       check_text(msg->name, sizeof(msg->name)) &&
	       msg->validate <= VALIDATE_OFF &&
	       (msg->fed & ~(unsigned)FAMILY_ALL) == 0 &&
	       check_session_state(&msg->state);
}

static void
guard_session(struct task *task, const struct msg_ctl_session *msg)
{
	struct view_now now = { clock_wall_ns(), clock_boot_ms() };

	if (session_sound(msg))
		row_write(task, view_session(msg, &now));
	else
		task_end(task, EXIT_NO, not_sound);
}

/* The end of a reload: the guard's words, where it has any. */
static void
reload_end(struct task *task, const char *text)
{
	const struct msg_reload_result *result = &task->result;
	char counts[96];
	struct json *end;

	(void)snprintf(counts, sizeof(counts),
	    "%" PRIu32 " rule%s withdrawn, %" PRIu32 " newly inward, %" PRIu32
	    " kept",
	    result->withdrawn, result->withdrawn == 1 ? "" : "s",
	    result->admitted, result->kept);
	end = end_new(EXIT_DONE, text[0] != '\0' ? text : counts);
	json_put_number(end, "withdrawn", result->withdrawn);
	json_put_number(end, "admitted", result->admitted);
	json_put_number(end, "kept", result->kept);
	end_write(task, end);
}

static void
guard_end(struct task *task, const struct msg_ctl_end *msg)
{
	if (!check_text(msg->text, sizeof(msg->text)) ||
	    msg->exit_code > EXIT_WRONG) {
		task_end(task, EXIT_NO, not_sound);
		return;
	}
	task->guard = false;
	if (task->row != NULL) {
		struct json *row = task->row;

		json_put(row, "checks",
		    task->checks != NULL ? task->checks : json_list_new());
		task->row = task->checks = NULL;
		row_write(task, row);
	}
	if (task->request == 0)
		return;
	if (task->verb == REQUEST_RELOAD && msg->exit_code == EXIT_DONE) {
		/* The supervisor's result may come later: keep the words. */
		memcpy(task->result.wanted, msg->text, sizeof(msg->text));
		if (!task->supervisor)
			reload_end(task, task->result.wanted);
		return;
	}
	task_end(task, msg->exit_code, msg->text);
}

void
task_guard(struct task *task, const struct msg_head *head)
{
	if (!task->guard)
		return;
	put_off(task);
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

/* ---- answers of the store ---- */

static void
store_entry(struct task *task, const struct msg_entry *msg)
{
	struct entry entry;

	if (task->left == 0 || entry_msg_unpack(msg, &entry) < 0) {
		task_end(task, EXIT_NO, not_sound);
		return;
	}
	task->left--;
	row_write(task, view_entry(&entry));
}

static void
store_end(struct task *task, const struct msg_audit_end *msg)
{
	struct json *end;

	task->store = false;
	if (msg->more == 0 || task->left == 0 ||
	    msg->next_seq <= task->query.from_seq) {
		end = end_new(EXIT_DONE, "");
		json_put_number(end, "size", msg->size);
		view_put_hex(end, "root", msg->root, sizeof(msg->root));
		end_write(task, end);
		return;
	}
	/* Newest first: each page must begin below the one before. */
	if (msg->next_seq >= task->query.to_seq) {
		task_end(task, EXIT_NO, not_sound);
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
	put_off(task);
	if (head->kind == MSG_AUDIT_ENTRY)
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
	put_off(task);
	ask_store(task, roles);
}

/* ---- answers of the supervisor ---- */

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
		(void)snprintf(text, sizeof(text), "%s", msg->wanted);
	end = end_new(file ? EXIT_WRONG : EXIT_NO, text);
	if (file) {
		json_put_text(end, "file", msg->file);
		json_put_number(end, "line", msg->line);
		json_put_number(end, "column", msg->column);
		json_put_text(end, "key", msg->key);
		json_put_text(end, "found", msg->found);
		json_put_text(end, "wanted", msg->wanted);
	}
	end_write(task, end);
}

void
task_reload(struct task *task, const struct msg_reload_result *msg)
{
	if (!task->supervisor)
		return;
	put_off(task);
	if (!check_text(msg->file, sizeof(msg->file)) ||
	    !check_text(msg->key, sizeof(msg->key)) ||
	    !check_text(msg->found, sizeof(msg->found)) ||
	    !check_text(msg->wanted, sizeof(msg->wanted))) {
		task_end(task, EXIT_NO, not_sound);
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
		reload_end(task, task->result.wanted);
}

/* ---- no answer ---- */

void
task_lost(struct task *task, enum role role)
{
	if (task->request == 0)
		return;
	if (role == ROLE_GUARD && task->guard)
		task_end(task, EXIT_NO,
		    task->verb >= REQUEST_APPROVE &&
			    task->verb <= REQUEST_CONFIRM
			? "the guard went away before it answered; whether "
			  "it was done shows in the log"
			: "the guard went away before it answered");
	else if (role == ROLE_STORE && task->store)
		task_end(
		    task, EXIT_NO, "the store went away before it answered");
}

void
task_tick(struct task *task, uint64_t now_ms)
{
	/* A client that reads nothing is client.c's to end. */
	if (task->request == 0 || task->page_wanted || now_ms < task->until_ms)
		return;
	if (task->supervisor)
		task_end(task, EXIT_NO, "the supervisor did not answer");
	else if (task->guard)
		task_end(task, EXIT_NO, "the guard did not answer");
	else
		task_end(task, EXIT_NO, "the store did not answer");
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
	case MSG_RELOAD_RESULT:
		return ((const struct msg_reload_result *)(const void *)head)
		    ->request;
	default:
		return 0;
	}
}
