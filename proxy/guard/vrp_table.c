/* SPDX-License-Identifier: BSD-2-Clause */
/* VRPs by prefix: a tree per family, and a short list under each prefix. */
#include "proxy/guard/vrp_table.h"

#include <stdlib.h>

#include "proxy/guard/prefix_tree.h"
#include "proxy/guard/slab.h"

#define FAMILIES  2u
#define ROW_SHIFT 12u /* log2 of the rows in a chunk */

struct row {
	uint32_t asn;
	uint32_t next; /* of its prefix, 0: none */
	uint8_t max_len;
	uint8_t zero[3];
};

struct vrp_table {
	struct prefix_tree *trees[FAMILIES]; /* values: each one's first row */
	struct slab rows;
	size_t counts[FAMILIES];
};

static unsigned
family_of(const struct prefix *prefix)
{
	return prefix->afi == AFI_IPV6;
}

static struct row *
row_at(const struct vrp_table *table, uint32_t i)
{
	return slab_at(&table->rows, i);
}

static int
trees_new(struct prefix_tree *trees[FAMILIES])
{
	trees[0] = prefix_tree_new(AFI_IPV4);
	trees[1] = prefix_tree_new(AFI_IPV6);
	if (trees[0] != NULL && trees[1] != NULL)
		return 0;
	prefix_tree_free(trees[0]);
	prefix_tree_free(trees[1]);
	return -1;
}

struct vrp_table *
vrp_table_new(void)
{
	struct vrp_table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	if (trees_new(table->trees) < 0) {
		free(table);
		return NULL;
	}
	slab_init(&table->rows, sizeof(struct row), ROW_SHIFT);
	return table;
}

static void
table_drop(struct vrp_table *table)
{
	for (unsigned i = 0; i < FAMILIES; i++)
		prefix_tree_free(table->trees[i]);
	slab_fini(&table->rows);
}

void
vrp_table_free(struct vrp_table *table)
{
	if (table == NULL)
		return;
	table_drop(table);
	free(table);
}

int
vrp_table_clear(struct vrp_table *table)
{
	struct prefix_tree *trees[FAMILIES];

	if (trees_new(trees) < 0)
		return -1;
	table_drop(table);
	slab_init(&table->rows, sizeof(struct row), ROW_SHIFT);
	for (unsigned i = 0; i < FAMILIES; i++) {
		table->trees[i] = trees[i];
		table->counts[i] = 0;
	}
	return 0;
}

static bool
row_is(const struct row *row, const struct vrp *vrp)
{
	return row->asn == vrp->asn && row->max_len == vrp->max_len;
}

/* There is room for one more from this row on, and none is this one. */
static bool
rows_allow(const struct vrp_table *table, uint32_t first, const struct vrp *vrp)
{
	unsigned n = 0;

	for (uint32_t i = first; i != 0; i = row_at(table, i)->next) {
		if (row_is(row_at(table, i), vrp))
			return false;
		n++;
	}
	return n < VRPS_PER_PREFIX;
}

int
vrp_table_add(struct vrp_table *table, const struct vrp *vrp)
{
	struct prefix_tree *tree = table->trees[family_of(&vrp->prefix)];
	uint32_t *first;
	struct row *row;
	bool fresh;
	uint32_t i;

	if (slab_reserve(&table->rows, 1) < 0)
		return -1;
	first = prefix_tree_put(tree, &vrp->prefix, &fresh);
	if (first == NULL || !rows_allow(table, *first, vrp))
		return -1;
	i = slab_take(&table->rows);
	row = row_at(table, i);
	row->asn = vrp->asn;
	row->max_len = vrp->max_len;
	row->next = *first;
	*first = i;
	table->counts[family_of(&vrp->prefix)]++;
	return 0;
}

int
vrp_table_remove(struct vrp_table *table, const struct vrp *vrp)
{
	struct prefix_tree *tree = table->trees[family_of(&vrp->prefix)];
	uint32_t *first = prefix_tree_find(tree, &vrp->prefix);
	uint32_t *link = first;
	uint32_t i;

	while (link != NULL && *link != 0 && !row_is(row_at(table, *link), vrp))
		link = &row_at(table, *link)->next;
	if (link == NULL || *link == 0)
		return -1;
	i = *link;
	*link = row_at(table, i)->next;
	slab_give(&table->rows, i);
	table->counts[family_of(&vrp->prefix)]--;
	if (*first == 0)
		(void)prefix_tree_remove(tree, &vrp->prefix);
	return 0;
}

bool
vrp_table_covering(const void *table, const struct prefix *prefix,
    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor)
{
	const struct vrp_table *own = table;
	const struct prefix_tree *tree = own->trees[family_of(prefix)];
	struct vrp vrp = { .zero = 0 };
	unsigned len = prefix->len;
	const uint32_t *first;

	for (;;) {
		first = prefix_tree_cover(tree, prefix, len, &vrp.prefix);
		if (first == NULL)
			return false;
		for (uint32_t i = *first; i != 0; i = row_at(own, i)->next) {
			vrp.asn = row_at(own, i)->asn;
			vrp.max_len = row_at(own, i)->max_len;
			if (visit(visitor, &vrp))
				return true;
		}
		if (vrp.prefix.len == 0)
			return false;
		len = vrp.prefix.len - 1u;
	}
}

size_t
vrp_table_count(const struct vrp_table *table, unsigned afi)
{
	return afi_bits(afi) == 0 ? 0 : table->counts[afi - AFI_IPV4];
}

size_t
vrp_table_octets(const struct vrp_table *table)
{
	return sizeof(*table) + slab_octets(&table->rows) +
	       prefix_tree_octets(table->trees[0]) +
	       prefix_tree_octets(table->trees[1]);
}
