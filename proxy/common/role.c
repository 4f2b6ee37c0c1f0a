/* SPDX-License-Identifier: BSD-2-Clause */
/* The first steps of every role. */
#include "proxy/common/role.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"

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

const char *
role_name(enum role role)
{
	static const char *const names[ROLE_COUNT] = {
		[ROLE_SUPERVISOR] = "supervisor",
		[ROLE_SESSION] = "session",
		[ROLE_GUARD] = "guard",
		[ROLE_STORE] = "store",
		[ROLE_CONTROL] = "control",
		[ROLE_LOADER] = "loader",
		[ROLE_RPKI] = "rpki",
		[ROLE_HTTP] = "http",
		[ROLE_SIGNER] = "signer",
		[ROLE_WITNESS] = "witness",
	};

	return (unsigned)role < ROLE_COUNT && names[role] != NULL ? names[role]
								  : "?";
}

struct channel *
role_channel(struct loop *loop, int fd, size_t limit,
    const struct channel_ops *ops, void *ctx)
{
	struct channel *channel = channel_open(loop, fd, limit, ops, ctx);

	if (channel == NULL) {
		log_line(LOG_ERROR, "out of memory for a channel");
		exit(EXIT_FAILURE);
	}
	return channel;
}

void
role_log_level(const struct msg_log_level *msg)
{
	if (check_log_level(msg))
		log_least_set((enum log_class)msg->least);
	else
		log_line(LOG_ERROR, "supervisor: the log's level is not sound");
}
