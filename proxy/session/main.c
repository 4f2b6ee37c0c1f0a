/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice-session: one BGP peer. Started by the supervisor only. */
#include <stdio.h>
#include <sys/resource.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/session/session.h"

/* Two sockets, two channels and the loop's own are all that a session needs:
 * one that a stranger took over has not many more. */
#define FILES_MAX 128

static void
files_limit(void)
{
	const struct rlimit files = { FILES_MAX, FILES_MAX };

	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_line(LOG_WARN, "descriptors: limit not lowered");
}

int
main(void)
{
	struct loop *loop;
	struct session *session;

	log_open("session", LOG_INFO);
	if (role_init("sluice-session") < 0) {
		(void)fputs("sluice-session is started by sluiced\n", stderr);
		return 2;
	}
	files_limit();
	loop = loop_new();
	session = loop == NULL ? NULL : session_new(loop, ROLE_FD);
	if (session == NULL) {
		log_line(LOG_ERROR, "out of memory");
		return 1;
	}
	loop_run(loop);
	session_free(session);
	loop_free(loop);
	return 0;
}
