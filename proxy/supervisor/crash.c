/* SPDX-License-Identifier: BSD-2-Clause */
/* What guards crashed of. */
#include "proxy/supervisor/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/rule_text.h"
#include "proxy/common/check.h"
#include "proxy/common/log.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

bool
crash_is_one(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) != 0;
	if (!WIFSIGNALED(status))
		return false;
	switch (WTERMSIG(status)) {
	case SIGSEGV:
	case SIGBUS:
	case SIGABRT:
	case SIGFPE:
	case SIGILL:
	case SIGSYS:
	case SIGTRAP:
		return true;
	default:
		return false;
	}
}

/* ---- a new guard ---- */

static void
page_drop(struct crash *crash)
{
	if (crash->page != NULL)
		(void)munmap((void *)(uintptr_t)crash->page, PAST_PAGE_SIZE);
	crash->page = NULL;
}

/* A page that cannot shrink under us. Its descriptor, or one of no page; -1:
 * there is none at all. */
static int
page_make(struct crash *crash)
{
	int fd = memfd_create("guard", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *page = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, PAST_PAGE_SIZE) == 0 &&
	    fcntl(fd, F_ADD_SEALS, SEALS) == 0)
		page = mmap(NULL, PAST_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED) {
		crash->page = page;
		return fd;
	}
	log_line(LOG_WARN, "guard: no page for what it works on: %s",
	    strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	/* The message has a descriptor always; this one is too small. */
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

void
crash_tell(struct crash *crash, struct channel *guard, uint64_t now_ms)
{
	struct msg_guard_past msg = { .head = { .kind = MSG_GUARD_PAST },
		.crashes = crash->crashes };
	int fd;

	page_drop(crash);
	fd = page_make(crash);
	if (crash->safe_until_ms > now_ms)
		msg.safe_ms = (uint32_t)(crash->safe_until_ms - now_ms);
	crash->told_safe_ms = msg.safe_ms;
	crash->told = true;
	if (fd >= 0)
		(void)channel_send(guard, &msg, sizeof(msg), fd);
	if (fd >= 0)
		(void)close(fd);
	for (uint32_t i = 0; i < crash->n; i++) {
		struct msg_guard_suspect *suspect = &crash->suspects[i];

		(void)channel_send(guard, suspect, suspect->head.len, -1);
	}
}

/* ---- its end ---- */

/* What the page says, as a message to the next guard. False: nothing that can
 * be believed. */
static bool
page_read(const struct past_page *page, struct msg_guard_suspect *out)
{
	struct past_page copy;
	size_t size;

	/* Once, as others may still have the page; then it is looked at. */
	memcpy(&copy, page, sizeof(copy));
	if (copy.working != PAST_WORKING)
		return false;
	if (copy.rule.n_terms > RULE_TERMS_MAX)
		return false;
	size = offsetof(struct msg_guard_suspect, rule) + rule_size(&copy.rule);
	memset(out, 0, sizeof(*out));
	out->head.kind = MSG_GUARD_SUSPECT;
	out->head.len = (uint32_t)((size + 7) & ~(size_t)7);
	out->peer = copy.peer;
	out->customer = copy.customer;
	memcpy(&out->rule, &copy.rule, rule_size(&copy.rule));
	return check_guard_suspect(out);
}

/* The oldest one makes room. */
static void
suspect_keep(struct crash *crash, const struct msg_guard_suspect *suspect)
{
	static const struct action_set none;
	char *text = malloc(RULE_TEXT_MAX);

	crash->suspects[crash->next] = *suspect;
	crash->next = (crash->next + 1) % CRASH_RING;
	if (crash->n < CRASH_RING)
		crash->n++;
	if (text != NULL)
		(void)rule_print(&suspect->rule, &none, text, RULE_TEXT_MAX);
	log_line(LOG_ERROR,
	    "guard: crashed while it worked on a rule of peer %" PRIu32
	    ", which stays out: %.1000s",
	    suspect->peer, text != NULL ? text : "?");
	free(text);
}

/* The times are a ring: the place of this crash has that before the last so
 * many. */
static void
crash_count(struct crash *crash, uint64_t now_ms)
{
	uint64_t *at = &crash->crash_ms[crash->crashes % CRASH_MOST];

	*at = now_ms;
	crash->crashes++;
	if (crash->crashes < CRASH_MOST ||
	    now_ms - crash->crash_ms[crash->crashes % CRASH_MOST] >
		CRASH_WINDOW_MS)
		return;
	crash->safe_until_ms = now_ms + CRASH_SAFE_MS;
	log_line(LOG_ERROR,
	    "guard: SAFE MODE for %u s: %u crashes within %u s; "
	    "%" PRIu32 " suspected rules",
	    CRASH_SAFE_MS / 1000, CRASH_MOST, CRASH_WINDOW_MS / 1000, crash->n);
}

bool
crash_ended(struct crash *crash, int status, uint64_t lived_ms, uint64_t now_ms)
{
	struct msg_guard_suspect suspect;
	bool crashed = crash->told && crash_is_one(status);

	if (lived_ms >= crash->told_safe_ms + (uint64_t)CRASH_STEADY_MS)
		crash->n = crash->next = 0;
	if (crashed) {
		if (crash->page != NULL && page_read(crash->page, &suspect))
			suspect_keep(crash, &suspect);
		crash_count(crash, now_ms);
	}
	page_drop(crash);
	crash->told = false;
	return crashed;
}

void
crash_fini(struct crash *crash)
{
	page_drop(crash);
}
