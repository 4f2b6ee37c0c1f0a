/* SPDX-License-Identifier: BSD-2-Clause */
/* YAML as nodes with places, and the YAML that is refused. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/yaml_doc.h"
#include "tests/lib/failing_alloc.h"

static struct yaml_doc *
parse(const char *text, struct yaml_doc_fault *fault)
{
	return yaml_doc_parse((const uint8_t *)text, strlen(text), fault);
}

/* Maps, lists and texts come out in order, each with its place. */
static void
nodes_have_their_places(void **state)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc =
	    parse("a: 1\nlist:\n  - x\n  - {k: 'v'}\n", &fault);
	const struct node *node;

	(void)state;
	assert_non_null(doc);
	node = yaml_doc_root(doc);
	assert_int_equal(node->kind, NODE_MAP);
	node = node->child;
	assert_string_equal(node->key, "a");
	assert_string_equal(node->text, "1");
	assert_int_equal(node->quoted, 0);
	assert_int_equal(node->column, 4);
	node = node->next;
	assert_string_equal(node->key, "list");
	assert_int_equal(node->key_line, 2);
	assert_int_equal(node->key_column, 1);
	assert_int_equal(node->kind, NODE_LIST);
	node = node->child->next;
	assert_null(node->key);
	assert_null(node->next);
	assert_string_equal(node->child->key, "k");
	assert_string_equal(node->child->text, "v");
	assert_int_equal(node->child->quoted, 1);
	assert_int_equal(node->child->line, 4);
	assert_int_equal(node->child->column, 9);
	yaml_doc_free(doc);
}

/* A file without anything in it has no root. */
static void
empty_document_has_no_root(void **state)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc = parse("# nothing\n", &fault);

	(void)state;
	assert_non_null(doc);
	assert_null(yaml_doc_root(doc));
	yaml_doc_free(doc);
}

/* Keys are kept as often as they come; who reads them decides. */
static void
repeated_keys_are_all_kept(void **state)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc = parse("{a: 1, a: 2}", &fault);
	const struct node *node;

	(void)state;
	assert_non_null(doc);
	node = yaml_doc_root(doc)->child;
	assert_string_equal(node->text, "1");
	assert_string_equal(node->next->text, "2");
	yaml_doc_free(doc);
}

/* A text longer than a block of memory comes out whole. */
static void
long_text_is_whole(void **state)
{
	struct yaml_doc_fault fault;
	size_t n = 200000;
	char *text = malloc(n + 1);
	struct yaml_doc *doc;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	text[n] = '\0';
	doc = parse(text, &fault);
	assert_non_null(doc);
	assert_string_equal(yaml_doc_root(doc)->text, text);
	yaml_doc_free(doc);
	free(text);
}

/* Sixteen levels are taken, a seventeenth is not. */
static void
nesting_is_bounded(void **state)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc =
	    parse("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", &fault);

	(void)state;
	assert_non_null(doc);
	yaml_doc_free(doc);
	doc = parse("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", &fault);
	assert_null(doc);
	assert_int_equal(fault.line, 1);
	assert_int_equal(fault.column, 17);
}

/* More values than fit are refused before memory is. */
static void
nodes_are_bounded(void **state)
{
	struct yaml_doc_fault fault;
	size_t n = 2 * (YAML_DOC_NODES_MAX + 10u);
	char *text = malloc(n + 2);
	struct yaml_doc *doc;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i += 2)
		memcpy(&text[i], "a,", 2);
	text[0] = '[';
	text[1] = '\n';
	text[n] = ']';
	text[n + 1] = '\0';
	doc = parse(text, &fault);
	assert_null(doc);
	assert_string_equal(fault.found, "too many values");
	free(text);
}

/* Lists count as values, too. */
static void
lists_are_bounded(void **state)
{
	struct yaml_doc_fault fault;
	size_t n = 3 * (YAML_DOC_NODES_MAX + 10u);
	char *text = malloc(n + 3);

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	text[1] = '\n';
	for (size_t i = 2; i < n + 2; i += 3)
		memcpy(&text[i], "[],", 3);
	text[n + 2] = '\0';
	assert_null(parse(text, &fault));
	assert_string_equal(fault.found, "too many values");
	free(text);
}

/* Memory that runs out, at whichever allocation, is told; nothing is kept. */
static void
memory_that_runs_out_is_told(void **state)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc = NULL;
	unsigned failed = 0;

	(void)state;
	for (unsigned i = 1; doc == NULL; i++) {
		failing_alloc_begin(i, 1);
		doc = parse("a: [x, y]\n", &fault);
		(void)failing_alloc_end();
		failed += doc == NULL;
		assert_true(doc != NULL || fault.wanted[0] != '\0');
	}
	assert_true(failed >= 2); /* the document, its first block */
	yaml_doc_free(doc);
	yaml_doc_free(NULL);
}

struct row {
	const char *name;
	const char *text;
	const char *found;
	uint32_t line;
	uint32_t column;
};

static const struct row rows[] = {
	{ "alias_is_refused", "a: &x 1\nb: *x\n", "an anchor", 1, 4 },
	{ "alias_of_nothing_is_refused", "b: *x\n", "an alias", 1, 4 },
	{ "anchor_on_list_is_refused", "a: &x [1]\n", "an anchor", 1, 4 },
	{ "anchor_on_map_is_refused", "a: &x {b: 1}\n", "an anchor", 1, 4 },
	{ "anchor_on_key_is_refused", "&x a: 1\n", "an anchor", 1, 1 },
	{ "tag_is_refused", "a: !!str 1\n", "a tag", 1, 4 },
	{ "tag_on_list_is_refused", "a: !x [1]\n", "a tag", 1, 4 },
	{ "tag_on_map_is_refused", "a: !x {b: 1}\n", "a tag", 1, 4 },
	{ "tag_directive_is_refused", "%TAG ! tag:x,2000:\n---\na: 1\n",
	    "a %TAG directive", 1, 1 },
	{ "second_document_is_refused", "a: 1\n---\nb: 1\n",
	    "a second document", 2, 1 },
	{ "list_as_key_is_refused", "[a]: 1\n", "a list or map as a key", 1,
	    1 },
	{ "map_as_key_is_refused", "? {a: 1}\n: 1\n", "a list or map as a key",
	    1, 3 },
	{ "nul_in_text_is_refused", "a: \"x\\0y\"\n", "a NUL in a text", 1, 4 },
	{ "nul_in_key_is_refused", "\"x\\0y\": 1\n", "a NUL in a text", 1, 1 },
	{ "open_list_is_refused", "a: [1\n", NULL, 2, 1 },
	{ "tabs_are_refused", "a:\n\tb: 1\n", NULL, 2, 1 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The fault is at its place and says what was found. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct yaml_doc_fault fault;
	struct yaml_doc *doc = parse(row->text, &fault);

	assert_null(doc);
	if (row->found != NULL)
		assert_string_equal(fault.found, row->found);
	else
		assert_memory_equal(fault.found, "broken YAML (", 13);
	assert_true(fault.wanted[0] != '\0');
	assert_int_equal(fault.line, row->line);
	assert_int_equal(fault.column, row->column);
}

int
main(void)
{
	struct CMUnitTest tests[8 + ROWS] = {
		cmocka_unit_test(nodes_have_their_places),
		cmocka_unit_test(empty_document_has_no_root),
		cmocka_unit_test(repeated_keys_are_all_kept),
		cmocka_unit_test(long_text_is_whole),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(nodes_are_bounded),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(memory_that_runs_out_is_told),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[8 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("yaml_doc", tests, NULL, NULL);
}
