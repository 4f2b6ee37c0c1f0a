/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue towards the log. The guard is the log's only author: it numbers
 * the entries, keeps each until the store says that it is on disk, and sends
 * again what a restarted store has not. Bounded in octets and entries: when
 * it is full, journal_room() says so and the caller keeps state instead.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "store/entry.h"

struct journal;

/* A build for tests makes them small. */
#ifndef JOURNAL_OCTETS
#define JOURNAL_OCTETS  (16u << 20)
#define JOURNAL_ENTRIES 65536u
#endif

/* Entry seq, appended with this subject, is on disk. In order of seq. */
typedef void (*journal_durable)(void *ctx, uint64_t seq, void *subject);

/* NULL when memory is out. */
struct journal *journal_new(journal_durable durable, void *ctx);
void journal_free(struct journal *journal);

/*
 * A store is there (channel borrowed until the next call) and its log holds
 * next_seq entries. What it has is reported durable, the rest is sent again.
 * Returns 0, or -1 when the store has lost entries it had called durable, or
 * has more than were ever sent: then it must not be used.
 */
int journal_attach(
    struct journal *journal, struct channel *channel, uint64_t next_seq);
void journal_detach(struct journal *journal);

/* Attached before at least once: numbers are known. */
bool journal_ready(const struct journal *journal);

/*
 * Is there room for an announcement's entry? False when the store is away or
 * full or a quarter of the queue is all that is left: that quarter is for
 * withdrawals and acts of operators, which ask with urgent.
 */
bool journal_room(const struct journal *journal, bool urgent);

/* The store cannot take entries (STORE_FULL) or can again. */
void journal_set_full(struct journal *journal, bool full);
bool journal_full(const struct journal *journal);

/*
 * Append: entry->seq is set, and returned; a rule_id of UINT64_MAX becomes the
 * same. There must be room (urgent). subject (may be NULL) is given back when
 * the entry is durable; what it points to must stay until then.
 */
uint64_t journal_append(
    struct journal *journal, struct entry *entry, void *subject);

/* The store has all entries below seq on disk. -1: it cannot. */
int journal_on_durable(struct journal *journal, uint64_t seq);

/* Send what can be sent, and flush. */
void journal_flush(struct journal *journal);

uint64_t journal_next(const struct journal *journal);  /* next number */
uint64_t journal_first(const struct journal *journal); /* not yet durable */
size_t journal_pending(const struct journal *journal); /* not yet durable */
