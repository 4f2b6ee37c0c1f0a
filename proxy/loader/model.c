/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists of a configuration that is being read. */
#include "proxy/loader/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *
model_list_push(struct model_list *list, size_t size)
{
	uint8_t *item;

	if (list->n == list->room) {
		size_t room = list->room == 0 ? 16 : 2 * list->room;
		void *items = reallocarray(list->items, room, size);

		if (items == NULL)
			return NULL;
		list->items = items;
		list->room = room;
	}
	item = (uint8_t *)list->items + list->n * size;
	memset(item, 0, size);
	list->n++;
	return item;
}

struct config_listen *
model_listen(const struct config *config, size_t i)
{
	assert(i < config->listens.n);
	return (struct config_listen *)config->listens.items + i;
}

struct config_customer *
model_customer(const struct config *config, size_t i)
{
	assert(i < config->customers.n);
	return (struct config_customer *)config->customers.items + i;
}

struct config_prefix *
model_prefix(const struct config *config, size_t i)
{
	assert(i < config->prefixes.n);
	return (struct config_prefix *)config->prefixes.items + i;
}

struct config_target *
model_target(const struct config *config, size_t i)
{
	assert(i < config->targets.n);
	return (struct config_target *)config->targets.items + i;
}

struct config_asn *
model_asn(const struct config *config, size_t i)
{
	assert(i < config->asns.n);
	return (struct config_asn *)config->asns.items + i;
}

struct config_neighbor *
model_neighbor(const struct config *config, size_t i)
{
	assert(i < config->neighbors.n);
	return (struct config_neighbor *)config->neighbors.items + i;
}

struct config_key *
model_key(const struct config *config, size_t i)
{
	assert(i < config->keys.n);
	return (struct config_key *)config->keys.items + i;
}

struct config_class *
model_class(const struct config *config, size_t i)
{
	assert(i < config->classes.n);
	return (struct config_class *)config->classes.items + i;
}

struct config_rewrite *
model_rewrite(const struct config *config, size_t i)
{
	assert(i < config->rewrites.n);
	return (struct config_rewrite *)config->rewrites.items + i;
}

struct config_wish *
model_wish(const struct config *config, size_t i)
{
	assert(i < config->wishes.n);
	return (struct config_wish *)config->wishes.items + i;
}

struct config_protected *
model_protected(const struct config *config, size_t i)
{
	assert(i < config->protects.n);
	return (struct config_protected *)config->protects.items + i;
}

struct config_irr *
model_irr(const struct config *config, size_t i)
{
	assert(i < config->irrs.n);
	return (struct config_irr *)config->irrs.items + i;
}

void **
model_list_sorted(const struct model_list *list, size_t size,
    int (*order)(const void *, const void *))
{
	void **items;

	if (list->n == 0)
		return NULL;
	items = reallocarray(NULL, list->n, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		items[i] = (uint8_t *)list->items + i * size;
	qsort(items, list->n, sizeof(*items), order);
	return items;
}

int
model_list_reorder(struct model_list *list, size_t size,
    int (*order)(const void *, const void *))
{
	void **items = model_list_sorted(list, size, order);
	uint8_t *moved;

	if (list->n == 0)
		return 0;
	moved = items == NULL ? NULL : reallocarray(NULL, list->n, size);
	if (moved == NULL) {
		free(items);
		return -1;
	}
	for (size_t i = 0; i < list->n; i++)
		memcpy(&moved[i * size], items[i], size);
	free(items);
	free(list->items);
	list->items = moved;
	list->room = list->n;
	return 0;
}

bool
model_has(const struct config *config, enum section section, const char *name)
{
	unsigned n;
	const struct schema_key *first = schema_rows(section, &n);

	return config->seen[section] &
	       UINT64_C(1) << (schema_find(section, name) - first);
}

void
model_free(struct config *config)
{
	for (size_t i = 0; i < config->irrs.n; i++)
		free(model_irr(config, i)->prefixes);
	free(config->listens.items);
	free(config->customers.items);
	free(config->prefixes.items);
	free(config->targets.items);
	free(config->asns.items);
	free(config->neighbors.items);
	free(config->keys.items);
	free(config->classes.items);
	free(config->rewrites.items);
	free(config->wishes.items);
	free(config->protects.items);
	free(config->irrs.items);
}
