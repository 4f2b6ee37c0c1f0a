/* SPDX-License-Identifier: BSD-2-Clause */
/* What there is to attack, in the self-test. */
#pragma once

#include <stdbool.h>

#include "proxy/sandbox/attempts.h"

/* Make it: files, sockets, another role's process. False with what has failed
 * on standard error; stage_end() in any case. */
bool stage_begin(struct stage *stage);
void stage_end(struct stage *stage);
