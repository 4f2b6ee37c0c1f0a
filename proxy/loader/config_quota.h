/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the fleet has room for what customers are promised. */
#pragma once

#include "proxy/loader/model.h"

/* Every customer's guaranteed share fits in the fleet at once. */
void config_quota_check(struct config *config);
