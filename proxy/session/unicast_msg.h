/* SPDX-License-Identifier: BSD-2-Clause */
/* MSG_UNICAST, built in place in the guard's channel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"
#include "policy/unicast.h"
#include "proxy/common/channel.h"
#include "proxy/common/message.h"
#include "proxy/wire/reader.h"

/* One message under construction; its fields are unicast_msg.c's. */
struct unicast_msg {
	struct channel *channel;
	struct msg_unicast *msg;
	uint16_t n;
	uint16_t max;
};

/*
 * Begin a message of up to n prefixes (at least 1; cut to what one message
 * holds) with these facts, copied, or (NULL) that withdraws. False when the
 * channel has no room. At least one prefix and unicast_msg_end() must follow
 * before anything else is said.
 */
bool unicast_msg_begin(struct unicast_msg *out, struct channel *channel,
    unsigned family, const struct route_facts *facts, size_t n);
/* False when the message is full: then the prefix is not in it. */
bool unicast_msg_add(struct unicast_msg *out, const struct prefix *prefix);
/* Fill it with NLRI of its family, to its bound or the reader's end. */
void unicast_msg_read(struct unicast_msg *out, struct reader *nlri);
void unicast_msg_end(struct unicast_msg *out);
