/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking for one community among those of a route. */
#include "proxy/wire/community.h"

#include <string.h>

bool
community_in(
    struct span value, const uint8_t *community, enum community_size size)
{
	struct reader reader;

	reader_init(&reader, value.data, value.len);
	while (reader.left >= size) {
		const uint8_t *at = reader_take(&reader, size);

		if (at != NULL && memcmp(at, community, size) == 0)
			return true;
	}
	return false;
}
