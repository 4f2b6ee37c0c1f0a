/* SPDX-License-Identifier: BSD-2-Clause */
/* Who looks: its start, its reports, its end. */
#include "proxy/store/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/log.h"

/* An answer. Not whole: no report. */
struct look {
	uint64_t whole;
	struct inspect_report report;
};

struct scrub {
	struct loop *loop;
	struct watch *watch;
	pid_t pid; /* who looks */
	int fd;    /* -1: nobody does any more */
	size_t got;
	struct look look; /* being read */
	bool busy;        /* a look is under way */
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

/* Who looks is gone, or is to go: at the end of the pipe, if not before, with
 * us. */
static void
looker_end(struct scrub *scrub)
{
	watch_free(scrub->watch);
	scrub->watch = NULL;
	if (scrub->fd >= 0)
		(void)close(scrub->fd);
	scrub->fd = -1;
	if (scrub->pid > 0)
		(void)waitpid(scrub->pid, NULL, WNOHANG);
	scrub->pid = 0;
}

void
scrub_free(struct scrub *scrub)
{
	if (scrub == NULL)
		return;
	looker_end(scrub);
	free(scrub);
}

/* ---- the outcome ---- */

static void
outcome(struct scrub *scrub)
{
	struct inspect_report *report = &scrub->look.report;
	bool whole =
	    scrub->got == sizeof(scrub->look) && scrub->look.whole == 1;

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
	uint8_t *to = (uint8_t *)&scrub->look;
	ssize_t n;

	(void)events;
	n = read(scrub->fd, &to[scrub->got], sizeof(scrub->look) - scrub->got);
	if (n > 0) {
		scrub->got += (size_t)n;
		if (scrub->got < sizeof(scrub->look))
			return;
	} else if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	if (scrub->busy)
		outcome(scrub);
	scrub->busy = false;
	scrub->got = 0;
	if (n <= 0)
		looker_end(scrub);
}

/* ---- who looks ---- */

/* Damage may be the end of who reads it; whoever was killed found nothing. */
static bool
died_of_it(int status, struct inspect_report *report)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGKILL ||
	    WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGSYS)
		return false;
	memset(report, 0, sizeof(*report));
	report->error = DB_CORRUPT;
	report->first = UINT64_MAX;
	(void)snprintf(report->why, sizeof(report->why),
	    "whoever looked at it was ended by signal %d", WTERMSIG(status));
	return true;
}

static int
look_take(const char *path, struct inspect_report *report)
{
	uint8_t *octets = (uint8_t *)report;
	size_t got = 0;
	ssize_t n = 1;
	int fd, status = 0;
	pid_t pid = inspect_start(path, &fd);

	if (pid < 0)
		return -1;
	while (got < sizeof(*report) && n != 0) {
		n = read(fd, &octets[got], sizeof(*report) - got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	(void)waitpid(pid, &status, 0);
	if (got == sizeof(*report) || died_of_it(status, report))
		return 0;
	return -1;
}

/* A look for each octet that comes. */
static void
looker_run(const char *path, pid_t parent, int fd)
{
	struct look look;
	uint8_t octet;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return;
	while (read(fd, &octet, sizeof(octet)) == (ssize_t)sizeof(octet)) {
		memset(&look, 0, sizeof(look));
		look.whole = look_take(path, &look.report) == 0;
		if (write(fd, &look, sizeof(look)) != (ssize_t)sizeof(look))
			break;
	}
}

static bool
looker_start(struct scrub *scrub, const char *path)
{
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return false;
	scrub->pid = fork();
	/* Other descriptors stay open, unused: libuv has its own again at a
	 * fork, by their numbers. Who reads the data closes them all. */
	if (scrub->pid == 0) {
		(void)close(fds[0]);
		looker_run(path, parent, fds[1]);
		_exit(0);
	}
	(void)close(fds[1]);
	scrub->fd = fds[0];
	if (scrub->pid < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0)
		return false;
	scrub->watch = watch_new(scrub->loop, fds[0], on_report, scrub);
	if (scrub->watch == NULL)
		return false;
	watch_set(scrub->watch, WATCH_READ);
	return true;
}

struct scrub *
scrub_new(struct loop *loop, const char *path)
{
	struct scrub *scrub = calloc(1, sizeof(*scrub));

	if (scrub == NULL)
		return NULL;
	scrub->loop = loop;
	scrub->fd = -1;
	if (looker_start(scrub, path))
		return scrub;
	looker_end(scrub);
	free(scrub);
	return NULL;
}

static bool
look_start(struct scrub *scrub)
{
	static const uint8_t octet = 1;

	errno = ECHILD;
	scrub->got = 0;
	scrub->busy = scrub->fd >= 0 &&
		      send(scrub->fd, &octet, sizeof(octet), MSG_NOSIGNAL) ==
			  (ssize_t)sizeof(octet);
	return scrub->busy;
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
	if (scrub->busy || (!scrub->asked && now_ms < scrub->due_ms))
		return;
	scrub->asked = false;
	scrub->due_ms = now_ms + SCRUB_EVERY_MS;
	scrub->begun_ms = now_ms;
	if (look_start(scrub))
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
	if (scrub->busy)
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
