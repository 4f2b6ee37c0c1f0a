/* SPDX-License-Identifier: BSD-2-Clause */
/* The first steps of every role. */
#include "proxy/common/role.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Seconds that a role has to end by itself when the supervisor has died. */
#define GRACE_S 6

static void
orphaned(int signo)
{
	(void)signo;
	(void)alarm(GRACE_S); /* whose signal nobody catches */
}

int
role_init(const char *name)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction orphan = { .sa_handler = orphaned,
		.sa_flags = SA_RESTART };
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(ROLE_FD, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
	    type != SOCK_STREAM)
		return -1;
	(void)fcntl(ROLE_FD, F_SETFD, FD_CLOEXEC);
	(void)close_range(ROLE_FD + 1, ~0u, 0);
	(void)prctl(PR_SET_NAME, name);
	/* End of file on ROLE_FD is the rule: what is on its way to the log is
	 * still written. This is for a role that hangs. */
	(void)sigaction(SIGUSR2, &orphan, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGUSR2);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGINT, &ignore, NULL);
	(void)sigaction(SIGTERM, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	return 0;
}
