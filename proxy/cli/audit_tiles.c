/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "sluice audit export --tiles DIR": C2SP tlog-tiles of the last signed
 * checkpoint. Everything is computed from the records; the checkpoint is
 * written last, and only when the root that comes out is its own. An export
 * that is there already is carried on from its last whole bundle.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/text.h"
#include "proxy/cli/tile_files.h"
#include "store/ledger.h"
#include "store/record.h"
#include "store/tile.h"

/* The tile of each level that is not full yet. */
struct edge {
	uint64_t index;
	unsigned n;
	uint8_t hash[TILE_WIDTH][SEAL_LEN];
};

struct tiles {
	const struct audit *audit;
	struct tile_files *files;
	struct source_seal seal;
	struct checkpoint checkpoint;
	struct checkpoint old; /* size 0: none */
	uint64_t at;
	uint64_t removed;
	uint64_t written; /* files */
	uint8_t *bundle;
	size_t bundle_len;
	size_t bundle_room;
	struct edge edge[TILE_LEVELS];
};

static int
files_failed(const struct tiles *tiles)
{
	return audit_complain(
	    tiles->audit, CLI_NO, "%s", tile_files_why(tiles->files));
}

/* ---- tiles ---- */

static int
tile_put(struct tiles *tiles, unsigned level, uint64_t index, unsigned width,
    const void *data, size_t len)
{
	char path[TILE_PATH_MAX];

	if (tile_path(path, sizeof(path), level, index, width) < 0 ||
	    tile_files_put(tiles->files, path, data, len) < 0)
		return files_failed(tiles);
	tiles->written++;
	return 0;
}

/* The root of a tile that is full. */
static void
tile_root(const struct edge *edge, uint8_t out[SEAL_LEN])
{
	struct seal_tree tree;

	seal_tree_init(&tree);
	for (unsigned i = 0; i < TILE_WIDTH; i++)
		seal_tree_add(&tree, edge->hash[i]);
	seal_tree_root(&tree, out);
}

/* Add a hash to the tile of a level; full ones are written, and their roots
 * added one level up. */
static int
hash_add(struct tiles *tiles, unsigned level, const uint8_t hash[SEAL_LEN])
{
	uint8_t next[SEAL_LEN];

	memcpy(next, hash, SEAL_LEN);
	for (; level < TILE_LEVELS; level++) {
		struct edge *edge = &tiles->edge[level];
		int status;

		memcpy(edge->hash[edge->n++], next, SEAL_LEN);
		if (edge->n < TILE_WIDTH)
			return 0;
		status = tile_put(tiles, level, edge->index, TILE_WIDTH,
		    edge->hash, sizeof(edge->hash));
		if (status != 0)
			return status;
		tile_root(edge, next);
		edge->n = 0;
		edge->index++;
	}
	return 0;
}

/* ---- bundles ---- */

static void
bundle_add(struct tiles *tiles, const uint8_t *record, size_t len)
{
	size_t wanted = tiles->bundle_len + 2 + len;

	if (wanted > tiles->bundle_room) {
		tiles->bundle_room = 2 * wanted;
		tiles->bundle = text_alloc(tiles->bundle, tiles->bundle_room);
	}
	tiles->bundle[tiles->bundle_len] = (uint8_t)(len >> 8);
	tiles->bundle[tiles->bundle_len + 1] = (uint8_t)len;
	memcpy(&tiles->bundle[tiles->bundle_len + 2], record, len);
	tiles->bundle_len = wanted;
}

/* The bundle of the tile at level 0 whose width is reached. */
static int
bundle_put(struct tiles *tiles, unsigned width)
{
	int status = tile_put(tiles, TILE_ENTRIES, (tiles->at - 1) / TILE_WIDTH,
	    width, tiles->bundle, tiles->bundle_len);

	tiles->bundle_len = 0;
	return status;
}

static int
record_add(struct tiles *tiles, const struct source_item *item)
{
	uint8_t leaf[SEAL_LEN];
	int status;

	if (item->seq != tiles->at || item->len > RECORD_LEN_LIMIT)
		return audit_complain(tiles->audit, CLI_NO,
		    "entry %" PRIu64 " is out of place", item->seq);
	seal_leaf(item->record, item->len, leaf);
	if (memcmp(leaf, item->hash, SEAL_LEN) != 0)
		return audit_complain(tiles->audit, CLI_NO,
		    "entry %" PRIu64 " is not the one whose hash stands "
		    "beside it: see sluice audit verify",
		    item->seq);
	bundle_add(tiles, item->record, item->len);
	tiles->at++;
	status = hash_add(tiles, 0, leaf);
	if (status == 0 && tiles->at % TILE_WIDTH == 0)
		status = bundle_put(tiles, TILE_WIDTH);
	return status;
}

/* The records of a block are gone: its hash stands for them. */
static int
removed_add(struct tiles *tiles, const struct source_item *item)
{
	if (item->seq != tiles->at || tiles->edge[0].n != 0 ||
	    tiles->checkpoint.size - tiles->at < LEDGER_BLOCK)
		return audit_complain(tiles->audit, CLI_NO,
		    "the block from %" PRIu64 " on is out of place", item->seq);
	tiles->edge[0].index++;
	tiles->at += LEDGER_BLOCK;
	tiles->removed += LEDGER_BLOCK;
	return hash_add(tiles, 1, item->hash);
}

static int
item_add(struct tiles *tiles, const struct source_item *item)
{
	switch ((enum source_what)item->what) {
	case SOURCE_RECORD:
		return record_add(tiles, item);
	case SOURCE_REMOVED:
		return removed_add(tiles, item);
	case SOURCE_BLOCK:
	case SOURCE_INDEX:
	case SOURCE_END:
		return 0;
	case SOURCE_MISSING:
	case SOURCE_DAMAGED:
		break;
	}
	return audit_complain(tiles->audit, CLI_NO,
	    "entry %" PRIu64 " is missing or damaged: see sluice audit verify",
	    item->seq);
}

/* ---- an older export ---- */

/* Put back the tiles of level 1 and up that were not full. */
static int
edges_read(struct tiles *tiles)
{
	uint64_t size = tiles->old.size / TILE_WIDTH;

	tiles->at = size * TILE_WIDTH;
	tiles->edge[0].index = size;
	for (unsigned level = 1; level < TILE_LEVELS; level++) {
		struct edge *edge = &tiles->edge[level];
		char path[TILE_PATH_MAX];

		edge->n = (unsigned)(size % TILE_WIDTH);
		edge->index = size /= TILE_WIDTH;
		if (edge->n > 0 &&
		    (tile_path(
			 path, sizeof(path), level, edge->index, edge->n) < 0 ||
			tile_files_get(tiles->files, path, edge->hash,
			    (size_t)edge->n * SEAL_LEN) < 0))
			return files_failed(tiles);
	}
	return 0;
}

/* Does this log grow out of what was exported? */
static int
old_check(struct tiles *tiles)
{
	const struct checkpoint *old = &tiles->old, *new = &tiles->checkpoint;
	struct proof proof;

	if (strcmp(old->origin, new->origin) != 0)
		return audit_complain(tiles->audit, CLI_WRONG,
		    "%.200s holds the log %.120s, this is %.120s",
		    tiles->audit->args->tiles, old->origin, new->origin);
	if (old->size > new->size)
		return audit_complain(tiles->audit, CLI_NO,
		    "%.200s holds %" PRIu64 " entries, the checkpoint is of "
		    "%" PRIu64 ": the log has been truncated or rolled back",
		    tiles->audit->args->tiles, old->size, new->size);
	memset(&proof, 0, sizeof(proof));
	if (old->size < new->size &&
	    source_proof(
		tiles->audit->source, old->size, new->size, true, &proof) < 0)
		return audit_source_failed(tiles->audit);
	if (proof_check_consistency(
		&proof, old->size, old->root, new->size, new->root))
		return 0;
	return audit_complain(tiles->audit, CLI_NO,
	    "the log does not grow out of what %.200s holds: it is another",
	    tiles->audit->args->tiles);
}

static int
old_read(struct tiles *tiles)
{
	char note[NOTE_MAX];
	size_t text_len;
	long len = tile_files_read(tiles->files, "checkpoint", note, NOTE_MAX);
	int status;

	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return files_failed(tiles);
	if (checkpoint_parse(note, (size_t)len, &tiles->old, &text_len) < 0)
		return audit_complain(tiles->audit, CLI_WRONG,
		    "%.200s/checkpoint is no signed checkpoint",
		    tiles->audit->args->tiles);
	status = old_check(tiles);
	return status != 0 || tiles->old.size == 0 ? status : edges_read(tiles);
}

/* ---- the end ---- */

static void
root_compute(const struct tiles *tiles, uint8_t out[SEAL_LEN])
{
	struct seal_tree tree, part;

	seal_tree_init(&tree);
	tree.size = tiles->at;
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		const struct edge *edge = &tiles->edge[level];

		seal_tree_init(&part);
		for (unsigned i = 0; i < edge->n; i++)
			seal_tree_add(&part, edge->hash[i]);
		memcpy(
		    tree.node[8 * level], part.node, 8 * sizeof(part.node[0]));
	}
	seal_tree_root(&tree, out);
}

static int
tiles_end(struct tiles *tiles)
{
	uint8_t root[SEAL_LEN];
	int status = 0;

	if (tiles->at != tiles->checkpoint.size)
		return audit_complain(tiles->audit, CLI_NO,
		    "the log ends at entry %" PRIu64 ", its checkpoint is of "
		    "%" PRIu64,
		    tiles->at, tiles->checkpoint.size);
	root_compute(tiles, root);
	if (memcmp(root, tiles->checkpoint.root, SEAL_LEN) != 0)
		return audit_complain(tiles->audit, CLI_NO,
		    "the records%s do not lead to the root of the checkpoint: "
		    "nothing is exported; see sluice audit verify",
		    tiles->old.size > 0 ? " and the older export" : "");
	if (tiles->bundle_len > 0)
		status = bundle_put(tiles, tiles->edge[0].n);
	for (unsigned level = 0; level < TILE_LEVELS && status == 0; level++) {
		const struct edge *edge = &tiles->edge[level];

		if (edge->n > 0)
			status = tile_put(tiles, level, edge->index, edge->n,
			    edge->hash, (size_t)edge->n * SEAL_LEN);
	}
	if (status != 0)
		return status;
	if (tile_files_sync(tiles->files) < 0 ||
	    tile_files_put(tiles->files, "checkpoint", tiles->seal.note,
		tiles->seal.note_len) < 0 ||
	    tile_files_sync(tiles->files) < 0)
		return files_failed(tiles);
	return CLI_DONE;
}

static void
result_say(const struct tiles *tiles)
{
	const struct show *show = tiles->audit->show;
	uint64_t size = tiles->checkpoint.size;
	struct json *json;

	if (tiles->audit->args->json) {
		json = json_new();
		json_put_text(json, "origin", tiles->checkpoint.origin);
		json_put_number(json, "size", size);
		json_put_number(json, "older", tiles->old.size);
		json_put_number(json, "files", tiles->written);
		json_put_number(json, "removed", tiles->removed);
		show_json_line(show, json);
		json_free(json);
		return;
	}
	(void)fprintf(show->out,
	    "%" PRIu64 " entries (%" PRIu64 " were there), %" PRIu64
	    " files written\n",
	    size, tiles->old.size, tiles->written);
	if (tiles->removed > 0)
		(void)fprintf(show->out,
		    "%" PRIu64 " of them were removed by retention: their "
		    "bundles and tiles of level 0 are left out\n",
		    tiles->removed);
}

static int
entries_add(struct tiles *tiles)
{
	struct source *source = tiles->audit->source;
	struct source_item item;
	int status = 0;

	if (source_range(source, tiles->at, tiles->checkpoint.size) < 0)
		return audit_source_failed(tiles->audit);
	while (status == 0) {
		if (source_next(source, &item) < 0)
			return audit_source_failed(tiles->audit);
		if (item.what == SOURCE_END)
			break;
		status = item_add(tiles, &item);
		audit_progress(tiles->audit, tiles->at, tiles->checkpoint.size,
		    "exported");
	}
	audit_progress_end(tiles->audit);
	return status;
}

static void
key_given(struct key_ring *ring, const char *vkey)
{
	struct note_key key;

	if (note_key_parse(vkey, &key) == 0)
		(void)key_ring_add(ring, &key);
}

/* Has one of the log's keys signed it? After a rollback it may be one that was
 * replaced since. Yes, too, when none is known. */
static int
signed_check(const struct tiles *tiles, struct key_ring *ring)
{
	const struct source_seal *seal = &tiles->seal;
	const struct note_key *keys;
	unsigned n;

	key_given(ring, seal->vkey);
	key_given(ring, seal->old_vkey);
	(void)key_ring_keys(ring, &n);
	if (n == 0)
		return 0;
	if (source_keys(tiles->audit->source, key_ring_link, ring) < 0)
		return audit_source_failed(tiles->audit);
	key_ring_follow(ring);
	keys = key_ring_keys(ring, &n);
	for (unsigned i = 0; i < n; i++) {
		if (note_verify(seal->note, seal->note_len, &keys[i], NULL))
			return 0;
	}
	return audit_complain(tiles->audit, CLI_NO,
	    "the log's checkpoint is not signed by its key");
}

/* The checkpoint must be one, and signed by a key of the log's. */
static int
checkpoint_get(struct tiles *tiles)
{
	struct key_ring *ring;
	size_t text_len;
	int status;

	if (source_seal(tiles->audit->source, UINT64_MAX, &tiles->seal) < 0)
		return audit_source_failed(tiles->audit);
	if (tiles->seal.note_len == 0)
		return audit_complain(
		    tiles->audit, CLI_NO, "there is no signed checkpoint yet");
	if (checkpoint_parse(tiles->seal.note, tiles->seal.note_len,
		&tiles->checkpoint, &text_len) < 0)
		return audit_complain(tiles->audit, CLI_NO,
		    "the log's checkpoint cannot be read");
	ring = key_ring_new();
	status = signed_check(tiles, ring);
	key_ring_free(ring);
	return status;
}

static int
tiles_run(struct tiles *tiles)
{
	int status = checkpoint_get(tiles);

	if (status == 0)
		status = old_read(tiles);
	if (status == 0)
		status = entries_add(tiles);
	if (status == 0)
		status = tiles_end(tiles);
	if (status == 0)
		result_say(tiles);
	return status;
}

int
audit_tiles(const struct audit *audit)
{
	struct tiles *tiles = text_alloc(NULL, sizeof(*tiles));
	int status;

	memset(tiles, 0, sizeof(*tiles));
	tiles->audit = audit;
	tiles->files = tile_files_open(audit->args->tiles);
	if (tiles->files == NULL)
		status = audit_complain(audit, CLI_WRONG, "%.200s: %s",
		    audit->args->tiles, strerror(errno));
	else
		status = tiles_run(tiles);
	tile_files_close(tiles->files);
	free(tiles->bundle);
	free(tiles);
	return status;
}
