/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the place of cmocka's runner: each test of a test program is run in
 * children of ours, whose n-th allocation fails, for one n after the other.
 *
 * A child may end right, as without a failure; by an assertion of the test or
 * by the role's own exit status, which is: the failure was seen. Not by a
 * signal, a sanitizer's word, a leak, or by standing still; and not with a
 * rule inside that is not recorded.
 *
 *   SLUICE_ALLOC       all: every n; a number: so many children in all
 *                      (default SLUICE_ALLOC_RUNS)
 *   SLUICE_ALLOC_SEED  where to begin; it is printed
 *   SLUICE_ALLOC_SHOW  also what a child said that ended by itself
 *   SLUICE_ALLOC_ONLY  a test's name, a colon, n: only this, to be looked at
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <execinfo.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/failing_alloc.h"
#include "tests/lib/temp_folder.h"

#define PATIENCE_S  25 /* of a child */
#define STATUS_ASAN 99
#define STATUS_LEAK 98
#define STATUS_RULE 97 /* inside without a record */
#define STATUS_ODD  96

struct said {
	uint64_t count;
	bool done;
};

struct tally {
	const struct CMUnitTest *row;
	unsigned runs;
	unsigned right;
	unsigned seen; /* ended by an assertion or a status */
	unsigned bad;
};

struct group {
	CMFixtureFunction setup;
	CMFixtureFunction teardown;
	struct said *said; /* shared with the children */
	uint64_t seed;
	FILE *text; /* what the child said */
};

const char *__asan_default_options(void);
const char *__lsan_default_options(void);
bool __real_disk_accepted(
    const void *store, const void *part, const void *actions, unsigned dialect);
bool __wrap_disk_accepted(
    const void *store, const void *part, const void *actions, unsigned dialect);
int __wrap__cmocka_run_group_tests(const char *name,
    const struct CMUnitTest *const tests, const size_t n,
    CMFixtureFunction setup, CMFixtureFunction teardown);

const char *
__asan_default_options(void)
{
	return "exitcode=99";
}

const char *
__lsan_default_options(void)
{
	return "exitcode=98";
}

#ifdef FAILING_ROWS_SCENE
bool
__wrap_disk_accepted(
    const void *store, const void *part, const void *actions, unsigned dialect)
{
	bool accepted = __real_disk_accepted(store, part, actions, dialect);

	if (!accepted)
		_exit(STATUS_RULE);
	return accepted;
}
#endif

/* ---- the child ---- */

#ifndef FAILING_ALLOC_WRAPS
static void
on_crash(int signo)
{
	const char *text = "crash:\n";
	void *frame[32];

	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(STATUS_ODD);
	backtrace_symbols_fd(frame, backtrace(frame, 32), STDERR_FILENO);
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}
#endif

/* Whoever did not come to the end did not free what it had. */
static void
at_exit(int status, void *ctx)
{
	struct said *said = ctx;

	(void)failing_alloc_end();
	if (!said->done)
		_exit(status == 0 ? STATUS_ODD : status);
}

static void
child(struct group *group, const struct CMUnitTest *row, uint64_t n)
{
	void *state = NULL;

	if (group->text != NULL) {
		(void)dup2(fileno(group->text), STDOUT_FILENO);
		(void)dup2(fileno(group->text), STDERR_FILENO);
	}
	(void)alarm(PATIENCE_S);
#ifndef FAILING_ALLOC_WRAPS /* a sanitizer says more */
	(void)signal(SIGSEGV, on_crash);
	(void)signal(SIGABRT, on_crash);
#endif
	(void)on_exit(at_exit, group->said);
	failing_alloc_show();
	failing_alloc_begin(n, 1);
	if (group->setup != NULL && group->setup(&state) != 0)
		exit(EXIT_FAILURE);
	if (row->initial_state != NULL)
		state = row->initial_state;
	if (row->setup_func != NULL && row->setup_func(&state) != 0)
		exit(EXIT_FAILURE);
	row->test_func(&state);
	if (row->teardown_func != NULL && row->teardown_func(&state) != 0)
		exit(EXIT_FAILURE);
	if (group->teardown != NULL && group->teardown(&state) != 0)
		exit(EXIT_FAILURE);
	group->said->count = failing_alloc_end();
	group->said->done = true;
	exit(EXIT_SUCCESS);
}

/* ---- the parent ---- */

static int
run_one(struct group *group, const struct CMUnitTest *row, uint64_t n)
{
	int status = -1;
	pid_t pid;

	group->said->done = false;
	if (group->text != NULL) {
		rewind(group->text);
		if (ftruncate(fileno(group->text), 0) != 0)
			exit(EXIT_FAILURE);
	}
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(group, row, n);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(EXIT_FAILURE);
	return status;
}

static void
text_show(FILE *text)
{
	char line[512];

	rewind(text);
	while (fgets(line, sizeof(line), text) != NULL)
		(void)fputs(line, stdout);
}

static const char *
fault_of(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGALRM
			   ? "stands still"
			   : strsignal(WTERMSIG(status));
	switch (WEXITSTATUS(status)) {
	case STATUS_ASAN:
		return "address sanitizer";
	case STATUS_LEAK:
		return "leak";
	case STATUS_RULE:
		return "a rule inside that is not recorded";
	case STATUS_ODD:
		return "ended as if all were well";
	default:
		return NULL;
	}
}

static void
try_one(struct group *group, struct tally *tally, uint64_t n)
{
	int status = run_one(group, tally->row, n);
	const char *fault = fault_of(status);

	tally->runs++;
	if (fault == NULL) {
		if (status == 0)
			tally->right++;
		else
			tally->seen++;
		if (getenv("SLUICE_ALLOC_SHOW") != NULL && status != 0) {
			(void)printf("==== %s:%" PRIu64 ": status %d\n",
			    tally->row->name, n, WEXITSTATUS(status));
			text_show(group->text);
		}
		return;
	}
	tally->bad++;
	(void)printf("==== %s:%" PRIu64 ": %s\n", tally->row->name, n, fault);
	text_show(group->text);
}

/* Every n of [1, count], or `runs` of them a stride apart. */
static void
try_row(struct group *group, struct tally *tally, uint64_t count, uint64_t runs)
{
	uint64_t stride = runs == 0 || runs > count ? 1 : count / runs;
	uint64_t n = stride == 1 ? 1 : 1 + group->seed % stride;

	for (; n <= count; n += stride)
		try_one(group, tally, n);
	(void)printf("  %s: %" PRIu64 " allocations, %u runs: %u right, %u "
		     "ended, %u bad\n",
	    tally->row->name, count, tally->runs, tally->right, tally->seen,
	    tally->bad);
}

static int
only(struct group *group, const struct CMUnitTest *tests, size_t n,
    const char *which)
{
	const char *colon = strrchr(which, ':');
	uint64_t at = colon == NULL ? 0 : strtoull(colon + 1, NULL, 10);

	group->text = NULL;
	for (size_t i = 0; colon != NULL && i < n; i++) {
		int status;

		if (strncmp(tests[i].name, which, (size_t)(colon - which)) != 0)
			continue;
		status = run_one(group, &tests[i], at);
		(void)printf("%s: status %#x\n", tests[i].name, status);
	}
	return 0;
}

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	if (text == NULL)
		return otherwise;
	return strcmp(text, "all") == 0 ? 0 : strtoull(text, NULL, 10);
}

int
__wrap__cmocka_run_group_tests(const char *name,
    const struct CMUnitTest *const tests, const size_t n,
    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	struct group group = { .setup = setup, .teardown = teardown };
	uint64_t runs = number_of("SLUICE_ALLOC", SLUICE_ALLOC_RUNS);
	uint64_t each = runs == 0 ? 0 : 1 + runs / (n + 1);
	char folder[TEMP_PATH_MAX];
	unsigned bad = 0;

	if (getrandom(&group.seed, sizeof(group.seed), 0) < 0)
		return 1;
	group.seed = number_of("SLUICE_ALLOC_SEED", group.seed % 1000000);
	group.said = mmap(NULL, sizeof(*group.said), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	group.text = tmpfile();
	if (group.said == MAP_FAILED || group.text == NULL)
		return 1;
	if (getenv("SLUICE_ALLOC_ONLY") != NULL)
		return only(&group, tests, n, getenv("SLUICE_ALLOC_ONLY"));
	/* Who dies leaves its files. */
	temp_folder_make(folder);
	if (setenv("TMPDIR", folder, 1) != 0)
		return 1;
	(void)printf("%s: SLUICE_ALLOC_SEED=%" PRIu64 "\n", name, group.seed);
	for (size_t i = 0; i < n; i++) {
		struct tally tally = { .row = &tests[i] };

		if (run_one(&group, &tests[i], 0) != 0) {
			(void)printf("==== %s fails as it is\n", tests[i].name);
			text_show(group.text);
			bad++;
			continue;
		}
		try_row(&group, &tally, group.said->count, each);
		bad += tally.bad;
	}
	temp_folder_remove(folder);
	return bad > 0 ? 1 : 0;
}
