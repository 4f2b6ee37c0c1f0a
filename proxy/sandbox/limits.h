/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of a role's process that hold for good. */
#pragma once

#include <stdbool.h>

#include "proxy/common/message_base.h"

/* No core. 0 or -errno. */
int limits_begin(void);

/* No further process or thread (but with threads), no file to grow, few
 * descriptors: what the role does without. What cannot be lowered stays. */
void limits_enter(enum role role, bool threads);
