/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The self-test: each attempt in a process of its own, which enters the role's
 * sandbox as the role does, for the filter's answer may be its end.
 */
#include "proxy/sandbox/selftest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/sandbox/landlock.h"
#include "proxy/sandbox/sandbox.h"
#include "proxy/sandbox/stage.h"
#include "proxy/sandbox/user.h"

#define NOT_ENTERED 250 /* exit status: no sandbox, no attempt */
#define SESSION     1u  /* the number of the session that is played */

enum outcome {
	LET,
	REFUSED,
	KILLED,
	BROKEN, /* the sandbox was not entered, or the end was another one */
};

struct result {
	enum outcome outcome;
	int error;
};

/* ---- one attempt ---- */

/* What the role would ask for, were the stage its configuration. */
static struct sandbox_wants
wants_of(enum role role, const struct stage *stage)
{
	struct sandbox_wants wants = { 0 };

	if (role == ROLE_SESSION)
		wants.number = SESSION;
	if (role == ROLE_STORE)
		wants.write[wants.n_write++] = stage->log;
	if (role == ROLE_SIGNER)
		wants.write[wants.n_write++] = stage->keys;
	if (role == ROLE_LOADER)
		wants.read[wants.n_read++] = "/";
	if (role == ROLE_CONTROL || role == ROLE_WITNESS)
		wants.read[wants.n_read++] = "/etc";
	if (role == ROLE_RPKI || role == ROLE_WITNESS)
		wants.connect[wants.n_connect++] = stage->port_wanted;
	if (role == ROLE_SUPERVISOR)
		wants.run[wants.n_run++] = stage->folder;
	return wants;
}

static int
role_enter(
    enum role role, const struct stage *stage, struct sandbox_level *level)
{
	const struct sandbox_wants wants = wants_of(role, stage);
	int err = sandbox_begin(role);

	if (err == 0 && role == ROLE_STORE)
		err = sandbox_own(stage->log, role);
	if (err == 0 && role == ROLE_SIGNER)
		err = sandbox_own(stage->keys, role);
	return err < 0 ? err : sandbox_enter(role, &wants, level);
}

static void
child_run(
    enum role role, const struct attempt *attempt, const struct stage *stage)
{
	int err = role_enter(role, stage, NULL);

	if (err < 0) {
		(void)fprintf(stderr, "selftest: %s: sandbox: %s\n",
		    role_name(role), strerror(-err));
		_exit(NOT_ENTERED);
	}
	_exit(-attempt->run(stage));
}

static struct result
attempt_make(
    enum role role, const struct attempt *attempt, const struct stage *stage)
{
	struct result result = { .outcome = BROKEN };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		child_run(role, attempt, stage);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return result;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		result.outcome = KILLED;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == NOT_ENTERED)
		return result;
	result.error = WEXITSTATUS(status);
	result.outcome = result.error == 0 ? LET : REFUSED;
	return result;
}

/* ---- the table ---- */

enum judgement {
	AS_IT_MUST_BE,
	NOT_HELD, /* the kernel has nothing that could */
	FAULT,
};

/* Of a role that is asked. */
static enum judgement
judge(enum role role, const struct attempt *attempt,
    const struct result *result, int landlock)
{
	uint32_t bit = 1u << role;

	if (result->outcome == BROKEN)
		return FAULT;
	if ((attempt->may & bit) != 0)
		return result->outcome == LET ? AS_IT_MUST_BE : FAULT;
	if (result->outcome != LET)
		return AS_IT_MUST_BE;
	return (attempt->held & bit) != 0 && landlock < attempt->abi ? NOT_HELD
								     : FAULT;
}

static const char *
outcome_text(const struct result *result, enum judgement judgement)
{
	const char *name;

	switch (result->outcome) {
	case LET:
		return judgement == AS_IT_MUST_BE ? "may" : "ALLOWED";
	case REFUSED:
		name = strerrorname_np(result->error);
		return name != NULL ? name : "refused";
	case KILLED:
		return "killed";
	case BROKEN:
		break;
	}
	return "BROKEN";
}

struct tally {
	unsigned tried;
	unsigned not_held;
	unsigned faults;
	char *told; /* a line for each fault */
	size_t len;
	FILE *lines;
};

static void
tally_add(struct tally *tally, enum judgement judgement, enum role role,
    const struct attempt *attempt, const char *text)
{
	const char *why = "";

	tally->tried++;
	if (judgement == AS_IT_MUST_BE)
		return;
	if (judgement == NOT_HELD)
		tally->not_held++;
	else
		tally->faults++;
	if (judgement == NOT_HELD)
		why = attempt->abi == ABI_NONE ? ", as all roles have one user"
					       : ", for want of Landlock";
	(void)fprintf(tally->lines, "%s: %s: %s%s\n", role_name(role),
	    attempt->name, text, why);
}

static void
row_make(const struct attempt *attempt, const struct stage *stage, int landlock,
    struct tally *tally)
{
	(void)printf("%-32s", attempt->name);
	for (unsigned i = ROLE_SUPERVISOR; i < ROLE_COUNT; i++) {
		enum role role = (enum role)i;
		struct result result;
		enum judgement judgement;
		const char *text;

		if ((attempt->open & 1u << role) != 0) {
			(void)printf(" %-8s", "-");
			continue;
		}
		(void)fflush(stdout);
		result = attempt_make(role, attempt, stage);
		judgement = judge(role, attempt, &result, landlock);
		text = outcome_text(&result, judgement);
		(void)printf(" %-8s", text);
		tally_add(tally, judgement, role, attempt, text);
	}
	(void)printf("\n");
}

static void
head_print(void)
{
	(void)printf("%-32s", "");
	for (unsigned i = ROLE_SUPERVISOR; i < ROLE_COUNT; i++)
		(void)printf(" %-8s",
		    i == ROLE_SUPERVISOR ? "sluiced" : role_name((enum role)i));
	(void)printf("\n");
}

static void
legend_print(void)
{
	(void)printf("\nmay: allowed, for the role needs it; killed, or an "
		     "error's name: refused like that;\n-: not asked of this "
		     "role. The kernel's audit log has a line for each "
		     "killed one.\n");
}

/* ---- the whole ---- */

/* Is there a filter in this build, and in this kernel? */
static bool
has_filter(const struct stage *stage)
{
	struct sandbox_level level = { 0 };
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(role_enter(ROLE_SESSION, stage, &level) == 0 &&
			      level.seccomp
			  ? 0
			  : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
verdict(const struct tally *tally, bool filter, int landlock)
{
	const char *users =
	    user_separate() ? "a user for each role" : "one user for all roles";

	if (tally->len > 0)
		(void)printf("\n%s", tally->told);
	(void)printf("\nlevel: seccomp %s, Landlock ABI %d, %s\n",
	    filter ? "yes" : "NO", landlock, users);
	if (!filter)
		(void)printf("verdict: NOT HELD: there is no filter, by the "
			     "build or by the kernel\n");
	else if (tally->faults > 0)
		(void)printf("verdict: NOT HELD: %u of %u attempts are not as "
			     "they must be\n",
		    tally->faults, tally->tried);
	else
		(void)printf("verdict: held, %u attempts; %u beyond this "
			     "level (above)\n",
		    tally->tried, tally->not_held);
	return filter && tally->faults == 0 ? 0 : 1;
}

static int
test_all(const struct stage *stage)
{
	struct tally tally = { 0 };
	int landlock = landlock_abi();
	bool filter = has_filter(stage);
	int status;

	tally.lines = open_memstream(&tally.told, &tally.len);
	if (tally.lines == NULL)
		return 1;
	head_print();
	for (size_t i = 0; i < n_attempts; i++)
		row_make(&attempts[i], stage, landlock, &tally);
	(void)fclose(tally.lines);
	legend_print();
	status = verdict(&tally, filter, landlock);
	free(tally.told);
	return status;
}

int
sandbox_selftest(void)
{
	struct stage stage = { 0 };
	int status = 1;

	log_open("selftest", LOG_ERROR);
	if (sandbox_begin(ROLE_SUPERVISOR) == 0 && stage_begin(&stage))
		status = test_all(&stage);
	stage_end(&stage);
	return status;
}
