/* SPDX-License-Identifier: BSD-2-Clause */
/* A store with some entries and signed checkpoints, to be audited. */
#pragma once

#include "proxy/cli/audit.h"
#include "tests/lib/temp_folder.h"

#define AUDIT_ORIGIN "test.example/log"

struct audit_scene {
	char folder[TEMP_PATH_MAX];
	struct seal_key *secret;
	struct note_key key;
	char vkey[NOTE_VKEY_MAX];
	uint8_t seed; /* of the next key; 0: any */
};

/* n entries, a checkpoint at each of the sizes (ended by 0);
 * of no entries, one of size 0. */
/* seed not 0: with keys that are always the same. */
void audit_scene_make_seeded(
    struct audit_scene *scene, uint8_t seed, uint64_t n, const uint64_t *sizes);
void audit_scene_make(
    struct audit_scene *scene, uint64_t n, const uint64_t *sizes);
/*
 * Another key: a KEY entry with the statement of both (forged: with a signature
 * by the new one alone), a further entry, and a checkpoint by the new key. The
 * scene's key is then that one.
 */
void audit_scene_rotate(struct audit_scene *scene, bool forged);
void audit_scene_free(struct audit_scene *scene);

/* What a verb writes, standard output and error together; *status is its exit
 * status. The caller frees it. */
char *audit_scene_run(const struct args *args, int *status);
