/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be in a block.
 *
 * Packed, all numbers big-endian: "SLX" version:1=1 n:4 unread:4 kinds:4
 * states:4 from_ns:8 to_ns:8 bloom:1024 sum:8. With 256 entries up to some
 * 1,100 different items go into the filter's 8,192 bits: with four bits each,
 * two or three questions in a hundred are answered yes for nothing.
 */
#include "store/index.h"

#include <string.h>

#include "store/record.h"

#define PROBES   4
#define HEAD_LEN 36
#define SUM_LEN  8
#define LENGTH   (HEAD_LEN + INDEX_BLOOM + SUM_LEN)
#define STEPS    4

_Static_assert(LENGTH <= INDEX_PACKED, "INDEX_PACKED");
_Static_assert(INDEX_BLOOM * 8 == 1 << 13, "thirteen bits a probe");

/* What an item of the filter is; persisted. */
enum item {
	ITEM_CUSTOMER = 1,
	ITEM_OPERATOR = 2,
	ITEM_RULE_ID = 3,
	ITEM_REASON = 4,
	ITEM_PREFIX = 5, /* first bits of a destination at least so long */
	ITEM_SHORT = 6,  /* the same of one that ends before the next step */
};

static const uint8_t magic[4] = { 'S', 'L', 'X', 1 };

/* ---- hashing: ours, for the bits stay on disk ---- */

static uint64_t
mix(uint64_t word)
{
	word = (word ^ word >> 32) * UINT64_C(0xd6e8feb86659fd93);
	word = (word ^ word >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return word ^ word >> 32;
}

static uint64_t
load(const uint8_t *octets, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word = word << 8 | octets[i];
	return word;
}

static uint64_t
hash_number(enum item item, unsigned detail, uint64_t value)
{
	return mix(mix((uint64_t)item << 16 | detail) ^ value);
}

static uint64_t
hash_octets(enum item item, const uint8_t *octets, size_t len)
{
	uint64_t hash = (uint64_t)item << 16 | len;
	size_t at = 0;

	for (; len - at >= 8; at += 8)
		hash = mix(hash ^ load(&octets[at], 8));
	return mix(mix(hash ^ load(&octets[at], len - at)));
}

/* ---- the filter ---- */

/* Four times thirteen bits of the hash. */
static void
bloom_put(uint8_t bloom[INDEX_BLOOM], uint64_t hash)
{
	for (unsigned i = 0; i < PROBES; i++, hash >>= 13)
		bloom[(hash & 0x1fff) >> 3] |= (uint8_t)(1u << (hash & 7));
}

static bool
bloom_has(const uint8_t *bloom, uint64_t hash)
{
	for (unsigned i = 0; i < PROBES; i++, hash >>= 13)
		if ((bloom[(hash & 0x1fff) >> 3] >> (hash & 7) & 1) == 0)
			return false;
	return true;
}

/* ---- destinations ---- */

/* Lengths under which they are put in: 0, 8, 16, 24; IPv6: 0, 16, 32, 48. */
static unsigned
step_bits(unsigned afi, unsigned step)
{
	return afi == AFI_IPV4 ? 8 * step : 16 * step;
}

/* The last step that is not longer than the prefix. */
static unsigned
step_of(const struct prefix *prefix)
{
	unsigned step = STEPS - 1;

	while (step > 0 && step_bits(prefix->afi, step) > prefix->len)
		step--;
	return step;
}

static uint64_t
hash_prefix(enum item item, const struct prefix *prefix, unsigned step)
{
	unsigned bits = step_bits(prefix->afi, step);

	return hash_number(item, (unsigned)prefix->afi << 8 | bits,
	    load(prefix->addr, bits / 8));
}

static void
put_prefix(struct index_block *block, const struct prefix *dst)
{
	unsigned last = step_of(dst);

	for (unsigned step = 0; step <= last; step++)
		bloom_put(block->bloom, hash_prefix(ITEM_PREFIX, dst, step));
	if (last < STEPS - 1)
		bloom_put(block->bloom, hash_prefix(ITEM_SHORT, dst, last));
}

/*
 * A destination that overlaps the one asked for is at least as long as its last
 * step and begins alike, or it is shorter and covers it: then it ends between
 * two steps before that.
 */
static bool
may_hold_prefix(const uint8_t *bloom, const struct prefix *wanted)
{
	unsigned last;

	if (afi_bits(wanted->afi) == 0)
		return true;
	last = step_of(wanted);
	if (bloom_has(bloom, hash_prefix(ITEM_PREFIX, wanted, last)))
		return true;
	for (unsigned step = 0; step < last; step++)
		if (bloom_has(bloom, hash_prefix(ITEM_SHORT, wanted, step)))
			return true;
	return false;
}

/* ---- filling ---- */

void
index_init(struct index_block *block)
{
	memset(block, 0, sizeof(*block));
	block->from_ns = UINT64_MAX;
}

static void
put_peek(struct index_block *block, const struct record_peek *peek)
{
	block->kinds |= 1u << peek->kind;
	block->states |= 1u << peek->state;
	if (peek->wall_ns < block->from_ns)
		block->from_ns = peek->wall_ns;
	if (peek->wall_ns > block->to_ns)
		block->to_ns = peek->wall_ns;
	bloom_put(block->bloom, hash_number(ITEM_RULE_ID, 0, peek->rule_id));
	if (peek->reason != 0)
		bloom_put(
		    block->bloom, hash_number(ITEM_REASON, 0, peek->reason));
	if (peek->customer_len > 0)
		bloom_put(
		    block->bloom, hash_octets(ITEM_CUSTOMER, peek->customer,
				      peek->customer_len));
	if (peek->operator_len > 0)
		bloom_put(
		    block->bloom, hash_octets(ITEM_OPERATOR,
				      peek->operator_name, peek->operator_len));
	if (peek->dst.afi != AFI_NONE)
		put_prefix(block, &peek->dst);
}

void
index_add(struct index_block *block, const uint8_t *record, size_t len)
{
	struct record_peek peek;

	block->n++;
	if (record_peek(record, len, &peek) != 0 || peek.kind >= 32 ||
	    peek.state >= 32)
		block->unread++;
	else
		put_peek(block, &peek);
}

/* ---- packed ---- */

static void
store(uint8_t *out, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

/* Against accidents; who may write here may make a new sum, too. */
static uint64_t
sum_of(const uint8_t *data)
{
	uint64_t sum = LENGTH;
	size_t at = 0;

	for (; at + 8 <= LENGTH - SUM_LEN; at += 8)
		sum = mix(sum ^ load(&data[at], 8));
	return mix(sum ^ load(&data[at], LENGTH - SUM_LEN - at));
}

size_t
index_pack(const struct index_block *block, uint8_t out[INDEX_PACKED])
{
	memcpy(out, magic, sizeof(magic));
	store(&out[4], block->n, 4);
	store(&out[8], block->unread, 4);
	store(&out[12], block->kinds, 4);
	store(&out[16], block->states, 4);
	store(&out[20], block->from_ns, 8);
	store(&out[28], block->to_ns, 8);
	memcpy(&out[HEAD_LEN], block->bloom, INDEX_BLOOM);
	store(&out[HEAD_LEN + INDEX_BLOOM], sum_of(out), SUM_LEN);
	return LENGTH;
}

static bool
is_whole(const uint8_t *data, size_t len)
{
	return len == LENGTH && memcmp(data, magic, sizeof(magic)) == 0 &&
	       load(&data[HEAD_LEN + INDEX_BLOOM], SUM_LEN) == sum_of(data);
}

int
index_span(const uint8_t *data, size_t len, uint64_t *from_ns, uint64_t *to_ns)
{
	*from_ns = 0;
	*to_ns = 0;
	if (!is_whole(data, len))
		return -1;
	*from_ns = load(&data[20], 8);
	*to_ns = load(&data[28], 8);
	return 0;
}

static bool
may_hold_text(const uint8_t *bloom, enum item item, const char *text)
{
	return text == NULL || text[0] == '\0' ||
	       bloom_has(bloom,
		   hash_octets(item, (const uint8_t *)text, strlen(text)));
}

/* What the head says, without the filter. */
static bool
head_may_hold(const uint8_t *data, const struct index_query *query)
{
	uint32_t kinds = (uint32_t)load(&data[12], 4);
	uint32_t states = (uint32_t)load(&data[16], 4);

	if (query->kind != 0 &&
	    (query->kind >= 32 || (kinds >> query->kind & 1) == 0))
		return false;
	if (query->state != UINT8_MAX &&
	    (query->state >= 32 || (states >> query->state & 1) == 0))
		return false;
	return load(&data[28], 8) >= query->from_ns &&
	       (query->to_ns == 0 || load(&data[20], 8) < query->to_ns);
}

bool
index_may_hold(const uint8_t *data, size_t len, const struct index_query *query)
{
	const uint8_t *bloom;

	if (!is_whole(data, len) || load(&data[8], 4) != 0)
		return true;
	bloom = &data[HEAD_LEN];
	if (!head_may_hold(data, query))
		return false;
	if (query->rule_id != UINT64_MAX &&
	    !bloom_has(bloom, hash_number(ITEM_RULE_ID, 0, query->rule_id)))
		return false;
	if (query->reason != 0 &&
	    !bloom_has(bloom, hash_number(ITEM_REASON, 0, query->reason)))
		return false;
	return may_hold_text(bloom, ITEM_CUSTOMER, query->customer) &&
	       may_hold_text(bloom, ITEM_OPERATOR, query->operator_name) &&
	       may_hold_prefix(bloom, &query->prefix);
}
