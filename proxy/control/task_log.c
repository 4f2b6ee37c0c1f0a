/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store is asked of the log besides a search, and what it answers. */
#include <stdlib.h>
#include <string.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"
#include "store/db.h"

/* ---- questions ---- */

void
task_log_begin(
    struct task *task, const struct request *request, const char *operator_name)
{
	const struct request_log *log = &request->log;

	task->ask.raw = (struct msg_audit_raw_ask){
		.head = { .kind = MSG_AUDIT_RAW_ASK },
		.request = task->request,
		.max = TASK_RAW_PAGE,
		.from_seq = log->from,
		.to_seq = log->to,
	};
	if (task->verb == REQUEST_AUDIT_SEAL || task->verb == REQUEST_STATUS)
		task->ask.seal = (struct msg_audit_seal_ask){
			.head = { .kind = MSG_AUDIT_SEAL_ASK },
			.request = task->request,
			.at_most =
			    task->verb == REQUEST_STATUS ? UINT64_MAX : log->to,
		};
	if (task->verb == REQUEST_AUDIT_PROOF)
		task->ask.proof = (struct msg_audit_proof_ask){
			.head = { .kind = MSG_AUDIT_PROOF_ASK },
			.request = task->request,
			.consistency = log->consistency,
			.index = log->from,
			.size = log->to,
		};
	if (task->verb == REQUEST_AUDIT_ACT) {
		task->ask.act = (struct msg_audit_act){
			.head = { .kind = MSG_AUDIT_ACT },
			.request = task->request,
			.act = log->act,
		};
		memcpy(task->ask.act.operator_name, operator_name,
		    sizeof(task->ask.act.operator_name));
		memcpy(
		    task->ask.act.text, log->text, sizeof(task->ask.act.text));
	}
}

int
task_log_send(const struct task *task, struct channel *store)
{
	switch (task->verb) {
	case REQUEST_AUDIT_RAW:
		return channel_send(
		    store, &task->ask.raw, sizeof(task->ask.raw), -1);
	case REQUEST_AUDIT_PROOF:
		return channel_send(
		    store, &task->ask.proof, sizeof(task->ask.proof), -1);
	case REQUEST_AUDIT_ACT:
		return channel_send(
		    store, &task->ask.act, sizeof(task->ask.act), -1);
	default:
		return channel_send(
		    store, &task->ask.seal, sizeof(task->ask.seal), -1);
	}
}

/* ---- records as they stand ---- */

static void
log_raw(struct task *task, const struct msg_audit_raw *msg)
{
	const struct msg_audit_raw_ask *ask = &task->ask.raw;

	if (!check_audit_raw(msg) || msg->seq < ask->from_seq ||
	    msg->seq > ask->to_seq) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task_row(task, view_raw(msg));
}

static void
log_raw_end(struct task *task, const struct msg_audit_end *msg)
{
	struct msg_audit_raw_ask *ask = &task->ask.raw;

	if (msg->more == 0 || msg->next_seq >= ask->to_seq) {
		task_audit_end(task, msg);
		return;
	}
	/* Each page must begin above the one before. */
	if (msg->next_seq <= ask->from_seq) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task->store = false;
	ask->from_seq = msg->next_seq;
	task->page_wanted = true;
}

/* ---- one answer ---- */

static void
log_seal(struct task *task, const struct msg_audit_seal *msg)
{
	bool sound = check_audit_seal(msg);

	if (task->verb == REQUEST_STATUS) {
		task->store = false;
		task->seal = sound ? malloc(sizeof(*task->seal)) : NULL;
		if (task->seal != NULL)
			*task->seal = *msg;
		if (!task->guard)
			task_status_end(task);
		return;
	}
	if (!sound) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task_row(task, view_seal(msg));
	if (task->request != 0)
		task_end(task, TASK_DONE, "");
}

static void
log_proof(struct task *task, const struct msg_audit_proof *msg)
{
	if (msg->error != 0) {
		task_end(task, TASK_NO, db_error_text(msg->error));
		return;
	}
	if (msg->proof.n > PROOF_MAX) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	task_row(task, view_proof(msg));
	if (task->request != 0)
		task_end(task, TASK_DONE, "");
}

static void
log_acted(struct task *task, const struct msg_audit_acted *msg)
{
	if (check_text(msg->text, sizeof(msg->text)))
		task_end(task, msg->ok == 1 ? TASK_DONE : TASK_NO, msg->text);
	else
		task_end(task, TASK_NO, TASK_NOT_SOUND);
}

void
task_log(struct task *task, const struct msg_head *head)
{
	const void *msg = head;
	bool seal =
	    task->verb == REQUEST_AUDIT_SEAL || task->verb == REQUEST_STATUS;

	if (head->kind == MSG_AUDIT_RAW && task->verb == REQUEST_AUDIT_RAW)
		log_raw(task, msg);
	else if (head->kind == MSG_AUDIT_END && task->verb == REQUEST_AUDIT_RAW)
		log_raw_end(task, msg);
	else if (head->kind == MSG_AUDIT_SEAL && seal)
		log_seal(task, msg);
	else if (head->kind == MSG_AUDIT_PROOF &&
		 task->verb == REQUEST_AUDIT_PROOF)
		log_proof(task, msg);
	else if (head->kind == MSG_AUDIT_ACTED &&
		 task->verb == REQUEST_AUDIT_ACT)
		log_acted(task, msg);
}

/* ---- status: what the guard knows, then what the store does ---- */

void
task_status_wait(struct task *task)
{
	task->until_ms = clock_boot_ms() + TASK_SEAL_MS;
}

void
task_status_end(struct task *task)
{
	struct json *row = task->row;

	task->row = NULL;
	if (row != NULL && task->seal != NULL)
		view_status_seal(row, task->seal);
	if (row != NULL)
		task_row(task, row);
	if (task->request != 0)
		task_end(task, task->exit_code, task->end);
}
