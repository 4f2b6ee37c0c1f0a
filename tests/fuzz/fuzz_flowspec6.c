/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as IPv6 Flowspec NLRI; the properties are fuzz_flowspec.h's. */
#include "tests/fuzz/fuzz_flowspec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_flowspec(data, size, AFI_IPV6);
	return 0;
}
