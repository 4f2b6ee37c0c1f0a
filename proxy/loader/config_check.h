/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration must hold as a whole, once all files have been read. */
#pragma once

#include "proxy/loader/model.h"

/*
 * Check, note what is wrong, and fill in what follows from elsewhere: AS
 * numbers and names of neighbours, hold times.
 */
void config_check(struct config *config);
