/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties of every Flowspec value: a fault never yields a rule; a rule is
 * valid and canonical (twice as once); encoded and decoded again it is the
 * same; cut somewhere it is a fault or ends exactly there.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "proxy/wire/flowspec.h"

static inline void
fuzz_flowspec_rule(const struct rule *rule, unsigned afi)
{
	uint8_t octets[FLOWSPEC_NLRI_MAX], twice[FLOWSPEC_NLRI_MAX];
	struct writer writer, second;
	struct reader reader;
	struct span value;
	struct rule again;

	if (!rule_valid(rule, rule_size(rule)))
		abort();
	memcpy(&again, rule, rule_size(rule));
	rule_canonical(&again);
	if (!rule_equal(rule, &again))
		abort();

	writer_init(&writer, octets, sizeof(octets));
	flowspec_encode(rule, &writer);
	reader_init(&reader, octets, writer.len);
	if (writer.failed || flowspec_next(&reader, &value) != WIRE_OK ||
	    !reader_done(&reader) ||
	    flowspec_decode(value, afi, &again) != WIRE_OK ||
	    !rule_equal(rule, &again) || rule_cmp(rule, &again) != 0)
		abort();
	writer_init(&second, twice, sizeof(twice));
	flowspec_encode(&again, &second);
	if (second.len != writer.len || memcmp(octets, twice, writer.len) != 0)
		abort();
}

static inline void
fuzz_flowspec_value(struct span value, unsigned afi)
{
	struct rule rule;
	/* Five or so cuts, elsewhere in each input: many inputs make all. */
	size_t step = value.len / 4 + 1;
	size_t first = value.len == 0 ? 0 : value.data[value.len - 1] % step;

	if (flowspec_decode(value, afi, &rule) == WIRE_OK)
		fuzz_flowspec_rule(&rule, afi);
	else if (rule.afi != AFI_NONE || rule.n_terms != 0)
		abort();
	for (size_t cut = first; cut < value.len; cut += step) {
		struct span part = { value.data, cut };

		if (flowspec_decode(part, afi, &rule) == WIRE_OK &&
		    !rule_valid(&rule, rule_size(&rule)))
			abort();
	}
}

static inline void
fuzz_flowspec(const uint8_t *data, size_t size, unsigned afi)
{
	struct reader reader;
	struct span value;

	reader_init(&reader, data, size);
	while (reader.left > 0) {
		if (flowspec_next(&reader, &value) != WIRE_OK) {
			if (!reader.failed || reader.left != 0)
				abort();
			return;
		}
		fuzz_flowspec_value(value, afi);
	}
}
