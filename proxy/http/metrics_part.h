/* SPDX-License-Identifier: BSD-2-Clause */
/* One metric, and how its samples are written. */
#pragma once

#include "proxy/http/metrics.h"

struct metric {
	const char *name;
	const char *help;
	/* Append the samples. */
	void (*say)(struct body *body, const struct metric *metric,
	    const struct metrics_from *from);
	const char *path; /* where in the row: "quota.rules" */
	bool counter;
};

struct label {
	const char *name;
	const char *value;
};

/* What is at the path in a row; false and NULL when there is none. */
bool metrics_number(const struct json *row, const char *path, uint64_t *out);
const char *metrics_text(const struct json *row, const char *path);

/* The sample up to its value; labels (NULL: none) end with a NULL name. */
void metrics_begin(
    struct body *body, const char *name, const struct label *labels);
void metrics_sample(struct body *body, const char *name,
    const struct label *labels, uint64_t value);

/* ---- signed segments; metrics_auth.c ---- */

void metrics_auth_md5(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
/* TCP-AO by session; path: the label's name. */
void metrics_auth_segments(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
void metrics_auth_keys(struct body *body, const struct metric *metric,
    const struct metrics_from *from);

/* ---- the log; metrics_log.c ---- */

void metrics_sealed(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
void metrics_seal_state(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
/* Seconds since 1970 of the time at the path. */
void metrics_time(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
void metrics_damaged(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
void metrics_witness_size(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
void metrics_witness_time(struct body *body, const struct metric *metric,
    const struct metrics_from *from);
