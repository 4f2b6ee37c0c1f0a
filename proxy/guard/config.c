/* SPDX-License-Identifier: BSD-2-Clause */
/* MSG_CFG_* into the guard's configuration, every field checked. */
#include "proxy/guard/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "policy/dialect.h"
#include "proxy/common/check.h"

struct config *
config_new(const struct msg_cfg_begin *begin)
{
	struct config *config;

	if (begin->purpose < CFG_BOOT || begin->purpose > CFG_APPLY ||
	    !check_text(begin->operator_name, sizeof(begin->operator_name)))
		return NULL;
	config = calloc(1, sizeof(*config));
	if (config == NULL)
		return NULL;
	config->begin = *begin;
	config->dialects = 1u << DIALECT_STRICT;
	config->noc = CFG_INTERNAL;
	config->protected = protected_new();
	if (config->protected == NULL) {
		free(config);
		return NULL;
	}
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->n_customers; i++)
		customer_free(&config->customers[i].policy);
	free(config->customers);
	free(config->neighbors);
	free(config->by_customer);
	free(config->by_peer);
	protected_free(config->protected);
	prefix_set_free(config->space);
	free(config);
}

/* Room for one more element; doubles. */
static void *
grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t want = *room == 0 ? 16 : *room * 2;
	void *grown;

	if (n < *room)
		return array;
	grown = realloc(array, want * size);
	if (grown != NULL)
		*room = want;
	return grown;
}

static int
take_router(struct config *config, const struct msg_cfg_router *msg)
{
	if (config->has_router || msg->asn == 0 ||
	    !check_text(msg->store_path, sizeof(msg->store_path)) ||
	    !check_text(msg->control_path, sizeof(msg->control_path)))
		return -1;
	config->router = *msg;
	config->has_router = true;
	return 0;
}

static int
take_validation(struct config *config, const struct msg_cfg_validation *msg)
{
	if (config->has_validation || msg->max_routes == 0 ||
	    msg->brake_percent == 0 || msg->brake_percent > 100 ||
	    msg->damping_ms > CONFIG_DAMPING_MAX_MS)
		return -1;
	config->validation = *msg;
	config->has_validation = true;
	return 0;
}

static bool
rates_ok(const struct msg_cfg_customer *m)
{
	return isfinite(m->rate_min) && isfinite(m->rate_max) &&
	       isfinite(m->packets_min) && isfinite(m->packets_max) &&
	       m->rate_min >= 0 && m->rate_max >= 0 && m->packets_min >= 0 &&
	       m->packets_max >= 0;
}

static bool
windows_ok(const struct msg_cfg_customer *m)
{
	for (size_t i = 0; i < 2; i++) {
		if (m->dst_max[i] > (i == 0 ? 32 : 128) ||
		    m->dst_min[i] > m->dst_max[i] ||
		    m->dst_hold[i] > m->dst_min[i])
			return false;
	}
	return true;
}

static void
fill_customer(struct customer *c, const struct msg_cfg_customer *m)
{
	customer_defaults(c);
	memcpy(c->name, m->name, sizeof(c->name));
	c->asn = m->asn;
	c->mode = m->mode;
	c->components = m->components;
	c->ipv4 = (struct customer_window){ m->dst_min[0], m->dst_max[0],
		m->dst_hold[0] };
	c->ipv6 = (struct customer_window){ m->dst_min[1], m->dst_max[1],
		m->dst_hold[1] };
	c->actions.kinds = m->actions;
	c->actions.discard = m->discard != 0;
	c->actions.flags = m->traffic_flags;
	c->actions.marks = m->marks;
	c->actions.bytes = (struct customer_rate){ m->rate_min, m->rate_max };
	c->actions.packets =
	    (struct customer_rate){ m->packets_min, m->packets_max };
	c->limits.rules = m->max_rules;
	c->limits.received = customer_received(m->max_rules);
	c->linger_ms = m->linger_ms;
	c->limits.prefixes = m->max_prefixes;
	c->local_pref = m->local_pref;
	c->validate = m->validate;
	c->best_match = m->best_match;
	c->failover = m->failover;
	c->rpki = m->rpki;
	c->noc = m->noc != 0;
	if (c->noc) { /* they own nothing that could be validated */
		c->validate = VALIDATE_OFF;
		c->rpki = OWN_RPKI_OFF;
	}
	c->limits.cost = m->max_cost;
	c->limits.new_per_second = m->new_per_second;
	c->limits.burst = m->burst;
	c->limits.strikes = m->strikes;
	c->limits.addresses = m->max_addresses;
	c->limits.addresses_percent = m->max_addresses_percent;
	c->lifetime_ms = m->lifetime_ms;
	c->match = m->match;
	c->pa = m->pa != 0;
	c->shared = m->shared != 0;
	c->rewrite.raise_rates = m->raise_rates != 0;
	c->flap_breaker = m->flap_breaker != 0;
}

static bool
validate_ok(const struct msg_cfg_customer *m)
{
	return m->validate >= VALIDATE_NEIGHBOR_AS &&
	       m->validate <= VALIDATE_OFF &&
	       m->best_match <= BEST_MATCH_INTERNAL &&
	       m->failover <= FAILOVER_KEEP && m->match <= OWN_MATCH_ANY &&
	       m->rpki <= OWN_RPKI_OFF && m->noc <= 1 &&
	       m->lifetime_ms <= CTL_LIFETIME_MAX_MS;
}

static int
take_customer(struct config *config, const struct msg_cfg_customer *msg)
{
	struct config_customer *customers;

	if (msg->index != config->n_customers ||
	    msg->index >= CONFIG_CUSTOMERS_MAX || msg->name[0] == '\0' ||
	    !check_text(msg->name, sizeof(msg->name)) ||
	    msg->mode > CUSTOMER_ENFORCE || !rates_ok(msg) ||
	    !windows_ok(msg) || !validate_ok(msg))
		return -1;
	customers = grow(config->customers, config->n_customers,
	    &config->room_customers, sizeof(*customers));
	if (customers == NULL)
		return -1;
	config->customers = customers;
	customers += config->n_customers;
	memset(customers, 0, sizeof(*customers));
	fill_customer(&customers->policy, msg);
	customers->number = msg->customer;
	customers->policy.own = prefix_set_new();
	config->n_customers++;
	config->shared = config->shared || msg->shared != 0;
	if (msg->noc) {
		if (config->noc != CFG_INTERNAL)
			return -1;
		config->noc = msg->index;
	}
	return customers->policy.own == NULL ? -1 : 0;
}

static int
take_prefix(struct config *config, const struct msg_cfg_prefix *msg)
{
	struct customer *c = config_customer_at(config, msg->index);

	struct prefix_set *set;

	if (c == NULL || !prefix_valid(&msg->prefix) ||
	    msg->list > CFG_LIST_IRR)
		return -1;
	set = msg->list == CFG_LIST_IRR ? c->irr.list : c->own;
	return set == NULL ? -1 : prefix_set_add(set, &msg->prefix, 0);
}

/* They come in ascending order. */
static int
take_asn(struct config *config, const struct msg_cfg_asn *msg)
{
	struct customer *c = config_customer_at(config, msg->index);
	uint32_t *asns;

	if (c == NULL || msg->asn == 0 || c->n_asns >= CUSTOMER_ASNS_MAX ||
	    (c->n_asns > 0 && msg->asn <= c->asns[c->n_asns - 1]))
		return -1;
	asns = reallocarray(c->asns, c->n_asns + 1, sizeof(*asns));
	if (asns == NULL)
		return -1;
	c->asns = asns;
	asns[c->n_asns++] = msg->asn;
	return 0;
}

static int
take_tag(struct customer *c, const struct community *community)
{
	struct customer_tag *tag = &c->tags[c->n_tags];

	if (c->n_tags >= CUSTOMER_TAGS_MAX || community->kind == 0 ||
	    community->kind > COMMUNITY_LARGE)
		return -1;
	tag->kind = community->kind;
	memcpy(tag->octets, community->value, CUSTOMER_TAG_LEN);
	c->n_tags++;
	return 0;
}

static int
take_target(struct config *config, const struct msg_cfg_target *msg)
{
	struct customer *c = config_customer_at(config, msg->index);

	if (c == NULL)
		return -1;
	switch (msg->target) {
	case CFG_TARGET_REDIRECT:
		if (c->actions.n_targets >= CUSTOMER_TARGETS_MAX)
			return -1;
		memcpy(c->actions.targets[c->actions.n_targets++],
		    msg->redirect, 8);
		return 0;
	case CFG_TARGET_IP:
		if (c->actions.n_targets_ip >= CUSTOMER_TARGETS_IP_MAX ||
		    !prefix_valid(&msg->prefix))
			return -1;
		c->actions.targets_ip[c->actions.n_targets_ip++] = msg->prefix;
		return 0;
	case CFG_TARGET_TAG:
		return take_tag(c, &msg->community);
	default:
		return -1;
	}
}

/* A range is a customer's; its places are told apart by a number. */
static bool
range_ok(const struct msg_cfg_neighbor *msg)
{
	struct prefix range = { .afi = msg->remote.afi, .len = msg->range_len };

	if (msg->range_len == 0)
		return true;
	memcpy(range.addr, msg->remote.addr, sizeof(range.addr));
	return msg->index != CFG_INTERNAL && prefix_valid(&range) &&
	       range.len < afi_bits(range.afi) &&
	       strchr(msg->name, '#') != NULL;
}

static int
take_neighbor(struct config *config, const struct msg_cfg_neighbor *msg)
{
	struct msg_cfg_neighbor *neighbors;
	bool internal = msg->index == CFG_INTERNAL;

	if ((!internal && (msg->index >= config->n_customers ||
			      msg->index == config->noc)) ||
	    config->n_neighbors >= CONFIG_NEIGHBORS_MAX ||
	    !check_text(msg->name, sizeof(msg->name)) ||
	    !check_address(&msg->remote, false) ||
	    msg->authenticated > AUTH_AO || !range_ok(msg) ||
	    (msg->families & ~(unsigned)FAMILY_ALL) != 0 ||
	    (internal &&
		(msg->emit == DIALECT_NONE || msg->emit >= DIALECT_COUNT)))
		return -1;
	neighbors = grow(config->neighbors, config->n_neighbors,
	    &config->room_neighbors, sizeof(*neighbors));
	if (neighbors == NULL)
		return -1;
	config->neighbors = neighbors;
	neighbors[config->n_neighbors++] = *msg;
	if (internal)
		config->dialects =
		    (uint8_t)(config->dialects | 1u << msg->emit);
	return 0;
}

static int
row_cmp(const void *a, const void *b)
{
	uint32_t x = ((const struct config_row *)a)->number;
	uint32_t y = ((const struct config_row *)b)->number;

	return (x > y) - (x < y);
}

/* Sort; -1 when a number comes twice. */
static int
rows_sort(struct config_row *rows, size_t n)
{
	if (n > 0)
		qsort(rows, n, sizeof(*rows), row_cmp);
	for (size_t i = 1; i < n; i++) {
		if (rows[i - 1].number == rows[i].number)
			return -1;
	}
	return 0;
}

static const struct config_row *
row_find(const struct config_row *rows, size_t n, uint32_t number)
{
	const struct config_row key = { .number = number };

	return n == 0 ? NULL : bsearch(&key, rows, n, sizeof(key), row_cmp);
}

/* By number, for the many look-ups of a reload. */
static int
rows_make(struct config *config)
{
	config->by_customer =
	    calloc(config->n_customers + 1, sizeof(struct config_row));
	config->by_peer =
	    calloc(config->n_neighbors + 1, sizeof(struct config_row));
	if (config->by_customer == NULL || config->by_peer == NULL)
		return -1;
	for (uint32_t i = 0; i < config->n_customers; i++)
		config->by_customer[i] =
		    (struct config_row){ config->customers[i].number, i };
	for (uint32_t i = 0; i < config->n_neighbors; i++)
		config->by_peer[i] =
		    (struct config_row){ config->neighbors[i].peer, i };
	if (rows_sort(config->by_customer, config->n_customers) < 0)
		return -1;
	return rows_sort(config->by_peer, config->n_neighbors);
}

static int
take_end(struct config *config, const struct msg_cfg_end *msg)
{
	if (!config->has_router || !config->has_validation ||
	    msg->generation != config->begin.generation ||
	    config_finish(config) < 0 || rows_make(config) < 0)
		return -1;
	config->complete = true;
	return 0;
}

int
config_take(struct config *config, const struct msg_head *head)
{
	const void *msg = head;

	if (config->complete)
		return -1;
	switch (head->kind) {
	case MSG_CFG_ROUTER:
		return take_router(config, msg);
	case MSG_CFG_CUSTOMER:
		return take_customer(config, msg);
	case MSG_CFG_PREFIX:
		return take_prefix(config, msg);
	case MSG_CFG_TARGET:
		return take_target(config, msg);
	case MSG_CFG_ASN:
		return take_asn(config, msg);
	case MSG_CFG_VALIDATION:
		return take_validation(config, msg);
	case MSG_CFG_NEIGHBOR:
		return take_neighbor(config, msg);
	case MSG_CFG_END:
		return take_end(config, msg);
	default:
		return config_take_facts(config, head);
	}
}

const struct config_customer *
config_customer(const struct config *config, uint32_t number)
{
	const struct config_row *row =
	    row_find(config->by_customer, config->n_customers, number);

	return row == NULL ? NULL : &config->customers[row->at];
}

const struct msg_cfg_neighbor *
config_neighbor(const struct config *config, uint32_t peer)
{
	const struct config_row *row =
	    row_find(config->by_peer, config->n_neighbors, peer);

	return row == NULL ? NULL : &config->neighbors[row->at];
}

bool
config_same_own(const struct customer *a, const struct customer *b)
{
	size_t n = prefix_set_count(a->own);

	if (n != prefix_set_count(b->own))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (prefix_cmp(&prefix_set_at(a->own, i)->prefix,
			&prefix_set_at(b->own, i)->prefix) != 0)
			return false;
	}
	return true;
}

bool
config_same_validation(const struct customer *a, const struct customer *b)
{
	if (a->validate != b->validate || a->best_match != b->best_match ||
	    a->failover != b->failover || a->asn != b->asn ||
	    a->n_asns != b->n_asns)
		return false;
	for (uint32_t i = 0; i < a->n_asns; i++) {
		if (a->asns[i] != b->asns[i])
			return false;
	}
	return a->best_match != BEST_MATCH_INTERNAL || config_same_own(a, b);
}
