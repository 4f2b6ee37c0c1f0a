/* SPDX-License-Identifier: BSD-2-Clause */
/* What the supervisor answers to a reload. */
#include <inttypes.h>
#include <stdio.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"

/* The keys of the file that are another than before. */
static struct json *
whys_list(uint32_t whys)
{
	static const char *const names[RESTART_WHY_COUNT] = {
		[RESTART_ASN] = "asn",
		[RESTART_IP] = "ip",
		[RESTART_RANGE] = "range",
		[RESTART_LOCAL_ADDRESS] = "local_address",
		[RESTART_PASSWORD_FILE] = "password_file",
		[RESTART_TCP_AO] = "tcp_ao",
		[RESTART_FAMILIES] = "families",
		[RESTART_PASSIVE] = "passive",
		[RESTART_TTL_SECURITY] = "ttl_security",
		[RESTART_MULTIHOP] = "multihop",
		[RESTART_HOLD_TIME] = "hold_time",
	};
	struct json *list = json_list_new();

	for (unsigned i = 0; i < RESTART_WHY_COUNT; i++) {
		if ((whys & UINT32_C(1) << i) != 0)
			json_add_text(list, names[i]);
	}
	return list;
}

/* Some of n by name; the others are counted. */
static void
put_sessions(struct json *end, const char *key,
    const struct reload_session *sessions, uint32_t n)
{
	struct json *list = json_list_new();
	char more[32];

	for (uint32_t i = 0; i < n && i < RELOAD_NAMES_MAX; i++) {
		struct json *one = json_new();

		json_put_text(one, "name", sessions[i].name);
		if (sessions[i].whys != 0)
			json_put(one, "why", whys_list(sessions[i].whys));
		json_add(list, one);
	}
	json_put(end, key, list);
	(void)snprintf(more, sizeof(more), "%s_more", key);
	json_put_number(
	    end, more, n > RELOAD_NAMES_MAX ? n - RELOAD_NAMES_MAX : 0);
}

static bool
sessions_sound(const struct reload_sessions *sessions)
{
	for (unsigned i = 0; i < RELOAD_NAMES_MAX; i++) {
		const struct reload_session *restart = &sessions->restart[i];
		const struct reload_session *end = &sessions->end[i];

		if (!check_text(restart->name, sizeof(restart->name)) ||
		    !check_text(end->name, sizeof(end->name)))
			return false;
	}
	return true;
}

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
	put_sessions(end, "restarts", result->sessions.restart,
	    result->sessions.restarts);
	put_sessions(end, "ends", result->sessions.end, result->sessions.ends);
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
	if (!task->supervisor || task->verb != REQUEST_RELOAD)
		return;
	task_put_off(task);
	if (!check_text(msg->file, sizeof(msg->file)) ||
	    !check_text(msg->key, sizeof(msg->key)) ||
	    !check_text(msg->found, sizeof(msg->found)) ||
	    !check_text(msg->wanted, sizeof(msg->wanted)) ||
	    !sessions_sound(&msg->sessions)) {
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
	task->result.sessions = msg->sessions;
	if (msg->guard_follows == 0 || !task->guard)
		task_reload_end(task, task->result.wanted);
}
