/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search asks for, read straight from a record's octets. */
#include "store/record.h"

#include <string.h>

#include "policy/rule.h"

/* Tags; the whole list is in record.c. Behind the rule nothing is of interest.
 */
enum peek_tag {
	TAG_RULE_ID = 2,
	TAG_CUSTOMER = 5,
	TAG_OPERATOR = 7,
	TAG_RULE = 8,
};

#define FIELD_HEAD 3 /* tag:1 length:2 */

static uint64_t
number(const uint8_t *octets, size_t width)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++)
		value = value << 8 | octets[i];
	return value;
}

/* AFI, then the NLRI value, whose first component is the destination when there
 * is one: type, length, (IPv6) offset, octets. */
static int
peek_rule(const uint8_t *data, size_t len, struct prefix *dst)
{
	unsigned bits = len > 0 ? afi_bits(data[0]) : 0;
	size_t head = bits == 32 ? 3 : 4, octets;

	if (bits == 0)
		return -1;
	if (len < 2 || data[1] != RULE_DST)
		return 0;
	if (len < head || data[2] > bits)
		return -1;
	if (bits == 128 && data[3] != 0)
		return 0; /* a pattern, not a prefix */
	octets = ((size_t)data[2] + 7) / 8;
	if (octets > len - head)
		return -1;
	dst->afi = data[0];
	dst->len = data[2];
	memcpy(dst->addr, &data[head], octets);
	return 0;
}

static int
peek_text(
    const uint8_t *data, size_t len, const uint8_t **text, uint8_t *text_len)
{
	if (len == 0 || len > UINT8_MAX)
		return -1;
	*text = data;
	*text_len = (uint8_t)len;
	return 0;
}

static int
peek_field(
    unsigned tag, const uint8_t *data, size_t len, struct record_peek *out)
{
	switch (tag) {
	case TAG_RULE_ID:
		if (len > 8)
			return -1;
		out->rule_id = number(data, len);
		return 0;
	case TAG_CUSTOMER:
		return peek_text(data, len, &out->customer, &out->customer_len);
	case TAG_OPERATOR:
		return peek_text(
		    data, len, &out->operator_name, &out->operator_len);
	case TAG_RULE:
		return peek_rule(data, len, &out->dst);
	default:
		return 0;
	}
}

int
record_peek(const uint8_t *data, size_t len, struct record_peek *out)
{
	static const uint8_t magic[4] = { 'S', 'L', 'R', RECORD_VERSION };
	size_t at = RECORD_HEAD_LEN;

	memset(out, 0, sizeof(*out));
	if (len < RECORD_HEAD_LEN || len > RECORD_LEN_LIMIT ||
	    memcmp(data, magic, sizeof(magic)) != 0)
		return -1;
	out->kind = data[4];
	out->state = data[5];
	out->reason = (uint16_t)number(&data[6], 2);
	out->wall_ns = number(&data[16], 8);
	while (len - at >= FIELD_HEAD && data[at] <= TAG_RULE) {
		unsigned tag = data[at];
		size_t width = (size_t)number(&data[at + 1], 2);

		at += FIELD_HEAD;
		if (width > len - at ||
		    peek_field(tag, &data[at], width, out) != 0)
			return -1;
		at += width;
	}
	return 0;
}
