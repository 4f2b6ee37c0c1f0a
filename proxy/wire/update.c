/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UPDATE message: split, walked and judged by RFC 7606.
 *
 * Every fault is raised with what it costs; of several the costliest decides
 * (RFC 7606 3 (h)), and of equals the first is named.
 */
#include "proxy/wire/update.h"

#include <string.h>

#include "proxy/wire/attribute.h"
#include "proxy/wire/community.h"
#include "proxy/wire/flow_action.h"

/* One message being decoded. */
struct decoder {
	const struct update_context *context;
	struct update *out;
	struct as_path as4_path;
};

static void
raise_fault(struct update *out, enum update_outcome outcome,
    enum wire_fault fault, const struct attribute *attribute)
{
	/* A rate is of rules only: any other fault is worse. */
	bool worse =
	    outcome < out->outcome ||
	    (outcome == out->outcome && out->fault == FAULT_RATE_NOT_FINITE);

	if (!worse)
		return;
	out->outcome = outcome;
	out->fault = fault;
	out->fault_attribute = 0;
	out->fault_data = (struct span){ NULL, 0 };
	if (attribute != NULL) {
		out->fault_attribute = attribute->type;
		out->fault_data = attribute->whole;
	}
}

static bool
is_seen(const struct update *update, enum attribute_type type)
{
	return (update->seen >> type & 1) != 0;
}

/* These count the NLRI, which have at least an octet each. */
static enum wire_fault
walk_flowspec(struct reader reader, uint16_t *n)
{
	struct span value;

	for (*n = 0; reader.left > 0; (*n)++) {
		if (flowspec_next(&reader, &value) != WIRE_OK)
			return FAULT_NLRI_FRAMING;
	}
	return WIRE_OK;
}

static enum wire_fault
walk_unicast(struct reader reader, unsigned afi, uint16_t *n)
{
	unsigned bits = afi_bits(afi);

	for (*n = 0; reader.left > 0; (*n)++) {
		unsigned len = reader_u8(&reader);

		(void)reader_take(&reader, (len + 7) / 8);
		if (len > bits || reader.failed)
			return FAULT_NLRI_PREFIX;
	}
	return WIRE_OK;
}

/* Family and framing of one MP attribute whose NLRI are read up to here. */
static enum wire_fault
mp_finish(const struct update_context *context, struct update_nlri *out)
{
	enum wire_fault fault;

	out->family =
	    (uint8_t)(family_of(out->afi, out->safi) & context->families);
	if (out->family == FAMILY_NONE)
		return WIRE_OK;
	if (out->safi == SAFI_FLOWSPEC)
		fault = walk_flowspec(out->nlri, &out->n);
	else
		fault = walk_unicast(out->nlri, out->afi, &out->n);
	return fault == WIRE_OK ? WIRE_OK : FAULT_NLRI_FRAMING;
}

/* RFC 4760 3. The next hop is skipped, whatever its length (RFC 8955 4). */
static enum wire_fault
decode_mp_reach(struct decoder *decoder, struct span value)
{
	struct update_nlri *out = &decoder->out->mp_reach;
	struct reader *reader = &out->nlri;

	reader_init(reader, value.data, value.len);
	out->afi = reader_u16(reader);
	out->safi = reader_u8(reader);
	out->next_hop = reader_span(reader, reader_u8(reader));
	(void)reader_u8(reader); /* reserved */
	if (reader->failed)
		return FAULT_MP_NEXT_HOP;
	return mp_finish(decoder->context, out);
}

/* RFC 4760 4. */
static enum wire_fault
decode_mp_unreach(struct decoder *decoder, struct span value)
{
	struct update_nlri *out = &decoder->out->mp_unreach;
	struct reader *reader = &out->nlri;

	reader_init(reader, value.data, value.len);
	out->afi = reader_u16(reader);
	out->safi = reader_u8(reader);
	return mp_finish(decoder->context, out);
}

/* RFC 7606 7.7: the length depends on the AS numbers'; RFC 7607. */
static enum wire_fault
check_aggregator(const struct update_context *context, struct span value)
{
	struct reader reader;
	uint32_t asn;

	reader_init(&reader, value.data, value.len);
	asn = context->as4 ? reader_u32(&reader) : reader_u16(&reader);
	(void)reader_u32(&reader);
	if (!reader_done(&reader))
		return FAULT_ATTRIBUTE_LENGTH;
	return asn == 0 ? FAULT_ATTRIBUTE_AS_PATH : WIRE_OK;
}

static uint8_t
to_255(size_t n)
{
	return (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX);
}

/* Communities of no kind are passed on: they are counted and can be looked
 * for, that is all. */
static enum wire_fault
strip(struct update *out, size_t n)
{
	out->actions.stripped = to_255(out->actions.stripped + n);
	return WIRE_OK;
}

static uint32_t
value_u32(struct span value)
{
	struct reader reader;

	reader_init(&reader, value.data, value.len);
	return reader_u32(&reader);
}

static enum wire_fault
decode_origin(struct update *out, struct span value)
{
	struct reader reader;

	reader_init(&reader, value.data, value.len);
	out->origin = reader_u8(&reader);
	return out->origin > 2 ? FAULT_ATTRIBUTE_ORIGIN : WIRE_OK;
}

/* The attributes that only unicast routes use; lengths are checked. */
static enum wire_fault
decode_unicast(struct update *out, unsigned type, struct span value)
{
	switch (type) {
	case ATTRIBUTE_ORIGIN:
		return decode_origin(out, value);
	case ATTRIBUTE_NEXT_HOP:
		out->next_hop = value;
		break;
	case ATTRIBUTE_MED:
		out->has_med = true;
		out->med = value_u32(value);
		break;
	case ATTRIBUTE_LOCAL_PREF:
		out->has_local_pref = true;
		out->local_pref = value_u32(value);
		break;
	case ATTRIBUTE_ORIGINATOR_ID:
		out->has_originator = true;
		out->originator_id = value_u32(value);
		break;
	case ATTRIBUTE_CLUSTER_LIST:
		out->cluster_length = to_255(value.len / 4);
		break;
	default: /* ATOMIC_AGGREGATE, OTC … */
		break;
	}
	return WIRE_OK;
}

static enum wire_fault
decode_value(struct decoder *decoder, unsigned type, struct span value)
{
	const struct update_context *context = decoder->context;
	struct update *out = decoder->out;

	switch (type) {
	case ATTRIBUTE_AS_PATH:
		return as_path_decode(
		    value, context->as4, context->own_asn, &out->path);
	case ATTRIBUTE_AS4_PATH:
		return as_path_decode(
		    value, true, context->own_asn, &decoder->as4_path);
	case ATTRIBUTE_AGGREGATOR:
		return check_aggregator(context, value);
	case ATTRIBUTE_MP_REACH:
		return decode_mp_reach(decoder, value);
	case ATTRIBUTE_MP_UNREACH:
		return decode_mp_unreach(decoder, value);
	case ATTRIBUTE_EXT_COMMUNITY:
		out->ext_communities = value;
		return flow_action_decode(value, &out->actions);
	case ATTRIBUTE_EXT_COMMUNITY6:
		return flow_action_decode6(value, &out->actions);
	case ATTRIBUTE_COMMUNITY:
		out->communities = value;
		return strip(out, value.len / COMMUNITY_SIZE_STANDARD);
	case ATTRIBUTE_LARGE_COMMUNITY:
		out->large_communities = value;
		return strip(out, value.len / COMMUNITY_SIZE_LARGE);
	default:
		return decode_unicast(out, type, value);
	}
}

/* Discarded unread: what this peer may not send (RFC 7606 7.5, 7.9, 7.10;
 * RFC 6793 4.1). */
static bool
is_unwanted(
    const struct update_context *context, const struct attribute_row *row)
{
	return (row->source == ATTRIBUTE_FROM_INTERNAL && context->external) ||
	       (row->source == ATTRIBUTE_FROM_AS2 && context->as4);
}

static void
raise_by_cost(struct update *out, const struct attribute_row *row,
    enum wire_fault fault, const struct attribute *attribute)
{
	switch (row->cost) {
	case ATTRIBUTE_DISCARD:
		/* Flags that contradict the type cost more (3 (c)). */
		if (fault == FAULT_ATTRIBUTE_FLAGS)
			raise_fault(out, UPDATE_WITHDRAW, fault, attribute);
		else if (out->discarded < UINT8_MAX)
			out->discarded++;
		break;
	case ATTRIBUTE_WITHDRAW:
		raise_fault(out, UPDATE_WITHDRAW, fault, attribute);
		break;
	default:
		raise_fault(out, UPDATE_RESET, fault, attribute);
		break;
	}
}

static void
decode_known(struct decoder *decoder, const struct attribute_row *row,
    const struct attribute *attribute)
{
	struct update *out = decoder->out;
	enum wire_fault fault;

	if (is_seen(out, attribute->type)) {
		/* RFC 7606 3 (g): the first stays, but never of these two. */
		if (row->cost == ATTRIBUTE_RESET)
			raise_fault(out, UPDATE_RESET, FAULT_ATTRIBUTE_MP_TWICE,
			    attribute);
		return;
	}
	if (is_unwanted(decoder->context, row))
		return;
	fault = attribute_check(row, attribute);
	if (fault == WIRE_OK)
		fault =
		    decode_value(decoder, attribute->type, attribute->value);
	if (fault != WIRE_OK)
		raise_by_cost(out, row, fault, attribute);
}

static void
decode_attribute(struct decoder *decoder, const struct attribute *attribute)
{
	struct update *out = decoder->out;
	const struct attribute_row *row = attribute_row(attribute->type);
	unsigned bit = attribute->type < 64 ? attribute->type : 0;

	if (row != NULL)
		decode_known(decoder, row, attribute);
	else if ((attribute->flags & ATTRIBUTE_OPTIONAL) == 0)
		raise_fault(
		    out, UPDATE_WITHDRAW, FAULT_ATTRIBUTE_UNKNOWN, attribute);
	out->seen |= UINT64_C(1) << bit;
}

/* RFC 7606 4: the total length is relied on, what is cut short costs the
 * routes; but where it is the NLRI themselves they cannot be known. */
static void
decode_attributes(struct decoder *decoder, struct reader *reader)
{
	struct attribute attribute;

	while (reader->left > 0) {
		const struct attribute_row *row;

		if (attribute_next(reader, &attribute) == WIRE_OK) {
			decode_attribute(decoder, &attribute);
			continue;
		}
		row = attribute_row(attribute.type);
		raise_fault(decoder->out,
		    row != NULL && row->cost == ATTRIBUTE_RESET
			? UPDATE_RESET
			: UPDATE_WITHDRAW,
		    FAULT_ATTRIBUTE_OVERRUN, &attribute);
	}
	as_path_merge(&decoder->out->path, &decoder->as4_path);
}

/* RFC 7606 3 (d), 5.2: what must be there with and without announcements;
 * RFC 4271 5.1.5: LOCAL_PREF inside an AS. */
static void
check_presence(const struct update_context *context, struct update *out)
{
	bool announces =
	    out->announced.nlri.left > 0 || out->mp_reach.nlri.left > 0;

	if (!announces) {
		/* The routes that a fault would cost cannot be known. */
		if (out->outcome == UPDATE_WITHDRAW)
			out->outcome = UPDATE_RESET;
		return;
	}
	if (!is_seen(out, ATTRIBUTE_ORIGIN) ||
	    !is_seen(out, ATTRIBUTE_AS_PATH) ||
	    (!context->external && !is_seen(out, ATTRIBUTE_LOCAL_PREF)) ||
	    (out->announced.nlri.left > 0 && !is_seen(out, ATTRIBUTE_NEXT_HOP)))
		raise_fault(
		    out, UPDATE_WITHDRAW, FAULT_ATTRIBUTE_MISSING, NULL);
}

static enum reason
judge_path(const struct update_context *context, const struct as_path *path)
{
	if (path->asns > UPDATE_AS_PATH_MAX ||
	    (context->external && path->asns == 0))
		return REASON_AS_PATH_LENGTH;
	if (path->has_own || (context->external && path->has_confed))
		return REASON_AS_PATH_INVALID;
	if (context->external && path->first_as != context->peer_asn)
		return REASON_FIRST_AS;
	return REASON_ACCEPTED;
}

/* The legacy fields, which are IPv4 unicast; the reader's octets are theirs. */
static void
decode_legacy(
    struct decoder *decoder, struct reader nlri, struct update_nlri *out)
{
	if (nlri.left == 0)
		return;
	out->afi = AFI_IPV4;
	out->safi = SAFI_UNICAST;
	out->nlri = nlri;
	out->family = decoder->context->families & FAMILY_IPV4_UNICAST;
	if (out->family != FAMILY_NONE &&
	    walk_unicast(nlri, AFI_IPV4, &out->n) != WIRE_OK)
		raise_fault(
		    decoder->out, UPDATE_RESET, FAULT_NLRI_PREFIX, NULL);
}

enum update_outcome
update_decode(const struct update_context *context, const uint8_t *body,
    size_t len, struct update *out)
{
	struct decoder decoder = { .context = context, .out = out };
	struct reader reader, withdrawn, attributes;

	memset(out, 0, sizeof(*out));
	out->outcome = UPDATE_USE;
	out->path_reason = REASON_ACCEPTED;
	reader_init(&reader, body, len);
	reader_sub(&reader, reader_u16(&reader), &withdrawn);
	reader_sub(&reader, reader_u16(&reader), &attributes);
	if (reader.failed) {
		raise_fault(out, UPDATE_RESET, FAULT_ATTRIBUTE_LIST, NULL);
		return out->outcome;
	}
	decode_legacy(&decoder, withdrawn, &out->withdrawn);
	decode_legacy(&decoder, reader, &out->announced);
	decode_attributes(&decoder, &attributes);
	check_presence(context, out);
	if ((out->outcome == UPDATE_USE ||
		out->fault == FAULT_RATE_NOT_FINITE) &&
	    (out->announced.nlri.left > 0 || out->mp_reach.nlri.left > 0))
		out->path_reason = judge_path(context, &out->path);
	if (out->path_reason != REASON_ACCEPTED)
		out->outcome = UPDATE_WITHDRAW;
	return out->outcome;
}

enum reason
update_reason(const struct update *update)
{
	if (update->fault == FAULT_RATE_NOT_FINITE)
		return REASON_RATE_NOT_FINITE;
	if (update->fault != WIRE_OK)
		return REASON_ATTRIBUTES;
	return update->path_reason;
}

bool
update_usable_unicast(const struct update *update)
{
	return (update->fault == WIRE_OK ||
		   update->fault == FAULT_RATE_NOT_FINITE) &&
	       update->path_reason == REASON_ACCEPTED;
}

bool
update_is_end_of_rib(const struct update *update, uint8_t *family)
{
	const uint64_t only_unreach = UINT64_C(1) << ATTRIBUTE_MP_UNREACH;

	*family = FAMILY_NONE;
	if (update->outcome != UPDATE_USE || update->withdrawn.afi != 0 ||
	    update->announced.afi != 0)
		return false;
	if (update->seen == 0)
		*family = FAMILY_IPV4_UNICAST;
	else if (update->seen == only_unreach &&
		 update->mp_unreach.nlri.left == 0)
		*family = update->mp_unreach.family;
	return *family != FAMILY_NONE;
}
