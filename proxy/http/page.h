/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path, and what is answered. What control said is kept for PAGE_TTL_MS, and
 * so is that it said nothing: however many ask, the guard is asked once.
 *
 *   /metrics                      Prometheus; 200 also without control
 *   /api/v1/status                JSON, all of these; 503 without control
 *   /api/v1/protocols             sessions
 *   /api/v1/routes/protocol/NAME  rules of one session
 *   /api/v1/customers
 *   /api/v1/rules                 the first PAGE_RULES_MAX
 *   /checkpoint                   the log's last signed note; 404 before it,
 *                                 503 without the store
 *
 * Not for several threads.
 */
#pragma once

#include "proxy/http/body.h"
#include "proxy/http/link.h"

#define PAGE_TTL_MS    1000u
#define PAGE_RULES_MAX 20000u

struct pages;

/* An answer. */
struct page {
	unsigned refs;
	unsigned status;  /* of HTTP */
	const char *type; /* static */
	struct body body;
};

/* link is borrowed until pages_free(); a readable stop_fd ends what is being
 * asked. NULL when memory is out. */
struct pages *pages_new(struct link *link, int stop_fd);
void pages_free(struct pages *pages); /* NULL is fine */

/* What is at path, whatever that holds. The caller's until page_drop(); NULL
 * when memory is out. */
struct page *pages_get(struct pages *pages, const char *path);

/* {"error":text} with this status; likewise. */
struct page *page_error(unsigned status, const char *text);

void page_drop(struct page *page);
