/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking a tree of LMDB's file without believing any of it. */
#include "store/page_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"

#define NODE_HEAD  8u
#define NUMBER_LEN 8u
#define KEY_MOST   511u /* octets of a key */

_Static_assert(sizeof(size_t) == 8, "the file has numbers of 8 octets");

uint16_t
page_u16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

uint32_t
page_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

uint64_t
page_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

void
page_db_read(const uint8_t *at, struct page_db *out)
{
	out->pad = page_u32(&at[0]);
	out->flags = page_u16(&at[4]);
	out->depth = page_u16(&at[6]);
	out->branch = page_u64(&at[8]);
	out->leaf = page_u64(&at[16]);
	out->overflow = page_u64(&at[24]);
	out->entries = page_u64(&at[32]);
	out->root = page_u64(&at[40]);
}

int
page_fault(struct page_scan *scan, uint64_t page, const char *why)
{
	scan->report->fault = page;
	(void)snprintf(scan->report->why, sizeof(scan->report->why),
	    "page %" PRIu64 ": %s", page, why);
	return DB_CORRUPT;
}

/* Whether the number is that of a page in the file: 0, DB_CORRUPT, DB_SHORT. */
static int
bounds_check(struct page_scan *scan, uint64_t page, const char *what)
{
	if (page < 2 || page > scan->last)
		return page_fault(scan, page, what);
	if (page < scan->pages)
		return 0;
	(void)page_fault(scan, page, "is missing at the end of the file");
	return DB_SHORT;
}

int
page_take(struct page_scan *scan, uint64_t page, uint64_t count)
{
	if (scan->seen == NULL)
		return 0;
	for (uint64_t i = page; i < page + count; i++) {
		uint8_t bit = (uint8_t)(1u << (i & 7));

		if ((scan->seen[i >> 3] & bit) != 0)
			return page_fault(scan, i, "is used twice");
		scan->seen[i >> 3] |= bit;
	}
	return 0;
}

/* A node as it lies in its page. */
struct node {
	struct page_key key;
	const uint8_t *data; /* behind the key */
	uint64_t value;      /* branch: the child; leaf: octets of the value */
	uint32_t size;       /* that it takes in the page */
	unsigned flags;
};

/* A page on the way from the root to where the walk is. */
struct frame {
	const uint8_t *page;
	uint64_t number;
	uint32_t n; /* nodes */
	uint32_t next;
	uint32_t upper; /* where its nodes begin */
	bool leaf;
	struct page_key low; /* what its keys are between */
	struct page_key high;
};

struct walk {
	struct page_scan *scan;
	const struct page_tree *tree;
	struct page_db found; /* counts, so far */
	struct frame path[PAGE_DEPTH];
	unsigned depth;
	uint8_t starts[PAGE_SIZE_MAX / 16]; /* a bit for two octets */
};

static uint32_t
node_offset(const struct frame *frame, uint32_t i)
{
	return page_u16(&frame->page[PAGE_HEAD + 2 * (size_t)i]);
}

/* The node at an offset in the page; false when it is not inside. */
static bool
node_read(const struct page_scan *scan, const struct frame *frame, uint32_t at,
    struct node *out)
{
	const uint8_t *node;
	uint64_t need;
	uint32_t keylen;

	if ((at & 1) != 0 || at < frame->upper || at > scan->size - NODE_HEAD)
		return false;
	node = &frame->page[at];
	keylen = page_u16(&node[6]);
	out->value = page_u32(node);
	out->flags = page_u16(&node[4]);
	need = NODE_HEAD + keylen;
	if (!frame->leaf)
		out->value |= (uint64_t)out->flags << 32;
	else
		need += (out->flags & NODE_BIG) != 0 ? 8 : out->value;
	/* Two must find room in a page: a larger value has its own pages. */
	if (keylen > KEY_MOST || need > (scan->size - PAGE_HEAD) / 2 - 2)
		return false;
	need = (need + 1) & ~UINT64_C(1);
	if (need > scan->size - at)
		return false;
	out->size = (uint32_t)need;
	out->key.data = &node[NODE_HEAD];
	out->key.len = keylen;
	out->data = &node[NODE_HEAD + keylen];
	return true;
}

static int
key_compare(
    enum page_keys keys, const struct page_key *a, const struct page_key *b)
{
	uint32_t len = a->len < b->len ? a->len : b->len;
	int order;

	if (keys == PAGE_KEYS_NATIVE) {
		uint64_t one = page_u64(a->data), two = page_u64(b->data);

		return one < two ? -1 : one > two;
	}
	if (keys == PAGE_KEYS_NUMBER)
		return memcmp(a->data, b->data, NUMBER_LEN);
	order = memcmp(a->data, b->data, len);
	if (order == 0)
		order = a->len < b->len ? -1 : a->len > b->len;
	return order;
}

static bool
key_fits(enum page_keys keys, const struct page_key *key)
{
	return keys == PAGE_KEYS_NAME ? key->len > 0 : key->len == NUMBER_LEN;
}

/* Head of the page: of the right kind, with its own number, not empty. */
static int
frame_open(struct walk *walk, uint64_t number, struct frame *frame)
{
	struct page_scan *scan = walk->scan;
	uint32_t size = scan->size, lower;
	int err = bounds_check(scan, number, "is no page of a tree");

	if (err != 0)
		return err;
	frame->page = &scan->file[number * size];
	frame->number = number;
	frame->next = 0;
	frame->leaf = walk->depth + 1u == walk->tree->db.depth;
	if (page_u64(frame->page) != number)
		return page_fault(scan, number, "has another number");
	if (page_u16(&frame->page[10]) !=
	    (frame->leaf ? PAGE_LEAF : PAGE_BRANCH))
		return page_fault(scan, number, "is of another kind");
	lower = page_u16(&frame->page[12]);
	frame->upper = page_u16(&frame->page[14]);
	if (lower < PAGE_HEAD || (lower & 1) != 0 || lower > frame->upper ||
	    frame->upper > size)
		return page_fault(scan, number, "has bounds that cannot be");
	frame->n = (lower - PAGE_HEAD) / 2;
	/* LMDB's own list may have a branch with one child. */
	if (frame->n == 0 || (frame->n == 1 && !frame->leaf &&
				 walk->tree->keys != PAGE_KEYS_NATIVE))
		return page_fault(scan, number, "has too few nodes");
	return page_take(scan, number, 1);
}

/* The nodes lie one behind the other up to the page's end: none overlap. */
static bool
nodes_tile(struct walk *walk, const struct frame *frame)
{
	uint32_t size = walk->scan->size, at = frame->upper, n = 0;
	uint8_t *starts = walk->starts;
	struct node node;

	memset(starts, 0, size / 16);
	for (uint32_t i = 0; i < frame->n; i++) {
		uint32_t start = node_offset(frame, i);

		if ((start & 1) != 0 || start < frame->upper || start >= size)
			return false;
		starts[start / 16] |= (uint8_t)(1u << (start / 2 & 7));
	}
	while (at < size && (starts[at / 16] >> (at / 2 & 7) & 1) != 0) {
		if (!node_read(walk->scan, frame, at, &node))
			return false;
		at += node.size;
		n++;
	}
	/* As many as there are, all at different places. */
	return at == size && n == frame->n;
}

/* A value with pages of its own. */
static int
big_check(struct walk *walk, const struct node *node)
{
	struct page_scan *scan = walk->scan;
	uint64_t number = page_u64(node->data), pages, need;
	const uint8_t *page;
	int err = bounds_check(scan, number, "is no page of a value");

	if (err != 0)
		return err;
	page = &scan->file[number * scan->size];
	if (page_u64(page) != number)
		return page_fault(scan, number, "has another number");
	if (page_u16(&page[10]) != PAGE_OVERFLOW)
		return page_fault(scan, number, "is of another kind");
	pages = page_u32(&page[12]);
	need = (PAGE_HEAD + node->value + scan->size - 1) / scan->size;
	/* LMDB keeps the pages when a smaller value is put in place. */
	if (pages < need || pages > scan->last - number + 1)
		return page_fault(scan, number, "has a length that cannot be");
	err = bounds_check(scan, number + pages - 1, "is no page of a value");
	if (err != 0)
		return err;
	walk->found.overflow += pages;
	/* A number of a page, and how many of them: in this order.
	 * NOLINTNEXTLINE(readability-suspicious-call-argument) */
	return page_take(scan, number, pages);
}

static int
value_check(
    struct walk *walk, const struct frame *frame, const struct node *node)
{
	struct page_value value = { node->key, node->data, (size_t)node->value,
		node->flags };
	unsigned want = walk->tree->keys == PAGE_KEYS_NAME ? NODE_TREE : 0;
	int err;

	walk->found.entries++;
	if ((node->flags & ~NODE_BIG) != want ||
	    (want != 0 && (node->flags & NODE_BIG) != 0))
		return page_fault(
		    walk->scan, frame->number, "has a node of no known kind");
	if ((node->flags & NODE_BIG) != 0) {
		err = big_check(walk, node);
		if (err != 0)
			return err;
		value.data =
		    &walk->scan->file[page_u64(node->data) * walk->scan->size +
				      PAGE_HEAD];
	}
	if (walk->tree->visit == NULL)
		return 0;
	return walk->tree->visit(walk->tree->ctx, &value);
}

/* Keys rise, and stay between those of the branch above. */
static int
nodes_check(struct walk *walk, const struct frame *frame)
{
	enum page_keys keys = walk->tree->keys;
	struct page_key before = frame->low;
	struct node node;
	bool equal_is_fine = true;
	int err = 0;

	if (!nodes_tile(walk, frame))
		return page_fault(
		    walk->scan, frame->number, "has nodes that overlap");
	for (uint32_t i = 0; i < frame->n && err == 0; i++) {
		int order = 1;

		if (!node_read(walk->scan, frame, node_offset(frame, i), &node))
			return page_fault(walk->scan, frame->number,
			    "has a node that is not inside");
		/* The first key of a branch is not looked at. */
		if (!frame->leaf && i == 0)
			continue;
		if (!key_fits(keys, &node.key))
			return page_fault(walk->scan, frame->number,
			    "has a key of another length");
		if (before.data != NULL)
			order = key_compare(keys, &node.key, &before);
		if (order < 0 || (order == 0 && !equal_is_fine) ||
		    (frame->high.data != NULL &&
			key_compare(keys, &node.key, &frame->high) >= 0))
			return page_fault(
			    walk->scan, frame->number, "has keys out of order");
		before = node.key;
		equal_is_fine = false;
		if (frame->leaf)
			err = value_check(walk, frame, &node);
	}
	return err;
}

/* Go down into a page. */
static int
page_enter(struct walk *walk, uint64_t number, const struct page_key *low,
    const struct page_key *high)
{
	struct frame *frame = &walk->path[walk->depth];
	int err = frame_open(walk, number, frame);

	if (err != 0)
		return err;
	frame->low = *low;
	frame->high = *high;
	if (frame->leaf)
		walk->found.leaf++;
	else
		walk->found.branch++;
	err = nodes_check(walk, frame);
	if (!frame->leaf)
		walk->depth++;
	return err;
}

/* The next child of the branch at the end of the path, or back up. */
static int
page_next(struct walk *walk)
{
	struct frame *frame = &walk->path[walk->depth - 1];
	struct page_key low = frame->low, high = frame->high;
	struct node node;
	uint64_t child;

	if (frame->next == frame->n) {
		walk->depth--;
		return 0;
	}
	/* Both were read before, and are inside. */
	if (!node_read(
		walk->scan, frame, node_offset(frame, frame->next), &node))
		return DB_CORRUPT;
	child = node.value;
	if (frame->next > 0)
		low = node.key;
	frame->next++;
	if (frame->next < frame->n) {
		if (!node_read(walk->scan, frame,
			node_offset(frame, frame->next), &node))
			return DB_CORRUPT;
		high = node.key;
	}
	return page_enter(walk, child, &low, &high);
}

static bool
counts_agree(const struct page_db *one, const struct page_db *two)
{
	return one->branch == two->branch && one->leaf == two->leaf &&
	       one->overflow == two->overflow && one->entries == two->entries;
}

int
page_tree_walk(struct page_scan *scan, const struct page_tree *tree)
{
	const struct page_key none = { NULL, 0 };
	struct walk walk;
	int err = 0;

	walk.scan = scan;
	walk.tree = tree;
	walk.depth = 0;
	memset(&walk.found, 0, sizeof(walk.found));
	if ((tree->db.root == PAGE_NONE) != (tree->db.depth == 0) ||
	    tree->db.depth > PAGE_DEPTH)
		return page_fault(scan, 0, "a tree has a depth that cannot be");
	if (tree->db.root != PAGE_NONE)
		err = page_enter(&walk, tree->db.root, &none, &none);
	while (err == 0 && walk.depth > 0)
		err = page_next(&walk);
	if (err != 0)
		return err;
	if (!counts_agree(&walk.found, &tree->db))
		return page_fault(scan,
		    tree->db.root == PAGE_NONE ? 0 : tree->db.root,
		    "is the root of other counts");
	scan->report->used +=
	    walk.found.branch + walk.found.leaf + walk.found.overflow;
	return 0;
}
