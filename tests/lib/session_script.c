/* SPDX-License-Identifier: BSD-2-Clause */
/* What a peer does in a script of octets. */
#include "tests/lib/session_script.h"

#include <errno.h>
#include <string.h>

#include "proxy/wire/message.h"
#include "proxy/wire/refresh.h"
#include "proxy/wire/update_build.h"
#include "tests/lib/small_rule.h"

unsigned
script_next(struct script *script)
{
	return script->input.left > 0 ? reader_u8(&script->input) : 0;
}

uint32_t
script_peer_asn(const struct script *script)
{
	return script->config.internal != 0 ? SCRIPT_LOCAL_ASN
					    : SCRIPT_PEER_ASN;
}

static void
send_octets(struct script *script, uint8_t *octets, size_t len)
{
	size_t piece = script->piece == 0 ? len : script->piece;

	if (script->flip_at > 0 && script->flip_at <= len)
		octets[script->flip_at - 1] ^= script->flip;
	script->flip_at = 0;
	for (size_t at = 0; at < len; at += piece) {
		if (!world_send(script->socket, &octets[at],
			len - at < piece ? len - at : piece))
			return;
		world_settle();
	}
}

static void
send_written(struct script *script, const struct writer *writer)
{
	if (!writer->failed && writer->len > 0)
		send_octets(script, writer->data, writer->len);
}

static void
send_open(struct script *script, unsigned how, unsigned families)
{
	static const uint16_t holds[] = { 90, 9, 3, 0 };
	const struct open open = {
		.version = OPEN_VERSION,
		.asn =
		    how & 0x20 ? SCRIPT_PEER_ASN + 1 : script_peer_asn(script),
		.hold_s = holds[how & 3],
		.bgp_id = how & 0x40 ? 1 : 5,
		.families = (uint8_t)(FAMILY_ALL & ~families),
		.has_multiprotocol = true,
		.has_as4 = true,
		.has_refresh = (how & 4) == 0,
		.has_enhanced_refresh = (how & 8) == 0,
		.has_graceful_restart = (how & 0x10) == 0,
	};
	uint8_t octets[MESSAGE_MAX];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	open_encode(&open, &writer);
	send_written(script, &writer);
}

void
peer_open(struct script *script)
{
	unsigned how = script_next(script);

	send_open(script, how, script_next(script) & 0xf);
}

void
peer_keepalive(struct script *script)
{
	uint8_t octets[MESSAGE_HEADER_LEN];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	message_keepalive(&writer);
	send_written(script, &writer);
}

static void
attributes(
    const struct script *script, unsigned how, struct update_attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	attrs->actions = small_action(how & 3);
	if (script->config.internal == 0) {
		attrs->n_path = 1;
		attrs->path[0] =
		    how & 4 ? SCRIPT_PEER_ASN + 1 : SCRIPT_PEER_ASN;
	} else {
		attrs->has_local_pref = true;
		attrs->local_pref = how;
	}
	if (how & 8)
		attrs->n_communities = 1; /* 0, that of the wish */
}

/* Rules, several in an UPDATE. */
void
peer_rules(struct script *script)
{
	uint8_t octets[MESSAGE_MAX];
	unsigned n = script_next(script);
	unsigned how = script_next(script);
	unsigned family =
	    n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC;
	struct update_builder builder;
	struct update_attrs attrs;
	struct writer writer;
	struct rule rule;
	bool begun;

	attributes(script, how, &attrs);
	writer_init(&writer, octets, sizeof(octets));
	begun = how & 0x80
		    ? update_begin_withdraw(&builder, &writer, family)
		    : update_begin_reach(&builder, &writer, family, &attrs);
	for (unsigned i = 0; begun && i <= (how >> 4 & 7); i++) {
		small_rule((n + 2 * i) & 0xff, &rule);
		(void)update_add(&builder, &rule);
	}
	if (begun && update_end(&builder))
		send_written(script, &writer);
}

/* Unicast routes, 4 or 6. */
void
peer_routes(struct script *script)
{
	uint8_t octets[MESSAGE_MAX];
	unsigned n = script_next(script);
	unsigned how = script_next(script);
	bool six = (n & 1) != 0;
	unsigned family = six ? FAMILY_IPV6_UNICAST : FAMILY_IPV4_UNICAST;
	struct prefix prefix = { .afi = six ? AFI_IPV6 : AFI_IPV4, .len = 24 };
	struct update_builder builder;
	struct update_attrs attrs;
	struct writer writer;
	bool begun;

	attributes(script, how, &attrs);
	attrs.actions = (struct action_set){ 0 };
	attrs.next_hop_len = six ? 16 : 4;
	attrs.next_hop[0] = six ? 0x20 : 10;
	writer_init(&writer, octets, sizeof(octets));
	begun = how & 0x80
		    ? update_begin_withdraw(&builder, &writer, family)
		    : update_begin_reach(&builder, &writer, family, &attrs);
	prefix.addr[0] = 0x20;
	for (unsigned i = 0; begun && i <= (how >> 4 & 7); i++) {
		prefix.addr[1] = (uint8_t)(n + i);
		(void)update_add_prefix(&builder, &prefix);
	}
	if (begun && update_end(&builder))
		send_written(script, &writer);
}

void
peer_end_of_rib(struct script *script)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	update_end_of_rib(&writer, 1u << script_next(script) % FAMILY_COUNT);
	send_written(script, &writer);
}

void
peer_refresh(struct script *script)
{
	unsigned what = script_next(script);
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	refresh_encode(&writer, 1u << what % FAMILY_COUNT,
	    (enum refresh_subtype)(what / FAMILY_COUNT % 3));
	send_written(script, &writer);
}

/* A message of any type and body; or octets without a header. */
void
peer_octets(struct script *script)
{
	uint8_t octets[MESSAGE_MAX];
	unsigned type = script_next(script);
	unsigned len = script_next(script);
	struct writer writer;
	struct span span = { 0 };
	size_t place;

	if (len > script->input.left)
		len = (unsigned)script->input.left;
	span = reader_span(&script->input, len);
	writer_init(&writer, octets, sizeof(octets));
	place = type == 0 ? 0 : message_begin(&writer, (enum message_type)type);
	writer_bytes(&writer, span.data, span.len);
	if (type != 0)
		message_end(&writer, place);
	send_written(script, &writer);
}

void
peer_hang_up(struct script *script)
{
	world_hang_up(
	    script->socket, script_next(script) % 2 == 0 ? 0 : ECONNRESET);
	world_settle();
}

void
peer_read(struct script *script)
{
	unsigned n = script_next(script);

	world_read(script->socket, n == 255 ? SIZE_MAX : n);
	world_settle();
}

void
peer_other_socket(struct script *script)
{
	if (script->sockets > 0)
		script->socket = script_next(script) % script->sockets;
}

void
peer_piece(struct script *script)
{
	script->piece = (uint8_t)script_next(script);
}

void
peer_flip(struct script *script)
{
	script->flip_at = (uint8_t)script_next(script);
	script->flip = (uint8_t)script_next(script);
}
