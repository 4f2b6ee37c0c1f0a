/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration on its way to the guard. */
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
		memcpy(begin->operator_name, feed->operator_name,
		    sizeof(begin->operator_name));
	} else if (head->kind == MSG_CFG_END) {
		end->generation = feed->generation;
	} else if (head->kind == MSG_CFG_NEIGHBOR) {
		memset(neighbor->password_file, 0,
		    sizeof(neighbor->password_file));
	}
}

bool
feed_pump(struct feed *feed, struct channel *channel)
{
	while (feed->set != NULL) {
		size_t at = feed->at;
		const struct msg_head *from = cfg_set_next(feed->set, &at);
		struct msg_head *to;

		if (from == NULL) {
			feed->set = NULL;
			channel_flush(channel);
			return true;
		}
		to = channel_reserve(channel, from->kind, from->len);
		if (to == NULL)
			break;
		memcpy(to + 1, from + 1, from->len - sizeof(*from));
		message_adapt(feed, to);
		channel_commit(channel, from->len);
		feed->at = at;
	}
	channel_flush(channel);
	return false;
}
