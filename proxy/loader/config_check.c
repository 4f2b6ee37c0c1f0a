/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole: required keys over all files, uniqueness, AS numbers, overlaps. */
#include "proxy/loader/config_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/config_feeds.h"
#include "proxy/loader/config_keys.h"
#include "proxy/loader/config_log.h"
#include "proxy/loader/config_neighbors.h"
#include "proxy/loader/config_own.h"
#include "proxy/loader/config_quota.h"
#include "proxy/loader/noc.h"
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

void **
config_check_sorted(struct config *config, const struct model_list *list,
    size_t size, int (*order)(const void *, const void *))
{
	struct place nowhere = { 0 };
	void **items = model_list_sorted(list, size, order);

	if (items == NULL && list->n > 0)
		problem_add(config, &nowhere, "", "too little memory", "more");
	return items;
}

void
config_check_other(struct config *config, char *buf, size_t size,
    const char *what, const struct place *at)
{
	char where[PROBLEM_WANTED_MAX];

	problem_place(config, at, where, sizeof(where));
	(void)snprintf(buf, size, "%s: it is already at %.160s", what, where);
}

static void
check_customer_names(struct config *config)
{
	void **items = config_check_sorted(config, &config->customers,
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
		config_check_other(config, wanted, sizeof(wanted),
		    "a name of its own", &a->name_at);
		problem_add(config, &b->name_at, path, found, wanted);
	}
	free(items);
}

static void
check_listens(struct config *config)
{
	void **items = config_check_sorted(config, &config->listens,
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
		config_check_other(config, wanted, sizeof(wanted),
		    "each address and port once", &a->at);
		key_print(
		    path, sizeof(path), "router.listen", &b->at, "address");
		problem_add(config, &b->at, path, found, wanted);
	}
	free(items);
}

void
config_check_asn(struct config *config, const struct place *at,
    const char *path, uint32_t asn, bool ours)
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
		config_check_asn(
		    config, &customer->asn_at, path, customer->msg.asn, false);
	}
	for (size_t i = 0; i < config->asns.n; i++) {
		const struct config_asn *entry = model_asn(config, i);
		char path[PROBLEM_KEY_MAX];

		(void)snprintf(path, sizeof(path),
		    "customers[%" PRIu32 "].asns[%" PRIu32 "]", entry->at.item,
		    entry->at.sub);
		config_check_asn(
		    config, &entry->at, path, entry->msg.asn, false);
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

/* An empty list is another wish than none. */
static void
ignore_fill(struct config *config)
{
	struct ignore *ignore = &config->validation.ignore;

	if (model_has(config, SECTION_VALIDATION, "ignore_communities"))
		return;
	(void)value_tag(IGNORE_DEFAULT, &ignore->community[0]);
	ignore->n_communities = 1;
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
	if (noc_settle(config) < 0)
		return;
	ignore_fill(config);
	check_customer_asns(config);
	asns_tidy(config);
	config_neighbors_check(config);
	config_feeds_check(config);
	check_listens(config);
	check_customer_names(config);
	config_keys_check(config);
	config_own_check(config);
	config_quota_check(config);
	config_rpki_check(config);
	config_log_check(config);
}
