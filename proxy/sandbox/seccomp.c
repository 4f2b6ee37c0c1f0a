/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filters by seccomp(2).
 *
 * Built with SLUICE_SANDBOX_TRACE, a call that is not let through is told on
 * standard error, and fails or ends the process as it would have: to find out
 * what a new version of a library wants. Not for use: a handler is no wall.
 */
#include "proxy/sandbox/seccomp.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "proxy/sandbox/filter.h"

#ifdef SLUICE_SANDBOX_TRACE

static void
traced(int signo, siginfo_t *info, void *context)
{
	ucontext_t *machine = context;
	greg_t *registers = machine->uc_mcontext.gregs;
	char line[128];
	int len = snprintf(line, sizeof(line),
	    "sandbox: %s call=%d args=%llx %llx %llx answer=%d\n",
	    program_invocation_short_name, info->si_syscall,
	    (unsigned long long)registers[REG_RDI],
	    (unsigned long long)registers[REG_RSI],
	    (unsigned long long)registers[REG_RDX], info->si_errno);

	if (len > 0)
		(void)!write(STDERR_FILENO, line, (size_t)len);
	if (info->si_errno == 0) {
		(void)signal(signo, SIG_DFL);
		(void)raise(signo);
		_exit(1);
	}
	registers[REG_RAX] = -info->si_errno;
}

void
seccomp_begin(void)
{
	const struct sigaction action = { .sa_sigaction = traced,
		.sa_flags = SA_SIGINFO | SA_NODEFER };

	(void)sigaction(SIGSYS, &action, NULL);
}

static void
trace(struct sock_filter *filter, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		/* clone3() is called with signals blocked, and always first. */
		if (filter[i].code == (BPF_RET | BPF_K) &&
		    filter[i].k != SECCOMP_RET_ALLOW &&
		    filter[i - 1].k != SYS_clone3)
			filter[i].k =
			    SECCOMP_RET_TRAP | (filter[i].k & SECCOMP_RET_DATA);
	}
}

#else

void
seccomp_begin(void)
{
}

static void
trace(struct sock_filter *filter, size_t n)
{
	(void)filter;
	(void)n;
}

#endif

int
seccomp_enter(enum role role)
{
	struct sock_filter *filter = calloc(FILTER_MAX, sizeof(*filter));
	struct sock_fprog program = { 0 };
	long result;

	if (filter == NULL)
		return -ENOMEM;
	program.filter = filter;
	program.len =
	    (unsigned short)filter_make(role, (uint32_t)getpid(), filter);
	if (program.len == 0) {
		free(filter);
		return 0; /* not on this processor */
	}
	trace(filter, program.len);
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (result < 0)
		result = errno == ENOSYS || errno == EINVAL ? 0 : -errno;
	else
		result =
		    result == 0 ? 1 : -EBUSY; /* a thread of another kind */
	free(filter);
	return (int)result;
}
