/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a stream: a message that is ready is whole and within bounds,
 * and what is a fault stays one however much follows. */
#include <stdlib.h>

#include "proxy/wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum wire_fault fault, earlier = WIRE_OK;
	size_t total, ready = 0;
	uint8_t type, out[2];

	for (size_t len = 0; len <= size && len <= MESSAGE_MAX; len++) {
		fault = message_peek(data, len, MESSAGE_MAX, &type, &total);
		if (earlier != WIRE_OK && fault != earlier)
			abort();
		if (fault != WIRE_OK &&
		    (total != 0 ||
			message_fault_data(data, fault, out) > sizeof(out)))
			abort();
		if (total != 0 && (total < MESSAGE_HEADER_LEN || total > len ||
				      (ready != 0 && total != ready)))
			abort();
		if (ready != 0 && total == 0)
			abort();
		ready = total;
		earlier = fault;
	}
	return 0;
}
