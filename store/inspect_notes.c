/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checkpoints in a store: each is one of this log, of its size, with its
 * root there, and not changed since the key signed it that the log told of
 * last. Who else may have signed it is not known here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/inspect_nodes.h"
#include "store/note.h"
#include "store/store.h"

struct notes {
	struct inspect_state *look;
	struct ledger *ledger;
	char origin[STORE_META_MAX + 1]; /* "": not known */
	bool has_key;
	struct note_key key;
};

static int
note_fault(const struct notes *notes, int err, uint64_t size, const char *why)
{
	char text[96];

	(void)snprintf(
	    text, sizeof(text), "checkpoint of %" PRIu64 ": %s", size, why);
	inspect_fault(notes->look, err, UINT64_MAX, text);
	return err;
}

static int
meta_read(struct notes *notes)
{
	const uint8_t *data;
	struct db_txn txn;
	size_t len;
	int err = db_begin(notes->look->db, &txn, false);

	if (err == 0 && db_get(&txn, DB_META, STORE_ORIGIN, &data, &len) == 0 &&
	    len < sizeof(notes->origin))
		memcpy(notes->origin, data, len);
	if (err == 0 && db_get(&txn, DB_META, STORE_KEY, &data, &len) == 0 &&
	    len == SEAL_PUBLIC_LEN)
		notes->has_key = note_key_make(&notes->key, notes->origin,
				     NOTE_ED25519, data) == 0;
	if (err == 0)
		err = txn.error;
	db_abort(&txn);
	return err;
}

static int
note_look(
    const struct notes *notes, uint64_t size, const char *note, size_t len)
{
	struct checkpoint found;
	uint8_t root[SEAL_LEN];
	size_t text_len;
	int err;

	if (checkpoint_parse(note, len, &found, &text_len) != 0 ||
	    found.size != size)
		return note_fault(notes, DB_CORRUPT, size, "it is none");
	if (notes->origin[0] != '\0' &&
	    strcmp(found.origin, notes->origin) != 0)
		return note_fault(
		    notes, DB_CORRUPT, size, "it is another log's");
	if (notes->has_key && note_refuted(note, len, &notes->key))
		return note_fault(
		    notes, DB_CORRUPT, size, "it is not what was signed");
	err = ledger_root(notes->ledger, size, root);
	if (err == DB_PRUNED)
		return 0;
	if (err == DB_NOT_FOUND)
		return note_fault(
		    notes, DB_CORRUPT, size, "the log is shorter");
	if (err != 0)
		return note_fault(notes, err, size, "its root cannot be made");
	if (memcmp(root, found.root, SEAL_LEN) != 0)
		return note_fault(
		    notes, DB_CORRUPT, size, "its root is not the log's");
	return 0;
}

/* From the last one back, for the log only grows meanwhile. */
static int
notes_walk(const struct notes *notes)
{
	uint64_t size = 0, at_most = UINT64_MAX;
	char note[NOTE_MAX];
	size_t len;
	int err;

	do {
		err = ledger_note(notes->ledger, at_most, &size, note, &len);
		if (err == 0)
			err = note_look(notes, size, note, len);
		else if (err != DB_NOT_FOUND)
			err = note_fault(notes, err, size, "it cannot be read");
		at_most = size - 1;
	} while (err == 0 && size > 0);
	return err == DB_NOT_FOUND ? 0 : err;
}

int
inspect_notes(struct inspect_state *look)
{
	struct notes notes = { .look = look };
	int err;

	/* Written before there were any. */
	if (look->old)
		return 0;
	err = meta_read(&notes);

	if (err == 0)
		err = ledger_open(look->db, &notes.ledger);
	if (err == 0)
		err = notes_walk(&notes);
	ledger_close(notes.ledger);
	return err;
}
