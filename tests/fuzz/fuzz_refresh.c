/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as a ROUTE-REFRESH: four are one, others none; ours is read
 * back. */
#include <stdlib.h>

#include "proxy/wire/message.h"
#include "proxy/wire/refresh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refresh refresh, again;
	struct writer writer;
	uint8_t buf[64];

	if ((refresh_decode(data, size, false, &refresh) == WIRE_OK) !=
	    (size == 4))
		abort();
	if (refresh_decode(data, size, true, &refresh) != WIRE_OK ||
	    refresh.family == FAMILY_NONE)
		return 0;
	writer_init(&writer, buf, sizeof(buf));
	refresh_encode(&writer, refresh.family, refresh.subtype);
	if (refresh_decode(&buf[MESSAGE_HEADER_LEN],
		writer.len - MESSAGE_HEADER_LEN, true, &again) != WIRE_OK ||
	    again.family != refresh.family || again.subtype != refresh.subtype)
		abort();
	return 0;
}
