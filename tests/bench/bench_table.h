/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A synthetic full table, as an iBGP route reflector sends it: the lengths and
 * attributes of the Internet's, in random order, the same for the same
 * numbers. None of it covers or lies in 10.0.0.0/8, where customers are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/prefix.h"
#include "tests/bench/bench_rules.h"

struct bench_table {
	struct prefix *prefixes; /* IPv4, then IPv6; each in random order */
	uint32_t n4;
	uint32_t n6;
};

/* 0, or -1 when memory is out (or there are more than a few million). */
int bench_table_make(struct bench_table *table, uint32_t n4, uint32_t n6);
void bench_table_free(struct bench_table *table);

/*
 * All of it: four prefixes an UPDATE in the mean, five UPDATEs of six with
 * attributes that no other has. More UPDATEs may be added behind. Free
 * with bench_updates_free(). 0, or -1 when memory is out.
 */
int bench_table_updates(
    const struct bench_table *table, struct bench_updates *updates);

/* n changes: each an UPDATE of one IPv4 prefix of the table with attributes
 * that it never had. */
int bench_table_changes(
    const struct bench_table *table, uint32_t n, struct bench_updates *updates);

/* Add change number i. -1 when it does not fit. */
int bench_updates_change(
    struct bench_updates *updates, const struct bench_table *table, uint32_t i);

/* The same messages in another order, for a second reflector. */
int bench_updates_shuffle(
    const struct bench_updates *from, struct bench_updates *to);

/* Room for n small UPDATEs to be added. */
int bench_updates_init(struct bench_updates *updates, uint32_t n);

/* Add one UPDATE of one IPv4 prefix: ORIGIN IGP, this AS_PATH, LOCAL_PREF 100
 * unless it goes over eBGP. -1 when it does not fit. */
struct bench_path {
	uint32_t next_hop; /* host order */
	bool external;
	unsigned n;
	uint32_t asn[8];
};
int bench_updates_route(struct bench_updates *updates,
    const struct prefix *prefix, const struct bench_path *path);
/* The same of n prefixes; -1 when a message does not hold them. */
int bench_updates_routes(struct bench_updates *updates,
    const struct prefix *prefixes, uint32_t n, const struct bench_path *path);

/* Add End-of-RIB of this family. */
int bench_updates_end_of_rib(struct bench_updates *updates, unsigned family);
