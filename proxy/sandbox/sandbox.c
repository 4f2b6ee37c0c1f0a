/* SPDX-License-Identifier: BSD-2-Clause */
/* The layers, one after the other. */
#include "proxy/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/sandbox/landlock.h"
#include "proxy/sandbox/limits.h"
#include "proxy/sandbox/seccomp.h"
#include "proxy/sandbox/user.h"

/* A sanitizer asks and opens more than any role. */
#ifdef SLUICE_SANDBOX
static const bool built = true;
#else
static const bool built = false;
#endif

/* One that looks for leaks starts a thread at the end, which traces us. */
#ifdef SLUICE_SANITIZED
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static int
begin(enum role role)
{
	int err = limits_begin();

	seccomp_begin();
	if (err < 0)
		return err;
	if (built && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return user_begin(role);
}

int
sandbox_begin(enum role role)
{
	int err = begin(role);

	if (err < 0)
		log_line(
		    LOG_ERROR, "sandbox: cannot be begun: %s", strerror(-err));
	return err;
}

/* The supervisor stays who it is: it is the roles that go. */
static int
user_change(enum role role, const struct sandbox_wants *wants,
    struct sandbox_level *level)
{
	if (role != ROLE_SUPERVISOR)
		return user_enter(role, wants->number, &level->user);
	level->user = user_separate();
	return 0;
}

/* A rule is of what is there. Of root sandbox_own() has made it. */
static void
folders_make(enum role role, const struct sandbox_wants *wants)
{
	if (role == ROLE_CONTROL)
		return;
	for (size_t i = 0; i < wants->n_write; i++) {
		int parent = -1;
		int folder = -1;

		if (mkdir(wants->write[i], 0700) == 0)
			folder = open(wants->write[i],
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder >= 0)
			parent = openat(
			    folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (parent >= 0) {
			(void)fsync(parent); /* its name is kept, too */
			(void)close(parent);
		}
		if (folder >= 0)
			(void)close(folder);
	}
}

/* Rules while we may still open what they name; force when we may no more. */
static int
layers_enter(enum role role, const struct sandbox_wants *wants,
    struct sandbox_level *level)
{
	int rules = -1;
	int err;

	/* The time zone's file is read with the first date, whatever its zone.
	 */
	tzset();
	if (built)
		level->landlock = landlock_abi();
	folders_make(role, wants);
	if (level->landlock > 0)
		rules = landlock_prepare(role, wants, level->landlock);
	if (level->landlock > 0 && rules < 0)
		return rules;
	err = user_change(role, wants, level);
	limits_enter(role, sanitized);
	if (sanitized)
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (err == 0 && rules >= 0)
		err = landlock_enter(rules);
	else if (rules >= 0)
		(void)close(rules);
	if (err == 0 && built)
		err = seccomp_enter(role);
	if (err < 0)
		return err;
	level->seccomp = err > 0;
	return 0;
}

int
sandbox_enter(enum role role, const struct sandbox_wants *wants,
    struct sandbox_level *level)
{
	static const struct sandbox_wants none;
	struct sandbox_level ours = { 0 };
	int err;

	if (role <= ROLE_NONE || role >= ROLE_COUNT)
		return -EINVAL;
	err = layers_enter(role, wants != NULL ? wants : &none, &ours);
	if (err < 0)
		log_line(LOG_ERROR, "sandbox: cannot be entered: %s",
		    strerror(-err));
	else
		log_line(LOG_DEBUG, "sandbox: landlock=%d seccomp=%s user=%s",
		    ours.landlock, ours.seccomp ? "yes" : "no",
		    ours.user ? "own" : "one");
	if (level != NULL)
		*level = ours;
	return err;
}
