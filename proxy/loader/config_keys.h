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

/* No key's time. */
struct config_gap {
	uint64_t from_s;  /* from when on, wall */
	uint64_t until_s; /* 0: for ever */
	bool ended;       /* key ended last before, and stays in use; else it
			     is the first to begin, in use before its time */
	const struct config_key *key;
};

/* The neighbour's first gap from now_s on. False: it has none, or no keys. */
bool config_keys_gap(const struct config *config,
    const struct config_neighbor *neighbor, uint64_t now_s,
    struct config_gap *out);
