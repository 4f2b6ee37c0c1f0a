/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When neither disk nor ballast has room, what takes rules away still happens,
 * and its entries wait: until they are on disk the system log is told of them.
 *
 *   waiting entry SEQ KIND rule=ID customer=NAME operator=NAME reason=CODE
 *
 * Bounded: SPILL_LINES a second; what is more is counted in the next line.
 */
#pragma once

#include "proxy/store/syslog.h"
#include "proxy/store/writer.h"

#define SPILL_LINES 100

struct spill {
	uint64_t next; /* number of the first entry that was not told */
	uint64_t since_ms;
	uint64_t missed;
	unsigned lines;     /* since then */
	struct entry entry; /* scratch */
};

/* Tell what waits, and has not been told; nothing unless writer_held(). */
void spill_tick(struct spill *spill, const struct writer *writer,
    struct syslog *log, uint64_t now_ms);
