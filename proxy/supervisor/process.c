/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of roles. */
#include "proxy/supervisor/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"

#define PROCESS_GRACE_MS 3000       /* from the channel's end to the kill */
#define PROCESS_NO_START (127 << 8) /* wait status, as a shell says it */

void
process_table_init(struct process_table *table, struct loop *loop)
{
	char probe[sizeof(table->folder) + 32];
	char *slash;
	ssize_t n = readlink(
	    "/proc/self/exe", table->folder, sizeof(table->folder) - 1);

	table->loop = loop;
	table->first = NULL;
	table->folder[n < 0 ? 0 : n] = 0;
	slash = strrchr(table->folder, '/');
	if (slash != NULL)
		*slash = 0;
	(void)snprintf(probe, sizeof(probe), "%s/sluice-guard", table->folder);
	if (slash == NULL || access(probe, X_OK) < 0)
		(void)snprintf(
		    table->folder, sizeof(table->folder), "%s", SLUICE_LIBEXEC);
}

static void process_timer(void *ctx);

int
process_init(struct process_table *table, struct process *process)
{
	process->table = table;
	process->timer = timer_new(table->loop, process_timer, process);
	if (process->timer == NULL)
		return -1;
	process->next = table->first;
	table->first = process;
	return 0;
}

void
process_free(struct process *process)
{
	struct process **at = &process->table->first;

	while (*at != NULL && *at != process)
		at = &(*at)->next;
	if (*at != NULL)
		*at = process->next;
	process->wanted = false;
	if (process->pid > 0)
		(void)kill(process->pid, SIGKILL);
	channel_close(process->channel);
	process->channel = NULL;
	timer_free(process->timer);
	process->timer = NULL;
}

static void process_ended(struct process *process);

/* ---- the channel ---- */

static void
process_message(void *ctx, const struct msg_head *head, int fd)
{
	struct process *process = ctx;

	process->ops->on_message(process->ctx, head, fd);
}

static void
process_eof(void *ctx)
{
	struct process *process = ctx;

	channel_close(process->channel);
	process->channel = NULL;
	if (process->reaped)
		process_ended(process);
	else if (process->pid > 0)
		timer_start(process->timer, PROCESS_GRACE_MS, 0);
}

static void
process_room(void *ctx)
{
	struct process *process = ctx;

	if (process->ops->on_room != NULL)
		process->ops->on_room(process->ctx);
}

static const struct channel_ops channel_ops = {
	.on_message = process_message,
	.on_closed = process_eof,
	.on_room = process_room,
};

/* ---- start ---- */

/* Descriptors of the new process: nothing to read, our standard error, and
 * its end of the channel. All others close by themselves. 0 or an errno. */
static int
spawn_files(posix_spawn_file_actions_t *files, int fd)
{
	int err = posix_spawn_file_actions_addopen(
	    files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (err == 0)
		err = posix_spawn_file_actions_adddup2(
		    files, STDERR_FILENO, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(files, fd, ROLE_FD);
	return err;
}

/* No signal blocked or ignored. 0 or an errno. */
static int
spawn_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int err;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	err = posix_spawnattr_setsigmask(attributes, &none);
	if (err == 0)
		err = posix_spawnattr_setsigdefault(attributes, &all);
	if (err == 0)
		err = posix_spawnattr_setflags(
		    attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return err;
}

/* Run the program with fd as its channel. 0 or an errno. */
static int
process_spawn(struct process *process, int fd)
{
	char path[sizeof(process->table->folder) + 32];
	char argument[PATH_LEN];
	char option[16];
	char *argv[] = { process->name, NULL, NULL, NULL };
	char *nothing[] = { NULL };
	size_t n = 1;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", process->table->folder,
	    process->program);
	if (process->option != NULL) {
		(void)snprintf(option, sizeof(option), "%s", process->option);
		argv[n++] = option;
	}
	if (process->argument != NULL) {
		(void)snprintf(
		    argument, sizeof(argument), "%s", process->argument);
		argv[n] = argument;
	}
	err = posix_spawn_file_actions_init(&files);
	if (err != 0)
		return err;
	err = posix_spawnattr_init(&attributes);
	if (err == 0) {
		err = spawn_files(&files, fd);
		if (err == 0)
			err = spawn_signals(&attributes);
		if (err == 0)
			err = posix_spawn(&process->pid, path, &files,
			    &attributes, argv,
			    process->bare ? nothing : environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	if (err != 0)
		process->pid = 0;
	return err;
}

/* One try to start. 0 or an errno. */
static int
process_try(struct process *process)
{
	int fds[2];
	int err = -channel_pair(fds);

	if (err != 0)
		return err;
	err = process_spawn(process, fds[1]);
	(void)close(fds[1]);
	if (err != 0) {
		(void)close(fds[0]);
		return err;
	}
	process->started_ms = clock_boot_ms();
	process->channel = channel_open(process->table->loop, fds[0],
	    process->limit, &channel_ops, process);
	if (process->channel != NULL)
		return 0;
	/* It sees the end of its channel and goes; then it is tried again. */
	return ENOMEM;
}

bool
process_level(struct process *process)
{
	struct msg_log_level msg = { .head = { .kind = MSG_LOG_LEVEL } };

	if (process->table->levels == NULL || process->deaf ||
	    !process_up(process))
		return true;
	msg.least =
	    (uint8_t)log_levels_of(process->table->levels, process->name);
	if (msg.least == process->told)
		return true;
	if (channel_send(process->channel, &msg, sizeof(msg), -1) < 0)
		return false;
	process->told = msg.least;
	channel_flush(process->channel);
	return true;
}

static void
process_begin(struct process *process)
{
	int err = process_try(process);

	if (err != 0) {
		log_line(LOG_ERROR, "%s: cannot start %s/%s: %s", process->name,
		    process->table->folder, process->program, strerror(err));
		/* As if it had ended at once: the same back-off. */
		if (process->pid == 0) {
			process->started_ms = clock_boot_ms();
			process->status = PROCESS_NO_START;
			process->reaped = true;
			timer_start(process->timer, 0, 0);
		}
		return;
	}
	log_line(LOG_DEBUG, "%s: started pid=%ld", process->name,
	    (long)process->pid);
	process->told = LOG_INFO; /* which every role begins with */
	(void)process_level(process);
	process->ops->on_up(process->ctx);
}

static void
process_timer(void *ctx)
{
	struct process *process = ctx;

	if (process->pid > 0)
		process_kill(process);
	else if (process->reaped)
		process_ended(process);
	else if (process->wanted)
		process_begin(process);
}

void
process_start(struct process *process)
{
	process->wanted = true;
	if (process->pid == 0)
		process_begin(process);
}

/* ---- end ---- */

void
process_release(struct process *process)
{
	process->wanted = false;
}

void
process_finish(struct process *process, uint64_t after_ms)
{
	process->wanted = false;
	if (process->pid > 0)
		timer_start(process->timer, after_ms, 0);
}

void
process_kill(struct process *process)
{
	if (process->pid > 0)
		(void)kill(process->pid, SIGKILL);
}

bool
process_gone(const struct process *process)
{
	return process->pid == 0 && !process->reaped;
}

bool
process_up(const struct process *process)
{
	return process->pid > 0 && process->channel != NULL;
}

static void
log_end(const struct process *process, uint64_t wait_ms)
{
	int status = process->status;
	char how[80];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		(void)snprintf(how, sizeof(how),
		    "signal=%d seccomp: a call that the role never makes",
		    SIGSYS);
	else if (WIFSIGNALED(status))
		(void)snprintf(how, sizeof(how), "signal=%d", WTERMSIG(status));
	else
		(void)snprintf(
		    how, sizeof(how), "status=%d", WEXITSTATUS(status));
	if (process->wanted)
		log_line(LOG_ERROR, "%s: ended: %s restart_ms=%llu",
		    process->name, how, (unsigned long long)wait_ms);
	else
		log_line(LOG_DEBUG, "%s: ended: %s", process->name, how);
}

/* It is gone, and so is its channel. */
static void
process_ended(struct process *process)
{
	uint64_t wait_ms = 0;

	process->reaped = false;
	channel_close(process->channel);
	process->channel = NULL;
	timer_stop(process->timer);
	if (process->wanted) {
		wait_ms = respawn_next(
		    &process->respawn, clock_boot_ms() - process->started_ms);
		timer_start(process->timer, wait_ms, 0);
	}
	log_end(process, wait_ms);
	process->ops->on_down(process->ctx, process->status);
}

void
process_reap(struct process_table *table)
{
	for (;;) {
		struct process *process = table->first;
		int status = 0;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid <= 0)
			return;
		while (process != NULL && process->pid != pid)
			process = process->next;
		if (process == NULL)
			continue;
		process->pid = 0;
		process->status = status;
		process->reaped = true;
		/* What it sent last is read first. */
		if (process->channel != NULL)
			timer_start(process->timer, PROCESS_GRACE_MS, 0);
		else
			process_ended(process);
	}
}
