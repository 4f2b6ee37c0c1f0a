/* SPDX-License-Identifier: BSD-2-Clause */
/* Defaults of a customer, and its end. */
#include "policy/customer.h"

#include <stdlib.h>
#include <string.h>

void
customer_defaults(struct customer *customer)
{
	memset(customer, 0, sizeof(*customer));
	customer->mode = CUSTOMER_MONITOR;
	customer->components = CUSTOMER_COMPONENTS_ALL;
	customer->ipv4 = (struct customer_window){ 25, 32, 24 };
	customer->ipv6 = (struct customer_window){ 56, 128, 48 };
	customer->actions.kinds = ACTION_BIT(ACTION_RATE_BYTES);
	customer->actions.discard = true;
	customer->actions.bytes.min = 8000;
	customer->actions.packets.min = 10;
	customer->limits.rules = 50;
	customer->limits.received = 100;
	customer->limits.prefixes = 1000;
	customer->limits.cost = 200;
	customer->limits.new_per_second = 10;
	customer->limits.burst = 20;
	customer->limits.strikes = 20;
	customer->limits.addresses = UINT64_MAX;
	customer->limits.addresses_percent = 100;
	customer->match = OWN_MATCH_ALL;
	customer->rpki = OWN_RPKI_VETO;
	customer->flap_breaker = true;
	customer->lifetime_ms = UINT64_C(24) * 60 * 60 * 1000;
	customer->validate = VALIDATE_NEIGHBOR_AS;
	customer->local_pref = 100;
	customer->linger_ms = UINT64_C(30) * 60 * 1000;
}

void
customer_free(struct customer *customer)
{
	prefix_set_free(customer->own);
	prefix_set_free(customer->irr.list);
	if (customer->classes != NULL) {
		for (uint32_t i = 0; i < customer->n_classes; i++)
			free(customer->classes[i].rule);
	}
	free(customer->classes);
	free(customer->asns);
	memset(customer, 0, sizeof(*customer));
}

struct customer_window
customer_window(const struct customer *customer, unsigned afi)
{
	static const struct customer_window nothing;

	if (afi == AFI_IPV4)
		return customer->ipv4;
	if (afi == AFI_IPV6)
		return customer->ipv6;
	return nothing;
}
