/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions that policy changes rather than refuses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/action.h"
#include "policy/customer.h"

/*
 * Write into out what goes inward for these actions of this customer: rates
 * above 0 and below the floor raised to it, listed redirect targets replaced.
 * True when out differs; then words (size octets with its NUL, for a person)
 * say how. Idempotent.
 */
bool rewrite_actions(const struct customer *customer,
    const struct action_set *actions, struct action_set *out, char *words,
    size_t size);
