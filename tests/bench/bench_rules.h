/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules that benchmarks announce, by number, and finding them again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/rule.h"

/* Numbers are below this: the lower 24 bits of the destination. */
#define BENCH_RULES ((uint32_t)1 << 24)

/* Rule n: destination 10.x.y.z/32, UDP, a destination port; discarded. */
void bench_rule(uint32_t n, struct rule *rule);
struct action_set bench_action(void);

/* UPDATEs of a customer of this AS. */
struct bench_updates {
	uint8_t *octets;
	size_t len;
	size_t room;
	size_t *ends; /* of each message; NULL unless asked for */
	uint32_t n;   /* messages */
};

/*
 * Announce rules first..first+n-1: as many in each UPDATE as it takes, or (one)
 * one in each, with the ends of the messages noted. 0, or -1 when memory is
 * out. Free with bench_updates_free().
 */
int bench_updates_make(
    struct bench_updates *updates, uint32_t asn, uint32_t first, uint32_t n);
int bench_updates_make_one(
    struct bench_updates *updates, uint32_t asn, uint32_t first, uint32_t n);
/*
 * Add one UPDATE that announces or withdraws rule n, its end noted. The set is
 * zeroed before the first. 0, or -1 when memory is out.
 */
int bench_updates_add(
    struct bench_updates *updates, uint32_t asn, uint32_t n, bool reach);
void bench_updates_free(struct bench_updates *updates);

/* What is called for each rule of an UPDATE; either may be NULL. */
struct bench_seen {
	void (*came)(void *ctx, uint32_t n);
	void (*went)(void *ctx, uint32_t n);
	void *ctx;
};

/*
 * Read an UPDATE (body without header): rules announced and withdrawn, by the
 * lower 24 bits of their destination, a /31 or /32. Returns 0, or -1 when it
 * is not one of ours.
 */
int bench_update_read(
    const uint8_t *body, size_t len, const struct bench_seen *seen);
