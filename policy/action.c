/* SPDX-License-Identifier: BSD-2-Clause */
/* Action sets: names, rates, and the check of a set from another process. */
#include "policy/action.h"

#include <string.h>

#define RATE_SIGN     0x80000000u
#define RATE_INFINITY 0x7f800000u
#define RATE_LARGEST  0x7f7fffffu
#define COPY_BIT      0x01 /* of a local part, on the wire */

static const char *const names[ACTION_KINDS] = {
#define X(symbol, bit, name) [bit] = (name),
	ACTION_MAP(X)
#undef X
};

const char *
action_name(unsigned kind)
{
	return kind < ACTION_KINDS ? names[kind] : "?";
}

double
action_rate(uint32_t bits)
{
	float rate;

	memcpy(&rate, &bits, sizeof(rate));
	return (double)rate;
}

uint32_t
action_rate_bits(double rate)
{
	uint32_t bits;
	float nearest;

	if (!(rate > 0))
		return 0;
	if (rate >= action_rate(RATE_LARGEST))
		return RATE_LARGEST;
	nearest = (float)rate;
	memcpy(&bits, &nearest, sizeof(bits));
	return bits;
}

bool
action_rate_finite(uint32_t bits)
{
	return (bits & RATE_INFINITY) != RATE_INFINITY;
}

static bool
has(const struct action_set *set, enum action_kind kind)
{
	return (set->present & ACTION_BIT(kind)) != 0;
}

bool
action_is_discard(const struct action_set *set)
{
	const unsigned rates =
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_RATE_PACKETS);
	const unsigned harmless =
	    ACTION_BIT(ACTION_TRAFFIC) | ACTION_BIT(ACTION_MARK);

	/* A redirected packet lives on elsewhere, one outside the interface
	 * set untouched; what is not known or contradicts itself may do
	 * either. */
	if ((set->present & ~(rates | harmless)) != 0 || set->repeated != 0 ||
	    set->unknown != 0)
		return false;
	return (has(set, ACTION_RATE_BYTES) && set->rate_bytes == 0) ||
	       (has(set, ACTION_RATE_PACKETS) && set->rate_packets == 0);
}

bool
action_equal(const struct action_set *a, const struct action_set *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool
all_zero(const uint8_t *octets, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= octets[i];
	return any == 0;
}

/* Not below zero; a NaN has no sign. */
static bool
rate_valid(bool present, uint32_t bits)
{
	if (!present)
		return bits == 0;
	return (bits & RATE_SIGN) == 0 || (bits & ~RATE_SIGN) > RATE_INFINITY;
}

/* Every flag belongs to a kind that is there. */
static bool
flags_valid(const struct action_set *set)
{
	unsigned allowed = 0;

	if (has(set, ACTION_TRAFFIC))
		allowed |= ACTION_SAMPLE | ACTION_CONTINUE;
	if (has(set, ACTION_REDIRECT_NEXTHOP))
		allowed |= ACTION_COPY_NEXTHOP;
	if (has(set, ACTION_REDIRECT_IP4))
		allowed |= ACTION_COPY_IP4;
	if (has(set, ACTION_REDIRECT_IP6))
		allowed |= ACTION_COPY_IP6;
	return (set->flags & ~allowed) == 0;
}

/* Types of the communities kept as on the wire. */
static bool
redirect_valid(const struct action_set *set)
{
	const uint8_t *value = set->redirect;

	if (!has(set, ACTION_REDIRECT))
		return all_zero(value, sizeof(set->redirect));
	return (value[0] == 0x80 || value[0] == 0x81 || value[0] == 0x82) &&
	       value[1] == 0x08;
}

static bool
interface_set_valid(const struct action_set *set)
{
	const uint8_t *value = set->interface_set;

	if (!has(set, ACTION_INTERFACE_SET))
		return all_zero(value, sizeof(set->interface_set));
	return (value[0] == 0x07 || value[0] == 0x47) && value[1] == 0x02;
}

static bool
ip4_valid(const struct action_set *set)
{
	if (!has(set, ACTION_REDIRECT_IP4))
		return all_zero(set->redirect_ip4, sizeof(set->redirect_ip4));
	return (set->redirect_ip4[5] & COPY_BIT) == 0 &&
	       set->redirect_ip4[6] == 0 && set->redirect_ip4[7] == 0;
}

/* A value of attribute 25: 00, subtype, address, local part. */
static bool
value25_valid(bool present, const uint8_t value[20], uint8_t subtype)
{
	if (!present)
		return all_zero(value, 20);
	return value[0] == 0 && value[1] == subtype;
}

bool
action_valid(const struct action_set *set)
{
	const unsigned known = ACTION_BIT(ACTION_KINDS) - 1;

	if ((set->present & ~known) != 0 ||
	    (set->repeated & ~(unsigned)set->present) != 0)
		return false;
	if (set->dscp > 63 || (!has(set, ACTION_MARK) && set->dscp != 0))
		return false;
	return flags_valid(set) &&
	       rate_valid(has(set, ACTION_RATE_BYTES), set->rate_bytes) &&
	       rate_valid(has(set, ACTION_RATE_PACKETS), set->rate_packets) &&
	       redirect_valid(set) && interface_set_valid(set) &&
	       ip4_valid(set) &&
	       value25_valid(
		   has(set, ACTION_REDIRECT_RT6), set->redirect_rt6, 0x0d) &&
	       value25_valid(
		   has(set, ACTION_REDIRECT_IP6), set->redirect_ip6, 0x0c) &&
	       (set->redirect_ip6[19] & COPY_BIT) == 0;
}
