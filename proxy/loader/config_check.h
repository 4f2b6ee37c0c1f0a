/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration must hold as a whole, once all files have been read. */
#pragma once

#include "proxy/loader/model.h"

/*
 * Check, note what is wrong, and fill in what follows from elsewhere: AS
 * numbers and names of neighbours, hold times.
 */
void config_check(struct config *config);

/* ---- for the parts of it ---- */

/* model_list_sorted(), with an error noted when memory is out. */
void **config_check_sorted(struct config *config, const struct model_list *list,
    size_t size, int (*order)(const void *, const void *));

/* "what: it is already at 12:7 of acme.yaml" to buf. */
void config_check_other(struct config *config, char *buf, size_t size,
    const char *what, const struct place *at);

/* The AS number at path is ours, or is not. */
void config_check_asn(struct config *config, const struct place *at,
    const char *path, uint32_t asn, bool ours);
