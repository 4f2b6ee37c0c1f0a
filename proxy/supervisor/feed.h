/* SPDX-License-Identifier: BSD-2-Clause */
/* Streaming a configuration to the guard, as fast as it reads. */
#pragma once

#include <stdbool.h>

#include "proxy/common/channel.h"
#include "proxy/supervisor/cfg_set.h"

struct feed {
	const struct cfg_set *set; /* NULL: nothing to send */
	size_t at;
	uint64_t generation;
	uint32_t request;
	enum cfg_purpose purpose;
	char operator_name[32];
};

/* Send what there is room for; secrets' paths are left out. True when the
 * last message of the set has been sent by this call. */
bool feed_pump(struct feed *feed, struct channel *channel);
