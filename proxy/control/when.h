/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time and durations as text. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WHEN_TEXT_MAX 32

/* "2026-01-31T03:04:05.678Z" to buf; returns buf. wall_ns: CLOCK_REALTIME. */
char *when_print(uint64_t wall_ns, char *buf, size_t size);

/*
 * Read "2026-01-31T03:04:05Z" (RFC 3339: a fraction, a space for the T and an
 * offset as in +01:00 may be), "2026-01-31" (its midnight, UTC), or how long
 * before now_ns: "10m", "2h", "1h30m", "45s", "3d". Years 1970 to 2261.
 * Returns 0, or -1 when it is none of these.
 */
int when_parse(const char *text, uint64_t now_ns, uint64_t *out);

/* Read how long: "10m", "2h", "1h30m", "45s", "3d". Returns 0, or -1 when it is
 * none of these, nothing, or longer than max_ms. */
int when_span(const char *text, uint64_t max_ms, uint64_t *out_ms);

/* How long, in at most six characters or so: "12s", "3m12s", "5h07m",
 * "4d03h", "412d". Returns buf. */
char *when_age(uint64_t ms, char *buf, size_t size);
