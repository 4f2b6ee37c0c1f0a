/* SPDX-License-Identifier: BSD-2-Clause */
/* Channels to the store and to the witness. */
#include "proxy/signer/link.h"

#include <stdlib.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"

#define LINK_LIMIT (1u << 20)

struct link {
	struct loop *loop;
	struct signer *signer;
	enum role role;
	struct channel *channel; /* NULL: nobody there */
	bool broken;             /* not told yet */
	bool owes_hello;
};

static const char *
link_name(const struct link *link)
{
	return link->role == ROLE_STORE ? "store" : "witness";
}

static void
link_drop(struct link *link)
{
	channel_close(link->channel);
	link->channel = NULL;
	link->owes_hello = false;
}

static void
link_break(struct link *link, const char *why)
{
	log_line(LOG_ERROR, "%s: channel closed: %s", link_name(link), why);
	link->broken = true;
	link_drop(link);
}

/* ---- to say ---- */

/* First of all, and when there is another key. */
static void
settle(struct link *link)
{
	struct msg_signer_hello hello;

	if (link->channel == NULL)
		return;
	if (link->owes_hello && signer_is_set(link->signer)) {
		signer_hello(link->signer, clock_wall_ns(), &hello);
		link->owes_hello =
		    channel_send(link->channel, &hello, sizeof(hello), -1) != 0;
	}
	channel_flush(link->channel);
}

/* Who asks on without reading answers is none of ours. */
static void
answer(struct link *link, const struct msg_signed *out)
{
	if (channel_send(link->channel, out, sizeof(*out), -1) != 0)
		link_break(link, "it does not read its answers");
}

/* ---- to hear ---- */

static void
take_sign(struct link *link, const struct msg_sign *msg)
{
	struct msg_signed out;

	if (!check_sign(msg)) {
		link_break(link, "request is malformed");
		return;
	}
	signer_sign(link->signer, msg, clock_wall_ns(), &out);
	answer(link, &out);
}

static void
take_cosign(struct link *link, const struct msg_cosign *msg)
{
	struct msg_signed out;

	if (!check_cosign(msg)) {
		link_break(link, "request is malformed");
		return;
	}
	signer_cosign(link->signer, msg, clock_wall_ns(), &out);
	answer(link, &out);
}

static void
take_rotate(struct link *link)
{
	struct msg_signer_hello failed;

	if (signer_rotate(link->signer, clock_wall_ns(), &failed) != 0 &&
	    channel_send(link->channel, &failed, sizeof(failed), -1) != 0) {
		link_break(link, "it does not read its answers");
		return;
	}
	link->owes_hello = true;
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct link *link = ctx;
	const void *msg = head;

	(void)fd;
	if (link->owes_hello)
		settle(link);
	if (head->kind == MSG_SIGN && link->role == ROLE_STORE)
		take_sign(link, msg);
	else if (head->kind == MSG_ROTATE && link->role == ROLE_STORE)
		take_rotate(link);
	else if (head->kind == MSG_COSIGN && link->role == ROLE_WITNESS)
		take_cosign(link, msg);
	else
		link_break(link, "message out of turn");
	settle(link);
}

static void
on_room(void *ctx)
{
	settle(ctx);
}

static void
on_closed(void *ctx)
{
	struct link *link = ctx;

	if (channel_misused(link->channel)) {
		link_break(link, "broken frame");
		return;
	}
	log_line(LOG_INFO, "%s: gone", link_name(link));
	link_drop(link);
}

/* ---- life ---- */

struct link *
link_new(struct loop *loop, struct signer *signer, enum role role)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->signer = signer;
	link->role = role;
	return link;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link_drop(link);
	free(link);
}

void
link_attach(struct link *link, int fd)
{
	static const struct channel_ops ops = { on_message, on_closed, on_room,
		NULL };

	link_drop(link);
	link->channel = role_channel(link->loop, fd, LINK_LIMIT, &ops, link);
	link_greet(link);
}

void
link_greet(struct link *link)
{
	link->owes_hello = link->role == ROLE_STORE;
	settle(link);
}

bool
link_broken(struct link *link)
{
	bool broken = link->broken;

	link->broken = false;
	return broken;
}
