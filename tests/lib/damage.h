/* SPDX-License-Identifier: BSD-2-Clause */
/* A store's file in memory, and the ways in which it is damaged at random. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tests/lib/random_entry.h"

#define DAMAGE_VERSIONS 4u /* older states of the file that are kept */
#define DAMAGE_SPARE    (64u * 1024) /* octets behind those of work */

/* X(name): what is done to the file. */
#define DAMAGE_MAP(X)                                                          \
	X(flipped_bit)                                                         \
	X(page_of_random_octets)                                               \
	X(page_of_zeros)                                                       \
	X(page_of_another_place)                                               \
	X(page_of_an_older_state)                                              \
	X(truncated_file)                                                      \
	X(extended_file)                                                       \
	X(damaged_root)
enum damage_kind {
#define X(name) DAMAGE_##name,
	DAMAGE_MAP(X)
#undef X
	DAMAGE_KINDS
};

/* Its name. */
const char *damage_name(enum damage_kind kind);

struct damage_file {
	uint8_t *data;
	size_t len;
};

struct damage {
	struct random_state random;
	struct damage_file whole;
	struct damage_file older[DAMAGE_VERSIONS];
	struct damage_file work; /* of whole's size and DAMAGE_SPARE */
};

/* Make work a copy of whole, and damage it. */
void damage_make(struct damage *damage, enum damage_kind kind);
