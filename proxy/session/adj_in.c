/* SPDX-License-Identifier: BSD-2-Clause */
/* The Adj-RIB-In of one customer session. */
#include "proxy/session/adj_in.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/session/keyset.h"
#include "proxy/session/list.h"
#include "proxy/wire/family.h"

/* Withdrawn rules wait for the disk: room for them besides. */
#define SLOTS_SPARE 64u
#define SLOTS_FIRST 64u

enum entry_flag {
	ANNOUNCED = 0x01, /* else withdrawn */
	TOLD = 0x02,      /* this state was told to a guard */
	STALE = 0x04,
};

/* Allocated without the unused terms of rule; raw is its own allocation. */
struct in_entry {
	struct keyset_node node;
	struct list_link dirty;
	struct list_link order; /* in arrived or withdrawn */
	uint32_t slot;
	uint32_t generation;
	uint8_t *raw;
	uint16_t raw_len;
	uint16_t wire_reason;
	uint8_t family;
	uint8_t flags;
	struct wish wish;
	struct action_set actions;
	struct rule rule;
};

struct adj_in {
	struct keyset set;
	struct list_link announces; /* dirty */
	struct list_link withdrawals;
	struct list_link arrived; /* all that are announced, oldest first */
	struct list_link withdrawn;
	struct in_entry **slots; /* NULL: free */
	uint32_t *unused;        /* stack of free slots */
	uint32_t n_slots;
	uint32_t n_unused;
	uint32_t max;
	uint32_t announced;
	uint32_t generation; /* the last one given out */
	size_t bytes;        /* of entries */
};

struct adj_in *
adj_in_new(const uint8_t key[HASH_KEY_LEN])
{
	struct adj_in *adj = calloc(1, sizeof(*adj));

	if (adj == NULL)
		return NULL;
	list_init(&adj->announces);
	list_init(&adj->withdrawals);
	list_init(&adj->arrived);
	list_init(&adj->withdrawn);
	if (keyset_init(&adj->set, key) < 0) {
		free(adj);
		return NULL;
	}
	return adj;
}

void
adj_in_limit(struct adj_in *adj, uint32_t max)
{
	/* Twice this is a slot number. */
	adj->max = max > UINT32_MAX / 4 ? UINT32_MAX / 4 : max;
}

static size_t
entry_bytes(const struct in_entry *entry)
{
	return offsetof(struct in_entry, rule) + rule_size(&entry->rule) +
	       entry->raw_len;
}

static void
entry_free(struct adj_in *adj, struct in_entry *entry)
{
	adj->bytes -= entry_bytes(entry);
	if ((entry->flags & ANNOUNCED) != 0)
		adj->announced--;
	keyset_remove(&adj->set, &entry->node);
	list_remove(&entry->dirty);
	list_remove(&entry->order);
	adj->slots[entry->slot] = NULL;
	adj->unused[adj->n_unused++] = entry->slot;
	free(entry->raw);
	free(entry);
}

void
adj_in_free(struct adj_in *adj)
{
	if (adj == NULL)
		return;
	for (uint32_t i = 0; i < adj->n_slots; i++)
		if (adj->slots[i] != NULL)
			entry_free(adj, adj->slots[i]);
	keyset_fini(&adj->set);
	free(adj->slots);
	free(adj->unused);
	free(adj);
}

static uint32_t
slots_max(const struct adj_in *adj)
{
	return adj->max * 2 + SLOTS_SPARE;
}

/* More slots; false at the bound or when out of memory. */
static bool
slots_grow(struct adj_in *adj)
{
	uint32_t n = adj->n_slots == 0 ? SLOTS_FIRST : adj->n_slots * 2;
	struct in_entry **slots;
	uint32_t *unused;

	if (n > slots_max(adj))
		n = slots_max(adj);
	if (n <= adj->n_slots)
		return false;
	slots = realloc(adj->slots, n * sizeof(struct in_entry *));
	if (slots == NULL)
		return false;
	adj->slots = slots;
	unused = realloc(adj->unused, n * sizeof(*unused));
	if (unused == NULL)
		return false;
	adj->unused = unused;
	for (uint32_t i = n; i > adj->n_slots; i--) {
		slots[i - 1] = NULL;
		unused[adj->n_unused++] = i - 1;
	}
	adj->n_slots = n;
	return true;
}

static struct in_entry *
find(const struct adj_in *adj, const struct rule *rule)
{
	struct keyset_node *node =
	    keyset_find(&adj->set, rule, rule_size(rule));

	return node == NULL ? NULL : LIST_OF(node, struct in_entry, node);
}

/* Tell the guard: last in its list, or where it waits already. */
static void
make_dirty(struct adj_in *adj, struct in_entry *entry)
{
	entry->flags &= (uint8_t)~TOLD;
	if (list_linked(&entry->dirty))
		return;
	if ((entry->flags & ANNOUNCED) != 0)
		list_append(&adj->announces, &entry->dirty);
	else
		list_append(&adj->withdrawals, &entry->dirty);
}

/* It is the last that arrived, or was withdrawn. */
static void
put_last(struct in_entry *entry, struct list_link *list)
{
	list_remove(&entry->order);
	list_append(list, &entry->order);
}

/* A withdrawn entry, not dirty; NULL without room or memory. */
static struct in_entry *
entry_new(struct adj_in *adj, const struct rule *rule)
{
	size_t size = rule_size(rule);
	struct in_entry *entry;

	if (adj->n_unused == 0 && !slots_grow(adj))
		return NULL;
	entry = malloc(offsetof(struct in_entry, rule) + size);
	if (entry == NULL)
		return NULL;
	memset(entry, 0, offsetof(struct in_entry, rule));
	memcpy(&entry->rule, rule, size);
	entry->slot = adj->unused[--adj->n_unused];
	adj->slots[entry->slot] = entry;
	entry->generation = ++adj->generation;
	entry->node.key = &entry->rule;
	entry->node.len = (uint32_t)size;
	keyset_insert(&adj->set, &entry->node);
	put_last(entry, &adj->withdrawn);
	adj->bytes += entry_bytes(entry);
	return entry;
}

static bool
same(const struct in_entry *entry, const struct adj_in_route *route)
{
	return entry->wire_reason == route->wire_reason &&
	       entry->raw_len == route->raw_len &&
	       action_equal(&entry->actions, route->actions) &&
	       wish_equal(&entry->wish, &route->wish) &&
	       (route->raw_len == 0 ||
		   memcmp(entry->raw, route->raw, route->raw_len) == 0);
}

/* Take over the values; false when out of memory. */
static bool
entry_set(struct adj_in *adj, struct in_entry *entry,
    const struct adj_in_route *route)
{
	uint8_t *raw = NULL;

	if (route->raw_len > 0) {
		raw = malloc(route->raw_len);
		if (raw == NULL)
			return false;
		memcpy(raw, route->raw, route->raw_len);
	}
	free(entry->raw);
	adj->bytes += route->raw_len;
	adj->bytes -= entry->raw_len;
	entry->raw = raw;
	entry->raw_len = route->raw_len;
	entry->wire_reason = route->wire_reason;
	entry->family = route->family;
	entry->wish = route->wish;
	entry->actions = *route->actions;
	return true;
}

static void
entry_withdraw(struct adj_in *adj, struct in_entry *entry)
{
	if ((entry->flags & ANNOUNCED) == 0)
		return;
	entry->flags = 0;
	adj->announced--;
	list_remove(&entry->dirty);
	put_last(entry, &adj->withdrawn);
	make_dirty(adj, entry);
}

/* Withdrawn -> announced. The withdrawal that was told keeps its handle, so
 * the new announcement gets another. */
static void
entry_revive(struct adj_in *adj, struct in_entry *entry)
{
	if ((entry->flags & TOLD) != 0)
		entry->generation = ++adj->generation;
	entry->flags = ANNOUNCED;
	adj->announced++;
	list_remove(&entry->dirty);
	make_dirty(adj, entry);
}

enum adj_in_result
adj_in_announce(
    struct adj_in *adj, const struct adj_in_route *route, bool again)
{
	struct in_entry *entry = find(adj, route->rule);
	bool stood = entry != NULL && (entry->flags & ANNOUNCED) != 0;
	bool fresh = entry == NULL;

	if (stood && same(entry, route)) {
		entry->flags &= (uint8_t)~STALE;
		if (!again)
			return ADJ_IN_SAME;
		make_dirty(adj, entry);
		return ADJ_IN_CHANGED;
	}
	if (!stood && adj->announced >= adj->max)
		return ADJ_IN_OVERFLOW;
	if (fresh)
		entry = entry_new(adj, route->rule);
	if (entry == NULL)
		return ADJ_IN_OVERFLOW;
	if (!entry_set(adj, entry, route)) {
		/* Better no rule than the old one: it was replaced. */
		entry_withdraw(adj, entry);
		if (fresh)
			entry_free(adj, entry);
		return ADJ_IN_OVERFLOW;
	}
	entry->flags &= (uint8_t)~STALE;
	put_last(entry, &adj->arrived);
	if (stood)
		make_dirty(adj, entry);
	else
		entry_revive(adj, entry);
	return ADJ_IN_CHANGED;
}

void
adj_in_withdraw(struct adj_in *adj, const struct rule *rule)
{
	struct in_entry *entry = find(adj, rule);

	if (entry != NULL) {
		entry_withdraw(adj, entry);
		return;
	}
	entry = entry_new(adj, rule);
	if (entry == NULL)
		return;
	entry->family = (uint8_t)family_of(rule->afi, SAFI_FLOWSPEC);
	make_dirty(adj, entry);
}

bool
adj_in_ack(struct adj_in *adj, uint64_t handle)
{
	uint32_t slot = (uint32_t)handle;
	struct in_entry *entry;

	if (slot >= adj->n_slots || adj->slots[slot] == NULL)
		return false;
	entry = adj->slots[slot];
	if (entry->generation != handle >> 32 || entry->flags != TOLD)
		return false;
	entry_free(adj, entry);
	return true;
}

void
adj_in_drop(struct adj_in *adj)
{
	for (uint32_t i = 0; i < adj->n_slots; i++) {
		struct in_entry *entry = adj->slots[i];

		if (entry != NULL && (entry->flags & ANNOUNCED) != 0)
			entry_free(adj, entry);
	}
}

/* All of a list, in its order, wherever some of them wait now. */
static void
tell_again(struct adj_in *adj, const struct list_link *list)
{
	for (struct list_link *link = list->next; link != list;
	     link = link->next) {
		struct in_entry *entry = LIST_OF(link, struct in_entry, order);

		list_remove(&entry->dirty);
		make_dirty(adj, entry);
	}
}

void
adj_in_replay(struct adj_in *adj)
{
	tell_again(adj, &adj->withdrawn);
	tell_again(adj, &adj->arrived);
}

void
adj_in_stale(struct adj_in *adj, unsigned family)
{
	for (uint32_t i = 0; i < adj->n_slots; i++) {
		struct in_entry *entry = adj->slots[i];

		if (entry != NULL && entry->family == family &&
		    (entry->flags & ANNOUNCED) != 0)
			entry->flags |= STALE;
	}
}

void
adj_in_sweep(struct adj_in *adj, unsigned family)
{
	for (uint32_t i = 0; i < adj->n_slots; i++) {
		struct in_entry *entry = adj->slots[i];

		if (entry != NULL && entry->family == family &&
		    (entry->flags & STALE) != 0)
			entry_withdraw(adj, entry);
	}
}

static struct in_entry *
first_dirty(const struct adj_in *adj)
{
	struct list_link *link = list_first(&adj->withdrawals);

	if (link == NULL)
		link = list_first(&adj->announces);
	return link == NULL ? NULL : LIST_OF(link, struct in_entry, dirty);
}

bool
adj_in_next(const struct adj_in *adj, struct adj_in_item *item)
{
	const struct in_entry *entry = first_dirty(adj);

	if (entry == NULL)
		return false;
	item->handle = (uint64_t)entry->generation << 32 | entry->slot;
	item->withdraw = (entry->flags & ANNOUNCED) == 0;
	item->more_withdrawals =
	    item->withdraw && entry->dirty.next != &adj->withdrawals;
	item->more_announces = item->withdraw
				   ? !list_empty(&adj->announces)
				   : entry->dirty.next != &adj->announces;
	item->route.rule = &entry->rule;
	item->route.actions = &entry->actions;
	item->route.raw = entry->raw;
	item->route.raw_len = entry->raw_len;
	item->route.wire_reason = entry->wire_reason;
	item->route.family = entry->family;
	item->route.wish = entry->wish;
	return true;
}

void
adj_in_told(struct adj_in *adj)
{
	struct in_entry *entry = first_dirty(adj);

	if (entry == NULL)
		return;
	entry->flags |= TOLD;
	list_remove(&entry->dirty);
}

uint32_t
adj_in_announced(const struct adj_in *adj)
{
	return adj->announced;
}

bool
adj_in_has_room(const struct adj_in *adj)
{
	return adj->announced < adj->max &&
	       (adj->n_unused > 0 || adj->n_slots < slots_max(adj));
}

size_t
adj_in_memory(const struct adj_in *adj)
{
	return sizeof(*adj) + adj->bytes +
	       (adj->set.mask + 1) * sizeof(struct keyset_node *) +
	       adj->n_slots * (sizeof(struct in_entry *) + sizeof(uint32_t));
}
