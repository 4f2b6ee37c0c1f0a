/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends random entries to a store that no daemon has open, so that a test
 * gets a long log soon: log_fill FOLDER COUNT [SEED]. None of them puts a rule
 * into force.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"
#include "tests/lib/random_entry.h"

#define BATCH 4096

static int
fill_batch(struct store *store, struct random_state *state, uint64_t n)
{
	static struct entry entry;
	int err = store_begin(store);

	for (uint64_t i = 0; i < n && err == 0; i++) {
		random_entry(state, &entry);
		entry.seq = store_next(store);
		err = store_append_entry(store, &entry);
	}
	if (err != 0) {
		store_abort(store);
		return err;
	}
	return store_commit(store, NULL);
}

int
main(int argc, char **argv)
{
	struct random_state state = { 1 };
	struct store *store;
	uint64_t left;
	int err;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: log_fill FOLDER COUNT [SEED]\n");
		return 2;
	}
	left = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		state.word = strtoull(argv[3], NULL, 10);
	err = store_open(argv[1], 0, &store);
	while (err == 0 && left > 0) {
		uint64_t n = left < BATCH ? left : BATCH;

		err = fill_batch(store, &state, n);
		left -= n;
	}
	if (err != 0) {
		(void)fprintf(stderr, "log_fill: %s\n", db_error_text(err));
		return 1;
	}
	(void)printf("%" PRIu64 "\n", store_next(store));
	store_close(store);
	return 0;
}
