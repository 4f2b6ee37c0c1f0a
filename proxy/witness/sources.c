/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows by a salted hash, each in the order in which its sources were heard. */
#include "proxy/witness/sources.h"

#include <string.h>
#include <sys/random.h>

void
sources_init(struct sources *sources, uint32_t rate, uint32_t burst)
{
	memset(sources, 0, sizeof(*sources));
	sources->rate = rate;
	sources->burst = burst;
	/* Without a salt it works as well for all who mean well. */
	(void)!getrandom(&sources->salt, sizeof(sources->salt), GRND_NONBLOCK);
}

static struct source *
row_of(struct sources *sources, uint64_t source)
{
	uint64_t hash = source ^ sources->salt;

	/* The finisher of MurmurHash3. */
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 33;
	return sources->rows[hash & (SOURCES_ROWS - 1)];
}

bool
sources_take(struct sources *sources, uint64_t source, uint64_t now_ms)
{
	struct source *row = row_of(sources, source);
	struct source found = { .source = source, .used = true };
	unsigned i = 0;

	while (
	    i < SOURCES_WAYS - 1 && !(row[i].used && row[i].source == source))
		i++;
	if (row[i].used && row[i].source == source)
		found = row[i];
	else
		bucket_limit(&found.bucket, sources->rate, sources->burst);
	memmove(&row[1], &row[0], i * sizeof(row[0]));
	row[0] = found;
	return bucket_take(&row[0].bucket, now_ms, 1);
}
