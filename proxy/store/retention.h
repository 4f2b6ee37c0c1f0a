/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Old entries go, by age and by size, whole blocks at a time: first the guard
 * records that they will (SUMMARY "retention"), then, when that is on disk, the
 * writer's thread removes a few blocks with each batch. Blocks on which a live
 * rule stands, and those from which growth must be proven, stay. Nothing goes
 * without its entry: after a crash between the two it is asked for anew.
 *
 * Age is by the entries' wall clock. A clock that is set forward while we run
 * makes nothing old: the time is the wall clock's at the start and what has
 * passed since, or now's, whichever is earlier. One that has jumped before the
 * start is not gone by either: where the last entries, or the newest and the
 * clock, lie RETENTION_JUMP_NS apart, and that was less than a day ago by the
 * clock, nothing goes by age for a day of ours. So it is, too, after a day
 * without us, where it does no harm.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/store/notes.h"
#include "proxy/store/writer.h"

#define RETENTION_FIRST_MS 300000
#define RETENTION_EVERY_MS 3600000
#define RETENTION_JUMP_NS  UINT64_C(86400000000000)
#define RETENTION_HOLD_MS  86400000 /* no going by age */
#define RETENTION_SEEN     4096     /* entries looked at for a jump */
/* Blocks in one transaction, each of which looks at all live rules, and the
 * time between two: some 25,000 entries a second, a tenth of the thread at
 * most. */
#define RETENTION_SLICE    16
#define RETENTION_PAUSE_MS 150

struct retention;

/* All borrowed; the writer ends first. NULL when out of memory. */
struct retention *retention_new(
    struct store *store, struct writer *writer, struct notes *notes);
void retention_free(struct retention *retention); /* NULL is fine */

/* 0: no bound. */
void retention_configure(
    struct retention *retention, uint64_t retain_ms, uint64_t retain_octets);

/* What is to stay beside (see ledger_pins): filled in by pins whenever it is
 * asked for, from now on. */
void retention_pins(struct retention *retention,
    void (*pins)(const void *ctx, struct ledger_pins *out), const void *ctx);

/* Do what is due. now_ms is monotonic. */
void retention_tick(
    struct retention *retention, uint64_t now_ms, uint64_t wall_ns);

/* The entry that was asked for is on disk. */
void retention_recorded(struct retention *retention);

/* Blocks are being removed: ticks should come every RETENTION_PAUSE_MS. */
bool retention_busy(const struct retention *retention);
