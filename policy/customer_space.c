/* SPDX-License-Identifier: BSD-2-Clause */
/* How large what a customer owns is. */
#include "policy/customer.h"

uint64_t
customer_addresses(const struct prefix *prefix)
{
	unsigned bits = prefix->afi == AFI_IPV4 ? 32 : 64;

	if (afi_bits(prefix->afi) == 0)
		return 0;
	if (prefix->len >= bits)
		return 1;
	if (bits - prefix->len >= 64)
		return UINT64_MAX;
	return UINT64_C(1) << (bits - prefix->len);
}

/* Another prefix of the set covers this one. */
static bool
inside_another(const struct prefix_set *set, const struct prefix *prefix)
{
	struct prefix outer = *prefix;

	if (outer.len == 0)
		return false;
	outer.len--;
	prefix_mask(&outer);
	return prefix_set_cover(set, &outer) != NULL;
}

uint64_t
customer_space(const struct prefix_set *set)
{
	size_t n = prefix_set_count(set);
	uint64_t space = 0;

	for (size_t i = 0; i < n; i++) {
		const struct prefix *prefix = &prefix_set_at(set, i)->prefix;
		uint64_t more = customer_addresses(prefix);

		if (inside_another(set, prefix))
			continue;
		space = more > UINT64_MAX - space ? UINT64_MAX : space + more;
	}
	return space;
}

void
customer_measure(struct customer *customer)
{
	customer->space = customer_space(customer->own);
}

/* Of all that the customer owns, percent; rounded down, without overflow. */
static uint64_t
share_of(uint64_t space, uint32_t percent)
{
	return space / 100 * percent + space % 100 * percent / 100;
}

uint64_t
customer_address_limit(const struct customer *customer)
{
	const struct customer_limits *limits = &customer->limits;
	uint64_t share;

	/* The NOC owns nothing that there could be a share of. */
	if (limits->addresses_percent >= 100 || customer->noc)
		return limits->addresses;
	share = share_of(customer->space, limits->addresses_percent);
	return share < limits->addresses ? share : limits->addresses;
}
