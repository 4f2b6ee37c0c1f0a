/* SPDX-License-Identifier: BSD-2-Clause */
/* Building a store that is signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/signer/rollover.h"
#include "store/store.h"
#include "tests/lib/audit_scene.h"
#include "tests/lib/random_entry.h"

static void
note_put(struct audit_scene *scene, struct store *store)
{
	struct checkpoint checkpoint = { .origin = AUDIT_ORIGIN };
	struct ledger_head head;
	char note[NOTE_MAX];
	size_t len;
	int text_len;

	ledger_written(store_ledger(store), &head);
	checkpoint.size = head.size;
	memcpy(checkpoint.root, head.root, SEAL_LEN);
	text_len = checkpoint_print(&checkpoint, note, sizeof(note));
	assert_true(text_len > 0);
	len = (size_t)text_len;
	assert_int_equal(note_sign(note, sizeof(note), &len, len, &scene->key,
			     scene->secret, 0),
	    0);
	assert_int_equal(store_begin(store), 0);
	store_note_put(store, head.size, note, len);
	assert_int_equal(store_commit(store, NULL), 0);
}

static struct seal_key *
key_next(struct audit_scene *scene)
{
	uint8_t seed[SEAL_SEED_LEN];

	if (scene->seed == 0)
		return seal_key_make();
	memset(seed, scene->seed++, sizeof(seed));
	return seal_key_load(seed);
}

void
audit_scene_make(struct audit_scene *scene, uint64_t n, const uint64_t *sizes)
{
	audit_scene_make_seeded(scene, 0, n, sizes);
}

void
audit_scene_make_seeded(
    struct audit_scene *scene, uint8_t seed, uint64_t n, const uint64_t *sizes)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	uint8_t public_key[SEAL_PUBLIC_LEN];
	struct store *store;
	uint64_t seq = 0;

	assert_int_equal(seal_init(), 0);
	temp_folder_make(scene->folder);
	scene->seed = seed;
	scene->secret = key_next(scene);
	assert_non_null(scene->secret);
	seal_key_public(scene->secret, public_key);
	assert_int_equal(
	    note_key_make(&scene->key, AUDIT_ORIGIN, NOTE_ED25519, public_key),
	    0);
	assert_true(
	    note_key_print(&scene->key, scene->vkey, sizeof(scene->vkey)) >= 0);
	assert_int_equal(store_open(scene->folder, 1u << 28, &store), 0);
	assert_int_equal(store_begin(store), 0);
	store_meta_put(store, STORE_ORIGIN, AUDIT_ORIGIN, strlen(AUDIT_ORIGIN));
	store_meta_put(store, STORE_KEY, public_key, sizeof(public_key));
	assert_int_equal(store_commit(store, NULL), 0);
	for (;; sizes++) {
		uint64_t to = *sizes > 0 ? *sizes : n;

		assert_int_equal(store_begin(store), 0);
		for (; seq < to; seq++) {
			usual_entry(seq, entry);
			assert_int_equal(store_append_entry(store, entry), 0);
		}
		assert_int_equal(store_commit(store, NULL), 0);
		if (*sizes == 0)
			break;
		note_put(scene, store);
	}
	if (n == 0)
		note_put(scene, store);
	store_close(store);
	free(entry);
}

static void
key_entry(struct audit_scene *scene, struct seal_key *next, bool forged,
    struct entry *entry)
{
	struct rollover rollover = { .until_s = 1798761600 };
	char text[ROLLOVER_MAX];
	int len;

	seal_key_public(scene->secret, rollover.old_key);
	seal_key_public(next, rollover.new_key);
	len = rollover_print(&rollover, text, sizeof(text));
	assert_true(len > 0);
	seal_sign(next, text, (size_t)len, rollover.by_new);
	seal_sign(
	    forged ? next : scene->secret, text, (size_t)len, rollover.by_old);
	entry->kind = ENTRY_KEY;
	rollover_tell(&rollover, entry->text, entry->evidence);
}

void
audit_scene_rotate(struct audit_scene *scene, bool forged)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct seal_key *next = key_next(scene);
	uint8_t public_key[SEAL_PUBLIC_LEN];
	struct store *store;

	assert_int_equal(store_open(scene->folder, 1u << 28, &store), 0);
	assert_int_equal(store_begin(store), 0);
	entry->seq = store_next(store);
	key_entry(scene, next, forged, entry);
	assert_int_equal(store_append_entry(store, entry), 0);
	usual_entry(entry->seq + 1, entry);
	assert_int_equal(store_append_entry(store, entry), 0);
	seal_key_public(next, public_key);
	store_meta_put(store, STORE_KEY, public_key, sizeof(public_key));
	assert_int_equal(store_commit(store, NULL), 0);
	seal_key_free(scene->secret);
	scene->secret = next;
	assert_int_equal(
	    note_key_make(&scene->key, AUDIT_ORIGIN, NOTE_ED25519, public_key),
	    0);
	assert_true(
	    note_key_print(&scene->key, scene->vkey, sizeof(scene->vkey)) >= 0);
	note_put(scene, store);
	store_close(store);
	free(entry);
}

void
audit_scene_free(struct audit_scene *scene)
{
	seal_key_free(scene->secret);
	temp_folder_remove(scene->folder);
}

char *
audit_scene_run(const struct args *args, int *status)
{
	char *text = NULL;
	size_t len;
	struct show show = { .width = 80 };

	show.out = show.err = open_memstream(&text, &len);
	assert_non_null(show.out);
	*status = audit_run(args, &show, "/nonexistent/socket", false);
	assert_int_equal(fclose(show.out), 0);
	return text;
}
