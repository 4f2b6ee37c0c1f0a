/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be in a block of 256 entries, so that a search can pass it over: the
 * span of its times, its kinds and states, and a Bloom filter over customers,
 * operators, rule ids, reasons and destination prefixes. Made from the records
 * alone, so it can be made anew; it decides what is looked at, never what is
 * shown. Pure.
 *
 * A destination is put in under its first 8, 16 and 24 bits (IPv6: 16, 32 and
 * 48), as far as it is so long, and a shorter one once more as a short one, so
 * that both what covers a prefix and what it covers can be asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"
#include "store/entry.h"

#define INDEX_BLOOM  1024 /* octets */
#define INDEX_PACKED 1088 /* most octets of a packed block */

/* A block being filled; a plain value. */
struct index_block {
	uint32_t n; /* entries */
	uint32_t kinds;
	uint32_t states;
	uint32_t unread;  /* records among them that could not be read */
	uint64_t from_ns; /* wall time, least and greatest */
	uint64_t to_ns;
	uint8_t bloom[INDEX_BLOOM];
};

/* What is asked for; zero means any where nothing else is said. */
struct index_query {
	const char *customer; /* NULL or "": any; likewise operator_name */
	const char *operator_name;
	uint64_t rule_id; /* UINT64_MAX: any */
	uint64_t from_ns;
	uint64_t to_ns;       /* first not wanted; 0: any */
	struct prefix prefix; /* afi 0: any */
	uint16_t reason;
	uint8_t kind;
	uint8_t state; /* UINT8_MAX: any */
};

void index_init(struct index_block *block);

/* Take a record into account; what cannot be read of it counts as anything. */
void index_add(struct index_block *block, const uint8_t *record, size_t len);

/* Pack, with a check sum. Returns the length. */
size_t index_pack(const struct index_block *block, uint8_t out[INDEX_PACKED]);

/* Span of wall times of a packed block. -1 when data is damaged. */
int index_span(
    const uint8_t *data, size_t len, uint64_t *from_ns, uint64_t *to_ns);

/* May a block hold such an entry? True, too, when data is damaged. */
bool index_may_hold(
    const uint8_t *data, size_t len, const struct index_query *query);
