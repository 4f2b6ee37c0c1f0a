/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Landlock: no files, TCP ports and signals but the role's own. What the
 * kernel's version of it does not know yet is left out: ports came with ABI 4,
 * signals and abstract Unix sockets with ABI 6.
 */
#pragma once

#include "proxy/common/message_base.h"
#include "proxy/sandbox/sandbox.h"

/* What the kernel has: an ABI of 2 or more; 0: none, one that is too old, or
 * switched off. */
int landlock_abi(void);

/*
 * A set of rules for the role and what it wants: a descriptor, or -errno. The
 * paths are opened here, which may take more rights than the role keeps. One
 * that is not there is none of the rules.
 */
int landlock_prepare(
    enum role role, const struct sandbox_wants *wants, int abi);

/* In force, for good, for this thread and what it starts. fd is closed. 0 or
 * -errno. */
int landlock_enter(int fd);
