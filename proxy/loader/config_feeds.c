/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unicast routes come from internal neighbours and over the customer's own
 * sessions; those of other customers stay inside what others own.
 */
#include "proxy/loader/config_feeds.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy/customer.h"
#include "proxy/loader/problem.h"

/* Rules of one address family, and the routes that they are validated with. */
struct pair {
	uint8_t rules;
	uint8_t routes;
	const char *rules_name;
	const char *routes_name;
};

static const struct pair pairs[] = {
	{ FAMILY_IPV4_FLOWSPEC, FAMILY_IPV4_UNICAST, "ipv4-flowspec",
	    "ipv4-unicast" },
	{ FAMILY_IPV6_FLOWSPEC, FAMILY_IPV6_UNICAST, "ipv6-flowspec",
	    "ipv6-unicast" },
};
#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* Complain about the customer's validate, at its value or else at `at`. */
static void
validate_problem(struct config *config, const struct config_customer *customer,
    const struct place *at, const char *found, const char *wanted)
{
	char path[PROBLEM_KEY_MAX];

	(void)snprintf(path, sizeof(path), "customers[%" PRIu32 "].validate",
	    customer->at.item);
	if (customer->validate_at.line > 0)
		at = &customer->validate_at;
	problem_add(config, at, path, found, wanted);
}

/* strict: each session that brings rules brings the routes to them. */
static void
strict_check(struct config *config, const struct config_customer *customer,
    const struct config_neighbor *neighbor)
{
	uint8_t families = neighbor->msg.families;
	char found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];

	for (size_t i = 0; i < PAIRS; i++) {
		const struct pair *pair = &pairs[i];

		if (!(families & pair->rules) || families & pair->routes)
			continue;
		(void)snprintf(found, sizeof(found),
		    "strict, and %s without %s on %s", pair->rules_name,
		    pair->routes_name, neighbor->msg.name);
		(void)snprintf(wanted, sizeof(wanted),
		    "%s on this session, or validate: neighbor-as",
		    pair->routes_name);
		validate_problem(
		    config, customer, &neighbor->families_at, found, wanted);
	}
}

/* Where the customer's first session with this family says so. */
static const struct place *
family_place(const struct config *config, uint32_t customer, uint8_t family)
{
	for (size_t i = 0; i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor =
		    model_neighbor(config, i);

		if (neighbor->msg.index == customer &&
		    neighbor->msg.families & family)
			return &neighbor->families_at;
	}
	return &model_customer(config, customer)->name_at;
}

/* neighbor-as: the routes come from somewhere. */
static void
neighbor_as_check(struct config *config, const struct config_customer *customer,
    uint8_t feeds)
{
	bool given = customer->validate_at.line > 0;
	char found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];

	for (size_t i = 0; i < PAIRS; i++) {
		const struct pair *pair = &pairs[i];

		if (!(customer->families & pair->rules) ||
		    (customer->families | feeds) & pair->routes)
			continue;
		(void)snprintf(found, sizeof(found),
		    "neighbor-as%s, and %s without %s",
		    given ? "" : " by default", pair->rules_name,
		    pair->routes_name);
		(void)snprintf(wanted, sizeof(wanted),
		    "%s from an internal neighbour or on a session of this "
		    "customer, or validate: off: no rule could ever pass",
		    pair->routes_name);
		validate_problem(config, customer,
		    family_place(config, customer->msg.index, pair->rules),
		    found, wanted);
	}
}

/* Add up what each customer's sessions bring; returns what feeds do. */
static uint8_t
families_add_up(struct config *config)
{
	uint8_t feeds = 0;

	for (size_t i = 0; i < config->neighbors.n; i++) {
		const struct msg_cfg_neighbor *msg =
		    &model_neighbor(config, i)->msg;

		if (msg->index == CFG_INTERNAL)
			feeds |= msg->families;
		else
			model_customer(config, msg->index)->families |=
			    msg->families;
	}
	return feeds;
}

void
config_feeds_check(struct config *config)
{
	uint8_t feeds = families_add_up(config);

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct config_customer *customer =
		    model_customer(config, i);

		if (customer->msg.validate == VALIDATE_NEIGHBOR_AS &&
		    customer->msg.mode != CUSTOMER_OFF && !problem_full(config))
			neighbor_as_check(config, customer, feeds);
	}
	for (size_t i = 0; i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor =
		    model_neighbor(config, i);
		const struct config_customer *customer;

		if (neighbor->msg.index == CFG_INTERNAL)
			continue;
		customer = model_customer(config, neighbor->msg.index);
		if (customer->msg.validate == VALIDATE_STRICT)
			strict_check(config, customer, neighbor);
	}
}
