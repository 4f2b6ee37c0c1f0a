/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queries over the log. Forward, a query goes from from_seq up and next_seq is
 * the from_seq to go on with; backward, from to_seq - 1 down and next_seq is
 * the to_seq to go on with.
 *
 * Entries fill at most half of the channel's buffer: see audit_parts.h.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/entry_msg.h"
#include "proxy/common/log.h"
#include "proxy/common/query.h"
#include "proxy/common/role.h"
#include "proxy/store/audit_parts.h"

#define POLL_MS 10 /* while the other end does not read */

/* One query while it is answered. */
struct answer {
	struct audit_link *link;
	const struct msg_audit_query *query;
	uint32_t sent;
	uint32_t looked;
	bool no_room; /* for the entry that was just looked at */
};

static bool
query_valid(const struct msg_audit_query *query)
{
	return query->max <= AUDIT_ANSWER_MAX && query->backward <= 1 &&
	       check_text(query->customer, sizeof(query->customer)) &&
	       check_text(query->operator_name, sizeof(query->operator_name)) &&
	       (query->prefix.afi == AFI_NONE || prefix_valid(&query->prefix));
}

static bool
send_entry(struct answer *answer, const struct entry *entry)
{
	struct channel *channel = answer->link->channel;
	size_t size = entry_msg_size(entry);
	struct msg_entry *msg;

	if (channel_pending(channel) + size > AUDIT_LINK_LIMIT / 2)
		return false;
	msg = channel_reserve(channel, MSG_AUDIT_ENTRY, size);
	if (msg == NULL)
		return false;
	entry_msg_pack(entry, msg);
	msg->request = answer->query->request;
	channel_commit(channel, size);
	answer->sent++;
	return true;
}

/* Stops the walk with 1 behind this entry, or at it when it did not fit. */
static int
look(void *ctx, const struct entry *entry)
{
	struct answer *answer = ctx;

	if (query_wants(answer->query, entry) && !send_entry(answer, entry)) {
		answer->no_room = true;
		return 1;
	}
	answer->looked++;
	return answer->sent >= answer->query->max ||
	       answer->looked >= AUDIT_LOOK_MAX;
}

/* An entry that is damaged is passed over, and said. */
static uint64_t
next_after(const struct answer *answer, uint64_t seq, int err)
{
	bool backward = answer->query->backward != 0;

	if (err < 0) {
		log_line(LOG_ERROR, "log: entry cannot be read: seq=%llu: %s",
		    (unsigned long long)seq, db_error_text(err));
		return backward ? seq : seq + 1;
	}
	if (answer->no_room)
		return backward ? seq + 1 : seq - 1;
	return seq;
}

void
audit_end(struct audit_link *link, uint32_t request, bool more, uint64_t next)
{
	struct msg_audit_end end = { .head.kind = MSG_AUDIT_END,
		.request = request,
		.more = more,
		.next_seq = next };
	struct ledger_head head = { 0 };

	(void)ledger_head_read(store_ledger(link->store), &head);
	end.size = head.size;
	memcpy(end.root, head.root, sizeof(end.root));
	if (channel_send(link->channel, &end, sizeof(end), -1) != 0)
		log_line(LOG_WARN, "control: an answer did not fit");
}

/* What may let blocks be passed over. */
static void
index_wanted(struct index_query *wanted, const struct msg_audit_query *query)
{
	*wanted = (struct index_query){ .customer = query->customer,
		.operator_name = query->operator_name,
		.rule_id = query->rule_id,
		.from_ns = query->from_ns,
		.to_ns = query->to_ns,
		.prefix = query->prefix,
		.reason = query->reason,
		.kind = query->kind,
		.state = query->state };
}

static void
answer_query(struct audit_link *link, const struct msg_audit_query *query)
{
	struct index_query wanted;
	const struct ledger_range range = { .from = query->from_seq,
		.to = query->to_seq,
		.backward = query->backward != 0,
		.query = &wanted,
		.blocks = AUDIT_BLOCKS_MAX };
	struct answer answer = { .link = link, .query = query };
	struct ledger_head head = { 0 };
	uint64_t seq = range.backward ? range.to : range.from;
	int err = ledger_head_read(store_ledger(link->store), &head);
	bool more;

	index_wanted(&wanted, query);
	if (err == 0 && query->max > 0) {
		err = ledger_walk(
		    store_ledger(link->store), &range, look, &answer, &seq);
		seq = next_after(&answer, seq, err);
	}
	more = range.backward ? seq > range.from
			      : seq < range.to && seq < head.size;
	audit_end(link, query->request, more, seq);
}

static bool
may_read(const struct audit_link *link)
{
	return channel_pending(link->channel) <= AUDIT_LINK_LIMIT / 4;
}

static void
on_poll(void *ctx)
{
	struct audit_link *link = ctx;

	if (link->channel == NULL || !may_read(link))
		return;
	timer_stop(link->poll);
	channel_pause(link->channel, false);
}

static void
link_drop(struct audit_link *link)
{
	timer_stop(link->poll);
	channel_close(link->channel);
	link->channel = NULL;
}

/* Control did what no control of ours does. */
static void
link_break(struct audit_link *link, const char *why)
{
	log_line(LOG_ERROR, "control: channel closed: %s", why);
	link->broken = true;
	link_drop(link);
}

/* False when it is nothing that control of ours sends. */
static bool
answer_any(struct audit_link *link, const struct msg_head *head)
{
	const void *msg = head;

	switch (head->kind) {
	case MSG_AUDIT_QUERY:
		if (!query_valid(msg))
			return false;
		answer_query(link, msg);
		return true;
	case MSG_AUDIT_RAW_ASK:
		audit_raw(link, msg);
		return true;
	case MSG_AUDIT_SEAL_ASK:
		audit_seal(link, msg);
		return true;
	case MSG_AUDIT_PROOF_ASK:
		audit_proof(link, msg);
		return true;
	case MSG_AUDIT_ACT:
		return audit_act(link, msg);
	default:
		return false;
	}
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct audit_link *link = ctx;

	(void)fd;
	if (!answer_any(link, head)) {
		link_break(link, "message out of turn or malformed");
		return;
	}
	if (!may_read(link)) {
		channel_pause(link->channel, true);
		timer_start(link->poll, POLL_MS, POLL_MS);
	}
}

static void
on_batch(void *ctx)
{
	struct audit_link *link = ctx;

	if (link->channel != NULL)
		channel_flush(link->channel);
}

static void
on_closed(void *ctx)
{
	struct audit_link *link = ctx;

	if (channel_misused(link->channel))
		link_break(link, "broken frame");
	else
		link_drop(link);
}

struct audit_link *
audit_link_new(struct loop *loop, struct store *store)
{
	struct audit_link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->store = store;
	link->poll = timer_new(loop, on_poll, link);
	if (link->poll == NULL) {
		free(link);
		return NULL;
	}
	return link;
}

void
audit_link_free(struct audit_link *link)
{
	if (link == NULL)
		return;
	link_drop(link);
	timer_free(link->poll);
	free(link);
}

void
audit_link_serve(struct audit_link *link, const struct audit_ops *ops)
{
	link->ops = *ops;
}

bool
audit_link_broken(struct audit_link *link)
{
	bool broken = link->broken;

	link->broken = false;
	return broken;
}

void
audit_link_attach(struct audit_link *link, int fd)
{
	static const struct channel_ops ops = { on_message, on_closed, NULL,
		on_batch };

	link_drop(link);
	link->channel =
	    role_channel(link->loop, fd, AUDIT_LINK_LIMIT, &ops, link);
}
