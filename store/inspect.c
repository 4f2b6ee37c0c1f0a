/* SPDX-License-Identifier: BSD-2-Clause */
/* The child process that looks at a store, and what becomes of it. */
#include "store/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/inspect_look.h"

#define FILE_MOST  ((rlim_t)1 << 20) /* only LMDB's lock file is written */
#define FILES_MOST 32
#define NICE       19
#define KILL_S     10 /* behind the limit, for who does not heed it */

_Static_assert(sizeof(struct inspect_report) <= 512,
    "a report goes through a pipe in one piece");

static uint64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
limit_set(int resource, rlim_t most)
{
	const struct rlimit limit = { most, most };

	(void)setrlimit((__rlimit_resource_t)resource, &limit);
}

/* SIGXCPU behind so much of the processor's time. */
static void
limit_time(uint64_t limit_ms)
{
	rlim_t seconds = (rlim_t)(limit_ms / 1000 + (limit_ms % 1000 != 0));
	const struct rlimit limit = { seconds, seconds + KILL_S };

	if (limit_ms != 0)
		(void)setrlimit(RLIMIT_CPU, &limit);
}

static void
signals_reset(void)
{
	static const int numbers[] = { SIGBUS, SIGSEGV, SIGABRT, SIGILL, SIGFPE,
		SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGALRM, SIGXFSZ, SIGXCPU,
		SIGUSR1, SIGUSR2 };
	sigset_t none;

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)signal(numbers[i], SIG_DFL);
	/* Nobody reads any more: write() tells. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Ends with its parent; has nothing of what its parent holds but the pipe. */
static int
child_prepare(pid_t parent, int fd, enum inspect_depth depth)
{
	int own;

	signals_reset();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		_exit(1);
	if (own > 3)
		(void)close_range(3, (unsigned)own - 1, 0);
	(void)close_range((unsigned)own + 1, ~0u, 0);
	limit_set(RLIMIT_CORE, 0);
	limit_set(RLIMIT_FSIZE, FILE_MOST);
	limit_set(RLIMIT_NOFILE, (rlim_t)own + FILES_MOST);
	if (depth == INSPECT_FULL)
		(void)setpriority(PRIO_PROCESS, 0, NICE);
	return own;
}

static void
report_write(void *ctx, const struct inspect_report *report)
{
	const int *fd = ctx;

	if (write(*fd, report, sizeof(*report)) != (ssize_t)sizeof(*report))
		_exit(1);
}

/* Fork a child that looks; who waits for it has it tell early. Its pid, with
 * *fd to read from; or -1. */
static pid_t
look_start(const char *path, enum inspect_depth depth,
    const struct inspect_wait *wait, int *fd)
{
	struct inspect_report report;
	uint64_t from = now_ms();
	pid_t pid, parent = getpid();
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		int own = child_prepare(parent, pipes[1], depth);

		if (wait != NULL)
			limit_time(wait->limit_ms);
		inspect_look(path, depth, &report,
		    wait != NULL ? report_write : NULL, &own);
		report.ms = now_ms() - from;
		report_write(&own, &report);
		_exit(0);
	}
	(void)close(pipes[1]);
	if (pid < 0) {
		(void)close(pipes[0]);
		return -1;
	}
	*fd = pipes[0];
	return pid;
}

pid_t
inspect_start(const char *path, int *fd)
{
	return look_start(path, INSPECT_FULL, NULL, fd);
}

/* Wait for the pipe. False: it cannot be waited for. */
static bool
pipe_wait(int fd, const struct inspect_wait *wait, uint64_t from)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&poller, 1, INSPECT_SAY_MS);
		if (n == 0 && wait->say != NULL)
			wait->say(wait->ctx, now_ms() - from);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n > 0;
}

/* Read reports up to the end of file; the last whole one counts. Returns how
 * many there were. */
static int
reports_read(int fd, const struct inspect_wait *wait, uint64_t from,
    struct inspect_report *out)
{
	struct inspect_report report;
	ssize_t got;
	int n = 0;

	while (pipe_wait(fd, wait, from)) {
		got = read(fd, &report, sizeof(report));
		if (got < 0 && errno == EINTR)
			continue;
		if (got != (ssize_t)sizeof(report))
			return n; /* they come in one piece */
		report.why[sizeof(report.why) - 1] = '\0';
		report.origin[sizeof(report.origin) - 1] = '\0';
		*out = report;
		n++;
	}
	return n;
}

static void
report_died(struct inspect_report *report, uint64_t limit_ms, int status)
{
	const char *name = NULL;

	report->error = DB_CORRUPT;
	report->live_bad = 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
		(void)snprintf(report->why, sizeof(report->why),
		    "the look at it came to no end in %" PRIu64
		    " ms of the processor's time",
		    limit_ms);
		return;
	}
	if (WIFSIGNALED(status))
		name = sigabbrev_np(WTERMSIG(status));
	/* No content does that to a process: memory was short, or a person;
	 * or a call that it may not make. */
	if (WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSYS))
		report->error = DB_MEMORY;
	(void)snprintf(report->why, sizeof(report->why),
	    "whoever looked at it was ended by %s%s",
	    name != NULL ? "SIG" : "an error", name != NULL ? name : "");
}

void
inspect_store(const char *path, enum inspect_depth depth, uint64_t limit_ms,
    struct inspect_report *report)
{
	const struct inspect_wait wait = { limit_ms, NULL, NULL };

	inspect_store_wait(path, depth, &wait, report);
}

void
inspect_store_wait(const char *path, enum inspect_depth depth,
    const struct inspect_wait *wait, struct inspect_report *report)
{
	uint64_t from = now_ms();
	int n, fd, status = -1;
	pid_t pid;

	memset(report, 0, sizeof(*report));
	report->first = UINT64_MAX;
	pid = look_start(path, depth, wait, &fd);
	if (pid < 0) {
		report->error = DB_MEMORY;
		(void)snprintf(report->why, sizeof(report->why),
		    "no process could be made to look at it");
		return;
	}
	n = reports_read(fd, wait, from, report);
	(void)close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n < 1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		report_died(report, wait->limit_ms, status);
	report->ms = now_ms() - from;
}
