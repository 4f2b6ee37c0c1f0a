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
