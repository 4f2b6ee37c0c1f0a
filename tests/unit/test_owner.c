/* SPDX-License-Identifier: BSD-2-Clause */
/* What is amiss with a folder is said in words that help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/owner.h"
#include "tests/lib/temp_folder.h"

struct scene {
	char folder[TEMP_PATH_MAX];
	char file[TEMP_PATH_MAX + 16];
};

static int
setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	FILE *file;

	assert_non_null(scene);
	temp_folder_make(scene->folder);
	(void)snprintf(
	    scene->file, sizeof(scene->file), "%s/data.mdb", scene->folder);
	file = fopen(scene->file, "w");
	assert_non_null(file);
	(void)fclose(file);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	temp_folder_remove(scene->folder);
	free(scene);
	return 0;
}

/* A folder of ours is not complained of, with its file or without. */
static void
own_folder_is_fine(void **state)
{
	struct scene *scene = *state;
	char why[OWNER_WHY_MAX];

	owner_say(scene->folder, "data.mdb", why);
	assert_string_equal(why, "");
	owner_say(scene->folder, "nothing", why);
	assert_string_equal(why, "");
}

/* Somebody else's is named with both users, and what to do. */
static void
folder_of_a_stranger_is_named(void **state)
{
	struct scene *scene = *state;
	char why[OWNER_WHY_MAX], us[32];

	if (chown(scene->folder, 1879048196, (gid_t)-1) != 0)
		skip();
	owner_say(scene->folder, "data.mdb", why);
	(void)snprintf(
	    us, sizeof(us), "this is uid %lu:", (unsigned long)geteuid());
	assert_non_null(strstr(why, "owned by uid 1879048196, "));
	assert_non_null(strstr(why, us));
	assert_non_null(strstr(why, "chown -R it to that user"));
}

/* So is one file that was left behind in a folder of ours. */
static void
file_of_a_stranger_is_named(void **state)
{
	struct scene *scene = *state;
	char why[OWNER_WHY_MAX];

	if (chown(scene->file, 1879048196, (gid_t)-1) != 0)
		skip();
	owner_say(scene->folder, "data.mdb", why);
	assert_non_null(
	    strstr(why, "data.mdb in it is owned by uid 1879048196"));
	assert_non_null(strstr(why, "chown -R the folder to that user"));
}

/* Others may write to it, or it is not there at all. */
static void
other_faults_are_said(void **state)
{
	struct scene *scene = *state;
	char why[OWNER_WHY_MAX];

	assert_int_equal(chmod(scene->folder, 0770), 0);
	owner_say(scene->folder, "data.mdb", why);
	assert_string_equal(why, "others may write to it: chmod go-w it");
	owner_say("/nowhere/at/all", "data.mdb", why);
	assert_string_equal(why, "No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(own_folder_is_fine),
		TEST(folder_of_a_stranger_is_named),
		TEST(file_of_a_stranger_is_named),
		TEST(other_faults_are_said),
	};

	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
