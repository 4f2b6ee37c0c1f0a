/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the guards before this one ended of. Which rule is being worked on is
 * written to a page that outlives the guard; what stood there when one crashed
 * comes back as a suspect, and is not worked on again. After too many crashes
 * the guard begins in safe mode: it lets nothing in and only passes on
 * withdrawals, until its time is over.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "proxy/common/past_page.h"

#define PAST_SUSPECTS 16u

struct past_suspect {
	uint32_t customer; /* number */
	struct rule rule;
};

/* Zeroed: no page, no suspects, not in safe mode. */
struct past {
	struct past_page *page; /* NULL: none was given */
	uint64_t safe_ms;       /* loop time: end of safe mode; 0: not in it */
	uint64_t safe_ns;       /* wall, likewise; to be shown */
	uint32_t crashes;       /* of guards, since the supervisor started */
	uint32_t n;             /* suspects */
	uint32_t next;          /* the one to be forgotten when all are used */
	struct past_suspect suspects[PAST_SUSPECTS];
};

/* fd (taken over) is the page. now_ms: loop time; now_ns: wall. */
void past_open(struct past *past, const struct msg_guard_past *msg, int fd,
    uint64_t now_ms, uint64_t now_ns);
void past_close(struct past *past);

/* Safe mode ends by itself; called once a second. True when it has just. */
bool past_second(struct past *past, uint64_t now_ms);

/* This rule of this customer is a suspect; nothing when it is known. */
void past_suspect_add(
    struct past *past, uint32_t customer, const struct rule *rule);
bool past_suspects(
    const struct past *past, uint32_t customer, const struct rule *rule);
void past_suspect_forget(
    struct past *past, uint32_t customer, const struct rule *rule);

/* This rule is being worked on from now on, or none. */
void past_work(struct past *past, uint32_t peer, uint32_t customer,
    const struct rule *rule);
void past_idle(struct past *past);
