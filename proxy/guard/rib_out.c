/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules out: entries with owners, two lists in order of change, cursors. */
#include "proxy/guard/rib_out.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/common/sieve.h"
#include "proxy/guard/trace.h"

#define BUCKETS_MIN 1024u

int
rib_out_init(struct rib_out *out, uint8_t dialect,
    const uint8_t key[HASH_KEY_LEN], uint64_t *accepted)
{
	memset(out, 0, sizeof(*out));
	link_init(&out->announced);
	link_init(&out->withdrawn);
	memcpy(out->key, key, HASH_KEY_LEN);
	out->dialect = dialect;
	out->accepted = accepted;
	out->n_buckets = BUCKETS_MIN;
	out->buckets = calloc(out->n_buckets, sizeof(struct rib_entry *));
	out->sieve = calloc(out->n_buckets, 1);
	return out->buckets == NULL || out->sieve == NULL ? -1 : 0;
}

static size_t
bucket_of(const struct rib_out *out, uint32_t hash)
{
	return hash & (out->n_buckets - 1);
}

static struct rib_entry *
entry_of(struct rib_link *link)
{
	return LINK_ENTRY(link, struct rib_entry, order);
}

static void
chain_in(struct rib_out *out, struct rib_entry *entry)
{
	size_t i = bucket_of(out, entry->hash);

	entry->chain = out->buckets[i];
	out->buckets[i] = entry;
	sieve_add(out->sieve, i, entry->hash);
}

static void
chain_out(struct rib_out *out, const struct rib_entry *entry)
{
	size_t i = bucket_of(out, entry->hash);
	struct rib_entry **at = &out->buckets[i];

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
	out->sieve[i] = 0;
	for (entry = out->buckets[i]; entry != NULL; entry = entry->chain)
		sieve_add(out->sieve, i, entry->hash);
}

static void
rehash(struct rib_out *out, struct rib_link *list)
{
	for (struct rib_link *l = list->next; l != list; l = l->next)
		chain_in(out, entry_of(l));
}

static void
grow(struct rib_out *out)
{
	size_t n = out->n_buckets * 4; /* growing touches all */
	struct rib_entry **buckets = calloc(n, sizeof(struct rib_entry *));
	uint8_t *sieve = calloc(n, 1);

	if (buckets == NULL || sieve == NULL) {
		free(buckets);
		free(sieve);
		return; /* longer chains, nothing worse */
	}
	free(out->buckets);
	free(out->sieve);
	out->buckets = buckets;
	out->sieve = sieve;
	out->n_buckets = n;
	rehash(out, &out->announced);
	rehash(out, &out->withdrawn);
}

static struct rib_entry *
find(const struct rib_out *out, const struct rule *rule, uint32_t hash)
{
	size_t i = bucket_of(out, hash);
	struct rib_entry *e;

	if (!sieve_may_hold(out->sieve, i, hash))
		return NULL;
	e = out->buckets[i];
	while (e != NULL && !(e->hash == hash && rule_equal(&e->rule, rule)))
		e = e->chain;
	return e;
}

struct rib_entry *
rib_out_find(const struct rib_out *out, const struct rule *rule)
{
	return find(out, rule, rib_hash(out->key, rule));
}

static uint32_t
part_hash(const struct rib_out *out, const struct rib_rule *whole,
    const struct rule *part)
{
	if (whole->hash != 0 && rule_equal(&whole->rule, part))
		return whole->hash;
	return rib_hash(out->key, part);
}

struct rib_entry *
rib_out_find_part(const struct rib_out *out, const struct rib_rule *whole,
    const struct rule *part)
{
	return find(out, part, part_hash(out, whole, part));
}

/* Take the entry off its list; cursors that point at it move on. */
static void
order_remove(struct rib_out *out, struct rib_entry *entry)
{
	struct rib_link *link = &entry->order;

	for (struct rib_cursor *c = out->cursors; c != NULL; c = c->next) {
		if (c->announce == link)
			c->announce = link->next;
		if (c->withdraw == link)
			c->withdraw = link->next;
	}
	link_remove(link);
}

/* Put it at the end of the list of its state; cursors at the end see it. */
static void
order_append(struct rib_out *out, struct rib_entry *entry)
{
	struct rib_link *list =
	    entry->standing ? &out->announced : &out->withdrawn;

	link_append(list, &entry->order);
	for (struct rib_cursor *c = out->cursors; c != NULL; c = c->next) {
		if (c->announce == list)
			c->announce = &entry->order;
		if (c->withdraw == list)
			c->withdraw = &entry->order;
	}
}

static void
entry_changed(struct rib_out *out, struct rib_entry *entry, bool standing)
{
	out->n_standing -= entry->standing;
	order_remove(out, entry);
	entry->standing = standing;
	order_append(out, entry);
	out->n_standing += entry->standing;
}

static struct rib_entry *
entry_new(struct rib_out *out, const struct rule *rule, uint32_t hash)
{
	struct rib_entry *e =
	    malloc(offsetof(struct rib_entry, rule) + rule_size(rule));

	if (e == NULL)
		return NULL;
	if (out->n_entries >= out->n_buckets)
		grow(out);
	memset(e, 0, offsetof(struct rib_entry, rule));
	memcpy(&e->rule, rule, rule_size(rule));
	e->hash = hash;
	link_init(&e->order);
	chain_in(out, e);
	out->n_entries++;
	return e;
}

static void
entry_free(struct rib_out *out, struct rib_entry *entry)
{
	chain_out(out, entry);
	out->n_standing -= entry->standing;
	order_remove(out, entry);
	out->n_entries--;
	free(entry);
}

void
rib_out_fini(struct rib_out *out)
{
	struct rib_link *lists[] = { &out->announced, &out->withdrawn };

	for (size_t i = 0; i < 2 && out->buckets != NULL; i++) {
		while (!link_empty(lists[i]))
			entry_free(out, entry_of(lists[i]->next));
	}
	free(out->buckets);
	free(out->sieve);
	memset(out, 0, sizeof(*out));
}

/*
 * Which owner speaks: of the customer accepted first, the session accepted
 * last.
 */
static const struct rib_owner *
speaker(const struct rib_entry *entry)
{
	const struct rib_owner *first = entry->owners;
	const struct rib_owner *last;

	for (const struct rib_owner *o = first; o != NULL;
	     o = o->next_of_entry) {
		if (o->accepted < first->accepted)
			first = o;
	}
	last = first;
	for (const struct rib_owner *o = entry->owners; o != NULL;
	     o = o->next_of_entry) {
		if (o->customer == first->customer &&
		    o->accepted > last->accepted)
			last = o;
	}
	return last;
}

/* Bring an entry in line with its owners. */
static void
entry_settle(struct rib_out *out, struct rib_entry *entry)
{
	const struct rib_owner *o = speaker(entry);

	if (o == NULL) {
		if (entry->standing)
			entry_changed(out, entry, false);
		return;
	}
	if (entry->standing && entry->customer == o->customer &&
	    action_equal(&entry->actions, &o->actions))
		return;
	entry->customer = o->customer;
	entry->actions = o->actions;
	entry_changed(out, entry, true);
}

/* An owner goes or speaks otherwise: who waits for that may ask again. */
static void
entry_yields(struct rib_out *out, struct rib_entry *entry)
{
	if (entry->contested)
		out->freed = 1;
	entry->contested = 0;
}

static void
owner_unlink_entry(struct rib_owner *owner)
{
	struct rib_owner **at = &owner->entry->owners;

	while (*at != owner)
		at = &(*at)->next_of_entry;
	*at = owner->next_of_entry;
}

/* Give up the rule's shares in this table (NULL: in all) not marked keep. */
static void
owners_release(struct rib_out *table, struct rib_rule *rule)
{
	struct rib_owner **at = &rule->owners;

	while (*at != NULL) {
		struct rib_owner *o = *at;

		if ((table != NULL && o->table != table) || o->keep) {
			o->keep = 0;
			at = &o->next_of_rule;
			continue;
		}
		*at = o->next_of_rule;
		owner_unlink_entry(o);
		entry_yields(o->table, o->entry);
		entry_settle(o->table, o->entry);
		free(o);
	}
}

void
rib_out_drop(struct rib_rule *rule)
{
	trace_inward(rule, false);
	owners_release(NULL, rule);
}

static struct rib_owner *
owner_find(const struct rib_rule *rule, const struct rib_entry *entry)
{
	struct rib_owner *o = rule->owners;

	while (o != NULL && o->entry != entry)
		o = o->next_of_rule;
	return o;
}

static struct rib_owner *
owner_new(struct rib_out *out, struct rib_rule *rule, struct rib_entry *entry)
{
	struct rib_owner *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->rule = rule;
	o->entry = entry;
	o->table = out;
	o->next_of_rule = rule->owners;
	rule->owners = o;
	o->next_of_entry = entry->owners;
	entry->owners = o;
	return o;
}

static int
own(struct rib_out *out, struct rib_rule *rule, const struct rib_said *said,
    const struct rule *part)
{
	uint32_t hash = part_hash(out, rule, part);
	struct rib_entry *entry = find(out, part, hash);
	struct rib_owner *o = NULL;

	if (entry == NULL)
		entry = entry_new(out, part, hash);
	if (entry == NULL)
		return -1;
	o = owner_find(rule, entry);
	if (o == NULL)
		o = owner_new(out, rule, entry);
	if (o == NULL) {
		if (entry->owners == NULL && link_empty(&entry->order))
			entry_free(out, entry);
		return -1;
	}
	o->keep = 1;
	if (o->accepted != 0 && o->customer == said->customer &&
	    action_equal(&o->actions, said->actions))
		return 0; /* as before, and in its old place */
	entry_yields(out, entry);
	o->customer = said->customer;
	o->actions = *said->actions;
	o->accepted =
	    rule->flags & RULE_NOC ? RIB_ACCEPTED_NOC : ++*out->accepted;
	entry_settle(out, entry);
	return 0;
}

int
rib_out_set(struct rib_out *out, struct rib_rule *rule,
    const struct rib_said *said, const struct rule *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (own(out, rule, said, &parts[i]) < 0) {
			for (struct rib_owner *o = rule->owners; o != NULL;
			     o = o->next_of_rule)
				o->keep = 0;
			owners_release(out, rule);
			return -1;
		}
	}
	owners_release(out, rule);
	return 0;
}

int
rib_out_held(struct rib_out *out, uint32_t customer, const struct rule *rule,
    const struct action_set *actions)
{
	uint32_t hash = rib_hash(out->key, rule);
	struct rib_entry *entry = find(out, rule, hash);

	if (entry != NULL)
		return 0;
	entry = entry_new(out, rule, hash);
	if (entry == NULL)
		return -1;
	entry->customer = customer;
	entry->actions = *actions;
	entry->standing = 1;
	out->n_standing++;
	order_append(out, entry);
	return 0;
}

void
rib_out_drop_held(
    struct rib_out *out, uint32_t customer, const struct rule *rule)
{
	struct rib_entry *entry = rib_out_find(out, rule);

	if (entry != NULL && entry->standing && entry->owners == NULL &&
	    entry->customer == customer)
		entry_changed(out, entry, false);
}

void
rib_out_sweep(struct rib_out *out)
{
	struct rib_link *link = out->announced.next;

	while (link != &out->announced) {
		struct rib_entry *entry = entry_of(link);

		link = link->next;
		if (entry->owners == NULL)
			entry_changed(out, entry, false);
	}
}

void
rib_out_sweep_of(struct rib_out *out, uint32_t customer)
{
	struct rib_link *link = out->announced.next;

	while (link != &out->announced) {
		struct rib_entry *entry = entry_of(link);

		link = link->next;
		if (entry->owners == NULL && entry->customer == customer)
			entry_changed(out, entry, false);
	}
}

void
rib_out_attach(struct rib_out *out, struct rib_cursor *cursor)
{
	cursor->announce = out->announced.next;
	cursor->withdraw = out->withdrawn.next;
	cursor->next = out->cursors;
	out->cursors = cursor;
}

void
rib_out_detach(struct rib_out *out, struct rib_cursor *cursor)
{
	struct rib_cursor **at = &out->cursors;

	while (*at != NULL && *at != cursor)
		at = &(*at)->next;
	if (*at != NULL)
		*at = cursor->next;
	cursor->next = NULL;
}

struct rib_entry *
rib_out_peek(
    const struct rib_out *out, const struct rib_cursor *cursor, bool announce)
{
	if (cursor->withdraw != &out->withdrawn)
		return entry_of(cursor->withdraw);
	if (announce && cursor->announce != &out->announced)
		return entry_of(cursor->announce);
	return NULL;
}

void
rib_out_step(struct rib_out *out, struct rib_cursor *cursor,
    const struct rib_entry *entry)
{
	(void)out;
	if (entry->standing)
		cursor->announce = entry->order.next;
	else
		cursor->withdraw = entry->order.next;
}

void
rib_out_skip(struct rib_out *out, struct rib_cursor *cursor)
{
	cursor->withdraw = &out->withdrawn;
}

size_t
rib_out_withdrawn(const struct rib_out *out)
{
	return out->n_entries - out->n_standing;
}

void
rib_out_reap(struct rib_out *out)
{
	while (!link_empty(&out->withdrawn)) {
		struct rib_link *first = out->withdrawn.next;
		const struct rib_cursor *c = out->cursors;

		while (c != NULL && c->withdraw != first)
			c = c->next;
		if (c != NULL)
			return; /* somebody still has to hear of it */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): takes it out. */
		entry_free(out, entry_of(first));
	}
}
