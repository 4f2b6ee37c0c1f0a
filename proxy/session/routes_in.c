/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast routes of one customer session.
 *
 * Memory is bounded without counting withdrawals: an announcement is told only
 * when no withdrawal waits, so at most max entries are held, announced or not;
 * what is not held and is withdrawn goes at once. Only withdrawals of prefixes
 * that linger from the session before come on top, and these have a bound.
 */
#include "proxy/session/routes_in.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/session/keyset.h"
#include "proxy/session/list.h"
#include "proxy/wire/family.h"

#define LINGERS_SPARE 64u

enum entry_flag {
	ANNOUNCED = 0x01, /* else withdrawn */
	HELD = 0x02,
	STALE = 0x04,
};

struct route_entry {
	struct keyset_node node;
	struct list_link dirty;
	struct route_facts facts;
	struct prefix prefix;
	uint8_t flags;
	uint8_t family;
};

struct routes_in {
	struct keyset set;
	struct list_link announces; /* dirty */
	struct list_link withdrawals;
	uint32_t max;
	uint32_t announced[2]; /* IPv4, IPv6 */
};

struct routes_in *
routes_in_new(const uint8_t key[HASH_KEY_LEN])
{
	struct routes_in *routes = calloc(1, sizeof(*routes));

	if (routes == NULL)
		return NULL;
	list_init(&routes->announces);
	list_init(&routes->withdrawals);
	if (keyset_init(&routes->set, key) < 0) {
		free(routes);
		return NULL;
	}
	return routes;
}

void
routes_in_limit(struct routes_in *routes, uint32_t max)
{
	routes->max = max;
}

static uint32_t *
count_of(struct routes_in *routes, unsigned family)
{
	return &routes->announced[family == FAMILY_IPV6_UNICAST ? 1 : 0];
}

static void
entry_free(struct routes_in *routes, struct route_entry *entry)
{
	if ((entry->flags & ANNOUNCED) != 0)
		(*count_of(routes, entry->family))--;
	keyset_remove(&routes->set, &entry->node);
	list_remove(&entry->dirty);
	free(entry);
}

/* ---- walks over all entries ---- */

struct walk {
	struct routes_in *routes;
	void (*run)(struct routes_in *routes, struct route_entry *entry);
	unsigned families;
};

static void
walk_node(void *ctx, struct keyset_node *node)
{
	struct walk *walk = ctx;
	struct route_entry *entry = LIST_OF(node, struct route_entry, node);

	if ((walk->families & entry->family) != 0)
		walk->run(walk->routes, entry);
}

static void
walk_all(struct routes_in *routes, unsigned families,
    void (*run)(struct routes_in *routes, struct route_entry *entry))
{
	struct walk walk = { routes, run, families };

	keyset_each(&routes->set, walk_node, &walk);
}

void
routes_in_free(struct routes_in *routes)
{
	if (routes == NULL)
		return;
	walk_all(routes, FAMILY_ALL, entry_free);
	keyset_fini(&routes->set);
	free(routes);
}

/* ---- entries ---- */

static struct route_entry *
find(const struct routes_in *routes, const struct prefix *prefix)
{
	struct keyset_node *node =
	    keyset_find(&routes->set, prefix, sizeof(*prefix));

	return node == NULL ? NULL : LIST_OF(node, struct route_entry, node);
}

/* Tell the guard: last in its list, or where it waits already. */
static void
make_dirty(struct routes_in *routes, struct route_entry *entry)
{
	if (list_linked(&entry->dirty))
		return;
	if ((entry->flags & ANNOUNCED) != 0)
		list_append(&routes->announces, &entry->dirty);
	else
		list_append(&routes->withdrawals, &entry->dirty);
}

/* A withdrawn entry, not dirty; NULL when out of memory. */
static struct route_entry *
entry_new(struct routes_in *routes, const struct prefix *prefix)
{
	struct route_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->prefix = *prefix;
	entry->family = (uint8_t)family_of(prefix->afi, SAFI_UNICAST);
	entry->node.key = &entry->prefix;
	entry->node.len = sizeof(entry->prefix);
	keyset_insert(&routes->set, &entry->node);
	return entry;
}

static void
entry_announced(struct routes_in *routes, struct route_entry *entry, bool is)
{
	uint32_t *count = count_of(routes, entry->family);

	*count += is ? 1u : UINT32_MAX;
	list_remove(&entry->dirty);
	entry->flags &= HELD;
	if (is)
		entry->flags |= ANNOUNCED;
	make_dirty(routes, entry);
}

static bool
has_room(const struct routes_in *routes)
{
	return routes->set.count < (uint64_t)routes->max * 4 + LINGERS_SPARE;
}

/* An announced entry goes: the guard is told where it knows of it. */
static void
entry_withdraw(
    struct routes_in *routes, struct route_entry *entry, bool lingers)
{
	if ((entry->flags & ANNOUNCED) == 0)
		return;
	if ((entry->flags & HELD) == 0 && (!lingers || !has_room(routes)))
		entry_free(routes, entry);
	else
		entry_announced(routes, entry, false);
}

/* ---- what the peer says ---- */

enum routes_in_result
routes_in_announce(struct routes_in *routes, const struct prefix *prefix,
    const struct route_facts *facts, bool again)
{
	unsigned family = family_of(prefix->afi, SAFI_UNICAST);
	struct route_entry *entry = find(routes, prefix);
	bool stood = entry != NULL && (entry->flags & ANNOUNCED) != 0;

	if (!stood && *count_of(routes, family) >= routes->max)
		return ROUTES_IN_OVERFLOW;
	if (stood && !again &&
	    memcmp(&entry->facts, facts, sizeof(*facts)) == 0) {
		entry->flags &= (uint8_t)~STALE;
		return ROUTES_IN_SAME;
	}
	if (entry == NULL)
		entry = entry_new(routes, prefix);
	if (entry == NULL)
		return ROUTES_IN_FAILED;
	entry->facts = *facts;
	entry->flags &= (uint8_t)~STALE;
	if (stood)
		make_dirty(routes, entry);
	else
		entry_announced(routes, entry, true);
	return ROUTES_IN_CHANGED;
}

void
routes_in_withdraw(
    struct routes_in *routes, const struct prefix *prefix, bool lingers)
{
	struct route_entry *entry = find(routes, prefix);

	if (entry != NULL) {
		entry_withdraw(routes, entry, lingers);
		return;
	}
	if (!lingers || !has_room(routes))
		return;
	entry = entry_new(routes, prefix);
	if (entry != NULL)
		make_dirty(routes, entry);
}

/* ---- the session, the guard, refreshes ---- */

static void
forget_announced(struct routes_in *routes, struct route_entry *entry)
{
	if ((entry->flags & ANNOUNCED) != 0)
		entry_free(routes, entry);
}

void
routes_in_drop(struct routes_in *routes)
{
	walk_all(routes, FAMILY_ALL, forget_announced);
}

static void
replay(struct routes_in *routes, struct route_entry *entry)
{
	entry->flags &= (uint8_t)~HELD;
	if ((entry->flags & ANNOUNCED) == 0)
		entry_free(routes, entry);
	else
		make_dirty(routes, entry);
}

void
routes_in_replay(struct routes_in *routes)
{
	walk_all(routes, FAMILY_ALL, replay);
}

void
routes_in_again(struct routes_in *routes, unsigned family)
{
	walk_all(routes, family, make_dirty);
}

static void
mark_stale(struct routes_in *routes, struct route_entry *entry)
{
	(void)routes;
	if ((entry->flags & ANNOUNCED) != 0)
		entry->flags |= STALE;
}

void
routes_in_stale(struct routes_in *routes, unsigned family)
{
	walk_all(routes, family, mark_stale);
}

static void
sweep(struct routes_in *routes, struct route_entry *entry)
{
	if ((entry->flags & STALE) != 0)
		entry_withdraw(routes, entry, false);
}

void
routes_in_sweep(struct routes_in *routes, unsigned family)
{
	walk_all(routes, family, sweep);
}

/* ---- telling ---- */

static struct route_entry *
first_dirty(const struct routes_in *routes)
{
	struct list_link *link = list_first(&routes->withdrawals);

	if (link == NULL)
		link = list_first(&routes->announces);
	return link == NULL ? NULL : LIST_OF(link, struct route_entry, dirty);
}

bool
routes_in_next(const struct routes_in *routes, struct routes_in_item *item)
{
	const struct route_entry *entry = first_dirty(routes);

	if (entry == NULL)
		return false;
	item->prefix = &entry->prefix;
	item->facts = NULL;
	if ((entry->flags & ANNOUNCED) != 0)
		item->facts = &entry->facts;
	item->family = entry->family;
	return true;
}

void
routes_in_told(struct routes_in *routes)
{
	struct route_entry *entry = first_dirty(routes);

	if (entry == NULL)
		return;
	if ((entry->flags & ANNOUNCED) == 0) {
		entry_free(routes, entry);
		return;
	}
	entry->flags |= HELD;
	list_remove(&entry->dirty);
}

uint32_t
routes_in_count(const struct routes_in *routes, unsigned families)
{
	uint32_t n = 0;

	if ((families & FAMILY_IPV4_UNICAST) != 0)
		n += routes->announced[0];
	if ((families & FAMILY_IPV6_UNICAST) != 0)
		n += routes->announced[1];
	return n;
}

size_t
routes_in_memory(const struct routes_in *routes)
{
	return sizeof(*routes) +
	       routes->set.count * sizeof(struct route_entry) +
	       (routes->set.mask + 1) * (sizeof(struct keyset_node *) + 1);
}
