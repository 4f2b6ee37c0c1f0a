/* SPDX-License-Identifier: BSD-2-Clause */
/* MSG_UNICAST, built in place in the guard's channel. */
#include "proxy/session/unicast_msg.h"

#include <string.h>

#include "proxy/wire/unicast.h"

static size_t
entry_size(unsigned family)
{
	return family == FAMILY_IPV4_UNICAST ? sizeof(struct unicast4)
					     : sizeof(struct unicast6);
}

bool
unicast_msg_begin(struct unicast_msg *out, struct channel *channel,
    unsigned family, const struct route_facts *facts, size_t n)
{
	size_t max =
	    family == FAMILY_IPV4_UNICAST ? UNICAST4_MAX : UNICAST6_MAX;

	if (n < max)
		max = n;
	out->channel = channel;
	out->n = 0;
	out->max = (uint16_t)max;
	out->msg = channel_reserve(
	    channel, MSG_UNICAST, sizeof(*out->msg) + max * entry_size(family));
	if (out->msg == NULL)
		return false;
	out->msg->n = 0;
	out->msg->family = (uint8_t)family;
	out->msg->withdraw = facts == NULL;
	if (facts == NULL)
		memset(&out->msg->facts, 0, sizeof(out->msg->facts));
	else
		out->msg->facts = *facts;
	return true;
}

static struct unicast4 *
entries4(const struct unicast_msg *out)
{
	return (void *)(out->msg + 1);
}

static struct unicast6 *
entries6(const struct unicast_msg *out)
{
	return (void *)(out->msg + 1);
}

static void
add4(struct unicast_msg *out, uint32_t addr, uint8_t len)
{
	entries4(out)[out->n++] = (struct unicast4){ .addr = addr, .len = len };
}

static void
add6(struct unicast_msg *out, const struct prefix *prefix)
{
	struct unicast6 *entry = &entries6(out)[out->n++];

	memcpy(entry->addr, prefix->addr, sizeof(entry->addr));
	entry->len = prefix->len;
	memset(entry->zero, 0, sizeof(entry->zero));
}

bool
unicast_msg_add(struct unicast_msg *out, const struct prefix *prefix)
{
	struct reader reader;

	if (out->n == out->max)
		return false;
	reader_init(&reader, prefix->addr, sizeof(prefix->addr));
	if (out->msg->family == FAMILY_IPV4_UNICAST)
		add4(out, reader_u32(&reader), prefix->len);
	else
		add6(out, prefix);
	return true;
}

static void
read4(struct unicast_msg *out, struct reader *nlri)
{
	uint32_t addr;
	uint8_t len;

	while (nlri->left > 0 && out->n < out->max &&
	       unicast_next4(nlri, &addr, &len) == WIRE_OK)
		add4(out, addr, len);
}

static void
read6(struct unicast_msg *out, struct reader *nlri)
{
	struct prefix prefix;

	while (nlri->left > 0 && out->n < out->max &&
	       unicast_next(nlri, AFI_IPV6, &prefix) == WIRE_OK)
		add6(out, &prefix);
}

void
unicast_msg_read(struct unicast_msg *out, struct reader *nlri)
{
	if (out->msg->family == FAMILY_IPV4_UNICAST)
		read4(out, nlri);
	else
		read6(out, nlri);
}

void
unicast_msg_end(struct unicast_msg *out)
{
	out->msg->n = out->n;
	channel_commit(out->channel,
	    sizeof(*out->msg) + out->n * entry_size(out->msg->family));
}
