/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket: its mode, what an earlier run left, who is at the other end. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/control/listen.h"
#include "tests/lib/temp_folder.h"

struct place {
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 16];
	struct listen_mark mark;
};

static int
setup(void **state)
{
	static struct place place;

	temp_folder_make(place.folder);
	(void)snprintf(place.path, sizeof(place.path), "%s/s", place.folder);
	*state = &place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;

	temp_folder_remove(place->folder);
	return 0;
}

static int
dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* The socket is for owner and group only, and goes away with its owner. */
static void
socket_has_mode_0660_and_goes_away(void **state)
{
	struct place *place = *state;
	int fd = listen_open(place->path, LISTEN_GROUP, &place->mark);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(lstat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	listen_close(fd, place->path, &place->mark);
	assert_int_equal(lstat(place->path, &st), -1);
}

/* Open to all from the start. */
static void
socket_for_all_has_mode_0666(void **state)
{
	struct place *place = *state;
	int fd = listen_open(place->path, LISTEN_ALL, &place->mark);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(lstat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	listen_close(fd, place->path, &place->mark);
}

/* A folder that is made for a socket that is open to all lets all in. */
static void
folder_of_an_open_socket_is_open(void **state)
{
	struct place *place = *state;
	struct stat st;
	int fd;

	(void)snprintf(
	    place->path, sizeof(place->path), "%s/d/s", place->folder);
	fd = listen_open(place->path, LISTEN_ALL, &place->mark);
	assert_true(fd >= 0);
	listen_close(fd, place->path, &place->mark);
	*strrchr(place->path, '/') = '\0';
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_int_equal(rmdir(place->path), 0);
}

/* A folder that is missing is made, closed to others. */
static void
missing_folder_is_made(void **state)
{
	struct place *place = *state;
	struct stat st;
	int fd;

	(void)snprintf(
	    place->path, sizeof(place->path), "%s/d/s", place->folder);
	fd = listen_open(place->path, LISTEN_GROUP, &place->mark);
	assert_true(fd >= 0);
	listen_close(fd, place->path, &place->mark);
	*strrchr(place->path, '/') = '\0';
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07, 0);
	assert_int_equal(rmdir(place->path), 0);
}

/* What a run that was killed left is taken over. */
static void
stale_socket_is_replaced(void **state)
{
	struct place *place = *state;
	int fd = listen_open(place->path, LISTEN_GROUP, &place->mark);

	assert_true(fd >= 0);
	(void)close(fd);
	fd = listen_open(place->path, LISTEN_GROUP, &place->mark);
	assert_true(fd >= 0);
	listen_close(fd, place->path, &place->mark);
}

/* A socket that answers belongs to somebody: it stays. */
static void
answered_socket_is_left_alone(void **state)
{
	struct place *place = *state;
	struct listen_mark other;
	int fd = listen_open(place->path, LISTEN_GROUP, &place->mark), client;

	assert_true(fd >= 0);
	assert_int_equal(
	    listen_open(place->path, LISTEN_GROUP, &other), -EADDRINUSE);
	client = dial(place->path);
	assert_true(client >= 0);
	(void)close(client);
	listen_close(fd, place->path, &place->mark);
}

/* A file that is no socket is never removed. */
static void
file_is_left_alone(void **state)
{
	struct place *place = *state;
	int fd = open(place->path, O_CREAT | O_WRONLY, 0600);

	(void)close(fd);
	assert_int_equal(
	    listen_open(place->path, LISTEN_GROUP, &place->mark), -ENOTSOCK);
	assert_int_equal(access(place->path, F_OK), 0);
}

/* A path that no Unix socket can have is refused. */
static void
long_path_is_refused(void **state)
{
	struct place *place = *state;
	char path[256];

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(
	    listen_open(path, LISTEN_GROUP, &place->mark), -ENAMETOOLONG);
	assert_int_equal(listen_open("", LISTEN_GROUP, &place->mark), -EINVAL);
}

/* A successor's socket at the same path is not removed by its predecessor. */
static void
successors_socket_stays(void **state)
{
	struct place *place = *state;
	struct listen_mark other;
	int fd = listen_open(place->path, LISTEN_GROUP, &place->mark), second;

	assert_int_equal(unlink(place->path), 0);
	second = listen_open(place->path, LISTEN_GROUP, &other);
	assert_true(second >= 0);
	if (other.ino == place->mark.ino)
		print_message("the file system used the inode again\n");
	else
		listen_close(fd, place->path, &place->mark);
	assert_int_equal(access(place->path, F_OK), 0);
	listen_close(second, place->path, &other);
}

/* The kernel says who it is; a name that does not fit becomes a number. */
static void
peer_has_a_name(void **state)
{
	const struct passwd *me = getpwuid(geteuid());
	char name[32], tiny[8];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(listen_peer(fds[0], name, sizeof(name)), 0);
	if (me != NULL)
		assert_string_equal(name, me->pw_name);
	else
		assert_memory_equal(name, "uid ", 4);
	assert_int_equal(listen_peer(fds[0], tiny, 3), 0);
	assert_string_equal(tiny, "ui");
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(socket_has_mode_0660_and_goes_away),
		TEST(socket_for_all_has_mode_0666),
		TEST(folder_of_an_open_socket_is_open),
		TEST(missing_folder_is_made),
		TEST(stale_socket_is_replaced),
		TEST(answered_socket_is_left_alone),
		TEST(file_is_left_alone),
		TEST(long_path_is_refused),
		TEST(successors_socket_stays),
		TEST(peer_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
