/* SPDX-License-Identifier: BSD-2-Clause */
/* YAML events into a tree, in blocks of memory that are freed together. */
#include "proxy/loader/yaml_doc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BLOCK_SIZE 65536u

struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(16) uint8_t data[];
};

struct yaml_doc {
	struct block *blocks;
	struct node *root;
	size_t n_nodes;
};

/* A list or map whose end has not come yet. */
struct open {
	const struct node **tail; /* where the next node is hung */
	bool map;
	const char *key; /* a map's key that waits for its value */
	uint32_t key_line;
	uint32_t key_column;
};

struct builder {
	const uint8_t *bytes;
	size_t len;
	struct yaml_doc *doc;
	struct yaml_doc_fault *fault;
	struct open open[YAML_DOC_DEPTH_MAX];
	unsigned depth;
	unsigned documents;
	bool ended;
};

static int
fault_set(struct builder *builder, const yaml_mark_t *mark, const char *found,
    const char *wanted)
{
	struct yaml_doc_fault *fault = builder->fault;

	fault->line = mark == NULL ? 0 : (uint32_t)mark->line + 1;
	fault->column = mark == NULL ? 0 : (uint32_t)mark->column + 1;
	(void)snprintf(fault->found, sizeof(fault->found), "%s", found);
	(void)snprintf(fault->wanted, sizeof(fault->wanted), "%s", wanted);
	return -1;
}

/* size octets that live as long as the document; NULL when memory is out. */
static void *
block_take(struct yaml_doc *doc, size_t size)
{
	struct block *block = doc->blocks;
	size_t need = (size + 15u) & ~(size_t)15u;
	size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;

	if (block == NULL || block->size - block->used < need) {
		block = malloc(sizeof(*block) + room);
		if (block == NULL)
			return NULL;
		block->next = doc->blocks;
		block->used = 0;
		block->size = room;
		doc->blocks = block;
	}
	block->used += need;
	return &block->data[block->used - need];
}

static const char *
text_copy(struct builder *builder, const yaml_event_t *event)
{
	size_t len = event->data.scalar.length;
	const char *text = (const char *)event->data.scalar.value;
	char *copy;

	if (memchr(text, '\0', len) != NULL) {
		(void)fault_set(
		    builder, &event->start_mark, "a NUL in a text", "text");
		return NULL;
	}
	copy = block_take(builder->doc, len + 1);
	if (copy == NULL) {
		(void)fault_set(
		    builder, NULL, "too much for the memory", "a smaller file");
		return NULL;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* Hang a new node where the document has got to. */
static struct node *
node_new(struct builder *builder, enum node_kind kind, const yaml_mark_t *mark)
{
	struct open *open =
	    builder->depth > 0 ? &builder->open[builder->depth - 1] : NULL;
	struct node *node = NULL;

	if (builder->doc->n_nodes < YAML_DOC_NODES_MAX)
		node = block_take(builder->doc, sizeof(*node));
	if (node == NULL) {
		(void)fault_set(
		    builder, mark, "too many values", "a smaller file");
		return NULL;
	}
	builder->doc->n_nodes++;
	*node = (struct node){ .kind = (uint8_t)kind,
		.line = (uint32_t)mark->line + 1,
		.column = (uint32_t)mark->column + 1 };
	if (open == NULL) {
		builder->doc->root = node;
		return node;
	}
	node->key = open->key;
	node->key_line = open->key_line;
	node->key_column = open->key_column;
	open->key = NULL;
	*open->tail = node;
	open->tail = &node->next;
	return node;
}

/* The innermost open thing is a map that waits for a key. */
static bool
key_is_due(const struct builder *builder)
{
	const struct open *open;

	if (builder->depth == 0)
		return false;
	open = &builder->open[builder->depth - 1];
	return open->map && open->key == NULL;
}

static int
scalar_add(struct builder *builder, const yaml_event_t *event)
{
	const char *text = text_copy(builder, event);
	struct node *node;

	if (text == NULL)
		return -1;
	if (key_is_due(builder)) {
		struct open *open = &builder->open[builder->depth - 1];

		open->key = text;
		open->key_line = (uint32_t)event->start_mark.line + 1;
		open->key_column = (uint32_t)event->start_mark.column + 1;
		return 0;
	}
	node = node_new(builder, NODE_TEXT, &event->start_mark);
	if (node == NULL)
		return -1;
	node->text = text;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int
container_begin(
    struct builder *builder, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node;

	if (key_is_due(builder))
		return fault_set(builder, &event->start_mark,
		    "a list or map as a key", "a name");
	if (builder->depth == YAML_DOC_DEPTH_MAX)
		return fault_set(builder, &event->start_mark,
		    "a value nested too deep", "at most 16 levels");
	node = node_new(builder, kind, &event->start_mark);
	if (node == NULL)
		return -1;
	builder->open[builder->depth++] =
	    (struct open){ .tail = &node->child, .map = kind == NODE_MAP };
	return 0;
}

static int
container_end(struct builder *builder, const yaml_event_t *event)
{
	if (builder->depth == 0)
		return fault_set(builder, &event->start_mark,
		    "an end without a beginning", "well-formed YAML");
	builder->depth--;
	return 0;
}

static int
document_begin(struct builder *builder, const yaml_event_t *event)
{
	if (event->data.document_start.tag_directives.start !=
	    event->data.document_start.tag_directives.end)
		return fault_set(builder, &event->start_mark,
		    "a %TAG directive", "YAML without tags");
	if (builder->documents++ > 0)
		return fault_set(builder, &event->start_mark,
		    "a second document", "one document in a file");
	return 0;
}

static int
extras_refuse(struct builder *builder, const yaml_event_t *event,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return fault_set(builder, &event->start_mark, "an anchor",
		    "YAML without anchors and aliases");
	if (tag != NULL)
		return fault_set(
		    builder, &event->start_mark, "a tag", "YAML without tags");
	return 0;
}

static int
event_take(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_STREAM_END_EVENT:
		builder->ended = true;
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		return document_begin(builder, event);
	case YAML_ALIAS_EVENT:
		return fault_set(builder, &event->start_mark, "an alias",
		    "YAML without anchors and aliases");
	case YAML_SCALAR_EVENT:
		if (extras_refuse(builder, event, event->data.scalar.anchor,
			event->data.scalar.tag) < 0)
			return -1;
		return scalar_add(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		if (extras_refuse(builder, event,
			event->data.sequence_start.anchor,
			event->data.sequence_start.tag) < 0)
			return -1;
		return container_begin(builder, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		if (extras_refuse(builder, event,
			event->data.mapping_start.anchor,
			event->data.mapping_start.tag) < 0)
			return -1;
		return container_begin(builder, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return container_end(builder, event);
	}
	return fault_set(builder, NULL, "an unknown YAML event", "YAML");
}

/* The place of the octet at offset: the reader of the library knows no
 * other. */
static yaml_mark_t
mark_of(const uint8_t *bytes, size_t len, size_t offset)
{
	yaml_mark_t mark = { .index = offset };

	for (size_t i = 0; i < offset && i < len; i++) {
		mark.column++;
		if (bytes[i] != '\n')
			continue;
		mark.line++;
		mark.column = 0;
	}
	return mark;
}

static int
syntax_fault(struct builder *builder, const yaml_parser_t *parser)
{
	static const char no_token[] =
	    "found character that cannot start any token";
	const char *problem = parser->problem;
	yaml_mark_t mark = parser->problem_mark;
	bool tab = false;
	char found[128];

	if (parser->error == YAML_MEMORY_ERROR)
		return fault_set(
		    builder, NULL, "too much for the memory", "a smaller file");
	if (parser->error == YAML_READER_ERROR)
		mark = mark_of(
		    builder->bytes, builder->len, parser->problem_offset);
	/* It stops most often at a tab, which is not to be seen. */
	if (problem != NULL && strcmp(problem, no_token) == 0)
		tab = memchr(builder->bytes, '\t', builder->len) != NULL;
	(void)snprintf(found, sizeof(found), "broken YAML (%.80s%s)",
	    problem == NULL ? "no reason given" : problem,
	    tab ? "; is it a tab?" : "");
	return fault_set(builder, &mark, found, "well-formed YAML");
}

static int
events_read(struct builder *builder, yaml_parser_t *parser)
{
	int status = 0;

	while (!builder->ended && status == 0) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return syntax_fault(builder, parser);
		status = event_take(builder, &event);
		yaml_event_delete(&event);
	}
	return status;
}

struct yaml_doc *
yaml_doc_parse(const uint8_t *bytes, size_t len, struct yaml_doc_fault *fault)
{
	struct builder builder = { .bytes = bytes, .len = len, .fault = fault };
	yaml_parser_t parser;
	int status;

	memset(fault, 0, sizeof(*fault));
	builder.doc = calloc(1, sizeof(*builder.doc));
	if (builder.doc == NULL || !yaml_parser_initialize(&parser)) {
		(void)fault_set(&builder, NULL, "too little memory", "more");
		free(builder.doc);
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, bytes, len);
	status = events_read(&builder, &parser);
	yaml_parser_delete(&parser);
	if (status == 0)
		return builder.doc;
	yaml_doc_free(builder.doc);
	return NULL;
}

const struct node *
yaml_doc_root(const struct yaml_doc *doc)
{
	return doc->root;
}

void
yaml_doc_free(struct yaml_doc *doc)
{
	if (doc == NULL)
		return;
	while (doc->blocks != NULL) {
		struct block *block = doc->blocks;

		doc->blocks = block->next;
		free(block);
	}
	free(doc);
}
