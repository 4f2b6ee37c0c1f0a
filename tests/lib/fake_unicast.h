/* SPDX-License-Identifier: BSD-2-Clause */
/* A small unicast view made of rows: each prefix's best route. */
#pragma once

#include <stddef.h>

#include "policy/unicast.h"

#define FAKE_ROUTES_MAX 6
#define FAKE_SESSION    "acme" /* the source that is the rule's session */

struct fake_route {
	const char *prefix; /* NULL: no route */
	/* AS_PATH: "65001 64999", "" for none, "{65001,65002}" a set,
	 * "(65100 65101) 65001" behind a confederation's. */
	const char *path;
	const char *source;
	bool reflected; /* with ORIGINATOR_ID */
};

struct fake_unicast {
	struct unicast_view view; /* ctx points at the struct itself */
	struct unicast_route routes[FAKE_ROUTES_MAX];
	size_t n;
};

/* Fill with the rows up to the first without prefix; known. Aborts when a row
 * is no route. The rows must outlive it. */
void fake_unicast_fill(
    struct fake_unicast *fake, const struct fake_route routes[FAKE_ROUTES_MAX]);
