/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration and IRR lists on their way to the guard. */
#include "proxy/supervisor/feed.h"

#include <string.h>

/* What the supervisor adds to, or keeps from, a message of the loader. */
static void
message_adapt(const struct feed *feed, struct msg_head *head)
{
	void *msg = head;
	struct msg_cfg_begin *begin = msg;
	struct msg_cfg_end *end = msg;
	struct msg_cfg_neighbor *neighbor = msg;

	if (head->kind == MSG_CFG_BEGIN) {
		begin->generation = feed->generation;
		begin->purpose = feed->purpose;
		begin->request = feed->request;
		begin->confirm_s = feed->confirm_s;
		begin->rollback = feed->rollback ? 1 : 0;
		memcpy(begin->operator_name, feed->operator_name,
		    sizeof(begin->operator_name));
	} else if (head->kind == MSG_CFG_END) {
		end->generation = feed->generation;
	} else if (head->kind == MSG_CFG_NEIGHBOR) {
		memset(neighbor->password_file, 0,
		    sizeof(neighbor->password_file));
	}
}

/* ---- a list ---- */

/* The first message of a list, with index. False: no room. */
static bool
list_head(struct channel *channel, enum msg_kind kind,
    const struct irr_list *list, uint32_t index)
{
	struct msg_cfg_irr *to = channel_reserve(channel, kind, sizeof(*to));
	struct msg_head head;

	if (to == NULL)
		return false;
	head = to->head;
	*to = list->head;
	to->head = head;
	to->index = index;
	channel_commit(channel, sizeof(*to));
	return true;
}

static bool
list_prefix(struct channel *channel, enum msg_kind kind,
    const struct prefix *prefix, uint32_t index)
{
	struct msg_cfg_prefix *to = channel_reserve(channel, kind, sizeof(*to));

	if (to == NULL)
		return false;
	to->index = index;
	to->list = CFG_LIST_IRR;
	to->prefix = *prefix;
	memset(to->pad, 0, sizeof(to->pad));
	channel_commit(channel, sizeof(*to));
	return true;
}

/* Go on behind the first *sent messages. True when all have been sent. alone:
 * as a list by itself. */
static bool
list_pump(struct channel *channel, const struct irr_list *list, uint32_t index,
    bool alone, uint32_t *sent)
{
	if (*sent == 0) {
		if (!list_head(channel, alone ? MSG_IRR_BEGIN : MSG_CFG_IRR,
			list, index))
			return false;
		*sent = 1;
	}
	for (; *sent <= list->n; ++*sent) {
		if (!list_prefix(channel,
			alone ? MSG_IRR_PREFIX : MSG_CFG_PREFIX,
			&list->prefixes[*sent - 1], index))
			return false;
	}
	return true;
}

/* The list that is by itself. True when there is none (any more). */
static bool
alone_pump(struct feed *feed, struct channel *channel)
{
	struct msg_irr_end end = { .head = { .kind = MSG_IRR_END },
		.index = feed->list_customer };

	if (feed->list == NULL)
		return true;
	if (!list_pump(channel, feed->list, feed->list_customer, true,
		&feed->list_sent) ||
	    channel_send(channel, &end, sizeof(end), -1) < 0)
		return false;
	feed->list = NULL;
	return true;
}

/* ---- a set ---- */

/* The lists of all customers of the set. True when they have been sent. */
static bool
lists_pump(struct feed *feed, struct channel *channel)
{
	const struct cfg_set *set = feed->set;

	for (; feed->customer < set->customers.n; feed->customer++) {
		const struct irr_list *list = cfg_set_irr(set, feed->customer);

		if (list != NULL && !list_pump(channel, list, feed->customer,
					false, &feed->sent))
			return false;
		feed->sent = 0;
	}
	return true;
}

/* The next message of the set. False: no room, or it was the last. */
static bool
set_step(struct feed *feed, struct channel *channel)
{
	size_t at = feed->at;
	const struct msg_head *from;
	struct msg_head *to;

	if (at == feed->set->irr_at && !lists_pump(feed, channel))
		return false;
	from = cfg_set_next(feed->set, &at);
	if (from == NULL) {
		feed->set = NULL;
		return false;
	}
	to = channel_reserve(channel, from->kind, from->len);
	if (to == NULL)
		return false;
	memcpy(to + 1, from + 1, from->len - sizeof(*from));
	message_adapt(feed, to);
	channel_commit(channel, from->len);
	feed->at = at;
	return true;
}

bool
feed_pump(struct feed *feed, struct channel *channel)
{
	bool had = feed->set != NULL;

	if (alone_pump(feed, channel) && had) {
		while (set_step(feed, channel))
			continue;
	}
	channel_flush(channel);
	return had && feed->set == NULL;
}

void
feed_set(struct feed *feed, const struct feed *next)
{
	const struct feed old = *feed;

	*feed = *next;
	feed->list = old.list;
	feed->list_customer = old.list_customer;
	feed->list_sent = old.list_sent;
}

void
feed_list(struct feed *feed, uint32_t customer, const struct irr_list *list)
{
	feed->list = list;
	feed->list_customer = customer;
	feed->list_sent = 0;
}

bool
feed_idle(const struct feed *feed)
{
	return feed->set == NULL && feed->list == NULL;
}
