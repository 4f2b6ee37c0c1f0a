/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store role for tests: real loop, real socket pairs, a real LMDB. The test
 * plays guard and control at the far end of a channel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "proxy/store/audit_link.h"
#include "proxy/store/guard_link.h"
#include "tests/lib/temp_folder.h"

struct world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *give_up;
	struct store *store;
	struct writer *writer;
	struct guard_link *guard;
	struct audit_link *audit;
	struct channel *far; /* the test's end */
	bool (*until)(const struct world *world);
	/* what has been heard */
	bool closed;
	unsigned hellos;
	uint64_t hello_seq;
	uint64_t durable;
	uint64_t lives;
	uint64_t loaded;
	unsigned status;
	bool was_full;
	unsigned ends;
	struct msg_audit_end end;
	uint64_t entries;
	uint64_t ids[300];
	uint64_t target; /* for until() */
	struct entry entry;
};

/* Run the loop until until() or for 20 s; true when it came. */
bool scene_run(struct world *world, bool (*until)(const struct world *world));
/* Conditions for run(). */
bool scene_is_greeted(const struct world *world);
bool scene_is_durable(const struct world *world);
bool scene_is_closed(const struct world *world);
bool scene_is_loaded(const struct world *world);
bool scene_is_answered(const struct world *world);
bool scene_is_full(const struct world *world);
bool scene_is_fine(const struct world *world);
/* Open a channel as guard or control; world->far is its end. */
void scene_connect_guard(struct world *world);
void scene_connect_control(struct world *world);
/* Send entries; record() waits until they are on disk. */
void scene_send_entry(struct world *world, const struct entry *entry);
void scene_send_usual(struct world *world, uint64_t from, uint64_t to);
void scene_record(struct world *world, uint64_t from, uint64_t to);
/* Start the store on world->path, and stop it. */
void scene_store_up(struct world *world);
void scene_store_down(struct world *world);
/* cmocka fixtures: *state is a struct world with a store that is up. */
int scene_setup(void **state);
int scene_teardown(void **state);
