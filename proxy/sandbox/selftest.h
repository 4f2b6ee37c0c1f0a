/* SPDX-License-Identifier: BSD-2-Clause */
/* Does the sandbox hold, on this machine, with this kernel, for this user? */
#pragma once

/*
 * Enter each role's sandbox, once for each of attempts[], and try it. Prints a
 * table, whatever is not as it must be, and a verdict on standard output.
 * Returns an exit status: 0 when every role can do its work and nothing else
 * that this kernel can keep it from, else 1.
 */
int sandbox_selftest(void);
