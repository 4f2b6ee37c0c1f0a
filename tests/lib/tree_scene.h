/* SPDX-License-Identifier: BSD-2-Clause */
/* Short words for what is done to a tree of prefixes under test. */
#pragma once

#include "proxy/guard/prefix_tree.h"

struct prefix tree_prefix(const char *text);

/* Put it there with this value; there was none (then it was 0), or any. */
uint32_t *tree_put(
    struct prefix_tree *tree, const struct prefix *prefix, uint32_t value);

/* How many a walk gives, all inside and in order. */
unsigned tree_walked(
    const struct prefix_tree *tree, const struct prefix *under);
