/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of an AS_PATH. */
#include "proxy/wire/as_path.h"

#include <string.h>

/* RFC 4271 4.3, RFC 5065 3. */
enum segment_type {
	SEGMENT_SET = 1,
	SEGMENT_SEQUENCE = 2,
	SEGMENT_CONFED_SEQUENCE = 3,
	SEGMENT_CONFED_SET = 4,
};

/* What the AS numbers of one segment say. */
struct segment {
	unsigned type;
	unsigned count;
	uint32_t first;
	uint32_t last;
	bool has_own;
	bool has_zero;
};

static enum wire_fault
segment_next(
    struct reader *reader, bool as4, uint32_t own_asn, struct segment *out)
{
	memset(out, 0, sizeof(*out));
	out->type = reader_u8(reader);
	out->count = reader_u8(reader);
	for (unsigned i = 0; i < out->count && !reader->failed; i++) {
		uint32_t asn = as4 ? reader_u32(reader) : reader_u16(reader);

		if (i == 0)
			out->first = asn;
		out->last = asn;
		out->has_own |= own_asn != 0 && asn == own_asn;
		out->has_zero |= asn == 0;
	}
	/* RFC 7606 7.2, RFC 7607 2 */
	if (reader->failed || out->count == 0 || out->has_zero ||
	    out->type < SEGMENT_SET || out->type > SEGMENT_CONFED_SET)
		return FAULT_ATTRIBUTE_AS_PATH;
	return WIRE_OK;
}

static void
segment_count(const struct segment *segment, bool *begun, struct as_path *out)
{
	bool sequence = segment->type == SEGMENT_SEQUENCE;

	out->asns = (uint16_t)(out->asns + segment->count);
	out->has_own |= segment->has_own;
	if (segment->type >= SEGMENT_CONFED_SEQUENCE) {
		out->has_confed = true;
		return;
	}
	out->length = (uint16_t)(out->length + (sequence ? segment->count : 1));
	if (!*begun)
		out->first_as = sequence ? segment->first : 0;
	out->origin_as = sequence ? segment->last : 0;
	*begun = true;
}

enum wire_fault
as_path_decode(
    struct span value, bool as4, uint32_t own_asn, struct as_path *out)
{
	struct reader reader;
	bool begun = false;

	memset(out, 0, sizeof(*out));
	reader_init(&reader, value.data, value.len);
	while (reader.left > 0) {
		struct segment segment;
		enum wire_fault fault =
		    segment_next(&reader, as4, own_asn, &segment);

		if (fault != WIRE_OK) {
			memset(out, 0, sizeof(*out));
			return fault;
		}
		segment_count(&segment, &begun, out);
	}
	return WIRE_OK;
}

void
as_path_merge(struct as_path *path, const struct as_path *as4_path)
{
	/* RFC 6793 4.2.3: a longer AS4_PATH is ignored. */
	if (as4_path->length == 0 || as4_path->length > path->length)
		return;
	if (as4_path->length == path->length)
		path->first_as = as4_path->first_as;
	path->origin_as = as4_path->origin_as;
	path->has_own |= as4_path->has_own;
}
