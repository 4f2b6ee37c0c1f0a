/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of control as JSON. Each answer has the members "api" and "ttl" and the
 * names of BIRD's looking-glass daemon birdwatcher where they fit, so that
 * programs which know these show our sessions and rules; what is ours alone is
 * under our own names. Operators' names are left out: whoever can connect reads
 * this.
 */
#pragma once

#include <stdint.h>

#include "proxy/http/body.h"
#include "proxy/http/fetch.h"

#define API_NAME_MAX 192 /* of a protocol, octets with NUL */

/* What every answer says of itself. */
struct api_head {
	const char *version;
	uint64_t fetched_ns; /* wall: when control was asked */
	uint64_t now_ns;
	uint64_t ttl_ns;
};

/* rows: control's of that name; of sessions for api_protocols(). */
void api_status(
    struct body *body, const struct api_head *head, const struct rows *rows);
void api_protocols(
    struct body *body, const struct api_head *head, const struct rows *rows);
void api_customers(
    struct body *body, const struct api_head *head, const struct rows *rows);
void api_rules(
    struct body *body, const struct api_head *head, const struct rows *rows);

/* The rules that came over the session of this name ("acme/198.51.100.2").
 * Returns 0, or -1 with nothing added when there is no such session. */
int api_routes(struct body *body, const struct api_head *head,
    const char *protocol, const struct rows *sessions,
    const struct rows *rules);
