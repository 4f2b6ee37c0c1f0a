/* SPDX-License-Identifier: BSD-2-Clause */
/* What a task says to its client, line by line. */
#include "proxy/control/task_line.h"

#include <stdlib.h>

#include "proxy/common/clock.h"

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
void
task_row(struct task *task, struct json *row)
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
	free(task->seal);
	*task = (struct task){ .client = client };
}

/* end is taken. */
void
task_end_json(struct task *task, struct json *end)
{
	(void)line_write(task, "end", end);
	task_drop(task);
	client_ready(task->client);
}

struct json *
task_end_new(unsigned exit_code, const char *text)
{
	struct json *end = json_new();

	json_put_number(end, "exit", exit_code);
	json_put_text(end, "text", text);
	return end;
}

void
task_end(struct task *task, unsigned exit_code, const char *text)
{
	task_end_json(task, task_end_new(exit_code, text));
}

void
task_put_off(struct task *task)
{
	task->until_ms =
	    clock_boot_ms() +
	    (task->verb == REQUEST_RELOAD ? TASK_RELOAD_MS : TASK_SILENCE_MS);
}
