/* SPDX-License-Identifier: BSD-2-Clause */
/* The Adj-RIB-Out of one inward session. */
#include "proxy/session/adj_out.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/session/keyset.h"
#include "proxy/session/list.h"
#include "proxy/session/out_attrs.h"
#include "proxy/wire/update_build.h"

enum entry_flag {
	WANTED = 0x01,
	SENT = 0x02, /* the peer has some version of it */
	SEEN = 0x04, /* named since the dump began */
};

/* What makes attributes equal; without padding. */
struct group_key {
	uint32_t customer;
	uint32_t family;
	struct action_set actions;
};

struct group {
	struct keyset_node node;
	struct list_link ready;  /* in adj_out.ready while it has dirty rules */
	struct list_link dirty;  /* entries to announce */
	struct out_attrs *attrs; /* of the customer; NULL: not known */
	uint32_t refs;           /* entries */
	struct group_key key;
};

/* Allocated without the unused terms of rule. */
struct out_entry {
	struct keyset_node node;
	struct list_link all;
	struct list_link dirty; /* in its group's list or in gone */
	struct group *group;
	uint8_t family;
	uint8_t flags;
	struct rule rule;
};

struct adj_out {
	struct keyset rules;
	struct keyset groups;
	struct out_attrs_set attrs;
	struct list_link all;     /* entries */
	struct list_link ready;   /* groups */
	struct list_link gone[2]; /* entries to withdraw, by family */
	struct list_link *cursor; /* of adj_out_look */
	uint32_t local_pref;
	uint32_t wanted;
	uint32_t unsendable;
	uint32_t due[2];  /* dirty entries by family */
	uint8_t families; /* of the session; 0: down */
	bool syncing;
	size_t bytes;
};

static unsigned
family_index(unsigned family)
{
	return family == FAMILY_IPV6_FLOWSPEC ? 1 : 0;
}

struct adj_out *
adj_out_new(const uint8_t key[HASH_KEY_LEN])
{
	struct adj_out *adj = calloc(1, sizeof(*adj));

	if (adj == NULL)
		return NULL;
	list_init(&adj->all);
	list_init(&adj->ready);
	list_init(&adj->gone[0]);
	list_init(&adj->gone[1]);
	adj->cursor = &adj->all;
	if (keyset_init(&adj->rules, key) < 0 ||
	    keyset_init(&adj->groups, key) < 0 ||
	    out_attrs_init(&adj->attrs, key) < 0) {
		adj_out_free(adj);
		return NULL;
	}
	return adj;
}

/* An entry has left its list. */
static void
count_clean(struct adj_out *adj, const struct out_entry *entry)
{
	adj->due[family_index(entry->family)]--;
	if (list_empty(&entry->group->dirty))
		list_remove(&entry->group->ready);
}

/* No longer due, whatever was. */
static void
make_clean(struct adj_out *adj, struct out_entry *entry)
{
	if (!list_linked(&entry->dirty))
		return;
	list_remove(&entry->dirty);
	count_clean(adj, entry);
}

static void
group_release(struct adj_out *adj, struct group *group)
{
	if (--group->refs > 0)
		return;
	list_remove(&group->ready);
	keyset_remove(&adj->groups, &group->node);
	adj->bytes -= sizeof(*group);
	free(group);
}

static void
entry_free(struct adj_out *adj, struct out_entry *entry)
{
	make_clean(adj, entry);
	if (adj->cursor == &entry->all)
		adj->cursor = entry->all.next;
	list_remove(&entry->all);
	keyset_remove(&adj->rules, &entry->node);
	group_release(adj, entry->group);
	adj->bytes -=
	    offsetof(struct out_entry, rule) + rule_size(&entry->rule);
	free(entry);
}

void
adj_out_free(struct adj_out *adj)
{
	struct list_link *link;

	if (adj == NULL)
		return;
	while ((link = list_first(&adj->all)) != NULL)
		entry_free(adj, LIST_OF(link, struct out_entry, all));
	out_attrs_fini(&adj->attrs);
	keyset_fini(&adj->groups);
	keyset_fini(&adj->rules);
	free(adj);
}

/* The peer is to be told about this entry; nothing when nobody is there, or
 * while the customer's attributes are missing. */
static void
make_dirty(struct adj_out *adj, struct out_entry *entry)
{
	struct group *group = entry->group;

	if ((adj->families & entry->family) == 0 || list_linked(&entry->dirty))
		return;
	if ((entry->flags & WANTED) == 0) {
		list_append(
		    &adj->gone[family_index(entry->family)], &entry->dirty);
	} else {
		if (group->attrs == NULL)
			return;
		list_append(&group->dirty, &entry->dirty);
		if (!list_linked(&group->ready))
			list_append(&adj->ready, &group->ready);
	}
	adj->due[family_index(entry->family)]++;
}

static struct group *
group_get(struct adj_out *adj, const struct msg_out_rule *msg)
{
	struct group_key key;
	struct keyset_node *node;
	struct group *group;

	key.customer = msg->customer;
	key.family = msg->family;
	key.actions = msg->actions;
	node = keyset_find(&adj->groups, &key, sizeof(key));
	if (node != NULL) {
		group = LIST_OF(node, struct group, node);
		group->refs++;
		return group;
	}
	group = calloc(1, sizeof(*group));
	if (group == NULL)
		return NULL;
	group->key = key;
	group->refs = 1;
	group->attrs = out_attrs_find(&adj->attrs, msg->customer);
	group->node.key = &group->key;
	group->node.len = sizeof(group->key);
	list_init(&group->dirty);
	keyset_insert(&adj->groups, &group->node);
	adj->bytes += sizeof(*group);
	return group;
}

static struct out_entry *
find(const struct adj_out *adj, const struct rule *rule)
{
	struct keyset_node *node =
	    keyset_find(&adj->rules, rule, rule_size(rule));

	return node == NULL ? NULL : LIST_OF(node, struct out_entry, node);
}

/* Takes over the reference to group. */
static struct out_entry *
entry_new(struct adj_out *adj, const struct rule *rule, struct group *group)
{
	size_t size = rule_size(rule);
	struct out_entry *entry = NULL;

	if (adj->rules.count < ADJ_OUT_MAX)
		entry = malloc(offsetof(struct out_entry, rule) + size);
	if (entry == NULL) {
		group_release(adj, group);
		return NULL;
	}
	memset(entry, 0, offsetof(struct out_entry, rule));
	memcpy(&entry->rule, rule, size);
	entry->group = group;
	entry->family = (uint8_t)group->key.family;
	entry->node.key = &entry->rule;
	entry->node.len = (uint32_t)size;
	keyset_insert(&adj->rules, &entry->node);
	list_append(&adj->all, &entry->all);
	adj->bytes += offsetof(struct out_entry, rule) + size;
	return entry;
}

static void
entry_withdraw(struct adj_out *adj, struct out_entry *entry)
{
	if ((entry->flags & WANTED) == 0)
		return;
	adj->wanted--;
	make_clean(adj, entry);
	entry->flags &= (uint8_t)~WANTED;
	if ((entry->flags & SENT) == 0)
		entry_free(adj, entry);
	else
		make_dirty(adj, entry);
}

int
adj_out_announce(struct adj_out *adj, const struct msg_out_rule *msg)
{
	struct out_entry *entry = find(adj, &msg->rule);
	struct group *group = group_get(adj, msg);

	if (group == NULL) {
		/* Better no rule than the old one: it was replaced. */
		if (entry != NULL)
			entry_withdraw(adj, entry);
		return -1;
	}
	if (entry != NULL && (entry->flags & WANTED) != 0 &&
	    entry->group == group) {
		entry->flags |= SEEN;
		group_release(adj, group);
		return 0;
	}
	if (entry == NULL) {
		entry = entry_new(adj, &msg->rule, group);
		if (entry == NULL)
			return -1;
	} else {
		make_clean(adj, entry);
		group_release(adj, entry->group);
		entry->group = group;
	}
	if ((entry->flags & WANTED) == 0)
		adj->wanted++;
	entry->flags |= WANTED | SEEN;
	make_dirty(adj, entry);
	return 0;
}

void
adj_out_withdraw(struct adj_out *adj, const struct rule *rule)
{
	struct out_entry *entry = find(adj, rule);

	if (entry != NULL)
		entry_withdraw(adj, entry);
}

/* Call run for each entry; it may free that entry. */
static void
each(struct adj_out *adj, void (*run)(struct adj_out *, struct out_entry *))
{
	struct list_link *link = adj->all.next;

	while (link != &adj->all) {
		struct list_link *next = link->next;

		run(adj, LIST_OF(link, struct out_entry, all));
		link = next;
	}
}

void
adj_out_withdraw_all(struct adj_out *adj)
{
	each(adj, entry_withdraw);
}

static void
unsee(struct adj_out *adj, struct out_entry *entry)
{
	(void)adj;
	entry->flags &= (uint8_t)~SEEN;
}

void
adj_out_sync_begin(struct adj_out *adj)
{
	each(adj, unsee);
	adj->syncing = true;
}

static void
sweep(struct adj_out *adj, struct out_entry *entry)
{
	if ((entry->flags & SEEN) == 0)
		entry_withdraw(adj, entry);
}

void
adj_out_sync_end(struct adj_out *adj)
{
	if (!adj->syncing)
		return;
	adj->syncing = false;
	each(adj, sweep);
}

static void
entry_down(struct adj_out *adj, struct out_entry *entry)
{
	make_clean(adj, entry);
	entry->flags &= (uint8_t)~SENT;
	if ((entry->flags & WANTED) == 0)
		entry_free(adj, entry);
}

void
adj_out_down(struct adj_out *adj)
{
	each(adj, entry_down);
	adj->families = 0;
}

void
adj_out_up(struct adj_out *adj, unsigned families)
{
	adj_out_down(adj);
	adj->families = (uint8_t)(families & FAMILY_FLOWSPEC);
	each(adj, make_dirty);
}

static void
refresh4(struct adj_out *adj, struct out_entry *entry)
{
	if (entry->family == FAMILY_IPV4_FLOWSPEC)
		make_dirty(adj, entry);
}

static void
refresh6(struct adj_out *adj, struct out_entry *entry)
{
	if (entry->family == FAMILY_IPV6_FLOWSPEC)
		make_dirty(adj, entry);
}

void
adj_out_refresh(struct adj_out *adj, unsigned family)
{
	each(adj, family == FAMILY_IPV6_FLOWSPEC ? refresh6 : refresh4);
}

void
adj_out_local_pref(struct adj_out *adj, uint32_t local_pref)
{
	if (adj->local_pref == local_pref)
		return;
	adj->local_pref = local_pref;
	each(adj, make_dirty);
}

int
adj_out_attrs(struct adj_out *adj, const struct msg_out_attrs *attrs)
{
	bool changed = false;
	struct out_attrs *row = out_attrs_set(&adj->attrs, attrs, &changed);
	struct list_link *link;

	if (row == NULL)
		return -1;
	if (!changed)
		return 0;
	for (link = adj->all.next; link != &adj->all; link = link->next) {
		struct out_entry *entry = LIST_OF(link, struct out_entry, all);

		if (entry->group->key.customer != attrs->customer)
			continue;
		entry->group->attrs = row;
		make_dirty(adj, entry);
	}
	return 0;
}

/* One entry, taken out of its list, was written. */
static void
entry_told(struct adj_out *adj, struct out_entry *entry)
{
	count_clean(adj, entry);
	if ((entry->flags & WANTED) == 0)
		entry_free(adj, entry);
	else
		entry->flags |= SENT;
}

/* Fill one UPDATE from a list. */
static void
fill(
    struct adj_out *adj, struct update_builder *builder, struct list_link *list)
{
	struct list_link *link;

	while ((link = list_take(list)) != NULL) {
		struct out_entry *entry =
		    LIST_OF(link, struct out_entry, dirty);

		if (!update_add(builder, &entry->rule)) {
			list_prepend(list, link);
			return;
		}
		entry_told(adj, entry);
	}
}

/* An UPDATE of withdrawals, or of one group; false when it found no room. */
static bool
build_one(struct adj_out *adj, struct writer *writer, unsigned family,
    struct group *group)
{
	struct update_builder builder;
	struct list_link *list;
	bool begun;

	if (group == NULL) {
		list = &adj->gone[family_index(family)];
		begun = update_begin_withdraw(&builder, writer, family);
	} else {
		struct update_attrs attrs;

		out_attrs_fill(
		    group->attrs, &group->key.actions, adj->local_pref, &attrs);
		list = &group->dirty;
		begun = update_begin_reach(&builder, writer, family, &attrs);
	}
	if (!begun)
		return false;
	fill(adj, &builder, list);
	return update_end(&builder);
}

/* What comes next: a family with withdrawals (group NULL), or a group. False
 * when nothing is due. */
static bool
next_due(const struct adj_out *adj, unsigned *family, struct group **group)
{
	struct list_link *link = list_first(&adj->ready);

	*group = NULL;
	if (!list_empty(&adj->gone[0]))
		*family = FAMILY_IPV4_FLOWSPEC;
	else if (!list_empty(&adj->gone[1]))
		*family = FAMILY_IPV6_FLOWSPEC;
	else if (link == NULL)
		return false;
	else {
		*group = LIST_OF(link, struct group, ready);
		*family = (*group)->key.family;
	}
	return true;
}

/* The first rule of a list cannot be encoded at all: then the peer must not
 * have an older version of it either. */
static void
give_up(struct adj_out *adj, unsigned family, struct group *group)
{
	struct list_link *link = list_first(
	    group != NULL ? &group->dirty : &adj->gone[family_index(family)]);
	struct out_entry *entry = LIST_OF(link, struct out_entry, dirty);

	adj->unsendable++;
	if (group == NULL)
		make_clean(adj, entry);
	else
		entry_withdraw(adj, entry);
}

unsigned
adj_out_build(struct adj_out *adj, struct writer *writer)
{
	struct group *group;
	unsigned family;
	unsigned n = 0;

	while (next_due(adj, &family, &group)) {
		if (build_one(adj, writer, family, group)) {
			n++;
			continue;
		}
		if (writer->len > 0 || writer_room(writer) < MESSAGE_MAX)
			break;
		give_up(adj, family, group);
	}
	return n;
}

uint32_t
adj_out_due(const struct adj_out *adj, unsigned families)
{
	uint32_t n = 0;

	if ((families & FAMILY_IPV4_FLOWSPEC) != 0)
		n += adj->due[0];
	if ((families & FAMILY_IPV6_FLOWSPEC) != 0)
		n += adj->due[1];
	return n;
}

uint32_t
adj_out_wanted(const struct adj_out *adj)
{
	return adj->wanted;
}

uint32_t
adj_out_unsendable(const struct adj_out *adj)
{
	return adj->unsendable;
}

void
adj_out_rewind(struct adj_out *adj)
{
	adj->cursor = adj->all.next;
}

bool
adj_out_look(struct adj_out *adj, struct adj_out_item *item)
{
	while (adj->cursor != &adj->all) {
		const struct out_entry *entry =
		    LIST_OF(adj->cursor, struct out_entry, all);

		if ((entry->flags & WANTED) != 0) {
			item->rule = &entry->rule;
			item->actions = &entry->group->key.actions;
			item->customer = entry->group->key.customer;
			item->family = entry->family;
			return true;
		}
		adj->cursor = adj->cursor->next;
	}
	return false;
}

void
adj_out_advance(struct adj_out *adj)
{
	if (adj->cursor != &adj->all)
		adj->cursor = adj->cursor->next;
}

size_t
adj_out_memory(const struct adj_out *adj)
{
	size_t heads = (size_t)adj->rules.mask + adj->groups.mask + 2;

	return sizeof(*adj) + adj->bytes + heads * sizeof(struct keyset_node *);
}
