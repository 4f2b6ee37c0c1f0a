/* SPDX-License-Identifier: BSD-2-Clause */
/* One slot for each thing that may be wanted. */
#include "proxy/store/notes.h"

#include <string.h>

void
notes_init(struct notes *notes, const struct notes_ops *ops)
{
	memset(notes, 0, sizeof(*notes));
	notes->ops = *ops;
}

void
notes_want(struct notes *notes, enum notes_slot slot,
    const struct msg_store_note *note)
{
	notes->slot[slot].note = *note;
	notes->slot[slot].note.head.kind = MSG_STORE_NOTE;
	notes->slot[slot].wanted = true;
	notes->slot[slot].seen = false;
	notes->slot[slot].due_ms = 0;
}

bool
notes_wanted(const struct notes *notes, enum notes_slot slot)
{
	return notes->slot[slot].wanted;
}

void
notes_tick(struct notes *notes, uint64_t now_ms)
{
	for (unsigned i = 0; i < NOTES_SLOTS; i++) {
		if (!notes->slot[i].wanted || notes->slot[i].seen ||
		    now_ms < notes->slot[i].due_ms)
			continue;
		if (notes->ops.send(notes->ops.ctx, &notes->slot[i].note) == 0)
			notes->slot[i].due_ms = now_ms + NOTES_AGAIN_MS;
	}
}

static bool
matches(const struct msg_store_note *note, const struct entry *entry)
{
	return note->kind == entry->kind && note->count == entry->count &&
	       strcmp(note->text, entry->text) == 0 &&
	       strcmp(note->evidence, entry->evidence) == 0;
}

enum notes_slot
notes_look(struct notes *notes, const struct entry *entry)
{
	if (entry->kind != ENTRY_KEY && entry->kind != ENTRY_SUMMARY)
		return NOTES_SLOTS;
	for (unsigned i = 0; i < NOTES_SLOTS; i++) {
		if (!notes->slot[i].wanted || notes->slot[i].seen ||
		    !matches(&notes->slot[i].note, entry))
			continue;
		notes->slot[i].seen = true;
		notes->slot[i].seq = entry->seq;
		return (enum notes_slot)i;
	}
	return NOTES_SLOTS;
}

void
notes_durable(struct notes *notes, uint64_t size)
{
	for (unsigned i = 0; i < NOTES_SLOTS; i++) {
		if (!notes->slot[i].wanted || !notes->slot[i].seen ||
		    notes->slot[i].seq >= size)
			continue;
		notes->slot[i].wanted = false;
		notes->slot[i].seen = false;
		notes->ops.done(notes->ops.ctx, (enum notes_slot)i);
	}
}

void
notes_greeted(struct notes *notes, uint64_t size)
{
	notes_durable(notes, size);
	for (unsigned i = 0; i < NOTES_SLOTS; i++) {
		notes->slot[i].seen = false;
		notes->slot[i].due_ms = 0;
	}
}
