/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard role. */
#include <stdlib.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/guard/guard.h"
#include "proxy/sandbox/sandbox.h"

static int
run(struct guard *guard)
{
	struct loop *loop = loop_new();

	if (loop == NULL || guard_open(guard, loop, ROLE_FD) < 0)
		return 1;
	/* Whatever else it needs is sent to it. */
	if (sandbox_enter(ROLE_GUARD, NULL, NULL) < 0)
		return 1;
	loop_run(loop);
	guard_close(guard);
	loop_free(loop);
	return 0;
}

int
main(void)
{
	struct guard *guard;
	int code;

	log_open("", LOG_INFO); /* its lines begin with what they are of */
	if (role_init("guard") < 0)
		return 2;
	if (sandbox_begin(ROLE_GUARD) < 0)
		return 1;
	guard = calloc(1, sizeof(*guard));
	if (guard == NULL)
		return 1;
	code = run(guard);
	free(guard);
	return code;
}
