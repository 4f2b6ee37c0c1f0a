/* SPDX-License-Identifier: BSD-2-Clause */
/* The inspector's start, its report, its end. */
#include "proxy/store/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/log.h"

struct scrub {
	struct loop *loop;
	const char *path;
	const char *program;
	struct watch *watch;
	pid_t pid; /* 0: none is under way */
	int fd;
	size_t got;
	struct inspect_report report; /* being read */
	bool asked;
	bool started;
	uint64_t due_ms;
	uint64_t now_ms;
	uint64_t wall_ns;
	uint64_t begun_ms;
	/* the last outcome */
	uint64_t done_ns; /* 0: none yet */
	uint64_t took_ms;
	bool damaged;
	char text[128];
};

struct scrub *
scrub_new(struct loop *loop, const char *path, const char *program)
{
	struct scrub *scrub = calloc(1, sizeof(*scrub));

	if (scrub == NULL)
		return NULL;
	scrub->loop = loop;
	scrub->path = path;
	scrub->program = program;
	scrub->fd = -1;
	return scrub;
}

/* The inspector and what it has started are a group of their own. */
static void
inspector_end(struct scrub *scrub)
{
	watch_free(scrub->watch);
	scrub->watch = NULL;
	if (scrub->fd >= 0)
		(void)close(scrub->fd);
	scrub->fd = -1;
	if (scrub->pid > 0) {
		(void)kill(-scrub->pid, SIGKILL);
		while (waitpid(scrub->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	scrub->pid = 0;
}

void
scrub_free(struct scrub *scrub)
{
	if (scrub == NULL)
		return;
	inspector_end(scrub);
	free(scrub);
}

/* ---- the outcome ---- */

static void
outcome(struct scrub *scrub)
{
	struct inspect_report *report = &scrub->report;
	bool whole = scrub->got == sizeof(*report);

	scrub->done_ns = scrub->wall_ns;
	scrub->took_ms = scrub->now_ms - scrub->begun_ms;
	report->why[sizeof(report->why) - 1] = '\0';
	if (!whole) {
		/* Not the store's fault for sure: it may have been killed. What
		 * the look before has found stays. */
		(void)snprintf(scrub->text, sizeof(scrub->text),
		    "the look was not finished");
		log_line(LOG_WARN, "log: full look: not finished");
		return;
	}
	scrub->took_ms = report->ms;
	scrub->damaged = report->error == DB_CORRUPT ||
			 report->error == DB_SHORT || report->live_bad;
	(void)snprintf(scrub->text, sizeof(scrub->text), "%s", report->why);
	if (report->error != 0 || report->live_bad)
		log_line(LOG_ERROR,
		    "log: full look: %s: entry=%lld: %s; see \"sluice audit "
		    "verify\", bring back a backup or begin a new log",
		    scrub->damaged ? "damaged" : "not finished",
		    report->first == UINT64_MAX ? -1LL
						: (long long)report->first,
		    report->why);
	else
		log_line(LOG_INFO,
		    "log: full look: sound: entries=%llu ms=%llu",
		    (unsigned long long)report->size,
		    (unsigned long long)report->ms);
}

static void
on_report(void *ctx, int events)
{
	struct scrub *scrub = ctx;
	uint8_t *to = (uint8_t *)&scrub->report;
	ssize_t n;

	(void)events;
	n = read(
	    scrub->fd, &to[scrub->got], sizeof(scrub->report) - scrub->got);
	if (n > 0) {
		scrub->got += (size_t)n;
		if (scrub->got < sizeof(scrub->report))
			return;
	} else if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	outcome(scrub);
	inspector_end(scrub);
}

/* ---- the start ---- */

static pid_t
spawn(const struct scrub *scrub, int out)
{
	char word[] = SCRUB_WORD;
	char name[] = "sluice-store";
	char *path = strdup(scrub->path);
	char *const argv[] = { name, word, path, NULL };
	char *const envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int err;

	if (path == NULL || posix_spawn_file_actions_init(&actions) != 0) {
		free(path);
		return -1;
	}
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	(void)posix_spawnattr_setpgroup(&attr, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	err = posix_spawn(&pid, scrub->program, &actions, &attr, argv, envp);
	if (err != 0)
		pid = -1;
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(path);
	errno = err;
	return pid;
}

static bool
inspector_start(struct scrub *scrub)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	scrub->fd = fds[0];
	scrub->got = 0;
	memset(&scrub->report, 0, sizeof(scrub->report));
	scrub->pid = spawn(scrub, fds[1]);
	(void)close(fds[1]);
	if (scrub->pid > 0 && fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0)
		scrub->watch = watch_new(scrub->loop, fds[0], on_report, scrub);
	if (scrub->watch == NULL) {
		if (scrub->pid < 0)
			scrub->pid = 0;
		inspector_end(scrub);
		return false;
	}
	watch_set(scrub->watch, WATCH_READ);
	return true;
}

void
scrub_tick(struct scrub *scrub, uint64_t now_ms, uint64_t wall_ns)
{
	scrub->now_ms = now_ms;
	scrub->wall_ns = wall_ns;
	if (!scrub->started) {
		scrub->started = true;
		scrub->due_ms = now_ms + SCRUB_FIRST_MS;
	}
	if (scrub->pid > 0 || (!scrub->asked && now_ms < scrub->due_ms))
		return;
	scrub->asked = false;
	scrub->due_ms = now_ms + SCRUB_EVERY_MS;
	scrub->begun_ms = now_ms;
	if (inspector_start(scrub))
		return;
	log_line(
	    LOG_WARN, "log: full look: cannot be begun: %s", strerror(errno));
	if (!scrub->damaged) /* what was found stays */
		(void)snprintf(scrub->text, sizeof(scrub->text),
		    "cannot be begun: %s", strerror(errno));
}

bool
scrub_ask(struct scrub *scrub)
{
	if (scrub->pid > 0)
		return false;
	scrub->asked = true;
	return true;
}

void
scrub_fill(const struct scrub *scrub, struct msg_audit_seal *out)
{
	out->damaged = scrub->damaged;
	out->scrub_ns = scrub->done_ns;
	out->scrub_ms = scrub->took_ms;
	memcpy(out->scrub_text, scrub->text, sizeof(out->scrub_text));
}

/* ---- the program ---- */

/* Damage may be the end of who reads it; whoever was killed found nothing. */
static bool
died_of_it(int status, struct inspect_report *report)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGKILL ||
	    WTERMSIG(status) == SIGTERM)
		return false;
	memset(report, 0, sizeof(*report));
	report->error = DB_CORRUPT;
	report->first = UINT64_MAX;
	(void)snprintf(report->why, sizeof(report->why),
	    "whoever looked at it was ended by signal %d", WTERMSIG(status));
	return true;
}

int
scrub_inspect(const char *path)
{
	struct inspect_report report;
	uint8_t *octets = (uint8_t *)&report;
	size_t got = 0;
	ssize_t n = 1;
	int fd, status = 0;
	pid_t pid;

	/* Whoever wanted to know is gone, and so are we. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = inspect_start(path, &fd);
	if (pid < 0)
		return EXIT_FAILURE;
	while (got < sizeof(report) && n != 0) {
		n = read(fd, &octets[got], sizeof(report) - got);
		if (n < 0 && errno != EINTR)
			return EXIT_FAILURE;
		got += n > 0 ? (size_t)n : 0;
	}
	(void)waitpid(pid, &status, 0);
	if (got < sizeof(report) && died_of_it(status, &report))
		got = sizeof(report);
	if (got < sizeof(report) ||
	    write(STDOUT_FILENO, &report, sizeof(report)) !=
		(ssize_t)sizeof(report))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
