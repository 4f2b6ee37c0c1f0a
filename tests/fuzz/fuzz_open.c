/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as an OPEN: what is taken keeps to the RFCs, and what we would
 * send in its place is read back the same. */
#include <stdlib.h>

#include "proxy/wire/message.h"
#include "proxy/wire/open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct open open, again;
	struct writer writer;
	uint8_t buf[128];

	if (open_decode(data, size, &open) != WIRE_OK)
		return 0;
	if (open.version != OPEN_VERSION || open.asn == 0 || open.bgp_id == 0 ||
	    open.hold_s == 1 || open.hold_s == 2 ||
	    (open.families & ~FAMILY_ALL) != 0 || open.gr_time_s > 4095 ||
	    (open.gr_forwarding & ~open.gr_families) != 0)
		abort();
	writer_init(&writer, buf, sizeof(buf));
	open_encode(&open, &writer);
	if (writer.failed ||
	    open_decode(&buf[MESSAGE_HEADER_LEN],
		writer.len - MESSAGE_HEADER_LEN, &again) != WIRE_OK)
		abort();
	if (again.asn != open.asn || again.hold_s != open.hold_s ||
	    again.bgp_id != open.bgp_id ||
	    again.has_refresh != open.has_refresh ||
	    again.has_as4 != open.has_as4)
		abort();
	if (open.families != FAMILY_NONE && again.families != open.families)
		abort();
	return 0;
}
