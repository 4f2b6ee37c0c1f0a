/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the store itself wants recorded. The guard is the log's only author, so
 * it is asked, and asked again, until the entry has come and is on disk. Pure:
 * the time is given, sending is the owner's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "store/entry.h"

#define NOTES_AGAIN_MS 10000

enum notes_slot {
	NOTES_KEY = 0,       /* the signing key */
	NOTES_RETENTION = 1, /* what retention is going to remove */
	NOTES_SLOTS
};

struct notes_ops {
	/* Send to the guard. 0, or -1: not now. */
	int (*send)(void *ctx, const struct msg_store_note *note);
	/* The entry is on disk. */
	void (*done)(void *ctx, enum notes_slot slot);
	void *ctx;
};

struct notes {
	struct notes_ops ops;
	struct {
		bool wanted;
		bool seen; /* the entry came with number seq */
		uint64_t seq;
		uint64_t due_ms; /* to be sent (again) */
		struct msg_store_note note;
	} slot[NOTES_SLOTS];
};

void notes_init(struct notes *notes, const struct notes_ops *ops);

/* Have this recorded, in place of what the slot wanted before; kind, count and
 * texts are the caller's. Sent at the next notes_tick(). */
void notes_want(
    struct notes *notes, enum notes_slot slot, const struct msg_store_note *);
bool notes_wanted(const struct notes *notes, enum notes_slot slot);

/* Send what is due. */
void notes_tick(struct notes *notes, uint64_t now_ms);

/* An entry came from the guard: the slot that wanted it, or NOTES_SLOTS. */
enum notes_slot notes_look(struct notes *notes, const struct entry *entry);

/* All entries below size are on disk. */
void notes_durable(struct notes *notes, uint64_t size);

/* A guard begins behind entry size - 1: what was seen from there on is lost. */
void notes_greeted(struct notes *notes, uint64_t size);
