/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of control as Prometheus' text format, version 0.0.4. */
#pragma once

#include <stdint.h>

#include "proxy/control/json.h"
#include "proxy/http/body.h"

/* What control said; each may be NULL, and then makes no samples. Borrowed. */
struct metrics_from {
	const struct json *status;   /* the row */
	const struct json *sessions; /* lists of rows */
	const struct json *customers;
	const struct json *verdicts;
	uint64_t now_ns; /* wall */
	bool up;         /* control answered */
	const char *version;
};

/*
 * Append all metrics. Without up only sluice_up and sluice_build_info have
 * samples. Of the verdicts of all customers together (customer="") every reason
 * has one, also where none was counted.
 */
void metrics_add(struct body *body, const struct metrics_from *from);
