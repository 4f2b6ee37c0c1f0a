/* SPDX-License-Identifier: BSD-2-Clause */
/* Running the loader. */
#include "proxy/supervisor/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"

#define LOAD_TIMEOUT_MS 60000
#define LOAD_ERRORS_MAX 100 /* shown of one file */

struct load {
	struct process process;
	struct cfg_set *set;
	struct msg_cfg_error problem; /* the first */
	unsigned n_problems;
	void (*done)(void *ctx, struct cfg_set *set,
	    const struct msg_cfg_error *problem);
	void *ctx;
};

/* Something is wrong with the loader rather than with the file. */
static void
load_fail(struct load *load, const char *what)
{
	if (load->n_problems++ == 0)
		(void)snprintf(load->problem.wanted,
		    sizeof(load->problem.wanted), "%s", what);
	log_line(LOG_ERROR, "loader: %s", what);
}

static bool
error_valid(const struct msg_cfg_error *msg)
{
	return check_text(msg->file, sizeof(msg->file)) &&
	       check_text(msg->key, sizeof(msg->key)) &&
	       check_text(msg->found, sizeof(msg->found)) &&
	       check_text(msg->wanted, sizeof(msg->wanted));
}

/* "FILE:LINE:COLUMN: KEY: found X, wanted Y"; line 0 is the file itself. */
static void
error_log(const struct msg_cfg_error *msg)
{
	char place[32] = "";

	if (msg->line > 0)
		(void)snprintf(
		    place, sizeof(place), ":%u:%u", msg->line, msg->column);
	log_line(LOG_ERROR, "%s%s: %s%sfound %s, wanted %s", msg->file, place,
	    msg->key, msg->key[0] == 0 ? "" : ": ", msg->found, msg->wanted);
}

static void
take_error(struct load *load, const struct msg_cfg_error *msg)
{
	if (!error_valid(msg)) {
		load_fail(load, "broken message");
		return;
	}
	if (load->n_problems++ == 0)
		load->problem = *msg;
	if (load->n_problems <= LOAD_ERRORS_MAX)
		error_log(msg);
}

static void
load_message(void *ctx, const struct msg_head *head, int fd)
{
	struct load *load = ctx;
	const char *why;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_CFG_ERROR) {
		take_error(load, (const void *)head);
		return;
	}
	if (load->n_problems > 0)
		return;
	why = cfg_set_take(load->set, head);
	if (why != NULL)
		load_fail(load, why);
}

/* The supervisor says nothing; a loader that hangs is killed. */
static void
load_up(void *ctx)
{
	struct load *load = ctx;

	process_finish(&load->process, LOAD_TIMEOUT_MS);
}

static void
load_down(void *ctx, int status)
{
	struct load *load = ctx;
	struct cfg_set *set = load->set;

	if (load->n_problems == 0 && WIFSIGNALED(status))
		load_fail(load, "the loader was killed or took too long");
	else if (load->n_problems == 0 && !set->ended)
		load_fail(load, "the loader ended without an answer");
	if (load->n_problems > 0) {
		load->done(load->ctx, NULL, &load->problem);
		return;
	}
	load->set = NULL;
	load->done(load->ctx, set, NULL);
}

static const struct process_ops load_ops = {
	.on_up = load_up,
	.on_message = load_message,
	.on_down = load_down,
};

struct load *
load_start(struct process_table *table, const char *file,
    void (*done)(
	void *ctx, struct cfg_set *set, const struct msg_cfg_error *problem),
    void *ctx)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL)
		return NULL;
	load->done = done;
	load->ctx = ctx;
	load->process.program = "sluice-loader";
	load->process.deaf = true;
	load->process.argument = file;
	load->process.limit = MSG_LEN_MAX;
	load->process.ops = &load_ops;
	load->process.ctx = load;
	(void)snprintf(
	    load->process.name, sizeof(load->process.name), "sluice-loader");
	load->set = cfg_set_new();
	if (load->set == NULL || process_init(table, &load->process) < 0) {
		cfg_set_free(load->set);
		free(load);
		return NULL;
	}
	process_start(&load->process);
	return load;
}

void
load_free(struct load *load)
{
	if (load == NULL)
		return;
	process_free(&load->process);
	cfg_set_free(load->set);
	free(load);
}
