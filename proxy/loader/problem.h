/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a configuration: collected, bounded, in file order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proxy/loader/model.h"

#define PROBLEM_FOUND_MAX  sizeof(((struct msg_cfg_error *)0)->found)
#define PROBLEM_WANTED_MAX sizeof(((struct msg_cfg_error *)0)->wanted)
#define PROBLEM_KEY_MAX    sizeof(((struct msg_cfg_error *)0)->key)

/*
 * Note an error. Texts are copied, cut to their fields and made printable.
 * Beyond CONFIG_ERRORS_MAX nothing is noted.
 */
void problem_add(struct config *config, const struct place *at, const char *key,
    const char *found, const char *wanted);

/* There is no room for a further one. */
bool problem_full(const struct config *config);

/*
 * Quote text for the found field: "…" with everything but printable ASCII
 * escaped, and a cut shown as three dots behind the quote. size >= 16.
 */
void problem_quote(const char *text, char *buf, size_t size);

/* "12:7 of acme.yaml", to point at another place; size octets. */
void problem_place(const struct config *config, const struct place *at,
    char *buf, size_t size);
