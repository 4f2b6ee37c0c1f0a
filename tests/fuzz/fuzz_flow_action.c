/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as action communities (the first octet says which attribute):
 * what is decoded is valid, and encoded and decoded again the same. */
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/flow_action.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct action_set set, again;
	struct writer writer;
	uint8_t octets[256];
	enum wire_fault fault;
	size_t n;

	if (size == 0)
		return 0;
	memset(&set, 0, sizeof(set));
	memset(&again, 0, sizeof(again));
	if ((data[0] & 1) != 0)
		fault = flow_action_decode6(
		    (struct span){ &data[1], size - 1 }, &set);
	else
		fault = flow_action_decode(
		    (struct span){ &data[1], size - 1 }, &set);
	if (fault != WIRE_OK)
		return 0;
	if (!action_valid(&set) || !action_rate_finite(set.rate_bytes) ||
	    !action_rate_finite(set.rate_packets))
		abort();

	writer_init(&writer, octets, sizeof(octets));
	(void)flow_action_encode(&set, &writer);
	n = writer.len;
	(void)flow_action_encode6(&set, &writer);
	if (writer.failed)
		abort();
	if (n > 0 &&
	    flow_action_decode((struct span){ octets, n }, &again) != WIRE_OK)
		abort();
	if (writer.len > n &&
	    flow_action_decode6(
		(struct span){ &octets[n], writer.len - n }, &again) != WIRE_OK)
		abort();
	set.repeated = 0;
	set.unknown = 0;
	set.stripped = 0;
	if (!action_equal(&set, &again))
		abort();
	return 0;
}
