/* SPDX-License-Identifier: BSD-2-Clause */
/* The IRR lists of a configuration. */
#pragma once

#include "proxy/loader/model.h"

/*
 * Read each customer's file. A file that cannot be used is told of in the
 * list's message, and no error; only when memory is out an error is noted.
 */
void config_irr_read(struct config *config);

/* What should be known of list i; false: nothing. */
bool config_irr_warning(
    const struct config *config, size_t i, struct config_warning *out);
