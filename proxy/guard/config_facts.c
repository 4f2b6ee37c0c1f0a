/* SPDX-License-Identifier: BSD-2-Clause */
/* MSG_CFG_* of lists, classes, protected space, fleet and caches into the
 * guard's configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/guard/config.h"
#include "proxy/guard/place.h"

struct customer *
config_customer_at(struct config *config, uint32_t index)
{
	if (index >= config->n_customers)
		return NULL;
	return &config->customers[index].policy;
}

/* ---- of a customer ---- */

void
config_irr_fill(struct customer_irr *irr, const struct msg_cfg_irr *msg)
{
	irr->configured = true;
	memcpy(irr->hash, msg->hash, sizeof(irr->hash));
	irr->written_ns = msg->written_ns;
	irr->max_age_ms = msg->max_age_ms;
}

static int
take_irr(struct config *config, const struct msg_cfg_irr *msg)
{
	struct customer *c = config_customer_at(config, msg->index);

	if (c == NULL || c->irr.configured || !check_cfg_irr(msg))
		return -1;
	config_irr_fill(&c->irr, msg);
	if (msg->status != IRR_USABLE)
		return 0;
	c->irr.list = prefix_set_new();
	return c->irr.list == NULL ? -1 : 0;
}

static int
take_class(struct config *config, const struct msg_cfg_class *msg)
{
	struct customer *c = config_customer_at(config, msg->index);
	struct customer_class *classes;
	size_t size;

	if (c == NULL || c->n_classes >= CUSTOMER_CLASSES_MAX ||
	    (msg->kind != CLASS_APPROVED && msg->kind != CLASS_HELD) ||
	    !check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL))
		return -1;
	classes = reallocarray(c->classes, c->n_classes + 1, sizeof(*classes));
	if (classes == NULL)
		return -1;
	c->classes = classes;
	classes += c->n_classes;
	size = rule_size(&msg->rule);
	classes->kind = (uint8_t)msg->kind;
	classes->rule = malloc(size);
	if (classes->rule == NULL)
		return -1;
	memcpy((void *)classes->rule, &msg->rule, size);
	c->n_classes++;
	return 0;
}

static int
take_rewrite(struct config *config, const struct msg_cfg_rewrite *msg)
{
	struct customer *c = config_customer_at(config, msg->index);
	struct customer_redirect *redirect;

	if (c == NULL || c->rewrite.n_redirects >= CUSTOMER_REWRITES_MAX)
		return -1;
	redirect = &c->rewrite.redirects[c->rewrite.n_redirects++];
	memcpy(redirect->from, msg->from, sizeof(redirect->from));
	memcpy(redirect->to, msg->to, sizeof(redirect->to));
	return 0;
}

/* ---- of all ---- */

static int
take_protected(struct config *config, const struct msg_cfg_protected *msg)
{
	if (!check_text(msg->name, sizeof(msg->name)) ||
	    !check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL))
		return -1;
	return protected_add(
	    config->protected, &msg->rule, PROTECTED_ANYBODY, msg->name);
}

static int
take_fleet(struct config *config, const struct msg_cfg_fleet *msg)
{
	if (config->has_fleet || msg->profile == COST_NONE ||
	    msg->profile >= COST_COUNT || msg->protect_customers > 1 ||
	    msg->warn_percent > 100)
		return -1;
	config->fleet = *msg;
	config->has_fleet = true;
	return 0;
}

static int
take_rpki(struct config *config, const struct msg_cfg_rpki *msg)
{
	if (config->has_rpki || !check_cfg_rpki(msg))
		return -1;
	config->rpki = *msg;
	config->has_rpki = true;
	return 0;
}

static int
take_listen(struct config *config, const struct msg_cfg_listen *msg)
{
	struct prefix host = { .afi = msg->address.afi };

	if (!check_address(&msg->address, true))
		return -1;
	if (host.afi == AFI_NONE)
		return 0;
	host.len = (uint8_t)afi_bits(host.afi);
	memcpy(host.addr, msg->address.addr, sizeof(host.addr));
	return protected_add_address(
	    config->protected, &host, PROTECTED_ANYBODY, "a listen address");
}

int
config_take_facts(struct config *config, const struct msg_head *head)
{
	const void *msg = head;

	switch (head->kind) {
	case MSG_CFG_LISTEN:
		return take_listen(config, msg);
	case MSG_CFG_IRR:
		return take_irr(config, msg);
	case MSG_CFG_CLASS:
		return take_class(config, msg);
	case MSG_CFG_REWRITE:
		return take_rewrite(config, msg);
	case MSG_CFG_WISH:    /* the sessions' */
	case MSG_CFG_SERVICE: /* control's */
		return 0;
	case MSG_CFG_PROTECTED:
		return take_protected(config, msg);
	case MSG_CFG_FLEET:
		return take_fleet(config, msg);
	case MSG_CFG_RPKI:
		return take_rpki(config, msg);
	default:
		return -1;
	}
}

/* ---- when all has come ---- */

static int
protect_prefix(struct config *config, const struct prefix *prefix,
    uint32_t exempt, const char *what, const char *name)
{
	char text[PROTECTED_NAME_MAX];

	(void)snprintf(text, sizeof(text), "%s %.46s", what, name);
	return protected_add_address(config->protected, prefix, exempt, text);
}

static int
protect_address(struct config *config, const struct address *address,
    const char *what, const char *name)
{
	struct prefix host = { .afi = address->afi };

	host.len = (uint8_t)afi_bits(address->afi);
	memcpy(host.addr, address->addr, sizeof(host.addr));
	return protect_prefix(config, &host, PROTECTED_ANYBODY, what, name);
}

/* Its range (or the one address), once for all the places in it. */
static int
protect_neighbor(
    struct config *config, const struct msg_cfg_neighbor *n, uint32_t exempt)
{
	const struct msg_cfg_neighbor *before =
	    n == config->neighbors ? NULL : n - 1;
	struct prefix prefix;
	char name[NAME_MAX_LEN];

	place_prefix(n, &prefix);
	if (n->range_len == 0)
		return protect_prefix(
		    config, &prefix, exempt, "neighbour", n->name);
	if (before != NULL && before->range_len == n->range_len &&
	    before->index == n->index &&
	    memcmp(&before->remote, &n->remote, sizeof(n->remote)) == 0)
		return 0;
	(void)snprintf(
	    name, sizeof(name), "%.*s", (int)strcspn(n->name, "#"), n->name);
	return protect_prefix(config, &prefix, exempt, "neighbours", name);
}

static int
protect_peers(struct config *config)
{
	for (size_t i = 0; i < config->n_neighbors; i++) {
		const struct msg_cfg_neighbor *n = &config->neighbors[i];
		bool internal = n->index == CFG_INTERNAL;
		uint32_t exempt = internal ? PROTECTED_ANYBODY
					   : config->customers[n->index].number;

		if (protect_neighbor(config, n, exempt) < 0)
			return -1;
		if (n->local.afi != AFI_NONE &&
		    protect_address(
			config, &n->local, "our address for", n->name) < 0)
			return -1;
	}
	return 0;
}

static int
protect_caches(struct config *config)
{
	for (uint32_t i = 0; i < config->rpki.n; i++) {
		if (protect_address(config, &config->rpki.cache[i].address,
			"RPKI cache", "") < 0)
			return -1;
	}
	return 0;
}

/* Everybody's registered space, with whose it is. */
static int
space_make(struct config *config)
{
	config->space = prefix_set_new();
	if (config->space == NULL)
		return -1;
	for (size_t i = 0; i < config->n_customers; i++) {
		const struct config_customer *c = &config->customers[i];
		size_t n = prefix_set_count(c->policy.own);

		for (size_t p = 0; p < n; p++) {
			if (prefix_set_add(config->space,
				&prefix_set_at(c->policy.own, p)->prefix,
				c->number) < 0)
				return -1;
		}
	}
	return 0;
}

int
config_finish(struct config *config)
{
	if (!config->has_fleet || !config->has_rpki)
		return -1;
	for (size_t i = 0; i < config->n_customers; i++)
		customer_measure(&config->customers[i].policy);
	if (protected_add_always(config->protected) < 0 ||
	    protect_peers(config) < 0 || protect_caches(config) < 0 ||
	    space_make(config) < 0)
		return -1;
	return protected_seal(config->protected);
}
