/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours that are not up, in a line of the log. */
#pragma once

#include "proxy/supervisor/supervisor.h"

#define NAMES_DOWN_MAX 512

/*
 * ", "-separated names of those of n peers with keys of this kind (enum
 * auth_kind) that have no connection, eight at most; "none". First those with
 * an address of their own, then ranges, each once, that have a place free.
 */
void names_down(struct peer *const *peers, uint32_t n, enum auth_kind kind,
    char out[NAMES_DOWN_MAX]);
