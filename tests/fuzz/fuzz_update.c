/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets as an UPDATE (the first octet says between whom): what is used
 * has no fault, and every NLRI of it can be framed and read to its end. */
#include <stdlib.h>

#include "proxy/wire/community.h"
#include "proxy/wire/update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_unicast(const struct update_nlri *nlri)
{
	struct reader reader = nlri->nlri;
	struct prefix prefix;
	unsigned n = 0;

	for (; reader.left > 0; n++) {
		if (unicast_next(&reader, nlri->afi, &prefix) != WIRE_OK ||
		    !prefix_valid(&prefix))
			abort();
	}
	if (n != nlri->n)
		abort();
}

/* The same IPv4 prefixes as numbers. */
static void
read_numbers(const struct update_nlri *nlri)
{
	struct reader reader = nlri->nlri, other = nlri->nlri, number;
	struct prefix prefix;
	uint32_t addr;
	uint8_t len;

	while (reader.left > 0) {
		(void)unicast_next(&reader, nlri->afi, &prefix);
		reader_init(&number, prefix.addr, 4);
		if (unicast_next4(&other, &addr, &len) != WIRE_OK ||
		    addr != reader_u32(&number) || len != prefix.len ||
		    other.left != reader.left)
			abort();
	}
}

static void
read_rules(const struct update_nlri *nlri)
{
	struct reader reader = nlri->nlri;
	struct span value;
	struct rule rule;
	unsigned n = 0;

	for (; reader.left > 0; n++) {
		if (flowspec_next(&reader, &value) != WIRE_OK)
			abort();
		if (flowspec_decode(value, nlri->afi, &rule) == WIRE_OK &&
		    !rule_valid(&rule, rule_size(&rule)))
			abort();
	}
	if (n != nlri->n)
		abort();
}

static void
read_nlri(const struct update_nlri *nlri, unsigned families)
{
	if ((nlri->family & ~families) != 0)
		abort();
	if (nlri->family == FAMILY_NONE)
		return;
	if (nlri->safi == SAFI_FLOWSPEC)
		read_rules(nlri);
	else
		read_unicast(nlri);
	if (nlri->family == FAMILY_IPV4_UNICAST)
		read_numbers(nlri);
}

/* Every community that came is found. */
static void
find_all(struct span value, enum community_size size)
{
	struct reader reader;

	if (value.len % size != 0)
		abort();
	reader_init(&reader, value.data, value.len);
	while (reader.left > 0)
		if (!community_in(value, reader_take(&reader, size), size))
			abort();
}

static void
check(const struct update_context *context, const struct update *update)
{
	uint8_t family, code, subcode;

	if (update->outcome == UPDATE_RESET) {
		if (!fault_notification(update->fault, &code, &subcode))
			abort();
		return;
	}
	if ((update->outcome == UPDATE_USE) !=
	    (update_reason(update) == REASON_ACCEPTED))
		abort();
	if (context->external &&
	    (update->has_local_pref || update->has_originator ||
		update->cluster_length > 0))
		abort();
	find_all(update->communities, COMMUNITY_SIZE_STANDARD);
	find_all(update->ext_communities, COMMUNITY_SIZE_EXTENDED);
	find_all(update->large_communities, COMMUNITY_SIZE_LARGE);
	if (update->fault == WIRE_OK && !action_valid(&update->actions))
		abort();
	read_nlri(&update->withdrawn, context->families);
	read_nlri(&update->mp_unreach, context->families);
	read_nlri(&update->mp_reach, context->families);
	read_nlri(&update->announced, context->families);
	if (update_is_end_of_rib(update, &family) &&
	    update->mp_reach.nlri.left + update->announced.nlri.left > 0)
		abort();
}

/* Field by field: padding between them is nobody's. */
static bool
same(const struct update *a, const struct update *b)
{
	return a->outcome == b->outcome && a->fault == b->fault &&
	       update_reason(a) == update_reason(b) &&
	       action_equal(&a->actions, &b->actions) &&
	       a->mp_reach.nlri.left == b->mp_reach.nlri.left &&
	       a->mp_unreach.nlri.left == b->mp_unreach.nlri.left &&
	       a->announced.nlri.left == b->announced.nlri.left &&
	       a->withdrawn.nlri.left == b->withdrawn.nlri.left;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct update_context context = { .own_asn = 64500, .peer_asn = 65001 };
	struct update update, again;

	if (size == 0)
		return 0;
	context.families = data[0] & FAMILY_ALL;
	context.as4 = (data[0] & 0x10) == 0;
	context.external = (data[0] & 0x20) == 0;
	(void)update_decode(&context, &data[1], size - 1, &update);
	check(&context, &update);
	(void)update_decode(&context, &data[1], size - 1, &again);
	if (!same(&update, &again))
		abort();
	return 0;
}
