/* SPDX-License-Identifier: BSD-2-Clause */
/* Running the loader over IRR files. */
#include "proxy/supervisor/irr_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"

#define IRR_LOAD_TIMEOUT_MS 60000

struct irr_load {
	struct process process;
	char path[PATH_LEN];
	struct irr_list *list;
	bool ended;
	bool failed;
	void (*done)(void *ctx, struct irr_list *list);
	void *ctx;
};

static void
load_fail(struct irr_load *load, const char *what)
{
	if (!load->failed)
		log_line(LOG_ERROR, "loader: %s: %s", load->path, what);
	load->failed = true;
}

static const char *
take_irr(struct irr_load *load, const struct msg_cfg_irr *msg)
{
	if (load->list != NULL)
		return "two lists";
	if (!check_cfg_irr(msg) || msg->index != 0 || msg->n > IRR_LIST_MAX)
		return "bad list";
	load->list = irr_list_new(msg);
	return load->list == NULL ? "out of memory" : NULL;
}

static const char *
take_prefix(struct irr_load *load, const struct msg_cfg_prefix *msg)
{
	if (load->list == NULL || msg->index != 0 ||
	    msg->list != CFG_LIST_IRR || !prefix_valid(&msg->prefix))
		return "bad prefix";
	return irr_list_add(load->list, &msg->prefix);
}

static const char *
take_end(struct irr_load *load)
{
	if (load->list == NULL || !irr_list_whole(load->list))
		return "the list is not whole";
	load->ended = true;
	return NULL;
}

static const char *
take_kind(struct irr_load *load, const struct msg_head *head)
{
	if (load->ended)
		return "a message after the end";
	if (head->kind == MSG_CFG_IRR)
		return take_irr(load, (const void *)head);
	if (head->kind == MSG_CFG_PREFIX)
		return take_prefix(load, (const void *)head);
	if (head->kind == MSG_CFG_END)
		return take_end(load);
	return "a message that is no list";
}

static void
load_message(void *ctx, const struct msg_head *head, int fd)
{
	struct irr_load *load = ctx;
	const char *why;

	if (fd >= 0)
		(void)close(fd);
	if (load->failed)
		return;
	why = take_kind(load, head);
	if (why != NULL)
		load_fail(load, why);
}

/* The supervisor says nothing; a loader that hangs is killed. */
static void
load_up(void *ctx)
{
	struct irr_load *load = ctx;

	process_finish(&load->process, IRR_LOAD_TIMEOUT_MS);
}

static void
load_down(void *ctx, int status)
{
	struct irr_load *load = ctx;
	struct irr_list *list = load->list;

	if (WIFSIGNALED(status))
		load_fail(load, "the loader was killed or took too long");
	else if (!load->ended)
		load_fail(load, "the loader ended without an answer");
	if (load->failed) {
		load->done(load->ctx, NULL);
		return;
	}
	load->list = NULL;
	load->done(load->ctx, list);
}

static const struct process_ops load_ops = {
	.on_up = load_up,
	.on_message = load_message,
	.on_down = load_down,
};

struct irr_load *
irr_load_start(struct process_table *table, const char *path,
    void (*done)(void *ctx, struct irr_list *list), void *ctx)
{
	struct irr_load *load = calloc(1, sizeof(*load));

	if (load == NULL)
		return NULL;
	load->done = done;
	load->ctx = ctx;
	(void)snprintf(load->path, sizeof(load->path), "%s", path);
	load->process.program = "sluice-loader";
	load->process.deaf = true;
	load->process.option = "--irr";
	load->process.argument = load->path;
	load->process.limit = MSG_LEN_MAX;
	load->process.ops = &load_ops;
	load->process.ctx = load;
	(void)snprintf(
	    load->process.name, sizeof(load->process.name), "sluice-loader");
	if (process_init(table, &load->process) < 0) {
		free(load);
		return NULL;
	}
	process_start(&load->process);
	return load;
}

void
irr_load_free(struct irr_load *load)
{
	if (load == NULL)
		return;
	process_free(&load->process);
	irr_list_free(load->list);
	free(load);
}
