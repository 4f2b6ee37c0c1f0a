/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signer for tests: the real one behind real socket pairs, with its files in
 * a folder of its own. The test is the store or the witness at the far end.
 */
#pragma once

#include "proxy/signer/link.h"
#include "tests/lib/small_tree.h"
#include "tests/lib/temp_folder.h"

#define SIGNER_NAME   "sluice/192.0.2.1"
#define SIGNER_ORIGIN SIGNER_NAME "/1f0a77c2"
#define SIGNER_OTHER  "example.net/other"

struct signer_world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *give_up;
	struct signer *signer;
	struct link *store;
	struct link *witness;
	struct channel *far;
	struct seal_key *log; /* of SIGNER_OTHER */
	struct note_key log_key;
	struct msg_signer_hello hello;
	struct msg_signed answer;
	unsigned hellos;
	unsigned answers;
	bool closed;
};

/* For cmocka: a signer that is ready, with the store's channel connected. */
int signer_scene_setup(void **state);
int signer_scene_teardown(void **state);

/* The same process again: its memory is what is on disk. */
void signer_scene_up(struct signer_world *world);
void signer_scene_down(struct signer_world *world);

/* Be the other end of that link instead. */
void signer_scene_connect(struct signer_world *world, struct link *link);

/* Until one message has come, or the channel has ended; ten seconds at most. */
void signer_scene_wait(struct signer_world *world);

/* To sign a tree of that size, with the proof from old_size; of SIGNER_ORIGIN.
 */
struct msg_sign signer_scene_sign_request(
    struct small_tree *of, unsigned old_size, unsigned size);

/* The same to cosign, of SIGNER_OTHER, signed by its key. */
struct msg_cosign signer_scene_cosign_request(struct signer_world *world,
    struct small_tree *of, unsigned old_size, unsigned size);

/* Send, and wait: the answer's enum sign_result, which is in world->answer. */
unsigned signer_scene_ask(
    struct signer_world *world, const void *msg, size_t size);
unsigned signer_scene_sign(struct signer_world *world, struct small_tree *of,
    unsigned old_size, unsigned size);
unsigned signer_scene_cosign(struct signer_world *world, struct small_tree *of,
    unsigned old_size, unsigned size);

/* Is the answer's note signed by that key, under SIGNER_ORIGIN? */
bool signer_scene_signed_by(const struct signer_world *world,
    const uint8_t public_key[SEAL_PUBLIC_LEN]);

/* The path of the only file in the folder that begins so. */
void signer_scene_find_file(
    const struct signer_world *world, const char *prefix, char path[512]);
