/* SPDX-License-Identifier: BSD-2-Clause */
/* A log in memory, to be tampered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/index.h"
#include "store/record.h"
#include "tests/lib/log_scene.h"
#include "tests/lib/random_entry.h"

void
log_scene_entry(struct log_scene *scene, uint64_t seq, const char *customer)
{
	uint8_t record[RECORD_MAX];
	int len;

	usual_entry(seq, &scene->entry);
	scene->entry.seq = seq;
	if (customer != NULL)
		(void)snprintf(scene->entry.customer,
		    sizeof(scene->entry.customer), "%s", customer);
	len = record_encode(&scene->entry, record);
	assert_in_range(len, 1, (int)sizeof(scene->log.entry[0].record));
	memcpy(scene->log.entry[seq].record, record, (size_t)len);
	scene->log.entry[seq].len = (size_t)len;
	scene->log.entry[seq].seq = seq;
}

void
log_scene_note(struct log_scene *scene, uint64_t size,
    const uint8_t root[SEAL_LEN], struct seal_key *secret, char text[1024],
    size_t *len)
{
	struct checkpoint checkpoint = { .origin = LOG_ORIGIN, .size = size };
	struct note_key key = scene->key;
	int text_len;

	memcpy(checkpoint.root, root, SEAL_LEN);
	text_len = checkpoint_print(&checkpoint, text, 1024);
	assert_true(text_len > 0);
	*len = (size_t)text_len;
	if (secret != scene->secret) {
		uint8_t public_key[SEAL_PUBLIC_LEN];

		seal_key_public(secret, public_key);
		assert_int_equal(
		    note_key_make(&key, LOG_ORIGIN, NOTE_ED25519, public_key),
		    0);
	}
	assert_int_equal(note_sign(text, 1024, len, *len, &key, secret, 0), 0);
}

/* Hashes, checkpoints and root of the records as they are, from a checkpoint
 * on. */
void
log_scene_seal(
    struct log_scene *scene, unsigned from_note, struct seal_key *secret)
{
	struct tampered_log *log = &scene->log;
	struct seal_tree tree, block;
	struct index_block index;
	uint8_t packed[INDEX_PACKED];
	uint8_t root[SEAL_LEN];

	seal_tree_init(&tree);
	seal_tree_init(&block);
	index_init(&index);
	for (uint64_t i = 0; i < LOG_ENTRIES; i++) {
		unsigned note = (unsigned)(i / 100);

		seal_leaf(log->entry[i].record, log->entry[i].len,
		    log->entry[i].leaf);
		seal_tree_add(&tree, log->entry[i].leaf);
		seal_tree_add(&block, log->entry[i].leaf);
		index_add(&index, log->entry[i].record, log->entry[i].len);
		if (block.size == 256) {
			seal_tree_root(&block, log->node[i / 256]);
			seal_tree_init(&block);
			seal_sha256(packed, index_pack(&index, packed),
			    log->index[i / 256]);
			index_init(&index);
		}
		if (i % 100 != 99 || note < from_note)
			continue;
		seal_tree_root(&tree, root);
		log->note[note].size = i + 1;
		log_scene_note(scene, i + 1, root, secret, log->note[note].text,
		    &log->note[note].len);
	}
	seal_tree_root(&tree, log->root);
}

int
log_scene_setup(void **state)
{
	struct log_scene *scene = calloc(1, sizeof(*scene));
	uint8_t public_key[SEAL_PUBLIC_LEN];

	assert_int_equal(seal_init(), 0);
	scene->secret = seal_key_make();
	scene->other = seal_key_make();
	assert_non_null(scene->secret);
	assert_non_null(scene->other);
	seal_key_public(scene->secret, public_key);
	assert_int_equal(
	    note_key_make(&scene->key, LOG_ORIGIN, NOTE_ED25519, public_key),
	    0);
	for (uint64_t i = 0; i < LOG_ENTRIES; i++)
		log_scene_entry(scene, i, NULL);
	scene->log.size = scene->log.records = LOG_ENTRIES;
	scene->log.unreadable = UINT64_MAX;
	log_scene_seal(scene, 0, scene->secret);
	scene->log.outside.len = scene->log.note[8].len;
	memcpy(scene->log.outside.text, scene->log.note[8].text, 1024);
	*state = scene;
	return 0;
}

int
log_scene_teardown(void **state)
{
	struct log_scene *scene = *state;

	seal_key_free(scene->secret);
	seal_key_free(scene->other);
	free(scene);
	return 0;
}

static void
block_give(
    const struct tampered_log *log, struct verify *verify, uint64_t block)
{
	verify_node(verify, block, log->node[block]);
	verify_index(verify, block, log->index[block]);
}

/* What a source does. */
void
log_scene_give(const struct tampered_log *log, struct verify *verify)
{
	unsigned note = 0;

	for (uint64_t i = 0; i < log->records; i++) {
		uint64_t seq = log->entry[i].seq;

		if (seq % 256 == 0 && seq / 256 < LOG_BLOCKS &&
		    log->removed[seq / 256]) {
			verify_block(verify, seq / 256, log->node[seq / 256]);
			i += 255;
			while (note < LOG_NOTES &&
			       log->note[note].size < seq + 256)
				note++;
			continue;
		}
		if (seq == log->unreadable)
			verify_gap(verify, seq, seq + 1, VERIFY_UNREADABLE);
		else
			verify_record(verify, seq, log->entry[i].record,
			    log->entry[i].len, log->entry[i].leaf);
		if (note < LOG_NOTES && log->note[note].size == seq + 1) {
			verify_inside(
			    verify, log->note[note].text, log->note[note].len);
			note++;
		}
		if (seq % 256 == 255 && seq / 256 < LOG_BLOCKS)
			block_give(log, verify, seq / 256);
	}
	if (log->spare_index)
		verify_index(verify, LOG_BLOCKS, log->index[0]);
	verify_end(verify, log->size, log->root);
}
