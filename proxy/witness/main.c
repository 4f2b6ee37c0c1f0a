/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice-witness: HTTP between logs and their witnesses. Started by sluiced. */
#include <stdio.h>

#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/witness/witness.h"

int
main(void)
{
	struct witness *witness;
	struct loop *loop;
	bool failed = true;

	if (role_init("sluice-witness") < 0) {
		(void)fprintf(stderr,
		    "sluice-witness: started by sluiced, not by hand\n");
		return 2;
	}
	log_open("witness", LOG_INFO);
	if (sandbox_begin(ROLE_WITNESS) < 0)
		return 1;
	loop = loop_new();
	if (loop == NULL)
		return 1;
	witness = witness_new(loop, ROLE_FD);
	if (witness != NULL) {
		witness_contain(witness, sandbox_enter);
		loop_run(loop);
		failed = witness_failed(witness);
	}
	witness_free(witness);
	loop_free(loop);
	return failed ? 1 : 0;
}
