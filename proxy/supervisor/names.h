/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers for names: the same name gets the same number for ever. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NAMES_KEY_MAX 160        /* octets of a name with its NUL */
#define NAMES_MAX     (1u << 20) /* names there may ever be */

struct names;

struct names *names_new(void); /* NULL when out of memory */
void names_free(struct names *names);

/* The number of key (from 1, in order of first use). *is_new, which may be
 * NULL, is set when it had none yet. 0 when there is no room. */
uint32_t names_number(struct names *names, const char *key, bool *is_new);

/* Numbers given so far; the highest one. */
uint32_t names_count(const struct names *names);
