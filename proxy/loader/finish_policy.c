/* SPDX-License-Identifier: BSD-2-Clause */
/* Begin and end of the sections about ownership, limits, lifetimes, rewriting
 * and what all customers share. */
#include "proxy/loader/finish.h"

#include <stdio.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/loader/model.h"
#include "proxy/loader/noc.h"
#include "proxy/loader/problem.h"
#include "proxy/loader/walk.h"

void *
finish_service_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->service;
}

void *
finish_rpki_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->rpki;
}

void *
finish_fleet_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->fleet;
}

void
finish_own(struct walk *walk, void *into)
{
	const struct config_customer *customer = into;
	bool any = customer->msg.match == OWN_MATCH_ANY;

	if (customer->irr[0] == '\0') {
		if (any)
			walk_complain(walk, "match", NULL,
			    "irr beside it: there is no other list that could "
			    "match");
		if (walk_has(walk, "irr_max_age"))
			walk_complain(walk, "irr_max_age", NULL,
			    "no such key: without irr it has no effect");
		return;
	}
	if (!any && customer->n_prefixes == 0)
		walk_complain(walk, walk_has(walk, "match") ? "match" : "irr",
		    "match all, and no prefixes",
		    "prefixes, or match: any: no rule could ever pass");
}

void
finish_limits(struct walk *walk, void *into)
{
	/* Of sessions, and of space that is owned. */
	static const char *const others[] = { "strikes", "prefixes",
		"addresses_percent", NULL };
	const struct config_customer *customer = into;

	if (customer->msg.noc)
		noc_refuse(walk, others,
		    "no such key: the operators have no session and own no "
		    "space");
	if (customer->msg.new_per_second > 0 && customer->msg.burst == 0)
		walk_complain(walk, "burst", NULL,
		    "a number from 1 up, as new_per_second is not 0");
	if (customer->msg.new_per_second != UINT32_MAX &&
	    customer->msg.burst == UINT32_MAX)
		walk_complain(walk, "burst", "unlimited",
		    "a number, as new_per_second is one: it would lift that "
		    "limit");
}

void *
finish_wish_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct config_customer *customer = outer;
	struct config_wish *entry;

	(void)at;
	*wanted = "no communities: the operators' rules come without any";
	if (customer->msg.noc)
		return NULL;
	*wanted = "at most 16 communities, that of dry_run included";
	if (customer->n_wishes >= WISH_RULES_MAX)
		return NULL;
	*wanted = "more memory";
	entry = model_list_push(&config->wishes, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	entry->msg.head.len = sizeof(entry->msg);
	entry->msg.head.kind = MSG_CFG_WISH;
	entry->msg.index = customer->msg.index;
	customer->n_wishes++;
	return entry;
}

/* Another wish of this customer's has the same community. */
static bool
wish_is_there(const struct config *config, uint32_t index, size_t end,
    const struct community *community)
{
	for (size_t i = end; i > 0; i--) {
		const struct config_wish *entry = model_wish(config, i - 1);

		if (entry->msg.index != index)
			return false;
		if (memcmp(&entry->msg.wish.community, community,
			sizeof(*community)) == 0)
			return true;
	}
	return false;
}

static void
wish_check(struct config *config, size_t i, uint64_t lifetime_ms)
{
	const struct config_wish *entry = model_wish(config, i);
	const struct wish_rule *wish = &entry->msg.wish;
	uint64_t lifetime_s = wish->wish.lifetime_s;
	char path[PROBLEM_KEY_MAX];
	char found[PROBLEM_FOUND_MAX];

	if (wish_is_there(config, entry->msg.index, i, &wish->community)) {
		(void)snprintf(path, sizeof(path),
		    "customers[%u].lifetime.communities[%u].community",
		    entry->at.item, entry->at.sub);
		problem_add(config, &entry->at, path,
		    "a community a second time", "each community once");
	}
	if (lifetime_ms == 0 || lifetime_s * 1000 <= lifetime_ms)
		return;
	(void)snprintf(path, sizeof(path),
	    "customers[%u].lifetime.communities[%u].lifetime", entry->at.item,
	    entry->at.sub);
	(void)snprintf(found, sizeof(found), "%llus, with max %llus",
	    (unsigned long long)lifetime_s,
	    (unsigned long long)(lifetime_ms / 1000));
	problem_add(config, &entry->lifetime_at, path, found,
	    "a time up to lifetime.max");
}

void
finish_lifetime(struct walk *walk, void *into)
{
	const struct config_customer *customer = into;
	struct config *config = walk_config(walk);
	size_t n = config->wishes.n;

	for (size_t i = n - customer->n_wishes; i < n; i++)
		wish_check(config, i, customer->msg.lifetime_ms);
}

void
finish_dry_run(struct walk *walk, struct config_customer *customer)
{
	struct config *config = walk_config(walk);
	struct config_wish *entry;

	if (customer->dry_run.kind == 0)
		return;
	if (customer->n_wishes >= WISH_RULES_MAX) {
		walk_complain(walk, "dry_run", "one more",
		    "at most 16 communities, those of lifetime included");
		return;
	}
	if (wish_is_there(config, customer->msg.index, config->wishes.n,
		&customer->dry_run)) {
		walk_complain(walk, "dry_run", NULL,
		    "another community than those of lifetime");
		return;
	}
	entry = model_list_push(&config->wishes, sizeof(*entry));
	if (entry == NULL) {
		walk_complain(walk, "dry_run", "too little memory", "more");
		return;
	}
	entry->msg.head.len = sizeof(entry->msg);
	entry->msg.head.kind = MSG_CFG_WISH;
	entry->msg.index = customer->msg.index;
	entry->msg.wish.community = customer->dry_run;
	entry->msg.wish.wish.dry_run = 1;
	entry->at = customer->dry_run_at;
	customer->n_wishes++;
}

void *
finish_redirect_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted)
{
	struct config_customer *customer = outer;
	struct config_rewrite *entry;

	(void)at;
	*wanted = "at most 16 entries";
	if (customer->n_rewrites >= CUSTOMER_REWRITES_MAX)
		return NULL;
	*wanted = "more memory";
	entry = model_list_push(&config->rewrites, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	entry->msg.head.len = sizeof(entry->msg);
	entry->msg.head.kind = MSG_CFG_REWRITE;
	entry->msg.index = customer->msg.index;
	customer->n_rewrites++;
	return entry;
}

/* No chains: who reads an entry sees where its target ends up. */
void
finish_redirect(struct walk *walk, void *into)
{
	const struct config_rewrite *entry = into;
	struct config *config = walk_config(walk);

	if (memcmp(entry->msg.from, entry->msg.to, sizeof(entry->msg.to)) == 0)
		walk_complain(walk, "to", NULL, "another target than from");
	for (size_t i = config->rewrites.n - 1; i > 0; i--) {
		const struct config_rewrite *other =
		    model_rewrite(config, i - 1);

		if (other->msg.index != entry->msg.index)
			break;
		if (memcmp(other->msg.from, entry->msg.from,
			sizeof(entry->msg.from)) == 0)
			walk_complain(walk, "from", NULL, "each target once");
		if (memcmp(other->msg.from, entry->msg.to,
			sizeof(entry->msg.to)) == 0 ||
		    memcmp(other->msg.to, entry->msg.from,
			sizeof(entry->msg.from)) == 0)
			walk_complain(walk, "to", NULL,
			    "targets that are not replaced themselves");
	}
}

/* The customer may redirect to this target. */
static bool
target_is_listed(
    const struct config *config, uint32_t index, const uint8_t redirect[8])
{
	for (size_t i = config->targets.n; i > 0; i--) {
		const struct msg_cfg_target *msg =
		    &model_target(config, i - 1)->msg;

		if (msg->index != index)
			return false;
		if (msg->target == CFG_TARGET_REDIRECT &&
		    memcmp(msg->redirect, redirect, sizeof(msg->redirect)) == 0)
			return true;
	}
	return false;
}

void
finish_rewrites(struct walk *walk, const struct config_customer *customer)
{
	struct config *config = walk_config(walk);
	size_t n = config->rewrites.n;
	char path[PROBLEM_KEY_MAX];

	for (size_t i = n - customer->n_rewrites; i < n; i++) {
		const struct config_rewrite *entry = model_rewrite(config, i);
		const struct place *at = &entry->to_at;

		if (target_is_listed(config, entry->msg.index, entry->msg.to))
			continue;
		if (customer->msg.noc)
			(void)snprintf(path, sizeof(path),
			    "noc.actions.rewrite.redirect[%u].to", at->item);
		else
			(void)snprintf(path, sizeof(path),
			    "customers[%u].actions.rewrite.redirect[%u].to",
			    at->item, at->sub);
		problem_add(config, at, path,
		    "a target that actions.redirect does not list",
		    "one that it lists: what comes out is judged");
	}
}
