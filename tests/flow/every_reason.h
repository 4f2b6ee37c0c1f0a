/* SPDX-License-Identifier: BSD-2-Clause */
/* How each reason comes about in a guard: one row for each. */
#pragma once

#include "tests/lib/guard_scene_unicast.h"

/*
 * A scene is prepared and started; before() is called, acme announces the
 * rule, after() is called. Each may be NULL. The scene has settled whenever
 * one is called, and settles once more at the end.
 */
struct producer {
	enum reason reason;
	void (*prepare)(struct scene *scene);
	void (*before)(struct scene *scene);
	const char *rule; /* of acme */
	enum reason wire; /* what its session found; 0: nothing */
	void (*after)(struct scene *scene);
	bool unstarted; /* before() starts what it needs */
};

/* From the rule, the customer's limits and what is known of its space. */
extern const struct producer judged_rows[];
extern const size_t judged_count;
/* From quotas, operators, other rules, time. */
extern const struct producer event_rows[];
extern const size_t event_count;

/* acme announces this text. */
void announce_text(
    struct scene *scene, size_t session, const char *text, enum reason wire);
