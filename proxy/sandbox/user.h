/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users and capabilities: a part of sandbox_begin() and sandbox_enter().
 *
 * Started as root, each role and each session has a user and a group of its
 * own: numbers that no account has. Where the user namespace has no such
 * numbers, or where we are not root, there is one user for all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message_base.h"

#define USER_ROLES    0x70000000u /* + enum role */
#define USER_SESSIONS 0x70010000u /* + the peer's number */

/*
 * Keep the capabilities that the role needs on its way to user_enter() (of the
 * supervisor: that it and the roles it starts need), drop all others, also from
 * the bounding set, and all supplementary groups. What was not there is not
 * missed. 0 or -errno.
 */
int user_begin(enum role role);

/*
 * Become the role's user (number: of a session, the peer's), without any
 * capability, for good; the loader keeps one, to read any file. *own: it is a
 * user of its own; false where there is one for all. 0, or -errno: do not go
 * on.
 */
int user_enter(enum role role, uint32_t number, bool *own);

/* Can this process give each role a user of its own? Looks, changes nothing.
 * Of a process with one thread. */
bool user_separate(void);
