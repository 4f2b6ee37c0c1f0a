/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and ranges of neighbours, as YAML. */
#pragma once

#include "proxy/loader/print.h"

/* "tcp_ao:" and its keys, at an indent of n. */
void print_keys(const struct config *config, FILE *out, int n,
    const struct config_neighbor *neighbor);

/* "key: 198.51.100.0/28". */
void print_range(
    FILE *out, const char *key, const struct msg_cfg_neighbor *msg);
