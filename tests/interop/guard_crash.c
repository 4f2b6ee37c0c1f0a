/* SPDX-License-Identifier: BSD-2-Clause */
/* A guard that dies of one rule: with destination 10.1.0.66/32. Linked in the
 * place of judge() by the linker's --wrap. */
#include <signal.h>
#include <string.h>

#include "policy/judge.h"

void __real_judge(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts);
void __wrap_judge(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts);

void
__wrap_judge(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts)
{
	static const uint8_t bad[4] = { 10, 1, 0, 66 };

	if (q->rule != NULL && q->rule->afi == AFI_IPV4 &&
	    q->rule->dst_len == 32 && memcmp(q->rule->dst, bad, 4) == 0)
		(void)raise(SIGSEGV);
	__real_judge(q, verdict, parts);
}
