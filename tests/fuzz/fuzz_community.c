/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as the value of an attribute with communities, whole or not: one
 * is found where it stands, and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/community.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first octet chooses the size; then the community, then the value. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum community_size sizes[] = { COMMUNITY_SIZE_STANDARD,
		COMMUNITY_SIZE_EXTENDED, COMMUNITY_SIZE_LARGE };
	enum community_size each;
	struct span value;
	uint8_t *exact;
	bool there = false;

	if (size == 0)
		return 0;
	each = sizes[data[0] % 3];
	if (size < 1u + each)
		return 0;
	value.len = size - 1 - each;
	/* Exactly the octets, so that a read too far is seen. */
	exact = malloc(value.len > 0 ? value.len : 1);
	if (exact == NULL)
		abort();
	memcpy(exact, &data[1 + each], value.len);
	value.data = exact;
	for (size_t i = 0; i + each <= value.len; i += each)
		there = there || memcmp(&exact[i], &data[1], each) == 0;
	if (community_in(value, &data[1], each) != there)
		abort();
	free(exact);
	return 0;
}
