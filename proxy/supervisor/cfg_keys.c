/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains of neighbours. */
#include "proxy/supervisor/cfg_keys.h"

#include <stdlib.h>

#include "proxy/supervisor/cfg_check.h"

#define KEYS_FIRST 16u /* room of the first allocation */

void
cfg_keys_fini(struct cfg_keys *keys)
{
	free(keys->spans);
	free(keys->keys);
	*keys = (struct cfg_keys){ 0 };
}

bool
cfg_keys_whole(const struct cfg_keys *keys)
{
	const struct cfg_key_span *last;

	if (keys->n_spans == 0)
		return true;
	last = &keys->spans[keys->n_spans - 1];
	return !last->wanted || last->n > 0;
}

const char *
cfg_keys_neighbor(struct cfg_keys *keys, bool wanted)
{
	if (!cfg_keys_whole(keys))
		return "a neighbour without a key";
	if (keys->n_spans == keys->room_spans) {
		uint32_t room =
		    keys->n_spans == 0 ? KEYS_FIRST : 2 * keys->n_spans;
		struct cfg_key_span *grown =
		    reallocarray(keys->spans, room, sizeof(*grown));

		if (grown == NULL)
			return "out of memory";
		keys->spans = grown;
		keys->room_spans = room;
	}
	keys->spans[keys->n_spans++] =
	    (struct cfg_key_span){ .first = keys->n, .wanted = wanted };
	return NULL;
}

/* RFC 5925 3.1: no id of a connection stands for two keys. */
static bool
id_is_taken(const struct cfg_keys *keys, const struct cfg_key_span *span,
    const struct msg_cfg_key *msg)
{
	for (uint32_t i = 0; i < span->n; i++) {
		const struct msg_cfg_key *other = &keys->keys[span->first + i];

		if (other->send_id == msg->send_id ||
		    other->receive_id == msg->receive_id)
			return true;
	}
	return false;
}

const char *
cfg_keys_add(struct cfg_keys *keys, const struct msg_cfg_key *msg)
{
	struct cfg_key_span *span;

	if (keys->n_spans == 0 || !keys->spans[keys->n_spans - 1].wanted)
		return "a key of no neighbour";
	if (!cfg_check_key(msg))
		return "bad key of a neighbour";
	span = &keys->spans[keys->n_spans - 1];
	if (span->n >= AO_KEYS_MAX)
		return "too many keys of a neighbour";
	if (id_is_taken(keys, span, msg))
		return "two keys of a neighbour with one id";
	if (keys->n == keys->room) {
		uint32_t room = keys->n == 0 ? KEYS_FIRST : 2 * keys->n;
		struct msg_cfg_key *grown =
		    reallocarray(keys->keys, room, sizeof(*grown));

		if (grown == NULL)
			return "out of memory";
		keys->keys = grown;
		keys->room = room;
	}
	keys->keys[keys->n++] = *msg;
	span->n++;
	return NULL;
}

const struct msg_cfg_key *
cfg_keys_of(const struct cfg_keys *keys, uint32_t i, uint32_t *n)
{
	const struct cfg_key_span *span = &keys->spans[i];

	*n = span->n;
	return span->n == 0 ? NULL : &keys->keys[span->first];
}
