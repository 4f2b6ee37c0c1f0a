/* SPDX-License-Identifier: BSD-2-Clause */
/* How neighbours' segments are signed: what the kernel would refuse, and when
 * a chain of keys has a gap. */
#pragma once

#include "proxy/loader/model.h"

/*
 * Complain where a range and a neighbour inside it are signed in ways that one
 * listening socket cannot hold (RFC 5925 3.1: ids that overlap for one
 * address). Call when neighbours have their names.
 */
void config_keys_check(struct config *config);

/* From when on (>= now_s) no key of the neighbour holds, and until when, 0: for
 * ever. False: always one does, or it has no keys. */
bool config_keys_gap(const struct config *config,
    const struct config_neighbor *neighbor, uint64_t now_s, uint64_t *from_s,
    uint64_t *until_s);
