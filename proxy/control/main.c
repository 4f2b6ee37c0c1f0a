/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice-control: answers the operator's command. Started by sluiced. */
#include <stdio.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/control/control.h"

int
main(void)
{
	struct control *control;
	struct loop *loop;
	bool failed = true;

	if (role_init("sluice-control") < 0) {
		(void)fprintf(stderr,
		    "sluice-control: started by sluiced, not by hand\n");
		return 2;
	}
	log_open("control", LOG_INFO);
	if (sandbox_begin(ROLE_CONTROL) < 0)
		return 1;
	loop = loop_new();
	if (loop == NULL)
		return 1;
	control = control_new(loop, ROLE_FD);
	if (control != NULL) {
		control_contain(control, sandbox_enter);
		loop_run(loop);
		failed = control_failed(control);
	}
	control_free(control);
	loop_free(loop);
	return failed ? 1 : 0;
}
