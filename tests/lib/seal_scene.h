/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing for tests: a real loop, store and writer, real socket pairs; signer
 * and witness at the far ends are played here, with keys of their own, and the
 * time is the test's.
 */
#pragma once

#include "proxy/store/sealing.h"
#include "tests/lib/temp_folder.h"

#define SEAL_ORIGIN "example.net/log/0011aabb"

struct seal_world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *poll;
	struct store *store;
	struct writer *writer;
	struct sealing *sealing;
	struct channel *signer; /* far ends */
	struct channel *witness;
	uint64_t now_ms;
	bool (*until)(const struct seal_world *world);
	unsigned polls;
	unsigned quiet; /* polls since the writer was last busy */
	/* the signer */
	struct seal_key *secret;
	struct note_key key;
	uint64_t last_size;
	uint8_t last_root[SEAL_LEN];
	enum sign_result answer; /* 0: as a signer should */
	bool lies;               /* signs another root than it was asked to */
	bool silent;
	unsigned asked;
	struct msg_sign sign; /* the last */
	/* the witness */
	struct seal_key *other_secret;
	struct note_key other;
	uint32_t status; /* that it answers; 0: not reached */
	uint64_t size;   /* with 409 */
	bool honest;     /* 409 only until it is asked from size */
	bool strange;    /* 422 when it is asked from size */
	bool foreign;    /* signs with a key that nobody knows */
	bool mute;
	unsigned submitted;
	struct msg_submit submit; /* the last */
	/* heard */
	unsigned published;
	char note[NOTE_MAX];
	size_t note_len;
	unsigned keys;
	unsigned refusals;
	uint64_t target;
	struct entry entry; /* scratch */
};

int seal_setup(void **state);
int seal_teardown(void **state);

/* Sealing, with signer and (witnesses > 0) witness attached. */
void seal_up(struct seal_world *world, unsigned witnesses);
void seal_down(struct seal_world *world);

/* Record n entries and wait until they are on disk. */
void seal_append(struct seal_world *world, unsigned n);

/* Let time pass, and what it brings be done. */
void seal_pass(struct seal_world *world, uint64_t ms);

/* Run until it is so, or for a few seconds; true when it came. */
bool seal_run(
    struct seal_world *world, bool (*until)(const struct seal_world *world));
/* Something was published for a log of target entries. */
bool seal_is_published(const struct seal_world *world);
