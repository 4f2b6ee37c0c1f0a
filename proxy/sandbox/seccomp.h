/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls: no others than the role's, for good. */
#pragma once

#include "proxy/common/message_base.h"

/* Only of use where calls are traced: before a filter of whoever started us is
 * met. */
void seccomp_begin(void);

/*
 * Put the role's filter in force, in all threads. Afterwards prctl() and what
 * else is not in the role's table is gone. 1; 0 where the kernel has no such
 * filters; -errno.
 */
int seccomp_enter(enum role role);
