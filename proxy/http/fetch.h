/* SPDX-License-Identifier: BSD-2-Clause */
/* One question to control, and the rows of its answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http/link.h"

#define FETCH_OCTETS_MAX ((size_t)32 << 20) /* of one answer's rows */
#define FETCH_LINE_MAX   (1u << 20)
#define FETCH_WAIT_MS    5000u /* one question may take so long in all */

/* Rows as JSON texts, as they came: not looked into. Zero is none. */
struct rows {
	char *text;
	size_t len;
	size_t size;
	size_t *at; /* where each begins; a NUL ends it */
	size_t n;
	size_t max;
	bool truncated; /* there were more */
};

/*
 * Ask control what verb (one that only looks, without arguments) answers; no
 * more than max rows of it are taken. Returns 0, or -errno: -ETIMEDOUT (also
 * when no connection came), -ECANCELED when stop_fd (-1: none) became readable,
 * -EPROTO for what is no answer, -EAGAIN when control said that it cannot
 * answer now. rows belong to the caller then, too.
 */
int fetch(struct link *link, int stop_fd, const char *verb, size_t max,
    struct rows *rows);

/* Row i's text, borrowed, and its length. */
const char *rows_at(const struct rows *rows, size_t i, size_t *len);

void rows_fini(struct rows *rows);
