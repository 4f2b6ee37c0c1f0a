/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in a folder of its own, and a plain model of what should be in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"
#include "tests/lib/temp_folder.h"

#define MODEL_MAX  70000
#define BLOCKS_MAX (MODEL_MAX / LEDGER_BLOCK + 1)

/* What should be there. */
struct model {
	uint64_t size;
	uint8_t leaf[MODEL_MAX][SEAL_LEN];
	bool gone[BLOCKS_MAX];
	uint64_t live[MODEL_MAX]; /* rule id -> seq + 1, 0: none */
};

struct world {
	char path[TEMP_PATH_MAX];
	struct store *store;
	struct ledger *log;
	struct entry entry; /* scratch */
	struct model model;
};

struct world_count {
	const struct model *model;
	uint64_t n;
	uint64_t rare;
	uint64_t last;
};

/* For ledger_walk(), with a struct world_count: counts, and fails at an entry
 * that the model says is gone. */
int world_count_entry(void *ctx, const struct entry *entry);

/* cmocka's; *state is the world. */
int world_setup(void **state);
int world_teardown(void **state);

void world_open(struct world *world); /* again, when it is open */

/* world->entry, in the open batch. */
void world_append_one(struct world *world, enum live_op op, uint64_t rule_id);

/* A batch of n usual entries; by the customer "rare" where the number is a
 * multiple of rare (0: none). */
void world_append(
    struct world *world, uint64_t n, uint64_t rare, enum live_op op);

/* store_prune() in a batch; returns how many went. The model is not told. */
uint32_t world_prune(struct world *world, uint64_t before, uint32_t max);
