/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One YAML document as a tree of nodes with their places. The only place that
 * knows libyaml. What makes YAML treacherous is refused: anchors, aliases,
 * tags, several documents, keys that are no text, deep nesting.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define YAML_DOC_DEPTH_MAX 16
#define YAML_DOC_NODES_MAX 2000000u

enum node_kind {
	NODE_NONE = 0,
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
};

/* A value. Lines and columns count from 1. */
struct node {
	const char *key;          /* inside a map: its key; else NULL */
	const char *text;         /* NODE_TEXT; never holds a NUL of its own */
	const struct node *child; /* NODE_LIST and NODE_MAP: the first */
	const struct node *next;  /* of the same list or map */
	uint32_t line;
	uint32_t column;
	uint32_t key_line;
	uint32_t key_column;
	uint8_t kind;   /* enum node_kind */
	uint8_t quoted; /* NODE_TEXT: so that "" is text and not nothing */
};

/* Why there is no document. */
struct yaml_doc_fault {
	uint32_t line; /* 0: the file as a whole */
	uint32_t column;
	char found[128];
	char wanted[128];
};

struct yaml_doc;

/*
 * Parse len octets at bytes, which are not needed afterwards. Returns a
 * document for yaml_doc_free(), or NULL with *fault filled.
 */
struct yaml_doc *yaml_doc_parse(
    const uint8_t *bytes, size_t len, struct yaml_doc_fault *fault);

/* The outermost value; NULL when the document is empty. Borrowed. */
const struct node *yaml_doc_root(const struct yaml_doc *doc);

/* Free the document and all its nodes; NULL is fine. */
void yaml_doc_free(struct yaml_doc *doc);
