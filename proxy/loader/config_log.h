/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log's keys must hold beside the rest of the configuration. */
#pragma once

#include "proxy/loader/model.h"

/* Fill in the name and the folder of keys where the file says nothing; keys
 * lie outside the store, and entries stay as long as rules may. */
void config_log_check(struct config *config);
