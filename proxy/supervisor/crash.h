/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guards crashed of. Each guard gets a page, in which it says what rule
 * it works on. When it crashes, that rule is a suspect, of which the next guard
 * is told before anything else; when they crash again and again, the next one
 * is told to begin in safe mode.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "proxy/common/past_page.h"

#define CRASH_MOST      3u      /* so many .. */
#define CRASH_WINDOW_MS 300000u /* .. within this: safe mode .. */
#define CRASH_SAFE_MS   300000u /* .. for so long */
#define CRASH_STEADY_MS 30000u  /* then what it was told is on record */
#define CRASH_RING      8u

/* Zeroed: no guard yet. */
struct crash {
	const struct past_page *page; /* of the guard that runs; NULL: none */
	bool told;                    /* a guard runs */
	uint32_t crashes;
	uint32_t told_safe_ms;         /* the guard that runs was told so */
	uint64_t crash_ms[CRASH_MOST]; /* ring, by crashes */
	uint64_t safe_until_ms;        /* 0: no safe mode */
	uint32_t n;                    /* suspects known */
	uint32_t next;                 /* place of the next one */
	struct msg_guard_suspect suspects[CRASH_RING];
};

/* A new guard, whose channel is empty: its page and what it has to know. It
 * works without a page when there is none to be had. */
void crash_tell(struct crash *crash, struct channel *guard, uint64_t now_ms);

/* It has ended with this wait status, having lived so long. True when it
 * crashed. */
bool crash_ended(
    struct crash *crash, int status, uint64_t lived_ms, uint64_t now_ms);

/* Does a process that ends so end by a fault of its own? */
bool crash_is_one(int status);

void crash_fini(struct crash *crash);
