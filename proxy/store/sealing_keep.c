/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes: a ring of the last ones in memory, and on disk by the writer's thread,
 * one at a time. */
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/store/sealing_parts.h"

int
sealing_keep_load(struct sealing *sealing)
{
	struct sealing_kept *slot = &sealing->ring[0];
	uint64_t size;
	size_t len = 0;
	int err = ledger_note(
	    store_ledger(sealing->store), UINT64_MAX, &size, slot->note, &len);

	if (err == DB_NOT_FOUND)
		return 0;
	if (err == 0 &&
	    (checkpoint_parse(
		 slot->note, len, &slot->checkpoint, &slot->text_len) != 0 ||
		slot->checkpoint.size != size ||
		strcmp(slot->checkpoint.origin, sealing->origin) != 0))
		err = DB_CORRUPT;
	if (err != 0) {
		log_line(LOG_ERROR, "seal: last checkpoint cannot be read: %s",
		    db_error_text(err));
		return err;
	}
	slot->len = len;
	slot->kept = true;
	return 0;
}

const struct sealing_kept *
sealing_kept(const struct sealing *sealing)
{
	for (unsigned i = 0; i < SEALING_RING; i++) {
		const struct sealing_kept *slot =
		    &sealing->ring[(sealing->newest + SEALING_RING - i) %
				   SEALING_RING];

		if (slot->len > 0 && slot->kept)
			return slot;
	}
	return NULL;
}

struct sealing_kept *
sealing_keep_find(struct sealing *sealing, uint64_t size)
{
	for (unsigned i = 0; i <= SEALING_RING; i++)
		if (sealing->ring[i].len > 0 &&
		    sealing->ring[i].checkpoint.size == size)
			return &sealing->ring[i];
	return NULL;
}

struct sealing_kept *
sealing_keep_late(struct sealing *sealing, uint64_t size)
{
	struct sealing_kept *slot = &sealing->ring[SEALING_RING];
	uint64_t found;

	if (slot->dirty)
		return NULL;
	slot->len = 0;
	if (ledger_note(store_ledger(sealing->store), size, &found, slot->note,
		&slot->len) != 0 ||
	    checkpoint_parse(slot->note, slot->len, &slot->checkpoint,
		&slot->text_len) != 0 ||
	    slot->checkpoint.size != size) {
		slot->len = 0;
		return NULL;
	}
	slot->kept = true;
	return slot;
}

bool
sealing_keep_idle(const struct sealing *sealing)
{
	if (sealing->put_busy)
		return false;
	for (unsigned i = 0; i <= SEALING_RING; i++)
		if (sealing->ring[i].dirty)
			return false;
	return true;
}

void
sealing_keep_add(struct sealing *sealing, const struct msg_signed *msg)
{
	struct sealing_kept *slot = &sealing->ring[sealing->newest];

	if (slot->len > 0 && slot->checkpoint.size != sealing->want.size) {
		sealing->newest = (sealing->newest + 1) % SEALING_RING;
		slot = &sealing->ring[sealing->newest];
		slot->kept = false;
	}
	if (checkpoint_parse(msg->note, msg->note_len, &slot->checkpoint,
		&slot->text_len) != 0)
		return; /* it was looked at before */
	memcpy(slot->note, msg->note, msg->note_len);
	slot->len = msg->note_len;
	slot->dirty = true;
	sealing_keep_tick(sealing);
}

static int
put_run(void *ctx, struct store *store)
{
	const struct sealing *sealing = ctx;

	store_note_put(
	    store, sealing->put_size, sealing->put_note, sealing->put_len);
	return 0;
}

static void
put_done(void *ctx, int err)
{
	struct sealing *sealing = ctx;
	struct sealing_kept *slot = &sealing->ring[sealing->put_slot];

	sealing->put_busy = false;
	if (slot->checkpoint.size != sealing->put_size)
		return; /* overtaken by many */
	if (err != 0) {
		slot->dirty = true; /* the next tick tries again */
		return;
	}
	slot->kept = true;
	sealing->ops.published(
	    sealing->ops.ctx, sealing->put_note, sealing->put_len);
}

void
sealing_keep_tick(struct sealing *sealing)
{
	const struct writer_job job = { put_run, put_done, sealing };
	struct sealing_kept *slot;
	unsigned i;

	if (sealing->put_busy)
		return;
	for (i = 0; i <= SEALING_RING && !sealing->ring[i].dirty; i++)
		;
	if (i > SEALING_RING)
		return;
	sealing->put_slot = i;
	slot = &sealing->ring[sealing->put_slot];
	memcpy(sealing->put_note, slot->note, slot->len);
	sealing->put_len = slot->len;
	sealing->put_size = slot->checkpoint.size;
	if (writer_job(sealing->writer, &job) != 0)
		return;
	sealing->put_busy = true;
	slot->dirty = false;
}
