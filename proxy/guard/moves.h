/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prefixes of one family that moved in this turn and near which many rules
 * stand: one that flaps a thousand times is walked once. None lies inside
 * another; where there are more than fit, the default prefix stands for all.
 */
#pragma once

#include "policy/prefix.h"

#define MOVES_MAX 64u

struct moves {
	struct prefix at[MOVES_MAX];
	unsigned n;
};

/* This prefix moved. */
void moves_add(struct moves *moves, const struct prefix *prefix);
