/* SPDX-License-Identifier: BSD-2-Clause */
/* What the supervisor answers about the log's level. */
#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/control/task_line.h"
#include "proxy/control/view.h"

/* {"name","class","until","operator"}; name null: everybody else, until and
 * operator null: as sluiced was started. */
static void
level_row(struct task *task, const struct log_setting *setting)
{
	struct json *row = json_new();

	view_put_some(row, "name", setting->name);
	json_put_text(row, "class", log_class_name(setting->class));
	view_put_time(row, "until", setting->until_ns);
	view_put_some(row, "operator", setting->operator_name);
	task_row(task, row);
}

void
task_level(struct task *task, const struct msg_log_shown *msg)
{
	struct log_setting all = { .class = msg->base };

	/* A reload's answer is not one to this, nor this one to a reload. */
	if (!task->supervisor || task->verb != REQUEST_LOG_LEVEL)
		return;
	if (!check_log_shown(msg)) {
		task_end(task, TASK_NO, TASK_NOT_SOUND);
		return;
	}
	if (msg->ok == 0) {
		task_end(task, TASK_NO, msg->wanted);
		return;
	}
	for (unsigned i = 0; i < msg->n; i++) {
		if (msg->setting[i].name[0] == '\0')
			all = msg->setting[i];
	}
	level_row(task, &all);
	for (unsigned i = 0; i < msg->n && task->request != 0; i++) {
		if (msg->setting[i].name[0] != '\0')
			level_row(task, &msg->setting[i]);
	}
	if (task->request != 0)
		task_end(task, TASK_DONE, "");
}
