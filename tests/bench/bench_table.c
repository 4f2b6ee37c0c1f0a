/* SPDX-License-Identifier: BSD-2-Clause */
/* A synthetic full table and its UPDATEs. */
#include "tests/bench/bench_table.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/wire/attribute.h"
#include "proxy/wire/message.h"
#include "proxy/wire/unicast.h"
#include "proxy/wire/update_build.h"
#include "proxy/wire/writer.h"

#define SEGMENT_SEQUENCE 2
#define PREFIXES_MAX     4000000u
#define UPSTREAMS        30
#define EDGES            20 /* border routers */
#define TRANSITS         5000
#define ORIGINS          75000
#define EDGE             0xc6120200u /* 198.18.2.0: their addresses */
#define CLUSTER          0xc6120004u
#define CHANGES          (UINT32_C(1) << 28) /* their sets of attributes */
#define UPDATE_ROOM      320 /* octets of the longest here, without NLRI */

/* How many prefixes of 10,000 have this length, shortest first. */
struct share {
	uint8_t len;
	uint16_t of;
};
static const struct share shares4[] = { { 8, 0 }, { 10, 1 }, { 11, 1 },
	{ 12, 3 }, { 13, 6 }, { 14, 12 }, { 15, 20 }, { 16, 140 }, { 17, 85 },
	{ 18, 140 }, { 19, 260 }, { 20, 450 }, { 21, 530 }, { 22, 1130 },
	{ 23, 1030 }, { 24, 6192 } };
static const struct share shares6[] = { { 28, 20 }, { 29, 250 }, { 30, 60 },
	{ 32, 1300 }, { 33, 300 }, { 34, 220 }, { 36, 500 }, { 38, 150 },
	{ 40, 1100 }, { 42, 250 }, { 44, 1200 }, { 46, 350 }, { 47, 200 },
	{ 48, 4100 } };

/* SplitMix64: the next number of a seeded sequence. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((next(state) >> 32) * n >> 32);
}

/* A permutation of the numbers of so many bits (at least 4). */
static uint64_t
permute(uint64_t x, unsigned bits)
{
	uint64_t mask = (UINT64_C(1) << bits) - 1;

	for (unsigned round = 0; round < 3; round++) {
		x = (x * UINT64_C(0x9e3779b97f4a7c15) + bits) & mask;
		x ^= x >> (bits / 2);
	}
	return x;
}

/* ---- prefixes ---- */

/* Prefix number i of this length; false where there is none to announce. */
static bool
prefix_make(unsigned afi, unsigned len, uint64_t i, struct prefix *out)
{
	unsigned fixed = afi == AFI_IPV6 ? 3 : 0; /* 2000::/3 */
	uint64_t bits = permute(i, len - fixed) << (64 - len);

	if (afi == AFI_IPV6)
		bits |= UINT64_C(1) << 61;
	memset(out, 0, sizeof(*out));
	out->afi = (uint8_t)afi;
	out->len = (uint8_t)len;
	for (unsigned k = 0; k < 8; k++)
		out->addr[k] = (uint8_t)(bits >> (56 - 8 * k));
	if (afi == AFI_IPV6)
		return true;
	return out->addr[0] != 0 && out->addr[0] != 10 && out->addr[0] < 224 &&
	       out->addr[0] != 127 && out->addr[0] != 198;
}

static void
shuffle(struct prefix *prefixes, uint32_t n)
{
	uint64_t state = n;

	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = below(&state, i);
		struct prefix swap = prefixes[i - 1];

		prefixes[i - 1] = prefixes[k];
		prefixes[k] = swap;
	}
}

/* n prefixes; what the shares leave over goes to the longest. */
static void
fill(struct prefix *prefixes, unsigned afi, uint32_t n)
{
	const struct share *shares = afi == AFI_IPV6 ? shares6 : shares4;
	size_t n_shares = afi == AFI_IPV6
			      ? sizeof(shares6) / sizeof(shares6[0])
			      : sizeof(shares4) / sizeof(shares4[0]);
	uint32_t at = 0;

	for (size_t s = 0; s < n_shares; s++) {
		uint32_t want =
		    s + 1 < n_shares
			? at + (uint32_t)((uint64_t)n * shares[s].of / 10000)
			: n;

		for (uint64_t i = 0; at < want; i++)
			if (prefix_make(afi, shares[s].len, i, &prefixes[at]))
				at++;
	}
	shuffle(prefixes, n);
}

int
bench_table_make(struct bench_table *table, uint32_t n4, uint32_t n6)
{
	memset(table, 0, sizeof(*table));
	if (n4 > PREFIXES_MAX || n6 > PREFIXES_MAX)
		return -1;
	table->prefixes = malloc((n4 + n6 + 1) * sizeof(struct prefix));
	if (table->prefixes == NULL)
		return -1;
	table->n4 = n4;
	table->n6 = n6;
	fill(table->prefixes, AFI_IPV4, n4);
	fill(&table->prefixes[n4], AFI_IPV6, n6);
	return 0;
}

void
bench_table_free(struct bench_table *table)
{
	free(table->prefixes);
	memset(table, 0, sizeof(*table));
}

/* ---- attributes ---- */

static size_t
attribute(struct writer *writer, unsigned type)
{
	writer_u8(writer, attribute_row(type)->flags);
	writer_u8(writer, type);
	return writer_hold_u8(writer);
}

static void
attribute_u32(struct writer *writer, unsigned type, uint32_t value)
{
	size_t place = attribute(writer, type);

	writer_u32(writer, value);
	writer_patch_u8(writer, place);
}

/* An AS that is neither ours nor a customer's nor reserved. */
static uint32_t
asn_of(uint32_t i)
{
	return i < 60000 ? 1000 + i : 131072 + i;
}

/* Small numbers are frequent, as few networks announce a lot. */
static uint32_t
skewed(uint64_t *state, uint32_t n)
{
	return (uint32_t)((uint64_t)below(state, n) * below(state, n) / n);
}

static void
path_write(struct writer *writer, uint64_t *state, uint32_t upstream)
{
	size_t place = attribute(writer, ATTRIBUTE_AS_PATH);
	uint32_t middle = below(state, 4);
	uint32_t origin = asn_of(TRANSITS + skewed(state, ORIGINS));
	uint32_t times = below(state, 8) == 0 ? 1 + below(state, 3) : 1;

	writer_u8(writer, SEGMENT_SEQUENCE);
	writer_u8(writer, 1 + middle + times);
	writer_u32(writer, asn_of(upstream));
	for (uint32_t i = 0; i < middle; i++)
		writer_u32(writer,
		    asn_of(UPSTREAMS + skewed(state, TRANSITS - UPSTREAMS)));
	for (uint32_t i = 0; i < times; i++)
		writer_u32(writer, origin);
	writer_patch_u8(writer, place);
}

/* The attributes of set number set, without MP_REACH_NLRI. */
static void
attributes_write(struct writer *writer, uint32_t set, unsigned afi)
{
	uint64_t state = (uint64_t)set << 2 | afi;
	uint32_t upstream = skewed(&state, UPSTREAMS);
	uint32_t edge = EDGE + 1 + (upstream + 7 * below(&state, 2)) % EDGES;
	uint32_t n = 2 + below(&state, 6);
	size_t place = attribute(writer, ATTRIBUTE_ORIGIN);

	writer_u8(writer, below(&state, 12) == 0 ? 2 : 0);
	writer_patch_u8(writer, place);
	path_write(writer, &state, upstream);
	if (afi == AFI_IPV4)
		attribute_u32(writer, ATTRIBUTE_NEXT_HOP, edge);
	if (below(&state, 4) == 0)
		attribute_u32(writer, ATTRIBUTE_MED, 10 * below(&state, 11));
	attribute_u32(writer, ATTRIBUTE_LOCAL_PREF, 100 + 10 * (upstream % 4));
	place = attribute(writer, ATTRIBUTE_COMMUNITY);
	while (n-- > 0)
		writer_u32(
		    writer, (1000 + upstream) << 16 | below(&state, 1000));
	writer_patch_u8(writer, place);
	attribute_u32(writer, ATTRIBUTE_ORIGINATOR_ID, edge);
	attribute_u32(writer, ATTRIBUTE_CLUSTER_LIST, CLUSTER);
}

/* ---- messages ---- */

static int
init(struct bench_updates *updates, size_t room, uint32_t messages)
{
	memset(updates, 0, sizeof(*updates));
	updates->room = room;
	updates->octets = malloc(room);
	updates->ends = malloc((messages + (size_t)1) * sizeof(size_t));
	if (updates->octets != NULL && updates->ends != NULL)
		return 0;
	bench_updates_free(updates);
	return -1;
}

int
bench_updates_init(struct bench_updates *updates, uint32_t n)
{
	return init(updates, (size_t)n * UPDATE_ROOM, n);
}

static void
begin(struct bench_updates *updates, struct writer *writer, size_t *message)
{
	writer_init(writer, &updates->octets[updates->len],
	    updates->room - updates->len);
	*message = message_begin(writer, MESSAGE_UPDATE);
	writer_u16(writer, 0);
}

static int
end(struct bench_updates *updates, struct writer *writer, size_t message)
{
	message_end(writer, message);
	if (writer->failed)
		return -1;
	updates->len += writer->len;
	updates->ends[updates->n++] = updates->len;
	return 0;
}

static void
reach6_write(struct writer *writer, const struct prefix *prefixes, uint32_t n)
{
	static const uint8_t next_hop[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	size_t place;

	writer_u8(writer, ATTRIBUTE_OPTIONAL | ATTRIBUTE_EXTENDED);
	writer_u8(writer, ATTRIBUTE_MP_REACH);
	place = writer_hold_u16(writer);
	writer_u16(writer, AFI_IPV6);
	writer_u8(writer, SAFI_UNICAST);
	writer_u8(writer, sizeof(next_hop));
	writer_bytes(writer, next_hop, sizeof(next_hop));
	writer_u8(writer, 0);
	for (uint32_t i = 0; i < n; i++)
		unicast_encode(&prefixes[i], writer);
	writer_patch_u16(writer, place);
}

/* One UPDATE of n prefixes of one family with this set of attributes. */
static int
update(struct bench_updates *updates, const struct prefix *prefixes, uint32_t n,
    uint32_t set)
{
	unsigned afi = prefixes[0].afi;
	struct writer writer;
	size_t message, attributes;

	begin(updates, &writer, &message);
	attributes = writer_hold_u16(&writer);
	if (afi == AFI_IPV6)
		reach6_write(&writer, prefixes, n);
	attributes_write(&writer, set, afi);
	writer_patch_u16(&writer, attributes);
	for (uint32_t i = 0; afi == AFI_IPV4 && i < n; i++)
		unicast_encode(&prefixes[i], &writer);
	return end(updates, &writer, message);
}

/* How many go into the next UPDATE: 1 to 40, 4 in the mean. */
static uint32_t
some(uint64_t *state, uint32_t left)
{
	uint32_t n = 1;

	while (n < 40 && n < left && below(state, 4) != 0)
		n++;
	return n;
}

/* Both families side by side, as two full feeds run. */
static bool
is_ipv6(uint64_t *state, uint32_t left4, uint32_t left6)
{
	return below(state, left4 + left6) >= left4;
}

int
bench_table_updates(
    const struct bench_table *table, struct bench_updates *updates)
{
	uint32_t at4 = 0, at6 = table->n4, end6 = table->n4 + table->n6;
	uint64_t state = 1;

	if (init(updates, (size_t)end6 * UPDATE_ROOM + 65536, end6 + 64) < 0)
		return -1;
	while (at4 < table->n4 || at6 < end6) {
		bool six = is_ipv6(&state, table->n4 - at4, end6 - at6);
		uint32_t *at = six ? &at6 : &at4;
		uint32_t n = some(&state, (six ? end6 : table->n4) - *at);
		uint32_t set = updates->n;

		if (set > 0 && below(&state, 6) == 0)
			set = below(&state, set);
		if (update(updates, &table->prefixes[*at], n, set) < 0)
			return -1;
		*at += n;
	}
	return 0;
}

int
bench_updates_change(
    struct bench_updates *updates, const struct bench_table *table, uint32_t i)
{
	return update(updates, &table->prefixes[i % table->n4], 1, CHANGES + i);
}

int
bench_table_changes(
    const struct bench_table *table, uint32_t n, struct bench_updates *updates)
{
	if (bench_updates_init(updates, n) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (bench_updates_change(updates, table, i) < 0)
			return -1;
	return 0;
}

int
bench_updates_shuffle(
    const struct bench_updates *from, struct bench_updates *to)
{
	uint32_t *order = malloc((from->n + (size_t)1) * sizeof(order[0]));
	uint64_t state = 2;

	if (order == NULL || init(to, from->len + 65536, from->n + 64) < 0) {
		free(order);
		return -1;
	}
	for (uint32_t i = 0; i < from->n; i++) {
		uint32_t k = below(&state, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (uint32_t i = 0; i < from->n; i++) {
		uint32_t k = order[i];
		size_t begins = k == 0 ? 0 : from->ends[k - 1];
		size_t len = from->ends[k] - begins;

		memcpy(&to->octets[to->len], &from->octets[begins], len);
		to->len += len;
		to->ends[to->n++] = to->len;
	}
	free(order);
	return 0;
}

int
bench_updates_route(struct bench_updates *updates, const struct prefix *prefix,
    const struct bench_path *path)
{
	return bench_updates_routes(updates, prefix, 1, path);
}

int
bench_updates_routes(struct bench_updates *updates,
    const struct prefix *prefixes, uint32_t n, const struct bench_path *path)
{
	struct writer writer;
	size_t message, attributes, place;

	begin(updates, &writer, &message);
	attributes = writer_hold_u16(&writer);
	place = attribute(&writer, ATTRIBUTE_ORIGIN);
	writer_u8(&writer, 0);
	writer_patch_u8(&writer, place);
	place = attribute(&writer, ATTRIBUTE_AS_PATH);
	writer_u8(&writer, SEGMENT_SEQUENCE);
	writer_u8(&writer, path->n);
	for (unsigned i = 0; i < path->n; i++)
		writer_u32(&writer, path->asn[i]);
	writer_patch_u8(&writer, place);
	attribute_u32(&writer, ATTRIBUTE_NEXT_HOP, path->next_hop);
	if (!path->external)
		attribute_u32(&writer, ATTRIBUTE_LOCAL_PREF, 100);
	writer_patch_u16(&writer, attributes);
	for (uint32_t i = 0; i < n; i++)
		unicast_encode(&prefixes[i], &writer);
	return end(updates, &writer, message);
}

int
bench_updates_end_of_rib(struct bench_updates *updates, unsigned family)
{
	struct writer writer;

	writer_init(&writer, &updates->octets[updates->len],
	    updates->room - updates->len);
	update_end_of_rib(&writer, family);
	if (writer.failed)
		return -1;
	updates->len += writer.len;
	updates->ends[updates->n++] = updates->len;
	return 0;
}
