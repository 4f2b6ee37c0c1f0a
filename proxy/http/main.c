/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice-http: metrics and a read-only view. Started by sluiced. */
#include <stdio.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/http/http.h"

int
main(void)
{
	struct http *http;
	struct loop *loop;
	bool failed = true;

	if (role_init("sluice-http") < 0) {
		(void)fprintf(
		    stderr, "sluice-http: started by sluiced, not by hand\n");
		return 2;
	}
	log_open("http", LOG_INFO);
	if (sandbox_begin(ROLE_HTTP) < 0)
		return 1;
	loop = loop_new();
	if (loop == NULL)
		return 1;
	http = http_new(loop, ROLE_FD);
	if (http != NULL) {
		http_contain(http, sandbox_enter);
		loop_run(loop);
		failed = http_failed(http);
	}
	http_free(http);
	loop_free(loop);
	return failed ? 1 : 0;
}
