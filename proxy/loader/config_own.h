/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose addresses are whose: overlaps, and grounds that could never hold. */
#pragma once

#include "proxy/loader/model.h"

/* Registered prefixes of two customers overlap only where one of them says
 * shared; no prefix stands twice. */
void config_own_check(struct config *config);

/* Who wants ROAs needs a cache; times as RFC 8210 6 has them. */
void config_rpki_check(struct config *config);
