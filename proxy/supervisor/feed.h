/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Streaming to the guard, as fast as it reads: a configuration, or the IRR
 * list of one customer. One thing at a time: a list that has begun is sent to
 * its end before a set begins, and the other way round.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/channel.h"
#include "proxy/supervisor/cfg_set.h"

struct feed {
	const struct cfg_set *set; /* NULL: nothing to send */
	size_t at;
	uint32_t customer; /* whose IRR list is next, at set->irr_at */
	uint32_t sent;     /* of that list: messages */
	uint64_t generation;
	uint32_t request;
	enum cfg_purpose purpose;
	uint32_t confirm_s;
	bool rollback;
	char operator_name[32];
	/* A list by itself, borrowed; NULL: none. */
	const struct irr_list *list;
	uint32_t list_customer; /* its number */
	uint32_t list_sent;     /* messages */
};

/* Send what there is room for; secrets' paths are left out. True when the
 * last message of the set has been sent by this call. */
bool feed_pump(struct feed *feed, struct channel *channel);

/* Begin with another set; a list that has begun goes first. */
void feed_set(struct feed *feed, const struct feed *next);

/* Begin with a list, borrowed until feed_idle(); the feed is idle. */
void feed_list(
    struct feed *feed, uint32_t customer, const struct irr_list *list);

/* Nothing is borrowed any more. */
bool feed_idle(const struct feed *feed);
