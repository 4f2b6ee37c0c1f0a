/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts at other processes, at more rights, and at the kernel. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "proxy/sandbox/attempts.h"

#define PAGE 4096u

static int
done(long status)
{
	return status < 0 ? -errno : 0;
}

int
try_fork(const struct stage *stage)
{
	pid_t pid = fork();

	(void)stage;
	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	return 0;
}

static void *
thread_run(void *ctx)
{
	return ctx;
}

int
try_thread(const struct stage *stage)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, thread_run, NULL);

	(void)stage;
	if (err == 0)
		(void)pthread_join(thread, NULL);
	return -err;
}

int
try_shell(const struct stage *stage)
{
	static char name[] = "sh", option[] = "-c", text[] = "exit 0";
	char *argv[] = { name, option, text, NULL };
	char *envp[] = { NULL };

	(void)stage;
	return done(execve("/bin/sh", argv, envp));
}

int
try_memory_run(const struct stage *stage)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";
	char *none[] = { NULL };
	long fd = syscall(SYS_memfd_create, "x", 0);

	(void)stage;
	if (fd < 0)
		return -errno;
	(void)!write((int)fd, script, sizeof(script) - 1);
	return done(syscall(SYS_execveat, (int)fd, "", none, none, 0x1000));
}

int
try_code_protect(const struct stage *stage)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    /* cppcheck-suppress invalidFunctionArg ; -1 is no file */
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)stage;
	if (at == MAP_FAILED)
		return -errno;
	return done(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
}

int
try_code_map(const struct stage *stage)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	    /* cppcheck-suppress invalidFunctionArg ; -1 is no file */
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)stage;
	if (at == MAP_FAILED)
		return -errno;
	(void)munmap(at, PAGE);
	return 0;
}

int
try_trace_other(const struct stage *stage)
{
	return done(ptrace(PTRACE_SEIZE, stage->other, NULL, NULL));
}

int
try_trace_supervisor(const struct stage *stage)
{
	return done(ptrace(PTRACE_SEIZE, stage->supervisor, NULL, NULL));
}

int
try_read_other(const struct stage *stage)
{
	char octets[16];
	struct iovec here = { octets, sizeof(octets) };
	struct iovec there = { octets, sizeof(octets) };

	return done(
	    process_vm_readv(stage->supervisor, &here, 1, &there, 1, 0));
}

int
try_look_other(const struct stage *stage)
{
	return done(kill(stage->other, 0));
}

int
try_look_supervisor(const struct stage *stage)
{
	return done(kill(stage->supervisor, 0));
}

int
try_end_other(const struct stage *stage)
{
	return done(kill(stage->other, SIGTERM));
}

int
try_handle_other(const struct stage *stage)
{
	long fd = syscall(SYS_pidfd_open, stage->other, 0);

	return done(fd);
}

/* Who is root without its rights has gained nothing by being it still. */
int
try_root(const struct stage *stage)
{
	(void)stage;
	return done(setresuid(0, 0, 0));
}

int
try_capability(const struct stage *stage)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct data[2] = {
		{ UINT32_MAX, UINT32_MAX, 0 },
		{ 1, 1, 0 },
	};

	(void)stage;
	return done(syscall(SYS_capset, &head, data));
}

static int
try_limit(__rlimit_resource_t resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -errno;
	if (limit.rlim_max == RLIM_INFINITY)
		return 0;
	limit.rlim_max++;
	return done(setrlimit(resource, &limit));
}

int
try_files_limit(const struct stage *stage)
{
	(void)stage;
	return try_limit(RLIMIT_NOFILE);
}

int
try_core_limit(const struct stage *stage)
{
	(void)stage;
	return try_limit(RLIMIT_CORE);
}

int
try_dumpable(const struct stage *stage)
{
	(void)stage;
	return done(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

int
try_namespace(const struct stage *stage)
{
	(void)stage;
	return done(unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

int
try_program(const struct stage *stage)
{
	unsigned char attr[64] = { 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1 };

	(void)stage;
	return done(syscall(SYS_bpf, 0, attr, sizeof(attr)));
}

int
try_keys_of_kernel(const struct stage *stage)
{
	(void)stage;
	/* KEYCTL_GET_KEYRING_ID of the session's, made */
	return done(syscall(SYS_keyctl, 0, -3, 1));
}

int
try_counters(const struct stage *stage)
{
	unsigned char attr[128] = { 1, 0, 0, 0, 128 };

	(void)stage;
	return done(syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
}

int
try_ring(const struct stage *stage)
{
	unsigned char params[120] = { 0 };

	(void)stage;
	return done(syscall(SYS_io_uring_setup, 4, params));
}

int
try_faults(const struct stage *stage)
{
	(void)stage;
	return done(syscall(SYS_userfaultfd, 1));
}

int
try_module(const struct stage *stage)
{
	(void)stage;
	return done(syscall(SYS_finit_module, -1, "", 0));
}

/* To what it is: where that is let, nothing has changed. */
int
try_clock(const struct stage *stage)
{
	struct timeval now;

	(void)stage;
	(void)gettimeofday(&now, NULL);
	return done(settimeofday(&now, NULL));
}

int
try_name(const struct stage *stage)
{
	char name[65] = { 0 };

	(void)stage;
	if (gethostname(name, sizeof(name) - 1) < 0)
		return -errno;
	return done(sethostname(name, strlen(name)));
}

int
try_personality(const struct stage *stage)
{
	(void)stage;
	return done(personality(ADDR_NO_RANDOMIZE));
}

int
try_memory(const struct stage *stage)
{
	enum {
		MANY = 16 << 20
	};
	char *octets = malloc(MANY);

	(void)stage;
	if (octets == NULL)
		return -ENOMEM;
	explicit_bzero(octets, MANY);
	free(octets);
	return 0;
}
