/* SPDX-License-Identifier: BSD-2-Clause */
/* Users of roles, and folders that become theirs. As root; each in a process of
 * its own, for there is no way back. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/capability.h>

#include "proxy/sandbox/sandbox.h"
#include "proxy/sandbox/user.h"
#include "tests/lib/temp_folder.h"

/* What run() says in a process of its own; 0: as it must be, else the line. */
static void
apart(int (*run)(enum role role), enum role role)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(role));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static uint64_t
caps_permitted(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	(void)syscall(SYS_capget, &head, data);
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

/* The loader may read all files, nobody else may anything. */
static int
enter(enum role role)
{
	bool separate = user_separate(), own = !separate;
	uint64_t keep =
	    role == ROLE_LOADER ? UINT64_C(1) << CAP_DAC_READ_SEARCH : 0;
	uid_t before = geteuid();
	uid_t id = separate ? sandbox_uid(role, 7) : before;

	if (user_begin(role) != 0 || user_enter(role, 7, &own) != 0)
		return 1;
	if (own != separate || getuid() != id || geteuid() != id)
		return 2;
	if (getgroups(0, NULL) != 0 && before == 0)
		return 3;
	if (separate &&
	    (caps_permitted() != keep ||
		prctl(PR_CAPBSET_READ, CAP_SETUID) != 0 || setuid(0) == 0))
		return 4;
	return !separate || setresuid(id, id, id) == 0 ? 0 : 5;
}

static void
role_is_left_with_nothing(void **state)
{
	const enum role *role = *state;

	apart(enter, *role);
}

/* No number is given to two. */
static void
users_are_all_different(void **state)
{
	(void)state;
	for (unsigned a = ROLE_SUPERVISOR; a < ROLE_COUNT; a++) {
		for (unsigned b = ROLE_SUPERVISOR; b < a; b++)
			assert_int_not_equal(sandbox_uid((enum role)a, 0),
			    sandbox_uid((enum role)b, 0));
	}
	assert_int_not_equal(
	    sandbox_uid(ROLE_SESSION, 1), sandbox_uid(ROLE_SESSION, 2));
}

/* A peer's number that would be another user's is none. */
static void
number_out_of_range_is_refused(void **state)
{
	bool own;

	(void)state;
	assert_int_equal(user_enter(ROLE_SESSION, UINT32_MAX, &own), -EINVAL);
	assert_int_equal(user_enter(ROLE_COUNT, 0, &own), -EINVAL);
	assert_int_equal(user_begin(ROLE_NONE), -EINVAL);
}

/* ---- folders ---- */

static void
file_make(const char *folder, const char *name)
{
	char path[TEMP_PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
}

static uid_t
owner_of(const char *folder, const char *name)
{
	char path[TEMP_PATH_MAX + 32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(lstat(path, &st), 0);
	return st.st_uid;
}

/* A store of before becomes its role's: its own files alone, no link, no file
 * with a second name. */
static void
folder_of_before_is_taken(void **state)
{
	uid_t id = sandbox_uid(ROLE_STORE, 0);
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 32], other[TEMP_PATH_MAX + 32];

	(void)state;
	if (!user_separate())
		skip();
	temp_folder_make(folder);
	file_make(folder, "data.mdb");
	file_make(folder, "somebody-elses");
	file_make(folder, "twice");
	(void)snprintf(path, sizeof(path), "%s/twice", folder);
	(void)snprintf(other, sizeof(other), "%s/lock.mdb", folder);
	assert_int_equal(link(path, other), 0);
	(void)snprintf(other, sizeof(other), "%s/ballast", folder);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(sandbox_own(folder, ROLE_STORE), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(owner_of(folder, "."), id);
	assert_int_equal(owner_of(folder, "data.mdb"), id);
	assert_int_equal(owner_of(folder, "somebody-elses"), 0);
	assert_int_equal(owner_of(folder, "lock.mdb"), 0);
	assert_int_equal(owner_of(folder, "ballast"), 0);
	temp_folder_remove(folder);
}

/* Where there are other things alone, another folder was meant. */
static void
folder_of_others_is_left_alone(void **state)
{
	char folder[TEMP_PATH_MAX];

	(void)state;
	if (!user_separate())
		skip();
	temp_folder_make(folder);
	file_make(folder, "passwd");
	assert_int_equal(sandbox_own(folder, ROLE_STORE), -ENOTEMPTY);
	assert_int_equal(owner_of(folder, "."), 0);
	assert_int_equal(owner_of(folder, "passwd"), 0);
	assert_int_equal(chown(folder, 12345, 0), 0);
	assert_int_equal(sandbox_own(folder, ROLE_STORE), -EACCES);
	assert_int_equal(chown(folder, 0, 0), 0);
	temp_folder_remove(folder);
}

/* A role that has no folder gets none. */
static void
folder_is_for_store_and_signer(void **state)
{
	(void)state;
	assert_int_equal(sandbox_own("/tmp", ROLE_SESSION), -EINVAL);
	assert_int_equal(sandbox_own("/nowhere/at/all", ROLE_STORE), -ENOENT);
}

int
main(void)
{
	static enum role roles[ROLE_COUNT];
	struct CMUnitTest tests[ROLE_COUNT + 5];
	size_t n = 0;

	for (unsigned i = ROLE_SESSION; i < ROLE_COUNT; i++) {
		roles[i] = (enum role)i;
		tests[n++] = (struct CMUnitTest){ "role_is_left_with_nothing",
			role_is_left_with_nothing, NULL, NULL, &roles[i] };
	}
	tests[n++] =
	    (struct CMUnitTest)cmocka_unit_test(users_are_all_different);
	tests[n++] =
	    (struct CMUnitTest)cmocka_unit_test(number_out_of_range_is_refused);
	tests[n++] =
	    (struct CMUnitTest)cmocka_unit_test(folder_of_before_is_taken);
	tests[n++] =
	    (struct CMUnitTest)cmocka_unit_test(folder_of_others_is_left_alone);
	tests[n++] =
	    (struct CMUnitTest)cmocka_unit_test(folder_is_for_store_and_signer);
	return _cmocka_run_group_tests("user", tests, n, NULL, NULL);
}
