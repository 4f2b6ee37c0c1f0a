/* SPDX-License-Identifier: BSD-2-Clause */
/* A log in memory with its hashes and checkpoints, as a source would give it to
 * store/verify.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/entry.h"
#include "store/note.h"
#include "store/seal.h"
#include "store/verify.h"

#define LOG_ENTRIES 1000u
#define LOG_BLOCKS  (LOG_ENTRIES / 256u)
#define LOG_NOTES   10u /* a checkpoint every 100 entries */
#define LOG_ORIGIN  "test.example/log"

struct tampered_log {
	uint64_t size; /* that it says */
	uint64_t records;
	uint8_t root[SEAL_LEN];
	struct {
		uint8_t record[512];
		size_t len;
		uint8_t leaf[SEAL_LEN];
		uint64_t seq; /* where it stands */
	} entry[LOG_ENTRIES + 1];
	uint8_t node[LOG_BLOCKS][SEAL_LEN];
	uint8_t index[LOG_BLOCKS][SEAL_LEN];
	bool spare_index; /* of the block that is not whole */
	bool removed[LOG_BLOCKS];
	struct {
		char text[1024];
		size_t len;
		uint64_t size;
	} note[LOG_NOTES], outside;
	uint64_t unreadable; /* this one cannot be read; UINT64_MAX: none */
};

struct log_scene {
	struct seal_key *secret;
	struct seal_key *other;
	struct note_key key;
	struct tampered_log log;
	struct entry entry;
};

/* For cmocka: *state is the scene. */
int log_scene_setup(void **state);
int log_scene_teardown(void **state);

/* Entry seq anew; customer NULL: as it was. */
void log_scene_entry(
    struct log_scene *scene, uint64_t seq, const char *customer);

/* A checkpoint; secret may be another than the log's. */
void log_scene_note(struct log_scene *scene, uint64_t size,
    const uint8_t root[SEAL_LEN], struct seal_key *secret, char text[1024],
    size_t *len);

/* Hashes, indexes, checkpoints (from number from_note on) and root of the
 * records as they are. */
void log_scene_seal(
    struct log_scene *scene, unsigned from_note, struct seal_key *secret);

/* Everything, and the end. */
void log_scene_give(const struct tampered_log *log, struct verify *verify);
