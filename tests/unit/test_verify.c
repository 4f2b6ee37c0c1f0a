/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs that have been tampered with: each row does one thing to a sound log of
 * some blocks, and says which fault is found and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record.h"
#include "store/verify.h"
#include "tests/lib/log_scene.h"

/* ---- what is done to it ---- */

static void
nothing(struct log_scene *scene)
{
	(void)scene;
}

static void
edit(struct log_scene *scene)
{
	scene->log.entry[333].record[70] ^= 1;
}

static void
edit_leaf(struct log_scene *scene)
{
	scene->log.entry[334].leaf[0] ^= 1;
}

static void
edit_with_leaf(struct log_scene *scene)
{
	log_scene_entry(scene, 333, "mallory");
	seal_leaf(scene->log.entry[333].record, scene->log.entry[333].len,
	    scene->log.entry[333].leaf);
}

static void
edit_with_hashes(struct log_scene *scene)
{
	log_scene_entry(scene, 333, "mallory");
	log_scene_seal(scene, LOG_NOTES, scene->secret);
}

/* Signed by its own key, too. */
static void
edit_with_checkpoints(struct log_scene *scene)
{
	log_scene_entry(scene, 333, "mallory");
	log_scene_seal(scene, 0, scene->secret);
}

static void
edit_signed_by_another(struct log_scene *scene)
{
	log_scene_entry(scene, 333, "mallory");
	log_scene_seal(scene, 3, scene->other);
}

static void
drop(struct log_scene *scene)
{
	struct tampered_log *log = &scene->log;

	memmove(&log->entry[500], &log->entry[501],
	    (LOG_ENTRIES - 501) * sizeof(log->entry[0]));
	log->records--;
}

static void
drop_last(struct log_scene *scene)
{
	scene->log.records -= 150;
}

/* The rest moves up, as if nothing had been there. */
static void
drop_and_close_up(struct log_scene *scene)
{
	drop(scene);
	for (uint64_t i = 500; i < LOG_ENTRIES - 1; i++)
		scene->log.entry[i].seq = i;
	scene->log.size--;
}

static void
swap(struct log_scene *scene)
{
	struct tampered_log *log = &scene->log;

	log->entry[LOG_ENTRIES] = log->entry[700];
	log->entry[700] = log->entry[701];
	log->entry[701] = log->entry[LOG_ENTRIES];
	log->entry[700].seq = 700;
	log->entry[701].seq = 701;
}

/* As an older backup would be: sound in itself. */
static void
roll_back(struct log_scene *scene)
{
	struct seal_tree tree;

	scene->log.records = scene->log.size = 450;
	seal_tree_init(&tree);
	for (unsigned i = 0; i < 450; i++)
		seal_tree_add(&tree, scene->log.entry[i].leaf);
	seal_tree_root(&tree, scene->log.root);
}

static void
garble(struct log_scene *scene)
{
	struct tampered_log *log = &scene->log;

	memset(log->entry[42].record, 0xff, 80);
	log_scene_seal(scene, 0, scene->secret);
}

static void
break_page(struct log_scene *scene)
{
	scene->log.unreadable = 42;
}

static void
change_node(struct log_scene *scene)
{
	scene->log.node[1][5] ^= 1;
}

/* So that a search passes the block over. */
static void
change_index(struct log_scene *scene)
{
	scene->log.index[1][5] ^= 1;
}

/* Entries to come would not be found. */
static void
add_index(struct log_scene *scene)
{
	scene->log.spare_index = true;
}

static void
edit_and_change_index(struct log_scene *scene)
{
	edit(scene);
	change_index(scene);
}

/* A range comes before the entry that is named, and is told behind it. */
static void
edit_behind_another(struct log_scene *scene)
{
	edit_with_leaf(scene);
	scene->log.entry[390].record[70] ^= 1;
}

/* Cut off, then made longer again by what never happened. */
static void
cut_off_and_extend(struct log_scene *scene)
{
	for (uint64_t i = 430; i < 450; i++)
		log_scene_entry(scene, i, "mallory");
	log_scene_seal(scene, LOG_NOTES, scene->secret);
	roll_back(scene);
}

static void
change_root(struct log_scene *scene)
{
	scene->log.root[5] ^= 1;
}

static void
change_size(struct log_scene *scene)
{
	scene->log.size = LOG_ENTRIES - 10;
}

static void
garble_note(struct log_scene *scene)
{
	scene->log.note[4].len = 20;
}

static void
sign_note_by_another(struct log_scene *scene)
{
	struct tampered_log *log = &scene->log;
	struct checkpoint checkpoint;
	size_t text_len;

	assert_int_equal(checkpoint_parse(log->note[4].text, log->note[4].len,
			     &checkpoint, &text_len),
	    0);
	log_scene_note(scene, 500, checkpoint.root, scene->other,
	    log->note[4].text, &log->note[4].len);
}

static void
remove_first_blocks(struct log_scene *scene)
{
	scene->log.removed[0] = scene->log.removed[1] = true;
}

static void
remove_block_with_other_hash(struct log_scene *scene)
{
	scene->log.removed[0] = true;
	scene->log.node[0][0] ^= 1;
}

#define ALONE        false
#define WITH_OUTSIDE true
struct row {
	const char *name;
	void (*tamper)(struct log_scene *scene);
	enum verify_fault fault; /* of the first finding */
	uint64_t first;
	uint64_t last;
	bool outside;
};

#define TO_END UINT64_MAX

/* Well-formed; its signature is not looked at. */
#define OTHER_LOG                                                              \
	"example.net/"                                                         \
	"other\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"           \
	"\xe2\x80\x94 example.net/other "                                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
static const struct row rows[] = {
	{ "sound", nothing, VERIFY_SOUND, 0, 0, ALONE },
	{ "sound, outside", nothing, VERIFY_SOUND, 0, 0, WITH_OUTSIDE },
	{ "edit", edit, VERIFY_EDITED, 333, 333, ALONE },
	{ "edit of a leaf hash", edit_leaf, VERIFY_EDITED, 334, 334, ALONE },
	{ "edit with leaf", edit_with_leaf, VERIFY_FORKED, 300, 399, ALONE },
	{ "edit with hashes", edit_with_hashes, VERIFY_FORKED, 300, 399,
	    ALONE },
	{ "edit with hashes, outside", edit_with_hashes, VERIFY_FORKED, 300,
	    399, WITH_OUTSIDE },
	{ "edit with checkpoints, alone", edit_with_checkpoints, VERIFY_SOUND,
	    0, 0, ALONE },
	{ "edit with checkpoints", edit_with_checkpoints, VERIFY_FORKED, 0, 899,
	    WITH_OUTSIDE },
	{ "edit signed by another", edit_signed_by_another, VERIFY_FOREIGN, 399,
	    399, ALONE },
	{ "drop", drop, VERIFY_MISSING, 500, 500, ALONE },
	{ "drop of the last", drop_last, VERIFY_MISSING, 850, 999, ALONE },
	{ "drop and close up", drop_and_close_up, VERIFY_MISPLACED, 500, 998,
	    ALONE },
	{ "swap", swap, VERIFY_MISPLACED, 700, 701, ALONE },
	{ "roll back, alone", roll_back, VERIFY_SOUND, 0, 0, ALONE },
	{ "roll back", roll_back, VERIFY_SHORT, 400, 899, WITH_OUTSIDE },
	{ "cut off and extended", cut_off_and_extend, VERIFY_SHORT, 400, 899,
	    WITH_OUTSIDE },
	{ "garbage that was signed", garble, VERIFY_UNREADABLE, 42, 42, ALONE },
	{ "bad page", break_page, VERIFY_UNREADABLE, 42, 42, ALONE },
	{ "hash of a block", change_node, VERIFY_HASHES, 256, 511, ALONE },
	{ "index of a block", change_index, VERIFY_INDEX, 256, 511, ALONE },
	{ "index of a block that is not whole", add_index, VERIFY_INDEX, 768,
	    TO_END, ALONE },
	{ "edit and index", edit_and_change_index, VERIFY_EDITED, 333, 333,
	    ALONE },
	{ "edit behind another", edit_behind_another, VERIFY_EDITED, 390, 390,
	    WITH_OUTSIDE },
	{ "root", change_root, VERIFY_HASHES, 1000, TO_END, ALONE },
	{ "size", change_size, VERIFY_HASHES, 990, 999, ALONE },
	{ "checkpoint that is none", garble_note, VERIFY_HASHES, 500, 500,
	    ALONE },
	{ "checkpoint of another", sign_note_by_another, VERIFY_FOREIGN, 499,
	    499, ALONE },
	{ "removed blocks", remove_first_blocks, VERIFY_SOUND, 0, 0,
	    WITH_OUTSIDE },
	{ "removed block, other hash", remove_block_with_other_hash,
	    VERIFY_FORKED, 0, 299, ALONE },
};

/* The first finding is what the row says, and nothing is found in what is
 * sound. */
static void
is_found(void **state)
{
	const struct row *row = *state;
	const struct verify_finding *findings;
	struct verify *verify;
	struct log_scene *scene;
	char why[128];
	void *made;
	uint64_t total;
	unsigned n;

	(void)log_scene_setup(&made);
	scene = made;
	verify = verify_new(&scene->key, 1);
	row->tamper(scene);
	if (row->outside)
		assert_int_equal(verify_outside(verify, scene->log.outside.text,
				     scene->log.outside.len, why),
		    0);
	log_scene_give(&scene->log, verify);
	findings = verify_findings(verify, &n, &total);
	if (row->fault == VERIFY_SOUND) {
		if (total > 0)
			fail_msg("found: %s", findings[0].text);
	} else {
		assert_true(n > 0 && total >= n);
		if (findings[0].fault != row->fault)
			fail_msg("found %s: %s",
			    verify_fault_name(findings[0].fault),
			    findings[0].text);
		assert_int_equal(findings[0].first, row->first);
		assert_int_equal(findings[0].last, row->last);
		assert_true(findings[0].text[0] != '\0');
	}
	verify_free(verify);
	(void)log_scene_teardown(&made);
}

/* What was looked at is counted; what is confirmed ends before the damage. */
static void
sums_tell_what_was_done(void **state)
{
	struct log_scene *scene = *state;
	struct verify *verify = verify_new(&scene->key, 1);
	struct verify_sums sums;
	char why[128];

	remove_first_blocks(scene);
	assert_int_equal(verify_outside(verify, scene->log.outside.text,
			     scene->log.outside.len, why),
	    0);
	log_scene_give(&scene->log, verify);
	verify_sums(verify, &sums);
	assert_int_equal(sums.entries, LOG_ENTRIES - 512);
	assert_int_equal(sums.pruned, 512);
	assert_int_equal(sums.inside, 5); /* 600 to 1000 */
	assert_int_equal(sums.outside, 1);
	assert_int_equal(sums.passed, 0);
	assert_int_equal(sums.signed_to, LOG_ENTRIES);
	assert_memory_equal(sums.root, scene->log.root, SEAL_LEN);
	verify_free(verify);

	edit_with_hashes(scene);
	memset(scene->log.removed, 0, sizeof(scene->log.removed));
	verify = verify_new(&scene->key, 1);
	log_scene_give(&scene->log, verify);
	verify_sums(verify, &sums);
	assert_int_equal(sums.signed_to, 300);
	verify_free(verify);
}

/* A checkpoint inside a removed block cannot be compared, and that is said. */
static void
checkpoint_in_a_removed_block_is_passed(void **state)
{
	struct log_scene *scene = *state;
	struct verify *verify = verify_new(&scene->key, 1);
	struct verify_sums sums;
	char why[128];
	uint64_t total;
	unsigned n;

	remove_first_blocks(scene);
	assert_int_equal(verify_outside(verify, scene->log.note[2].text,
			     scene->log.note[2].len, why),
	    0);
	log_scene_give(&scene->log, verify);
	verify_sums(verify, &sums);
	(void)verify_findings(verify, &n, &total);
	assert_int_equal(total, 0);
	assert_int_equal(sums.outside, 0);
	assert_int_equal(sums.passed, 1);
	verify_free(verify);
}

/* From outside only what is a checkpoint, and signed by a key, is taken. */
static void
outside_is_checked(void **state)
{
	struct log_scene *scene = *state;
	struct verify *verify = verify_new(&scene->key, 1);
	char why[128] = "";

	assert_int_equal(verify_outside(verify, "hello\n", 6, why), -1);
	assert_string_equal(why, "this is no signed checkpoint");
	sign_note_by_another(scene);
	assert_int_equal(verify_outside(verify, scene->log.note[4].text,
			     scene->log.note[4].len, why),
	    -1);
	assert_string_equal(why,
	    "the checkpoint of 500 entries carries no good signature by a "
	    "given key");
	assert_int_equal(
	    verify_outside(verify, OTHER_LOG, sizeof(OTHER_LOG) - 1, why), -1);
	assert_string_equal(
	    why, "this is a checkpoint of another log: example.net/other");
	for (unsigned i = 0; i < VERIFY_OUTSIDE_MAX; i++)
		assert_int_equal(
		    verify_outside(verify, scene->log.note[i % 4].text,
			scene->log.note[i % 4].len, why),
		    0);
	assert_int_equal(verify_outside(verify, scene->log.note[1].text,
			     scene->log.note[1].len, why),
	    -1);
	log_scene_give(&scene->log, verify);
	verify_free(verify);
}

/* More faults than are kept: the first ones are, and all are counted. */
static void
many_findings_are_counted(void **state)
{
	struct log_scene *scene = *state;
	struct verify *verify = verify_new(&scene->key, 1);
	const struct verify_finding *findings;
	uint64_t total;
	unsigned n;

	for (unsigned i = 1; i < LOG_ENTRIES; i += 2)
		scene->log.entry[i].record[70] ^= 1;
	log_scene_give(&scene->log, verify);
	findings = verify_findings(verify, &n, &total);
	assert_int_equal(n, VERIFY_FINDINGS_MAX);
	assert_int_equal(total, LOG_ENTRIES / 2);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(findings[i].first, 2 * i + 1);
	verify_free(verify);
}

/* Nothing at all is a log, too. */
static void
empty_log_is_sound(void **state)
{
	struct verify *verify = verify_new(NULL, 0);
	struct seal_tree tree;
	uint8_t root[SEAL_LEN];
	uint64_t total;
	unsigned n;

	(void)state;
	seal_tree_init(&tree);
	seal_tree_root(&tree, root);
	verify_end(verify, 0, root);
	(void)verify_findings(verify, &n, &total);
	assert_int_equal(total, 0);
	verify_free(verify);
}

/* A key that was replaced, and stolen, signs the past only: what it has signed
 * counts as far as the key that followed confirms it. */
static void
replaced_key_confirms_nothing_alone(void **state)
{
	struct log_scene *scene = *state;
	struct seal_key *secret = seal_key_make();
	const struct verify_finding *findings;
	struct note_key keys[2] = { scene->key, scene->key };
	uint8_t public_key[SEAL_PUBLIC_LEN];
	struct verify_sums sums;
	struct verify *verify;
	uint64_t total;
	unsigned n;

	assert_non_null(secret);
	seal_key_public(secret, public_key);
	assert_int_equal(
	    note_key_make(&keys[0], scene->key.name, NOTE_ED25519, public_key),
	    0);
	seal_key_free(secret);
	for (unsigned replaced = 0; replaced < 2; replaced++) {
		verify = verify_new(keys, 2);
		verify_replaced(verify, replaced == 1 ? 1 : 2);
		log_scene_give(&scene->log, verify);
		findings = verify_findings(verify, &n, &total);
		verify_sums(verify, &sums);
		assert_int_equal(total, replaced);
		assert_int_equal(
		    sums.signed_to, replaced == 1 ? 0 : LOG_ENTRIES);
		if (replaced == 1)
			assert_int_equal(findings[0].fault, VERIFY_FOREIGN);
		verify_free(verify);
	}
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FIRST = 6
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, log_scene_setup, log_scene_teardown)
		TEST(sums_tell_what_was_done),
		TEST(checkpoint_in_a_removed_block_is_passed),
		TEST(outside_is_checked),
		TEST(many_findings_are_counted),
		TEST(empty_log_is_sound),
		TEST(replaced_key_confirms_nothing_alone),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[FIRST + i] = (struct CMUnitTest){ rows[i].name, is_found,
			NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
