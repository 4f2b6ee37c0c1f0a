/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes: a ring of the last ones in memory, and on disk by the writer's thread,
 * one at a time; which of them stay there: SEALING_STAY_MS. */
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/store/sealing_parts.h"

#define OLDER_MAX 64 /* damaged checkpoints passed over */

/* The key that the log told of last signs it, and what it signed is another
 * text. */
static bool
is_refuted(const struct sealing *sealing, const char *note, size_t len)
{
	uint8_t key[STORE_META_MAX];
	struct note_key ours;
	size_t key_len;

	return store_meta_get(sealing->store, STORE_KEY, key, &key_len) == 0 &&
	       key_len == SEAL_PUBLIC_LEN &&
	       note_key_make(&ours, sealing->origin, NOTE_ED25519, key) == 0 &&
	       note_refuted(note, len, &ours);
}

/* Into the first place. */
static int
note_read(
    struct sealing *sealing, uint64_t at_most, uint64_t *size, size_t *len)
{
	struct sealing_kept *slot = &sealing->ring[0];
	int err = ledger_note(
	    store_ledger(sealing->store), at_most, size, slot->note, len);

	if (err == 0 &&
	    (checkpoint_parse(
		 slot->note, *len, &slot->checkpoint, &slot->text_len) != 0 ||
		slot->checkpoint.size != *size ||
		strcmp(slot->checkpoint.origin, sealing->origin) != 0 ||
		is_refuted(sealing, slot->note, *len)))
		err = DB_CORRUPT;
	return err;
}

int
sealing_keep_load(struct sealing *sealing)
{
	struct sealing_kept *slot = &sealing->ring[0];
	uint64_t size = 0, at_most = UINT64_MAX;
	size_t len = 0;
	int err = note_read(sealing, at_most, &size, &len);

	/* The signer has another copy, and says when it is not of this log:
	 * damage of this one is no reason to have no log. */
	for (unsigned n = 0; err == DB_CORRUPT && n < OLDER_MAX; n++) {
		log_line(LOG_ERROR,
		    "seal: checkpoint is damaged, the one before is taken: "
		    "size=%llu",
		    (unsigned long long)size);
		if (size == 0 || size > at_most)
			break;
		at_most = size - 1;
		err = note_read(sealing, at_most, &size, &len);
	}
	if (err == DB_NOT_FOUND || err == DB_CORRUPT) {
		memset(slot, 0, sizeof(*slot));
		return 0;
	}
	if (err != 0) {
		log_line(LOG_ERROR, "seal: last checkpoint cannot be read: %s",
		    db_error_text(err));
		return err;
	}
	slot->len = len;
	slot->kept = true;
	slot->stays = true;
	sealing->newest_size = size;
	sealing->newest_stays = true;
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
	slot->cosigned = false;
	slot->stays = slot->checkpoint.size != sealing->cosigned_size ||
		      sealing->cosigned_stays;
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
	slot->cosigned = false;
	slot->stays = sealing->newest_size == 0 ||
		      sealing->now_ms - sealing->stay_ms >= SEALING_STAY_MS;
	sealing_keep_tick(sealing);
}

static int
put_run(void *ctx, struct store *store)
{
	const struct sealing *sealing = ctx;

	store_note_put(
	    store, sealing->put_size, sealing->put_note, sealing->put_len);
	if (sealing->put_drop != 0)
		store_note_drop(store, sealing->put_drop);
	return 0;
}

/* Which one need no longer be there when this one is; 0: none. A merged one is
 * either the newest or takes the place of the one cosigned before it. */
static uint64_t
drop_find(const struct sealing *sealing, const struct sealing_kept *slot)
{
	uint64_t size = slot->checkpoint.size;

	if (size > sealing->newest_size)
		return sealing->newest_stays ||
			       sealing->newest_size == sealing->cosigned_size
			   ? 0
			   : sealing->newest_size;
	if (slot->cosigned && size > sealing->cosigned_size &&
	    !sealing->cosigned_stays)
		return sealing->cosigned_size;
	return 0;
}

/* A late cosignature of one that is no longer there, and need not be. */
static bool
is_needless(const struct sealing *sealing, const struct sealing_kept *slot)
{
	uint64_t size = slot->checkpoint.size;

	return !slot->stays && size < sealing->newest_size &&
	       size < sealing->cosigned_size;
}

static void
put_settle(struct sealing *sealing)
{
	uint64_t size = sealing->put_size;

	if (size > sealing->newest_size) {
		sealing->newest_size = size;
		sealing->newest_stays = sealing->put_stays;
		if (sealing->put_stays)
			sealing->stay_ms = sealing->now_ms;
	}
	if (sealing->put_cosigned && size > sealing->cosigned_size) {
		sealing->cosigned_size = size;
		sealing->cosigned_stays = sealing->put_stays;
	}
}

static void
put_done(void *ctx, int err)
{
	struct sealing *sealing = ctx;
	struct sealing_kept *slot = &sealing->ring[sealing->put_slot];

	sealing->put_busy = false;
	if (err == 0)
		put_settle(sealing);
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
	for (i = 0; i <= SEALING_RING; i++) {
		slot = &sealing->ring[i];
		if (slot->dirty && is_needless(sealing, slot))
			slot->dirty = false;
		if (slot->dirty)
			break;
	}
	if (i > SEALING_RING)
		return;
	sealing->put_slot = i;
	slot = &sealing->ring[sealing->put_slot];
	memcpy(sealing->put_note, slot->note, slot->len);
	sealing->put_len = slot->len;
	sealing->put_size = slot->checkpoint.size;
	sealing->put_drop = drop_find(sealing, slot);
	sealing->put_stays = slot->stays;
	sealing->put_cosigned = slot->cosigned;
	if (writer_job(sealing->writer, &job) != 0)
		return;
	sealing->put_busy = true;
	slot->dirty = false;
}
