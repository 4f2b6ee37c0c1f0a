/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checking a log as it goes by.
 *
 * The tree is built from the records. Where a record does not agree with the
 * hash beside it that is a finding, and either may be what was signed: both are
 * followed until something tells, so that what comes later can be judged.
 * Behind a gap no root can be told any more, only blocks.
 */
#include "store/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"
#include "store/verify_parts.h"

struct verify *
verify_new(const struct note_key *keys, unsigned n_keys)
{
	struct verify *verify =
	    seal_init() == 0 ? calloc(1, sizeof(*verify)) : NULL;

	if (verify == NULL)
		return NULL;
	verify->keys = keys;
	verify->n_keys = n_keys;
	verify->n_present = n_keys;
	seal_tree_init(&verify->main.tree);
	return verify;
}

void
verify_replaced(struct verify *verify, unsigned first)
{
	verify->n_present = first;
}

void
verify_free(struct verify *verify)
{
	free(verify);
}

/* ---- checkpoints ---- */

/* Is the note signed by one of the keys, if there are any? *replaced: only by
 * one that was. */
static bool
note_counts(
    const struct verify *verify, const char *note, size_t len, bool *replaced)
{
	*replaced = false;
	if (verify->n_keys == 0)
		return true;
	for (unsigned i = 0; i < verify->n_keys; i++) {
		*replaced = i >= verify->n_present;
		if (note_verify(note, len, &verify->keys[i], NULL))
			return true;
	}
	return false;
}

static void
refuse_note(
    const struct verify *verify, const struct checkpoint *checkpoint, char *why)
{
	for (unsigned i = 0; i < verify->n_keys; i++) {
		if (strcmp(verify->keys[i].name, checkpoint->origin) != 0)
			continue;
		(void)snprintf(why, 128,
		    "the checkpoint of %" PRIu64
		    " entries carries no good signature by a given key",
		    checkpoint->size);
		return;
	}
	(void)snprintf(why, 128, "this is a checkpoint of another log: %.90s",
	    checkpoint->origin);
}

int
verify_outside(struct verify *verify, const char *note, size_t len, char *why)
{
	struct checkpoint checkpoint;
	size_t text_len;
	unsigned at = verify->n_outside;
	bool replaced;

	if (checkpoint_parse(note, len, &checkpoint, &text_len) < 0) {
		(void)snprintf(why, 128, "this is no signed checkpoint");
		return -1;
	}
	if (!note_counts(verify, note, len, &replaced)) {
		refuse_note(verify, &checkpoint, why);
		return -1;
	}
	if (at == VERIFY_OUTSIDE_MAX) {
		(void)snprintf(
		    why, 128, "more than %d checkpoints", VERIFY_OUTSIDE_MAX);
		return -1;
	}
	for (; at > 0 && verify->outside[at - 1].size > checkpoint.size; at--) {
		verify->outside[at] = verify->outside[at - 1];
		verify->outside_replaced[at] = verify->outside_replaced[at - 1];
	}
	verify->outside[at] = checkpoint;
	verify->outside_replaced[at] = replaced;
	verify->n_outside++;
	return 0;
}

/* The log so far is what a key has signed. */
static void
signed_take(struct verify *verify, bool replaced)
{
	uint64_t size = verify->main.tree.size;
	uint64_t *to =
	    replaced ? &verify->replaced_to : &verify->sums.signed_to;

	if (!verify->damaged && *to < size)
		*to = size;
}

/* Is the root of what was given this one? computed is then the root of what it
 * was found to be. */
static bool
root_agrees(struct verify *verify, const uint8_t root[SEAL_LEN],
    uint8_t computed[SEAL_LEN])
{
	uint8_t other[SEAL_LEN];

	seal_tree_root(&verify->main.tree, computed);
	if (memcmp(root, computed, SEAL_LEN) == 0) {
		verify->has_other = false;
		return true;
	}
	if (!verify->has_other)
		return false;
	seal_tree_root(&verify->other.tree, other);
	if (memcmp(root, other, SEAL_LEN) != 0)
		return false;
	verify->main = verify->other;
	verify->has_other = false;
	memcpy(computed, other, SEAL_LEN);
	return true;
}

/* The log so far against a checkpoint of as many entries; where they differ the
 * first bad entry is from `from` on. */
static bool
checkpoint_agrees(struct verify *verify, const struct checkpoint *checkpoint,
    uint64_t from, const char *where)
{
	char wanted[VERIFY_HASH], is[VERIFY_HASH];
	uint64_t size = verify->main.tree.size;
	uint8_t root[SEAL_LEN];

	if (root_agrees(verify, checkpoint->root, root))
		return true;
	verify_found(verify, VERIFY_FORKED, from, size > 0 ? size - 1 : 0,
	    "root of %" PRIu64 " entries: %s computed, %s in the checkpoint "
	    "%s",
	    size, verify_hash(root, is), verify_hash(checkpoint->root, wanted),
	    where);
	return false;
}

/* What the log keeps itself may have been made anew with it: it does not
 * vouch for what lies before, unless it differs, too. */
static void
outside_meet(struct verify *verify, const struct checkpoint *checkpoint)
{
	uint64_t from = verify->inside_differs &&
				verify->inside_agreed > verify->outside_agreed
			    ? verify->inside_agreed
			    : verify->outside_agreed;

	verify->sums.outside++;
	if (verify->origin[0] != '\0' &&
	    strcmp(verify->origin, checkpoint->origin) != 0)
		verify_found(verify, VERIFY_FORKED, 0, UINT64_MAX,
		    "the checkpoint from outside is of the log %.60s, this is "
		    "%.60s",
		    checkpoint->origin, verify->origin);
	if (verify->outside_differs) {
		/* Behind the first that differs none can agree. */
		verify->total++;
		return;
	}
	if (checkpoint_agrees(verify, checkpoint, from, "from outside")) {
		verify->outside_agreed = verify->main.tree.size;
		signed_take(
		    verify, verify->outside_replaced[verify->at_outside]);
	} else {
		verify->outside_differs = true;
	}
}

/* Compare what is known of the size reached; pass by what cannot be compared.
 */
static void
outside_reach(struct verify *verify)
{
	uint64_t size = verify->main.tree.size;

	while (verify->at_outside < verify->n_outside) {
		const struct checkpoint *next =
		    &verify->outside[verify->at_outside];

		if (next->size > size)
			return;
		if (next->size == size && !verify->broken)
			outside_meet(verify, next);
		else
			verify->sums.passed++;
		verify->at_outside++;
	}
}

void
verify_inside(struct verify *verify, const char *note, size_t len)
{
	uint64_t size = verify->main.tree.size;
	struct checkpoint checkpoint;
	size_t text_len;
	bool replaced;

	if (checkpoint_parse(note, len, &checkpoint, &text_len) < 0) {
		verify_found(verify, VERIFY_HASHES, size, size,
		    "a checkpoint that the log keeps cannot be read");
		return;
	}
	if (checkpoint.size != size) {
		verify_found(verify, VERIFY_HASHES, size, size,
		    "a checkpoint of %" PRIu64 " entries stands at %" PRIu64,
		    checkpoint.size, size);
		return;
	}
	if (!note_counts(verify, note, len, &replaced)) {
		verify_found(verify, VERIFY_FOREIGN, size > 0 ? size - 1 : 0,
		    size > 0 ? size - 1 : 0,
		    "the checkpoint of %" PRIu64
		    " entries that the log keeps is not signed by a given key",
		    size);
		return;
	}
	if (verify->origin[0] == '\0')
		memcpy(verify->origin, checkpoint.origin, NOTE_NAME_MAX);
	if (verify->broken)
		return;
	verify->sums.inside++;
	if (verify->inside_differs) {
		verify->total++;
	} else if (checkpoint_agrees(verify, &checkpoint,
		       verify->inside_agreed > verify->outside_agreed
			   ? verify->inside_agreed
			   : verify->outside_agreed,
		       "that it keeps")) {
		verify->inside_agreed = size;
		signed_take(verify, replaced);
	} else {
		verify->inside_differs = true;
	}
}

/* ---- entries ---- */

/* Add a subtree's root at its level; a carry into a block's level is that
 * block's hash. */
static void
growth_add(struct growth *growth, unsigned level, const uint8_t hash[SEAL_LEN])
{
	struct seal_tree *tree = &growth->tree;
	uint64_t width = (uint64_t)1 << level;
	uint8_t carry[SEAL_LEN];

	memcpy(carry, hash, SEAL_LEN);
	for (; level < SEAL_LEVELS - 1 && (tree->size >> level & 1); level++) {
		if (level == BLOCK_LEVEL)
			memcpy(growth->block, carry, SEAL_LEN);
		seal_node(tree->node[level], carry, carry);
	}
	if (level == BLOCK_LEVEL)
		memcpy(growth->block, carry, SEAL_LEN);
	memcpy(tree->node[level], carry, SEAL_LEN);
	tree->size += width;
}

/* The hash beside a record, and the record's own. */
static void
leaf_add(struct verify *verify, const uint8_t beside[SEAL_LEN],
    const uint8_t own[SEAL_LEN])
{
	if (!verify->has_other && !verify->broken &&
	    memcmp(beside, own, SEAL_LEN) != 0) {
		verify->other = verify->main;
		verify->has_other = true;
	}
	growth_add(&verify->main, 0, beside);
	if (verify->has_other)
		growth_add(&verify->other, 0, own);
}

/* Has the place been reached that the next entry claims? Says so, and goes
 * there; false when it lies behind. */
static bool
place_reach(struct verify *verify, uint64_t seq)
{
	if (seq > verify->main.tree.size)
		verify_gap(verify, verify->main.tree.size, seq, VERIFY_MISSING);
	if (seq == verify->main.tree.size)
		return true;
	verify_found(verify, VERIFY_MISPLACED, seq, seq,
	    "entry %" PRIu64 " comes again", seq);
	return false;
}

static void
record_check(struct verify *verify, uint64_t seq, const uint8_t *record,
    size_t len, const uint8_t computed[SEAL_LEN], const uint8_t *leaf)
{
	char wanted[VERIFY_HASH], is[VERIFY_HASH];
	uint64_t total = verify->total;

	if (leaf != NULL && memcmp(leaf, computed, SEAL_LEN) != 0) {
		verify->damaged = true;
		verify_found(verify, VERIFY_EDITED, seq, seq,
		    "hash of the record: %s computed, %s stands beside it",
		    verify_hash(computed, is), verify_hash(leaf, wanted));
	} else if (record_decode(record, len, &verify->entry) < 0) {
		verify_found(verify, VERIFY_UNREADABLE, seq, seq,
		    "its %zu octets are no record that this version reads",
		    len);
	} else if (verify->entry.seq != seq) {
		verify_found(verify, VERIFY_MISPLACED, seq, seq,
		    "the record that stands at %" PRIu64
		    " says that it is %" PRIu64,
		    seq, verify->entry.seq);
	}
	verify->block_told = verify->block_told || verify->total > total;
}

void
verify_record(struct verify *verify, uint64_t seq, const uint8_t *record,
    size_t len, const uint8_t *leaf)
{
	uint8_t computed[SEAL_LEN];

	outside_reach(verify);
	if (!place_reach(verify, seq))
		return;
	if ((seq & BLOCK_MASK) == 0) {
		verify->block_bad = verify->block_told = false;
		index_init(&verify->index);
	}
	index_add(&verify->index, record, len);
	seal_leaf(record, len, computed);
	record_check(verify, seq, record, len, computed, leaf);
	leaf_add(verify, leaf != NULL ? leaf : computed, computed);
	verify->sums.entries++;
	outside_reach(verify);
}

void
verify_block(
    struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN])
{
	outside_reach(verify);
	if (block > UINT64_MAX / BLOCK_WIDTH - 1) {
		verify_found(verify, VERIFY_MISPLACED, verify->main.tree.size,
		    verify->main.tree.size, "a block has the number %" PRIu64,
		    block);
		return;
	}
	if (!place_reach(verify, block * BLOCK_WIDTH))
		return;
	verify->block_bad = false;
	index_init(&verify->index);
	growth_add(&verify->main, BLOCK_LEVEL, hash);
	if (verify->has_other)
		growth_add(&verify->other, BLOCK_LEVEL, hash);
	verify->sums.pruned += BLOCK_WIDTH;
	outside_reach(verify);
}

/* As root_agrees(), of the block that has just ended. */
static bool
block_agrees(struct verify *verify, const uint8_t hash[SEAL_LEN])
{
	if (memcmp(hash, verify->main.block, SEAL_LEN) == 0)
		return true;
	if (!verify->has_other ||
	    memcmp(hash, verify->other.block, SEAL_LEN) != 0)
		return false;
	verify->main = verify->other;
	verify->has_other = false;
	return true;
}

void
verify_node(struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN])
{
	uint64_t size = verify->main.tree.size;
	char wanted[VERIFY_HASH], is[VERIFY_HASH];

	if (size == 0 || (size & BLOCK_MASK) != 0 ||
	    block != size / BLOCK_WIDTH - 1) {
		verify_found(verify, VERIFY_HASHES, size, size,
		    "the hash of block %" PRIu64 " comes behind %" PRIu64
		    " entries",
		    block, size);
		return;
	}
	if (verify->block_bad || block_agrees(verify, hash))
		return;
	/* What was found in it says more. */
	if (verify->block_told) {
		verify->total++;
		return;
	}
	verify->block_told = true;
	verify_found(verify, VERIFY_HASHES, size - BLOCK_WIDTH, size - 1,
	    "hash of block %" PRIu64 ": %s computed, %s kept", block,
	    verify_hash(verify->main.block, is), verify_hash(hash, wanted));
}

void
verify_index(
    struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN])
{
	uint64_t size = verify->main.tree.size;
	char wanted[VERIFY_HASH], is[VERIFY_HASH];
	uint8_t packed[INDEX_PACKED], computed[SEAL_LEN];

	if (block >= size / BLOCK_WIDTH) {
		/* An entry that comes into it would not be found. */
		verify_found(verify, VERIFY_INDEX, size - (size & BLOCK_MASK),
		    UINT64_MAX,
		    "block %" PRIu64 " is not full and has an index all the "
		    "same",
		    block);
		return;
	}
	/* What was found in the block says more. */
	if (block + 1 != size / BLOCK_WIDTH || (size & BLOCK_MASK) != 0 ||
	    verify->block_bad || verify->block_told ||
	    verify->index.n != BLOCK_WIDTH)
		return;
	seal_sha256(packed, index_pack(&verify->index, packed), computed);
	if (memcmp(computed, hash, SEAL_LEN) == 0)
		return;
	verify_found(verify, VERIFY_INDEX, size - BLOCK_WIDTH, size - 1,
	    "index of block %" PRIu64 ": hash %s computed, %s kept", block,
	    verify_hash(computed, is), verify_hash(hash, wanted));
}

void
verify_gap(
    struct verify *verify, uint64_t from, uint64_t to, enum verify_fault fault)
{
	/* Where it comes from does not matter: it ends at `to`. */
	if (from < verify->main.tree.size)
		from = verify->main.tree.size;
	if (to <= from)
		return;
	outside_reach(verify);
	verify_found(verify, fault, from, to - 1,
	    fault == VERIFY_MISSING ? "no record stands there"
				    : "what stands there cannot be read");
	verify->broken = true;
	verify->has_other = false;
	verify->block_bad = true;
	verify->main.tree.size = to;
}

/* ---- the end ---- */

static void
end_root(struct verify *verify, const uint8_t *root)
{
	char wanted[VERIFY_HASH], is[VERIFY_HASH];

	if (verify->broken)
		return;
	seal_tree_root(&verify->main.tree, verify->sums.root);
	if (root == NULL || root_agrees(verify, root, verify->sums.root))
		return;
	verify_found(verify, VERIFY_HASHES,
	    verify->inside_agreed > verify->outside_agreed
		? verify->inside_agreed
		: verify->outside_agreed,
	    UINT64_MAX, "root: %s computed, %s kept",
	    verify_hash(verify->sums.root, is), verify_hash(root, wanted));
}

/* Cut off, or cut off and then made longer by other entries: what no signature
 * confirms may be either. */
static void
end_short(struct verify *verify, const struct checkpoint *next, uint64_t given)
{
	uint64_t sure = verify->sums.signed_to;

	verify->sums.outside++;
	verify_found(verify, VERIFY_SHORT, sure < given ? sure : given,
	    next->size - 1,
	    "a checkpoint of %.60s tells of %" PRIu64
	    " entries, the log has %" PRIu64
	    ", of which signatures confirm the first %" PRIu64,
	    next->origin, next->size, given, sure);
}

void
verify_end(struct verify *verify, uint64_t size, const uint8_t *root)
{
	uint64_t given = verify->main.tree.size;

	outside_reach(verify);
	if (size > given) {
		verify_gap(verify, given, size, VERIFY_MISSING);
	} else if (size < given) {
		verify_found(verify, VERIFY_HASHES, size, given - 1,
		    "the log says that it has %" PRIu64
		    " entries, but there are %" PRIu64,
		    size, given);
		root = NULL;
	}
	end_root(verify, root);
	if (verify->replaced_to > verify->sums.signed_to)
		verify_found(verify, VERIFY_FOREIGN, verify->sums.signed_to,
		    verify->replaced_to - 1,
		    "up to %" PRIu64
		    " entries are signed only with a key that was replaced",
		    verify->replaced_to);
	for (; verify->at_outside < verify->n_outside; verify->at_outside++) {
		const struct checkpoint *next =
		    &verify->outside[verify->at_outside];

		if (next->size <= verify->main.tree.size)
			verify->sums.passed++; /* in the gap, which is said */
		else
			end_short(verify, next, given);
	}
	verify_order(verify);
}

void
verify_sums(const struct verify *verify, struct verify_sums *out)
{
	*out = verify->sums;
}
