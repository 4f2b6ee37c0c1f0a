/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice-session: one BGP peer. Started by the supervisor only. */
#include <stdio.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/session/session.h"

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
	if (sandbox_begin(ROLE_SESSION) < 0)
		return 1;
	loop = loop_new();
	session = loop == NULL ? NULL : session_new(loop, ROLE_FD);
	if (session == NULL) {
		log_line(LOG_ERROR, "out of memory");
		return 1;
	}
	session->enter = sandbox_enter;
	loop_run(loop);
	session_free(session);
	loop_free(loop);
	return 0;
}
