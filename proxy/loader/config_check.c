/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole: required keys over all files, uniqueness, AS numbers, overlaps. */
#include "proxy/loader/config_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/config_feeds.h"
#include "proxy/loader/problem.h"
#include "proxy/loader/schema.h"
#include "proxy/loader/value.h"

#define IGNORE_DEFAULT "65535:666" /* BLACKHOLE, RFC 7999 */

/* "customers[3].asn" of a list of maps in the file. */
static void
key_print(char *buf, size_t size, const char *list, const struct place *at,
    const char *key)
{
	(void)snprintf(buf, size, "%s[%" PRIu32 "].%s", list, at->item, key);
}

static void
neighbor_key(char *buf, size_t size, const struct config_neighbor *neighbor,
    const char *key)
{
	const struct place *at = &neighbor->at;

	if (neighbor->msg.index == CFG_INTERNAL)
		key_print(buf, size, "internal", at, key);
	else
		(void)snprintf(buf, size,
		    "customers[%" PRIu32 "].neighbors[%" PRIu32 "].%s",
		    at->item, at->sub, key);
}

/* Where the value of a key is; the whole neighbour where it is not. */
static const struct place *
neighbor_place(const struct config_neighbor *neighbor, const char *key)
{
	const struct place *at = &neighbor->ip_at;

	if (strcmp(key, "name") == 0)
		at = &neighbor->name_at;
	else if (strcmp(key, "asn") == 0)
		at = &neighbor->asn_at;
	else if (strcmp(key, "passive") == 0)
		at = &neighbor->passive_at;
	return at->line > 0 ? at : &neighbor->at;
}

static void
neighbor_problem(struct config *config, const struct config_neighbor *neighbor,
    const char *key, const char *found, const char *wanted)
{
	char path[PROBLEM_KEY_MAX];

	neighbor_key(path, sizeof(path), neighbor, key);
	problem_add(config, neighbor_place(neighbor, key), path, found, wanted);
}

/* Required keys of sections that may be spread over files. */
static void
check_required(struct config *config)
{
	for (unsigned s = 0; s < SECTION_COUNT; s++) {
		const struct schema_section *section = schema_section(s);
		unsigned n;
		const struct schema_key *rows = schema_rows(s, &n);

		if (!section->spread ||
		    (s != SECTION_TOP && config->where[s].line == 0))
			continue;
		for (unsigned i = 0; i < n; i++) {
			char path[PROBLEM_KEY_MAX];

			if (!rows[i].required || config->seen[s] & UINT64_C(1)
								       << i)
				continue;
			(void)snprintf(path, sizeof(path), "%s%s%s",
			    s == SECTION_TOP ? "" : section->name,
			    s == SECTION_TOP ? "" : ".", rows[i].name);
			problem_add(config, &config->where[s], path, "nothing",
			    "this key: it has no default");
		}
	}
}

static int
customer_order(const void *a, const void *b)
{
	const struct config_customer *const *x = a;
	const struct config_customer *const *y = b;
	int order = strcmp((*x)->msg.name, (*y)->msg.name);

	if (order != 0)
		return order;
	return (*x)->msg.index < (*y)->msg.index ? -1 : 1;
}

static int
neighbor_order(const void *a, const void *b)
{
	const struct config_neighbor *const *x = a;
	const struct config_neighbor *const *y = b;
	int order = (*x)->msg.remote.afi - (*y)->msg.remote.afi;

	if (order == 0)
		order = memcmp(
		    (*x)->msg.remote.addr, (*y)->msg.remote.addr, ADDRESS_MAX);
	if (order == 0 && (*x)->msg.remote.scope != (*y)->msg.remote.scope)
		order =
		    (*x)->msg.remote.scope < (*y)->msg.remote.scope ? -1 : 1;
	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static int
name_order(const void *a, const void *b)
{
	const struct config_neighbor *const *x = a;
	const struct config_neighbor *const *y = b;
	int order = strcmp((*x)->msg.name, (*y)->msg.name);

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static int
asn_order(const void *a, const void *b)
{
	const struct msg_cfg_asn *x = &((const struct config_asn *)a)->msg;
	const struct msg_cfg_asn *y = &((const struct config_asn *)b)->msg;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->asn > y->asn) - (x->asn < y->asn);
}

static int
listen_order(const void *a, const void *b)
{
	const struct config_listen *const *x = a;
	const struct config_listen *const *y = b;
	int order = memcmp(
	    &(*x)->msg.address, &(*y)->msg.address, sizeof((*x)->msg.address));

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static int
prefix_order(const void *a, const void *b)
{
	const struct config_prefix *const *x = a;
	const struct config_prefix *const *y = b;
	int order = prefix_cmp(&(*x)->msg.prefix, &(*y)->msg.prefix);

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

/*
 * Pointers to the elements of list (each of size octets), sorted; for free().
 * NULL when the list is empty or, with an error noted, when memory is out.
 */
static void **
sorted(struct config *config, const struct model_list *list, size_t size,
    int (*order)(const void *, const void *))
{
	struct place nowhere = { 0 };
	void **items;

	if (list->n == 0)
		return NULL;
	items = reallocarray(NULL, list->n, sizeof(*items));
	if (items == NULL) {
		problem_add(config, &nowhere, "", "too little memory", "more");
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++)
		items[i] = (uint8_t *)list->items + i * size;
	qsort(items, list->n, sizeof(*items), order);
	return items;
}

static void
wanted_other(struct config *config, char *buf, size_t size, const char *what,
    const struct place *at)
{
	char where[PROBLEM_WANTED_MAX];

	problem_place(config, at, where, sizeof(where));
	(void)snprintf(buf, size, "%s: it is already at %.160s", what, where);
}

static void
check_customer_names(struct config *config)
{
	void **items = sorted(config, &config->customers,
	    sizeof(struct config_customer), customer_order);

	for (size_t i = 1; items != NULL && i < config->customers.n; i++) {
		const struct config_customer *a = items[i - 1];
		const struct config_customer *b = items[i];
		char path[PROBLEM_KEY_MAX];
		char found[PROBLEM_FOUND_MAX];
		char wanted[PROBLEM_WANTED_MAX];

		if (strcmp(a->msg.name, b->msg.name) != 0)
			continue;
		key_print(path, sizeof(path), "customers", &b->at, "name");
		problem_quote(b->msg.name, found, sizeof(found));
		wanted_other(config, wanted, sizeof(wanted),
		    "a name of its own", &a->name_at);
		problem_add(config, &b->name_at, path, found, wanted);
	}
	free(items);
}

static void
check_neighbor_names(struct config *config)
{
	void **items = sorted(config, &config->neighbors,
	    sizeof(struct config_neighbor), name_order);

	for (size_t i = 1; items != NULL && i < config->neighbors.n; i++) {
		const struct config_neighbor *a = items[i - 1];
		const struct config_neighbor *b = items[i];
		char found[PROBLEM_FOUND_MAX];
		char wanted[PROBLEM_WANTED_MAX];

		if (b->msg.index != CFG_INTERNAL ||
		    strcmp(a->msg.name, b->msg.name) != 0)
			continue;
		problem_quote(b->msg.name, found, sizeof(found));
		wanted_other(config, wanted, sizeof(wanted),
		    "a name of its own", &a->name_at);
		neighbor_problem(config, b, "name", found, wanted);
	}
	free(items);
}

static void
check_neighbor_addresses(struct config *config)
{
	void **items = sorted(config, &config->neighbors,
	    sizeof(struct config_neighbor), neighbor_order);

	for (size_t i = 1; items != NULL && i < config->neighbors.n; i++) {
		const struct config_neighbor *a = items[i - 1];
		const struct config_neighbor *b = items[i];
		char found[VALUE_TEXT_MAX];
		char wanted[PROBLEM_WANTED_MAX];

		if (a->msg.remote.afi != b->msg.remote.afi ||
		    a->msg.remote.scope != b->msg.remote.scope ||
		    memcmp(a->msg.remote.addr, b->msg.remote.addr,
			ADDRESS_MAX) != 0)
			continue;
		value_print_address(&b->msg.remote, found, sizeof(found));
		wanted_other(config, wanted, sizeof(wanted),
		    "an address of its own", &a->ip_at);
		neighbor_problem(config, b, "ip", found, wanted);
	}
	free(items);
}

static void
check_listens(struct config *config)
{
	void **items = sorted(config, &config->listens,
	    sizeof(struct config_listen), listen_order);

	for (size_t i = 1; items != NULL && i < config->listens.n; i++) {
		const struct config_listen *a = items[i - 1];
		const struct config_listen *b = items[i];
		char path[PROBLEM_KEY_MAX];
		char found[VALUE_TEXT_MAX];
		char wanted[PROBLEM_WANTED_MAX];

		if (memcmp(&a->msg.address, &b->msg.address,
			sizeof(a->msg.address)) != 0)
			continue;
		value_print_address(&b->msg.address, found, sizeof(found));
		wanted_other(config, wanted, sizeof(wanted),
		    "each address and port once", &a->at);
		key_print(
		    path, sizeof(path), "router.listen", &b->at, "address");
		problem_add(config, &b->at, path, found, wanted);
	}
	free(items);
}

/* outer contains inner: that is one customer's business only. */
static void
overlap_check(struct config *config, const struct config_prefix *outer,
    const struct config_prefix *inner)
{
	bool same = prefix_cmp(&outer->msg.prefix, &inner->msg.prefix) == 0;
	char path[PROBLEM_KEY_MAX];
	char found[PREFIX_TEXT_MAX];
	char other[PREFIX_TEXT_MAX];
	char where[160];
	char wanted[PROBLEM_WANTED_MAX];

	if (outer->msg.index == inner->msg.index && !same)
		return;
	(void)snprintf(path, sizeof(path),
	    "customers[%" PRIu32 "].own.prefixes[%" PRIu32 "]", inner->at.item,
	    inner->at.sub);
	prefix_print(&inner->msg.prefix, found, sizeof(found));
	if (outer->msg.index == inner->msg.index) {
		wanted_other(config, wanted, sizeof(wanted), "each prefix once",
		    &outer->at);
	} else {
		problem_place(config, &outer->at, where, sizeof(where));
		(void)snprintf(wanted, sizeof(wanted),
		    "a prefix apart from %s of customer %.40s at %.100s",
		    prefix_print(&outer->msg.prefix, other, sizeof(other)),
		    model_customer(config, outer->msg.index)->msg.name, where);
	}
	problem_add(config, &inner->at, path, found, wanted);
}

/*
 * In order of address and length, what contains a prefix comes before it. The
 * stack holds the prefixes around the one at hand, each inside the one below.
 */
static void
check_overlaps(struct config *config)
{
	void **items = sorted(config, &config->prefixes,
	    sizeof(struct config_prefix), prefix_order);
	/* One for each length, and one for each repetition that is noted. */
	const struct config_prefix *stack[130 + CONFIG_ERRORS_MAX];
	unsigned depth = 0;

	for (size_t i = 0; items != NULL && i < config->prefixes.n; i++) {
		const struct config_prefix *entry = items[i];

		if (problem_full(config))
			break;
		while (
		    depth > 0 && !prefix_contains(&stack[depth - 1]->msg.prefix,
				     &entry->msg.prefix))
			depth--;
		if (depth > 0)
			overlap_check(config, stack[depth - 1], entry);
		stack[depth++] = entry;
	}
	free(items);
}

static void
asn_check(struct config *config, const struct place *at, const char *path,
    uint32_t asn, bool ours)
{
	char found[32];

	if ((asn == config->router.asn) == ours)
		return;
	(void)snprintf(found, sizeof(found), "%" PRIu32, asn);
	problem_add(config, at, path, found,
	    ours ? "router.asn: sessions inward are iBGP"
		 : "another AS number than router.asn");
}

static void
check_customer_asns(struct config *config)
{
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct config_customer *customer =
		    model_customer(config, i);
		char path[PROBLEM_KEY_MAX];

		key_print(
		    path, sizeof(path), "customers", &customer->at, "asn");
		asn_check(
		    config, &customer->asn_at, path, customer->msg.asn, false);
	}
	for (size_t i = 0; i < config->asns.n; i++) {
		const struct config_asn *entry = model_asn(config, i);
		char path[PROBLEM_KEY_MAX];

		(void)snprintf(path, sizeof(path),
		    "customers[%" PRIu32 "].asns[%" PRIu32 "]", entry->at.item,
		    entry->at.sub);
		asn_check(config, &entry->at, path, entry->msg.asn, false);
	}
}

/* Each customer's further AS numbers: in order, each once, not its own. */
static void
asns_tidy(struct config *config)
{
	size_t kept = 0;

	if (config->asns.n > 0)
		qsort(config->asns.items, config->asns.n,
		    sizeof(struct config_asn), asn_order);
	for (size_t i = 0; i < config->asns.n; i++) {
		const struct config_asn *entry = model_asn(config, i);

		if (entry->msg.asn ==
			model_customer(config, entry->msg.index)->msg.asn ||
		    (kept > 0 &&
			asn_order(model_asn(config, kept - 1), entry) == 0))
			continue;
		*model_asn(config, kept++) = *entry;
	}
	config->asns.n = kept;
}

/* The key stands in one of the files. */
static bool
key_is_seen(const struct config *config, enum section section, const char *name)
{
	unsigned n;
	const struct schema_key *first = schema_rows(section, &n);

	return config->seen[section] &
	       UINT64_C(1) << (schema_find(section, name) - first);
}

/* An empty list is another wish than none. */
static void
ignore_fill(struct config *config)
{
	struct ignore *ignore = &config->validation.ignore;

	if (key_is_seen(config, SECTION_VALIDATION, "ignore_communities"))
		return;
	(void)value_tag(IGNORE_DEFAULT, &ignore->community[0]);
	ignore->n_communities = 1;
}

static void
neighbor_name(struct config *config, struct config_neighbor *neighbor)
{
	char address[VALUE_TEXT_MAX];
	int n;

	value_print_address(&neighbor->msg.remote, address, sizeof(address));
	n = snprintf(neighbor->msg.name, sizeof(neighbor->msg.name), "%s/%s",
	    model_customer(config, neighbor->msg.index)->msg.name, address);
	if (n < 0 || (size_t)n >= sizeof(neighbor->msg.name))
		neighbor_problem(config, neighbor, "ip", address,
		    "a customer with a shorter name: NAME/ADDRESS has at most "
		    "63 octets");
}

/* What neighbours take over from the router or the customer. */
static void
check_neighbors(struct config *config)
{
	for (size_t i = 0; i < config->neighbors.n; i++) {
		struct config_neighbor *neighbor = model_neighbor(config, i);
		struct msg_cfg_neighbor *msg = &neighbor->msg;
		char path[PROBLEM_KEY_MAX];

		if (msg->hold_s == 0)
			msg->hold_s = config->router.hold_s;
		if (msg->passive && config->listens.n == 0)
			neighbor_problem(config, neighbor, "passive", "true",
			    "an address in router.listen to wait at");
		if (msg->index != CFG_INTERNAL) {
			msg->asn = model_customer(config, msg->index)->msg.asn;
			neighbor_name(config, neighbor);
			continue;
		}
		if (msg->asn == 0)
			msg->asn = config->router.asn;
		neighbor_key(path, sizeof(path), neighbor, "asn");
		asn_check(config, neighbor_place(neighbor, "asn"), path,
		    msg->asn, true);
	}
}

void
config_check(struct config *config)
{
	if (config->where[SECTION_TOP].line == 0)
		config->where[SECTION_TOP] =
		    (struct place){ .line = 1, .column = 1 };
	check_required(config);
	/* The rest would repeat what has been said, with less sense. */
	if (config->n_errors > 0)
		return;
	ignore_fill(config);
	check_customer_asns(config);
	asns_tidy(config);
	check_neighbors(config);
	config_feeds_check(config);
	check_listens(config);
	check_customer_names(config);
	check_neighbor_names(config);
	check_neighbor_addresses(config);
	check_overlaps(config);
}
