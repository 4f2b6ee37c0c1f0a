/* SPDX-License-Identifier: BSD-2-Clause */
/* The OPEN message: what we offer, what we take (RFC 4271 4.2, 6.2). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/session/session.h"
#include "proxy/session/trace.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"

static uint32_t
local_id(const struct session *session)
{
	struct reader reader;

	reader_init(&reader, session->config.router_id,
	    sizeof(session->config.router_id));
	return reader_u32(&reader);
}

void
greet_send(struct slot *slot)
{
	const struct msg_session_config *config = &slot->session->config;
	const struct open open = {
		.version = OPEN_VERSION,
		.asn = config->local_asn,
		.hold_s = config->hold_s,
		.bgp_id = local_id(slot->session),
		.families = config->families,
		.has_multiprotocol = true,
		.has_as4 = true,
		.has_refresh = true,
		.has_enhanced_refresh = true,
		/* Without families: makes peers send End-of-RIB, and keeps
		 * nothing of ours alive when we are gone. */
		.has_graceful_restart = true,
	};
	struct writer writer;

	conn_write_begin(slot->conn, &writer);
	open_encode(&open, &writer);
	conn_write_end(slot->conn, &writer);
	trace_open(&open, true);
}

void
greet_keepalive(struct slot *slot)
{
	struct writer writer;

	conn_write_begin(slot->conn, &writer);
	message_keepalive(&writer);
	conn_write_end(slot->conn, &writer);
}

uint8_t
greet_families(const struct slot *slot)
{
	return slot->open.families & slot->session->config.families;
}

uint16_t
greet_hold(const struct slot *slot)
{
	uint16_t ours = slot->session->config.hold_s;

	return slot->open.hold_s < ours ? slot->open.hold_s : ours;
}

static bool
refuse(struct cause *cause, enum wire_fault fault)
{
	(void)fault_notification(fault, &cause->code, &cause->subcode);
	if (cause->text == NULL)
		cause->text = fault_text(fault);
	return false;
}

bool
greet_check(
    struct slot *slot, struct span body, struct cause *cause, char text[96])
{
	static const uint8_t version[2] = { 0, OPEN_VERSION };
	const struct msg_session_config *config = &slot->session->config;
	struct open *open = &slot->open;
	enum wire_fault fault = open_decode(body.data, body.len, open);

	trace_open(open, false);
	if (fault != WIRE_OK) {
		if (fault == FAULT_OPEN_VERSION)
			cause->data = (struct span){ version, sizeof(version) };
		return refuse(cause, fault);
	}
	if (open->asn != config->peer_asn) {
		(void)snprintf(text, 96,
		    "the peer's AS is %" PRIu32 ", not %" PRIu32, open->asn,
		    config->peer_asn);
		cause->text = text;
		return refuse(cause, FAULT_OPEN_PEER_AS);
	}
	/* RFC 6286 2.2: unique within an AS only. */
	if (config->internal != 0 && open->bgp_id == local_id(slot->session)) {
		cause->text = "the peer's BGP identifier is ours";
		return refuse(cause, FAULT_OPEN_BGP_ID);
	}
	if (greet_families(slot) == FAMILY_NONE) {
		cause->text = "no address family in common";
		return refuse(cause, FAULT_OPEN_CAPABILITY);
	}
	if ((config->families & FAMILY_FLOWSPEC) != 0 &&
	    (greet_families(slot) & FAMILY_FLOWSPEC) == 0)
		log_line(LOG_REMOTE, "the peer does not speak Flowspec");
	return true;
}
