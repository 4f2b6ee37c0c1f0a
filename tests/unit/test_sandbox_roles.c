/* SPDX-License-Identifier: BSD-2-Clause */
/* Roles in their sandbox: a child enters, tries something, and tells how it
 * ended. Only a build with filters has them: the others pass these tests over.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/loop.h"
#include "proxy/sandbox/landlock.h"
#include "proxy/sandbox/sandbox.h"
#include "tests/lib/temp_folder.h"

#define NOT_ENTERED 200 /* exit status */

static char folder[TEMP_PATH_MAX];
static char beside[TEMP_PATH_MAX];
static int listener;
static uint16_t port; /* its own */

/* An errno, or 0. */
typedef int attempt(void);

struct sample {
	const char *name;
	enum role role;
	attempt *attempt;
	int error; /* what it comes to; -1: the end by SIGSYS */
	int abi;   /* of Landlock, at least */
};

/* ---- attempts ---- */

static int
file_open(const char *in, const char *name, int flags)
{
	char path[2 * TEMP_PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", in, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static int
make_a_file(void)
{
	return file_open(folder, "ballast", O_RDWR | O_CREAT);
}

static int
make_a_file_beside(void)
{
	return file_open(beside, "made", O_RDWR | O_CREAT);
}

static int
read_passwd(void)
{
	return file_open("/etc", "passwd", O_RDONLY);
}

static int
run_a_program(void)
{
	char name[] = "true";
	char *argv[] = { name, NULL };
	char *envp[] = { NULL };

	(void)execve("/bin/true", argv, envp);
	return errno;
}

static int
fork_once(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, &status, 0);
	return 0;
}

static void *
nothing(void *ctx)
{
	return ctx;
}

static int
start_a_thread(void)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, nothing, NULL);

	return err != 0 ? err : pthread_join(thread, NULL);
}

static int
connect_to(uint16_t to)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(to),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return errno;
	err =
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
		? errno
		: 0;
	(void)close(fd);
	return err;
}

static int
connect_to_the_port(void)
{
	return connect_to(port);
}

static int
connect_to_another_port(void)
{
	return connect_to((uint16_t)(port + 1));
}

static int
kill_the_parent(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int
make_code(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return -2;
	return mprotect(at, 4096, PROT_READ | PROT_EXEC) < 0 ? errno : 0;
}

static int
see_ao_keys(void)
{
	char octets[64] = { 0 };
	socklen_t len = sizeof(octets);

	return getsockopt(0, IPPROTO_TCP, 41, octets, &len) < 0 ? errno : 0;
}

/* As a libuv does that would like io_uring: without it, the loop goes on. */
static int
loop_after_io_uring(void)
{
	struct loop *loop;

	if (syscall(425, 64, NULL) >= 0 || errno != ENOSYS)
		return -2;
	loop = loop_new();
	if (loop == NULL)
		return ENOMEM;
	loop_run(loop);
	loop_free(loop);
	return 0;
}

static int
ask_in_32_bit(void)
{
#ifdef __x86_64__
	/* getpid() by the way in of x32 */
	return syscall(SYS_getpid | 0x40000000) < 0 ? errno : 0;
#else
	(void)syscall(SYS_ptrace, 0, 0, 0, 0);
	return 0;
#endif
}

/* ---- a child ---- */

static void
child_run(const struct sample *sample)
{
	struct sandbox_wants wants = { .number = 7 };
	int err;

	if (sample->role == ROLE_STORE) {
		wants.write[0] = folder;
		wants.n_write = 1;
	}
	if (sample->role == ROLE_RPKI) {
		wants.connect[0] = port;
		wants.n_connect = 1;
	}
	if (sandbox_begin(sample->role) < 0 ||
	    (sample->role == ROLE_STORE &&
		sandbox_own(folder, ROLE_STORE) < 0) ||
	    sandbox_enter(sample->role, &wants, NULL) < 0)
		_exit(NOT_ENTERED);
	err = sample->attempt();
	_exit(err < 0 ? 199 : err);
}

static void
attempt_ends_as_it_should(void **state)
{
	const struct sample *sample = *state;
	int status = 0;
	pid_t pid;

#ifndef SLUICE_SANDBOX
	print_message("NOT TRIED: built without filters\n");
	skip();
#endif
	if (landlock_abi() < sample->abi) {
		print_message(
		    "NOT TRIED: needs Landlock ABI %d\n", sample->abi);
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child_run(sample);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (sample->error < 0) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	} else {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), sample->error);
	}
}

/* clang-format off */
static const struct sample samples[] = {
	{ "session_opens_nothing", ROLE_SESSION, read_passwd, EACCES, 0 },
	{ "session_runs_nothing", ROLE_SESSION, run_a_program, -1, 0 },
	{ "session_forks_not", ROLE_SESSION, fork_once, -1, 0 },
	{ "session_connects_to_nobody", ROLE_SESSION, connect_to_the_port, -1, 0 },
	{ "session_signals_nobody", ROLE_SESSION, kill_the_parent, -1, 0 },
	{ "session_makes_no_code", ROLE_SESSION, make_code, EPERM, 0 },
	{ "session_sees_no_keys", ROLE_SESSION, see_ao_keys, EPERM, 0 },
	{ "session_has_no_other_way_in", ROLE_SESSION, ask_in_32_bit, -1, 0 },
	{ "guard_opens_nothing", ROLE_GUARD, read_passwd, EACCES, 0 },
	{ "store_writes_in_its_folder", ROLE_STORE, make_a_file, 0, 0 },
	{ "store_writes_nowhere_else", ROLE_STORE, make_a_file_beside, EACCES, 1 },
	{ "store_reads_nothing_else", ROLE_STORE, read_passwd, EACCES, 1 },
	{ "store_forks", ROLE_STORE, fork_once, 0, 0 },
	{ "store_has_threads", ROLE_STORE, start_a_thread, 0, 0 },
	{ "store_runs_nothing", ROLE_STORE, run_a_program, -1, 0 },
	{ "store_connects_to_nobody", ROLE_STORE, connect_to_the_port, -1, 0 },
	{ "rpki_connects_to_a_cache", ROLE_RPKI, connect_to_the_port, 0, 0 },
	{ "rpki_connects_to_no_other_port", ROLE_RPKI, connect_to_another_port, EACCES, 4 },
	{ "rpki_has_threads", ROLE_RPKI, start_a_thread, 0, 0 },
	{ "rpki_opens_nothing", ROLE_RPKI, read_passwd, EACCES, 0 },
	{ "signer_reads_no_other_file", ROLE_SIGNER, read_passwd, EACCES, 1 },
	{ "supervisor_traces_nobody", ROLE_SUPERVISOR, ask_in_32_bit, -1, 0 },
	{ "a_loop_lives_without_io_uring", ROLE_SUPERVISOR, loop_after_io_uring, 0, 0 },
};
/* clang-format on */

/* ---- the world ---- */

static int
world_make(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd;

	(void)state;
	temp_folder_make(folder);
	temp_folder_make(beside);
	/* Anybody may write there: it is Landlock that says no. */
	(void)chmod(beside, 0777);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	port = ntohs(address.sin_port);
	listener = fd;
	return 0;
}

static int
world_end(void **state)
{
	(void)state;
	(void)close(listener);
	temp_folder_remove(folder);
	temp_folder_remove(beside);
	return 0;
}

int
main(void)
{
	static const size_t n = sizeof(samples) / sizeof(samples[0]);
	struct CMUnitTest tests[sizeof(samples) / sizeof(samples[0])];

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ samples[i].name,
			attempt_ends_as_it_should, NULL, NULL,
			(void *)(uintptr_t)&samples[i] };
	return cmocka_run_group_tests_name(
	    "sandbox_roles", tests, world_make, world_end);
}
