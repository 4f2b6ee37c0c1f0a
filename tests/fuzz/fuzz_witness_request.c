/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an add-checkpoint request: refused, or within bounds, the same
 * when written again, and refused when an octet is missing at its end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/witness/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[REQUEST_MAX];
	const char *given = (const char *)data;
	struct request request, again;
	uint64_t number;
	int len;

	if (request_parse_size(given, size, &number) == 0)
		demand(size <= 21 && given[size - 1] == '\n');
	if (request_is_signatures(given, size))
		demand(memchr(given, '\0', size) == NULL &&
		       given[size - 1] == '\n');
	if (request_parse(given, size, &request) < 0)
		return 0;
	demand(request.proof.n <= REQUEST_HASHES_MAX);
	demand(request.note_len > 0 && request.note_len <= NOTE_MAX);
	demand(request.note > given &&
	       request.note + request.note_len == given + size);
	demand(memchr(request.note, '\0', request.note_len) == NULL);
	len = request_print(&request, text, sizeof(text));
	demand(len >= 0 && (size_t)len == size);
	demand(memcmp(text, given, size) == 0);
	demand(request_parse(text, size - 1, &again) < 0);
	return 0;
}
