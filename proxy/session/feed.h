/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast routes of an inward session, streamed to the guard as they come.
 * Nothing is kept: a full table stands in the guard only.
 *
 * While the guard is slow the peer is not read, for a bounded time. What cannot
 * be told (the guard hangs, or there is none) is dropped, and then the peer is
 * asked for all of it by route refresh; one that knows none is reset.
 *
 * Words of art; all are sets of families
 *   heard    something came since the session is up
 *   told     this guard was told a route of this session
 *   missed   this guard was not told something: nothing is told, and the peer
 *            is to be asked as soon as there is room
 *   asked    the peer was asked, all has to come again
 *   begun    MARK_REFRESH_BEGIN was said, MARK_REFRESH_END will be
 *   ended    the peer has sent all (End-of-RIB, or it went quiet)
 *   fed      this guard has been told all
 *
 * Quiet is ten seconds without a route, or with hardly any beside what came
 * before: a full table is never silent.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/loop.h"

#define FEED_STALL_MS    2000u /* a guard that takes nothing for longer hangs */
/* A peer that agreed to RFC 7313 and does not do as it says. */
#define FEED_ENHANCED_MS 60000u
#define FEED_FEW         100u /* hardly any: one in so many .. */
#define FEED_FEW_MIN     10u  /* .. or so few */

struct feed {
	struct timer *stall;
	struct timer *quiet;
	uint8_t heard;
	uint8_t told;
	uint8_t missed;
	uint8_t asked;
	uint8_t begun;
	uint8_t ended;
	uint8_t fed;
	bool paused;
	uint64_t heard_ms;  /* when the last route came */
	uint64_t window_ms; /* begin of the present window of quiet */
	uint64_t window;    /* routes in it */
	uint64_t total;     /* routes since all is to come */
};
