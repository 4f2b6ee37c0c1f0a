/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of checkpoints from anywhere: what is kept is a checkpoint, and taking
 * it once more gives the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"

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
	struct checkpoints *list = checkpoints_new();
	struct checkpoints *again = checkpoints_new();
	long n;

	if (list == NULL || again == NULL)
		return 0;
	n = checkpoints_take(list, (const char *)data, size);
	demand(n >= 0 && checkpoints_count(list) <= CHECKPOINTS_MAX);
	demand((n == 0) == (checkpoints_count(list) == 0));
	for (unsigned i = 0; i < checkpoints_count(list); i++) {
		struct checkpoint checkpoint;
		size_t len, text_len;
		const char *note = checkpoints_at(list, i, &len);

		demand(len <= NOTE_MAX && note[len] == '\0');
		demand(
		    checkpoint_parse(note, len, &checkpoint, &text_len) == 0);
		demand(checkpoints_take(again, note, len) == 1);
	}
	demand(checkpoints_count(again) == checkpoints_count(list));
	checkpoints_free(again);
	checkpoints_free(list);
	return 0;
}
