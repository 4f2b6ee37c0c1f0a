/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk: a stack of the maps and lists of maps that are being read. How
 * deep it gets is given by the schema, not by the document.
 */
#include "proxy/loader/walk.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/set.h"

#define FRAMES 12 /* customers, item, actions, rate_limit is 5 */

struct frame {
	const struct node *node;
	const struct node *next;      /* child to look at next */
	const struct schema_key *key; /* what led here; NULL: the top */
	uint8_t section;              /* enum section of the map or its items */
	bool list;                    /* children are items, maps themselves */
	uint32_t item;                /* items seen */
	uint64_t seen;                /* rows of the section seen in it */
	size_t errors;                /* noted when it began */
	void *into;                   /* a list: what the outer map fills */
};

struct walk {
	struct config *config;
	uint32_t file;
	unsigned depth;
	struct frame frames[FRAMES];
};

static struct frame *
top(struct walk *walk)
{
	return &walk->frames[walk->depth - 1];
}

/* An item of the list: "[0]". Returns the octets printed. */
static size_t
item_print(const struct frame *list, char *buf, size_t size)
{
	return (size_t)snprintf(buf, size, "[%" PRIu32 "]", list->item - 1);
}

/* "customers[0].actions", or a list's item "customers[0]"; then, unless it is
 * NULL, "." and last. */
static void
path_print(const struct walk *walk, const char *last, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 1; i < walk->depth && n < size; i++) {
		const struct frame *frame = &walk->frames[i];

		if (!walk->frames[i - 1].list)
			n += (size_t)snprintf(&buf[n], size - n, "%s%s",
			    n == 0 ? "" : ".", frame->key->name);
		if (frame->list && n < size)
			n += item_print(frame, &buf[n], size - n);
	}
	if (last != NULL && n < size)
		(void)snprintf(
		    &buf[n], size - n, "%s%s", n == 0 ? "" : ".", last);
}

/* Items of the lists on the way, for places that are reported later. */
static void
place_items(const struct walk *walk, struct place *at)
{
	unsigned lists = 0;

	for (unsigned i = 0; i < walk->depth; i++) {
		if (!walk->frames[i].list)
			continue;
		if (lists++ == 0)
			at->item = walk->frames[i].item - 1;
		else
			at->sub = walk->frames[i].item - 1;
	}
}

static struct place
place_at(const struct walk *walk, const struct node *node)
{
	return (struct place){
		.file = walk->file, .line = node->line, .column = node->column
	};
}

static struct place
place_of_key(const struct walk *walk, const struct node *node)
{
	return (struct place){ .file = walk->file,
		.line = node->key_line,
		.column = node->key_column };
}

/* What stands there, for the found field. */
static void
found_print(const struct node *node, char *buf, size_t size)
{
	if (node->kind == NODE_LIST)
		(void)snprintf(buf, size, "a list");
	else if (node->kind == NODE_MAP)
		(void)snprintf(buf, size, "a map");
	else if (node->text[0] == '\0' && !node->quoted)
		(void)snprintf(buf, size, "nothing");
	else
		problem_quote(node->text, buf, size);
}

static void
complain_kind(struct walk *walk, const struct node *node, const char *path,
    const char *wanted)
{
	struct place at = place_at(walk, node);
	char found[PROBLEM_FOUND_MAX];

	found_print(node, found, sizeof(found));
	problem_add(walk->config, &at, path, found, wanted);
}

/* Find what the section fills. False when there is no room for one more. */
static bool
section_begin(struct walk *walk, struct frame *frame, void *outer)
{
	const struct schema_section *rules = schema_section(frame->section);
	struct config *config = walk->config;
	struct place at = place_at(walk, frame->node);
	const char *wanted = NULL;
	char path[PROBLEM_KEY_MAX];

	place_items(walk, &at);
	if (rules->spread) {
		frame->seen = config->seen[frame->section];
		if (config->where[frame->section].line == 0)
			config->where[frame->section] = at;
	}
	frame->into = rules->begin(config, &at, outer, &wanted);
	if (frame->into != NULL)
		return true;
	path_print(walk, top(walk)->list ? NULL : frame->key->name, path,
	    sizeof(path));
	problem_add(config, &at, path, "one more", wanted);
	return false;
}

/* Begin a map (node) of the section, or a list of such maps. */
static void
frame_push(struct walk *walk, const struct node *node,
    const struct schema_key *key, bool list)
{
	struct frame *outer = top(walk);
	struct frame *frame = &walk->frames[walk->depth];

	assert(walk->depth < FRAMES);
	*frame = (struct frame){ .node = node,
		.next = node->child,
		.key = key,
		.section = key->into,
		.list = list,
		.errors = walk->config->n_errors,
		.into = outer->into };
	if (list || section_begin(walk, frame, outer->into))
		walk->depth++;
}

/* The node has a child with this key. */
static bool
has_key(const struct node *node, const char *key)
{
	const struct node *child = node->child;

	while (child != NULL && strcmp(child->key, key) != 0)
		child = child->next;
	return child != NULL;
}

/* Keys that must be there and are not. */
static void
frame_required(struct walk *walk, const struct frame *frame)
{
	unsigned n;
	const struct schema_key *rows = schema_rows(frame->section, &n);
	struct place at = place_at(walk, frame->node);
	char path[PROBLEM_KEY_MAX];

	for (unsigned i = 0; i < n; i++) {
		const char *instead = rows[i].instead;
		char wanted[80] = "this key: it has no default";

		if (!rows[i].required || frame->seen & UINT64_C(1) << i ||
		    (instead != NULL && has_key(frame->node, instead)))
			continue;
		if (instead != NULL)
			(void)snprintf(wanted, sizeof(wanted),
			    "this key or %s: there is no default", instead);
		path_print(walk, rows[i].name, path, sizeof(path));
		problem_add(walk->config, &at, path, "nothing", wanted);
	}
}

static void
frame_pop(struct walk *walk)
{
	struct frame *frame = top(walk);
	const struct schema_section *rules = schema_section(frame->section);

	if (!frame->list) {
		if (rules->spread)
			walk->config->seen[frame->section] |= frame->seen;
		else
			frame_required(walk, frame);
		if (rules->finish != NULL &&
		    walk->config->n_errors == frame->errors)
			rules->finish(walk, frame->into);
	}
	walk->depth--;
}

/* item: the number in the list that the value stands in, or NULL. */
static void
value_take(struct walk *walk, const struct schema_key *key,
    const struct node *node, const char *path, const uint32_t *item)
{
	struct set set = { .config = walk->config,
		.key = key,
		.into = top(walk)->into,
		.at = place_at(walk, node) };

	if (node->kind != NODE_TEXT ||
	    (node->text[0] == '\0' && !node->quoted)) {
		complain_kind(walk, node, path, "a value");
		return;
	}
	place_items(walk, &set.at);
	if (item != NULL)
		set.at.sub = *item;
	if (key->set(&set, node->text) == 0) {
		if (key->mark != 0 && (item == NULL || *item == 0))
			memcpy((uint8_t *)set.into + key->mark, &set.at,
			    sizeof(set.at));
		return;
	}
	if (set.found[0] == '\0')
		problem_quote(node->text, set.found, sizeof(set.found));
	problem_add(walk->config, &set.at, path, set.found, set.wanted);
}

static void
values_take(struct walk *walk, const struct schema_key *key,
    const struct node *node, const char *path)
{
	uint32_t i = 0;

	if (node->kind != NODE_LIST) {
		complain_kind(walk, node, path, "a list");
		return;
	}
	if (node->child == NULL && key->required) {
		struct place at = place_at(walk, node);

		problem_add(
		    walk->config, &at, path, "an empty list", "at least one");
	}
	for (const struct node *value = node->child; value != NULL;
	     value = value->next, i++) {
		char item[PROBLEM_KEY_MAX];

		if (problem_full(walk->config))
			return;
		(void)snprintf(
		    item, sizeof(item), "%.100s[%" PRIu32 "]", path, i);
		value_take(walk, key, value, item, &i);
	}
}

/* The row of a key that may stand here once more, or NULL. */
static const struct schema_key *
key_look_up(struct walk *walk, const struct node *node, const char *path)
{
	struct frame *frame = top(walk);
	const struct schema_key *key = schema_find(frame->section, node->key);
	struct place at = place_of_key(walk, node);
	char found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];
	uint64_t bit;
	unsigned n;

	problem_quote(node->key, found, sizeof(found));
	if (key == NULL) {
		schema_hint(frame->section, node->key, wanted, sizeof(wanted));
		problem_add(walk->config, &at, path, found, wanted);
		return NULL;
	}
	if (key->shape == SHAPE_LATER) {
		problem_add(walk->config, &at, path, found,
		    "no such key: it is not built yet");
		return NULL;
	}
	bit = UINT64_C(1) << (key - schema_rows(frame->section, &n));
	if (frame->seen & bit) {
		problem_add(walk->config, &at, path, "the key a second time",
		    "each key once");
		return NULL;
	}
	frame->seen |= bit;
	return key;
}

static void
map_step(struct walk *walk, const struct node *node)
{
	char path[PROBLEM_KEY_MAX];
	const struct schema_key *key;
	/* A key of the document may be long; the path stays a path. */
	char name[48];

	(void)snprintf(name, sizeof(name), "%s", node->key);
	path_print(walk, name, path, sizeof(path));
	key = key_look_up(walk, node, path);
	if (key == NULL)
		return;
	switch ((enum shape)key->shape) {
	case SHAPE_LATER:
		break;
	case SHAPE_VALUE:
		value_take(walk, key, node, path, NULL);
		break;
	case SHAPE_VALUES:
		values_take(walk, key, node, path);
		break;
	case SHAPE_MAP:
		if (node->kind != NODE_MAP)
			complain_kind(walk, node, path, "a map");
		else
			frame_push(walk, node, key, false);
		break;
	case SHAPE_MAPS:
		if (node->kind != NODE_LIST)
			complain_kind(walk, node, path, "a list");
		else
			frame_push(walk, node, key, true);
		break;
	}
}

static void
list_step(struct walk *walk, struct frame *frame, const struct node *node)
{
	char path[PROBLEM_KEY_MAX];

	frame->item++;
	if (node->kind == NODE_MAP) {
		frame_push(walk, node, frame->key, false);
		return;
	}
	path_print(walk, NULL, path, sizeof(path));
	complain_kind(walk, node, path, "a map");
}

int
walk_document(struct config *config, uint32_t file, const struct node *root)
{
	struct walk walk = { .config = config, .file = file };
	struct place at = { .file = file, .line = 1, .column = 1 };

	if (root == NULL) {
		problem_add(config, &at, "", "nothing", "a map");
		return -1;
	}
	if (root->kind != NODE_MAP) {
		complain_kind(&walk, root, "", "a map");
		return -1;
	}
	walk.frames[0] = (struct frame){
		.node = root, .next = root->child, .section = SECTION_TOP
	};
	walk.depth = 1;
	while (walk.depth > 0 && !problem_full(config)) {
		struct frame *frame = top(&walk);
		const struct node *node = frame->next;

		if (node == NULL) {
			frame_pop(&walk);
			continue;
		}
		frame->next = node->next;
		if (frame->list)
			list_step(&walk, frame, node);
		else
			map_step(&walk, node);
	}
	return 0;
}

static const struct node *
child_find(const struct walk *walk, const char *key)
{
	const struct node *node = walk->frames[walk->depth - 1].node->child;

	while (node != NULL && strcmp(node->key, key) != 0)
		node = node->next;
	return node;
}

void
walk_complain(
    struct walk *walk, const char *key, const char *found, const char *wanted)
{
	const struct node *node = child_find(walk, key);
	struct place at = place_at(walk, node == NULL ? top(walk)->node : node);
	char text[PROBLEM_FOUND_MAX] = "nothing";
	char path[PROBLEM_KEY_MAX];

	if (node != NULL)
		found_print(node, text, sizeof(text));
	path_print(walk, key, path, sizeof(path));
	problem_add(
	    walk->config, &at, path, found == NULL ? text : found, wanted);
}

bool
walk_has(const struct walk *walk, const char *key)
{
	return child_find(walk, key) != NULL;
}

struct config *
walk_config(struct walk *walk)
{
	return walk->config;
}
