/* SPDX-License-Identifier: BSD-2-Clause */
/* Overlaps by sorting, and what RPKI needs. */
#include "proxy/loader/config_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/customer.h"
#include "proxy/loader/problem.h"

static int
prefix_order(const void *a, const void *b)
{
	const struct config_prefix *const *x = a;
	const struct config_prefix *const *y = b;
	int order = prefix_cmp(&(*x)->msg.prefix, &(*y)->msg.prefix);

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static void
prefix_problem(struct config *config, const struct config_prefix *entry,
    const char *wanted)
{
	char path[PROBLEM_KEY_MAX];
	char found[PREFIX_TEXT_MAX];

	(void)snprintf(path, sizeof(path),
	    "customers[%" PRIu32 "].own.prefixes[%" PRIu32 "]", entry->at.item,
	    entry->at.sub);
	prefix_print(&entry->msg.prefix, found, sizeof(found));
	problem_add(config, &entry->at, path, found, wanted);
}

/* The same prefix of the same customer as the one before it. */
static bool
repeat_check(struct config *config, const struct config_prefix *before,
    const struct config_prefix *entry)
{
	char where[160];
	char wanted[PROBLEM_WANTED_MAX];

	if (before->msg.index != entry->msg.index ||
	    prefix_cmp(&before->msg.prefix, &entry->msg.prefix) != 0)
		return false;
	problem_place(config, &before->at, where, sizeof(where));
	(void)snprintf(wanted, sizeof(wanted),
	    "each prefix once: it is already at %s", where);
	prefix_problem(config, entry, wanted);
	return true;
}

/* outer contains inner: that is one customer's business only. */
static void
overlap_check(struct config *config, const struct config_prefix *outer,
    const struct config_prefix *inner)
{
	char other[PREFIX_TEXT_MAX];
	char where[100];
	char wanted[PROBLEM_WANTED_MAX];

	if (outer->msg.index == inner->msg.index)
		return;
	problem_place(config, &outer->at, where, sizeof(where));
	(void)snprintf(wanted, sizeof(wanted),
	    "a prefix apart from %s of customer %.32s at %s, or shared: true "
	    "for one of the two",
	    prefix_print(&outer->msg.prefix, other, sizeof(other)),
	    model_customer(config, outer->msg.index)->msg.name, where);
	prefix_problem(config, inner, wanted);
}

/*
 * In order of address and length, what contains a prefix comes before it. The
 * stack holds the prefixes around the one at hand, each inside the one below;
 * those of customers who share are nobody's obstacle and are left out.
 */
void
config_own_check(struct config *config)
{
	void **items = model_list_sorted(
	    &config->prefixes, sizeof(struct config_prefix), prefix_order);
	/* One for each length, and one for each overlap that is noted. */
	const struct config_prefix *stack[130 + CONFIG_ERRORS_MAX];
	unsigned depth = 0;
	struct place nowhere = { 0 };

	if (items == NULL && config->prefixes.n > 0)
		problem_add(config, &nowhere, "", "too little memory", "more");
	for (size_t i = 0; items != NULL && i < config->prefixes.n; i++) {
		const struct config_prefix *entry = items[i];

		if (problem_full(config))
			break;
		if ((i > 0 && repeat_check(config, items[i - 1], entry)) ||
		    model_customer(config, entry->msg.index)->msg.shared)
			continue;
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

/* RFC 8210 6: Expire must be larger than Refresh and Retry. */
static void
expire_check(struct config *config)
{
	const struct config_rpki *rpki = &config->rpki;
	const struct msg_cfg_rpki *msg = &rpki->msg;
	const struct place *at = &rpki->expire_at;
	const char *key = "rpki.expire";
	char found[PROBLEM_FOUND_MAX];

	if (msg->expire_s > msg->refresh_s && msg->expire_s > msg->retry_s)
		return;
	if (at->line == 0 && rpki->refresh_at.line > 0 &&
	    msg->expire_s <= msg->refresh_s) {
		at = &rpki->refresh_at;
		key = "rpki.refresh";
	} else if (at->line == 0) {
		at = &rpki->retry_at;
		key = "rpki.retry";
	}
	(void)snprintf(found, sizeof(found),
	    "expire %" PRIu32 ", with refresh %" PRIu32 " and retry %" PRIu32,
	    msg->expire_s, msg->refresh_s, msg->retry_s);
	problem_add(config, at, key, found,
	    "an expire longer than both, in seconds (RFC 8210 6)");
}

void
config_rpki_check(struct config *config)
{
	expire_check(config);
	if (config->rpki.msg.n > 0)
		return;
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct config_customer *customer =
		    model_customer(config, i);
		char path[PROBLEM_KEY_MAX];

		if (customer->msg.rpki != OWN_RPKI_REQUIRE)
			continue;
		(void)snprintf(path, sizeof(path),
		    "customers[%" PRIu32 "].own.rpki", customer->at.item);
		problem_add(config, &customer->rpki_at, path,
		    "require, and no rpki.caches",
		    "a cache in rpki.caches, or veto or off: no rule could "
		    "ever pass");
	}
}
