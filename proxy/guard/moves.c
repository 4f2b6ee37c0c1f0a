/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefixes that moved in this turn. */
#include "proxy/guard/moves.h"

/* What lies inside is said with it. */
static void
drop_inside(struct moves *moves, const struct prefix *prefix)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < moves->n; i++) {
		if (!prefix_contains(prefix, &moves->at[i]))
			moves->at[kept++] = moves->at[i];
	}
	moves->n = kept;
}

void
moves_add(struct moves *moves, const struct prefix *prefix)
{
	const struct prefix all = { .afi = prefix->afi };

	for (unsigned i = 0; i < moves->n; i++) {
		if (prefix_contains(&moves->at[i], prefix))
			return;
	}
	drop_inside(moves, prefix);
	if (moves->n == MOVES_MAX) {
		moves->at[0] = all;
		moves->n = 1;
		return;
	}
	moves->at[moves->n++] = *prefix;
}
