/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue towards the log: a ring of packed entries and one of subjects. */
#include "proxy/guard/journal.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/common/entry_msg.h"

/* No log is that long: numbers never wrap. */
#define JOURNAL_SEQ_MAX (UINT64_C(1) << 62)

#define AHEAD 8 /* entries */

struct slot {
	void *subject;
	uint32_t offset; /* in octets[] */
	uint32_t size;
};

struct journal {
	journal_durable durable;
	void *ctx;
	struct channel *channel; /* borrowed; NULL: no store */
	bool ready;
	bool full;
	uint64_t next;  /* number of the next entry */
	uint64_t first; /* oldest that is not durable */
	uint64_t sent;  /* next to be sent to this store */
	size_t used;    /* octets, gaps included */
	uint32_t tail;  /* where the next goes */
	struct slot slots[JOURNAL_ENTRIES];
	uint8_t octets[JOURNAL_OCTETS];
};

static struct slot *
slot_of(struct journal *journal, uint64_t seq)
{
	return &journal->slots[seq % JOURNAL_ENTRIES];
}

struct journal *
journal_new(journal_durable durable, void *ctx)
{
	/* calloc: untouched pages of the ring cost nothing. */
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL)
		return NULL;
	journal->durable = durable;
	journal->ctx = ctx;
	return journal;
}

void
journal_free(struct journal *journal)
{
	free(journal);
}

bool
journal_ready(const struct journal *journal)
{
	return journal->ready;
}

bool
journal_room(const struct journal *journal, bool urgent)
{
	size_t reserve = urgent ? 2 * ENTRY_MSG_MAX : JOURNAL_OCTETS / 4;
	size_t entries = urgent ? 1 : JOURNAL_ENTRIES / 4;

	if (!journal->ready)
		return false;
	if (!urgent && (journal->full || journal->channel == NULL))
		return false;
	return journal->used + reserve <= JOURNAL_OCTETS &&
	       journal->next - journal->first + entries <= JOURNAL_ENTRIES;
}

void
journal_set_full(struct journal *journal, bool full)
{
	journal->full = full;
}

bool
journal_full(const struct journal *journal)
{
	return journal->full;
}

uint64_t
journal_append(struct journal *journal, struct entry *entry, void *subject)
{
	struct slot *slot = slot_of(journal, journal->next);
	size_t size = entry_msg_size(entry);

	/* An entry never wraps: the rest of the ring's end is a gap. */
	if (journal->tail + size > JOURNAL_OCTETS) {
		journal->used += JOURNAL_OCTETS - journal->tail;
		journal->tail = 0;
	}
	entry->seq = journal->next;
	if (entry->rule_id == UINT64_MAX)
		entry->rule_id = entry->seq;
	slot->subject = subject;
	slot->offset = journal->tail;
	slot->size = (uint32_t)size;
	entry_msg_pack(entry, (void *)&journal->octets[journal->tail]);
	journal->tail += (uint32_t)size;
	journal->used += size;
	return journal->next++;
}

/* Give back the octets of the oldest entry, and the gap before it. */
static void
release(struct journal *journal, const struct slot *slot)
{
	uint64_t next = journal->first + 1;

	if (next == journal->next) {
		journal->used = 0;
		journal->tail = 0;
		return;
	}
	uint32_t to = slot_of(journal, next)->offset;

	journal->used -= to > slot->offset ? to - slot->offset
					   : JOURNAL_OCTETS - slot->offset + to;
}

int
journal_on_durable(struct journal *journal, uint64_t seq)
{
	if (journal->channel == NULL || seq > journal->sent)
		return -1;
	while (journal->first < seq) {
		struct slot *slot = slot_of(journal, journal->first);
		void *subject = slot->subject;
		uint64_t done = journal->first;

		/* It was judged long ago: let it come while others go. */
		__builtin_prefetch(
		    slot_of(journal, journal->first + AHEAD)->subject);
		release(journal, slot);
		journal->first++;
		journal->durable(journal->ctx, done, subject);
	}
	return 0;
}

int
journal_attach(
    struct journal *journal, struct channel *channel, uint64_t next_seq)
{
	if (next_seq >= JOURNAL_SEQ_MAX)
		return -1;
	if (!journal->ready) {
		journal->ready = true;
		journal->next = journal->first = next_seq;
	}
	if (next_seq < journal->first || next_seq > journal->next)
		return -1;
	journal->channel = channel;
	journal->full = false;
	journal->sent = next_seq;
	return journal_on_durable(journal, next_seq);
}

void
journal_detach(struct journal *journal)
{
	journal->channel = NULL;
}

void
journal_flush(struct journal *journal)
{
	if (journal->channel == NULL)
		return;
	while (journal->sent < journal->next) {
		const struct slot *slot = slot_of(journal, journal->sent);
		uint8_t *to = channel_reserve(
		    journal->channel, MSG_STORE_APPEND, slot->size);

		if (to == NULL)
			break;
		/* The head is the channel's. */
		memcpy(to + sizeof(struct msg_head),
		    &journal->octets[slot->offset + sizeof(struct msg_head)],
		    slot->size - sizeof(struct msg_head));
		channel_commit(journal->channel, slot->size);
		journal->sent++;
	}
	channel_flush(journal->channel);
}

uint64_t
journal_next(const struct journal *journal)
{
	return journal->next;
}

uint64_t
journal_first(const struct journal *journal)
{
	return journal->first;
}

size_t
journal_pending(const struct journal *journal)
{
	return (size_t)(journal->next - journal->first);
}
