/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own UPDATEs. MP_REACH_NLRI stands first and grows, so the attributes
 * behind it are encoded beforehand and appended at the end.
 */
#include "proxy/wire/update_build.h"

#include <assert.h>
#include <string.h>

#include "proxy/wire/attribute.h"
#include "proxy/wire/flow_action.h"
#include "proxy/wire/flowspec.h"

#define ORIGIN_IGP       0
#define SEGMENT_SEQUENCE 2

static size_t
attribute_begin(struct writer *writer, unsigned type)
{
	writer_u8(writer, attribute_row(type)->flags);
	writer_u8(writer, type);
	return writer_hold_u8(writer);
}

/* The well-known ones: ORIGIN, AS_PATH, LOCAL_PREF. */
static void
encode_well_known(struct writer *writer, const struct update_attrs *attrs)
{
	size_t place = attribute_begin(writer, ATTRIBUTE_ORIGIN);

	writer_u8(writer, ORIGIN_IGP);
	writer_patch_u8(writer, place);

	place = attribute_begin(writer, ATTRIBUTE_AS_PATH);
	if (attrs->n_path > 0) {
		writer_u8(writer, SEGMENT_SEQUENCE);
		writer_u8(writer, attrs->n_path);
	}
	for (unsigned i = 0; i < attrs->n_path; i++)
		writer_u32(writer, attrs->path[i]);
	writer_patch_u8(writer, place);

	if (!attrs->has_local_pref)
		return;
	place = attribute_begin(writer, ATTRIBUTE_LOCAL_PREF);
	writer_u32(writer, attrs->local_pref);
	writer_patch_u8(writer, place);
}

static void
encode_communities(struct writer *writer, const struct update_attrs *attrs)
{
	size_t place;

	if (attrs->n_communities == 0)
		return;
	place = attribute_begin(writer, ATTRIBUTE_COMMUNITY);
	for (unsigned i = 0; i < attrs->n_communities; i++)
		writer_u32(writer, attrs->communities[i]);
	writer_patch_u8(writer, place);
}

/* An attribute without a value is malformed: then there is none. */
static void
encode_extended(struct writer *writer, const struct update_attrs *attrs)
{
	size_t before = writer->len;
	size_t place = attribute_begin(writer, ATTRIBUTE_EXT_COMMUNITY);

	for (unsigned i = 0; i < attrs->n_targets; i++)
		writer_bytes(writer, attrs->targets[i], FLOW_ACTION_LEN);
	if (flow_action_encode(&attrs->actions, writer) == 0 &&
	    attrs->n_targets == 0)
		writer_rewind(writer, before);
	else
		writer_patch_u8(writer, place);

	before = writer->len;
	place = attribute_begin(writer, ATTRIBUTE_EXT_COMMUNITY6);
	if (flow_action_encode6(&attrs->actions, writer) == 0)
		writer_rewind(writer, before);
	else
		writer_patch_u8(writer, place);
}

static void
encode_large(struct writer *writer, const struct update_attrs *attrs)
{
	size_t place;

	if (attrs->n_large == 0)
		return;
	place = attribute_begin(writer, ATTRIBUTE_LARGE_COMMUNITY);
	for (unsigned i = 0; i < attrs->n_large; i++) {
		writer_u32(writer, attrs->large[i].global);
		writer_u32(writer, attrs->large[i].local1);
		writer_u32(writer, attrs->large[i].local2);
	}
	writer_patch_u8(writer, place);
}

static bool
counts_fit(const struct update_attrs *attrs)
{
	return attrs->n_communities <= UPDATE_COMMUNITIES_MAX &&
	       attrs->n_large <= UPDATE_LARGE_MAX &&
	       attrs->n_targets <= UPDATE_TARGETS_MAX &&
	       attrs->n_path <= UPDATE_PATH_MAX &&
	       attrs->next_hop_len <= ADDRESS_MAX;
}

/* Header, no withdrawn routes, and the MP attribute up to its SAFI. */
static void
begin(struct update_builder *builder, struct writer *out, unsigned family,
    enum attribute_type type)
{
	builder->out = out;
	builder->family = (uint8_t)family;
	builder->open = false;
	builder->tail_len = 0;
	builder->message = message_begin(out, MESSAGE_UPDATE);
	writer_u16(out, 0);
	builder->attributes = writer_hold_u16(out);
	writer_u8(out, ATTRIBUTE_OPTIONAL | ATTRIBUTE_EXTENDED);
	writer_u8(out, type);
	builder->mp_length = writer_hold_u16(out);
	writer_u16(out, family_afi(family));
	writer_u8(out, family_safi(family));
}

/* Where NLRI end; false, and nothing written, when there is no room at all. */
static bool
begin_nlri(struct update_builder *builder)
{
	struct writer *out = builder->out;
	size_t limit = builder->message + MESSAGE_MAX;

	if (limit > out->size)
		limit = out->size;
	if (out->failed || out->len + builder->tail_len > limit) {
		writer_rewind(out, builder->message);
		return false;
	}
	builder->limit = limit - builder->tail_len;
	builder->first_nlri = out->len;
	builder->open = true;
	return true;
}

bool
update_begin_reach(struct update_builder *builder, struct writer *out,
    unsigned family, const struct update_attrs *attrs)
{
	struct writer tail;

	builder->open = false;
	if (out->failed || family_afi(family) == AFI_NONE || !counts_fit(attrs))
		return false;
	begin(builder, out, family, ATTRIBUTE_MP_REACH);
	writer_u8(out, attrs->next_hop_len);
	writer_bytes(out, attrs->next_hop, attrs->next_hop_len);
	writer_u8(out, 0); /* reserved */

	writer_init(&tail, builder->tail, sizeof(builder->tail));
	encode_well_known(&tail, attrs);
	encode_communities(&tail, attrs);
	encode_extended(&tail, attrs);
	encode_large(&tail, attrs);
	assert(!tail.failed);
	builder->tail_len = tail.len;
	return begin_nlri(builder);
}

bool
update_begin_withdraw(
    struct update_builder *builder, struct writer *out, unsigned family)
{
	builder->open = false;
	if (out->failed || family_afi(family) == AFI_NONE)
		return false;
	begin(builder, out, family, ATTRIBUTE_MP_UNREACH);
	return begin_nlri(builder);
}

/* Keep what was written from len on, when it is within the message. */
static bool
keep(struct update_builder *builder, size_t len)
{
	struct writer *out = builder->out;

	if (!out->failed && out->len <= builder->limit)
		return true;
	writer_rewind(out, len);
	return false;
}

bool
update_add(struct update_builder *builder, const struct rule *rule)
{
	size_t len;

	if (!builder->open)
		return false;
	len = builder->out->len;
	flowspec_encode(rule, builder->out);
	return keep(builder, len);
}

bool
update_add_prefix(struct update_builder *builder, const struct prefix *prefix)
{
	size_t len;

	if (!builder->open)
		return false;
	len = builder->out->len;
	unicast_encode(prefix, builder->out);
	return keep(builder, len);
}

bool
update_add_bytes(
    struct update_builder *builder, const uint8_t *data, size_t len)
{
	size_t before;

	if (!builder->open)
		return false;
	before = builder->out->len;
	writer_bytes(builder->out, data, len);
	return keep(builder, before);
}

static void
finish(struct update_builder *builder)
{
	struct writer *out = builder->out;

	writer_patch_u16(out, builder->mp_length);
	writer_bytes(out, builder->tail, builder->tail_len);
	writer_patch_u16(out, builder->attributes);
	message_end(out, builder->message);
	builder->open = false;
}

bool
update_end(struct update_builder *builder)
{
	if (!builder->open)
		return false;
	if (builder->out->len == builder->first_nlri) {
		writer_rewind(builder->out, builder->message);
		builder->open = false;
		return false;
	}
	finish(builder);
	return !builder->out->failed;
}

void
update_end_of_rib(struct writer *out, unsigned family)
{
	struct update_builder builder;
	size_t message;

	if (family == FAMILY_IPV4_UNICAST) {
		message = message_begin(out, MESSAGE_UPDATE);
		writer_u16(out, 0);
		writer_u16(out, 0);
		message_end(out, message);
		return;
	}
	if (update_begin_withdraw(&builder, out, family))
		finish(&builder);
	else
		out->failed = true;
}
