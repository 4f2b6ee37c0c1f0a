/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of neighbours as a whole. */
#include "proxy/loader/config_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/config_neighbors.h"
#include "proxy/loader/problem.h"

static const char *
kind_name(const struct config_neighbor *neighbor)
{
	switch ((enum auth_kind)neighbor->msg.authenticated) {
	case AUTH_MD5:
		return "password_file";
	case AUTH_AO:
		return "tcp_ao";
	case AUTH_NONE:
		break;
	}
	return "neither password_file nor tcp_ao";
}

/* One kind for an address: a range's key is asked for wherever none of an
 * address of its own goes before it. */
static void
kind_problem(struct config *config, const struct config_neighbor *range,
    const struct config_neighbor *inner)
{
	char found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];
	char where[PROBLEM_WANTED_MAX];

	(void)snprintf(found, sizeof(found), "%s, inside a range with %s",
	    kind_name(inner), kind_name(range));
	problem_place(config, &range->ip_at, where, sizeof(where));
	(void)snprintf(wanted, sizeof(wanted),
	    "%s here too: the range at %.120s has it, and the kernel signs "
	    "an address in one way",
	    kind_name(range), where);
	config_neighbors_problem(
	    config, inner, config_neighbors_where(inner), found, wanted);
}

static void
id_problem(struct config *config, const struct config_neighbor *neighbor,
    const struct config_key *key, bool send)
{
	char path[PROBLEM_KEY_MAX];
	char last[32];
	char found[16];
	unsigned id = send ? key->msg.send_id : key->msg.receive_id;

	(void)snprintf(last, sizeof(last), "tcp_ao[%u].%s", key->number,
	    send ? "send_id" : "receive_id");
	config_neighbors_key(path, sizeof(path), neighbor, last);
	(void)snprintf(found, sizeof(found), "%u", id);
	problem_add(config, send ? &key->send_at : &key->receive_at, path,
	    found,
	    "an id that no key of the range has: the kernel looks both up "
	    "for this address");
}

static void
ids_check(struct config *config, const struct config_neighbor *range,
    const struct config_neighbor *inner)
{
	for (unsigned i = 0; i < inner->n_keys; i++) {
		const struct config_key *key =
		    model_key(config, inner->first_key + i);
		bool send = false;
		bool receive = false;

		for (unsigned k = 0; k < range->n_keys; k++) {
			const struct msg_cfg_key *other =
			    &model_key(config, range->first_key + k)->msg;

			send = send || other->send_id == key->msg.send_id;
			receive =
			    receive || other->receive_id == key->msg.receive_id;
		}
		if (send)
			id_problem(config, inner, key, true);
		if (receive)
			id_problem(config, inner, key, false);
	}
}

static void
inner_check(struct config *config, const struct config_neighbor *range,
    const struct config_neighbor *inner)
{
	if (range->msg.authenticated == AUTH_NONE)
		return;
	if (range->msg.authenticated != inner->msg.authenticated)
		kind_problem(config, range, inner);
	else if (range->msg.authenticated == AUTH_AO)
		ids_check(config, range, inner);
}

void
config_keys_check(struct config *config)
{
	void **items = config_neighbors_sorted(config);
	const struct config_neighbor *range = NULL;

	for (size_t i = 0; items != NULL && i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor = items[i];

		if (neighbor->msg.range_len > 0)
			range = neighbor;
		else if (range != NULL &&
			 config_neighbors_holds(range, neighbor))
			inner_check(config, range, neighbor);
	}
	free(items);
}

/* The latest end of the keys that hold at `at`, 0: for ever; false: none
 * does. */
static bool
covered(const struct config *config, const struct config_neighbor *neighbor,
    uint64_t at, uint64_t *until_s)
{
	bool any = false;

	*until_s = at;
	for (unsigned i = 0; i < neighbor->n_keys; i++) {
		const struct msg_cfg_key *key =
		    &model_key(config, neighbor->first_key + i)->msg;

		if (key->from_s > at ||
		    (key->until_s != 0 && key->until_s <= at))
			continue;
		any = true;
		if (key->until_s == 0) {
			*until_s = 0;
			return true;
		}
		if (key->until_s > *until_s)
			*until_s = key->until_s;
	}
	return any;
}

/* When the next key begins, 0: none does. */
static uint64_t
next_from(const struct config *config, const struct config_neighbor *neighbor,
    uint64_t at)
{
	uint64_t next = 0;

	for (unsigned i = 0; i < neighbor->n_keys; i++) {
		const struct msg_cfg_key *key =
		    &model_key(config, neighbor->first_key + i)->msg;

		if (key->from_s > at && (next == 0 || key->from_s < next))
			next = key->from_s;
	}
	return next;
}

static bool
ended_by(const struct config_key *key, uint64_t at)
{
	return key->msg.until_s != 0 && key->msg.until_s <= at;
}

/* key is in use in the gap rather than gap->key, which is further up. */
static bool
gap_prefers(const struct config_gap *gap, const struct config_key *key)
{
	bool ended = ended_by(key, gap->from_s);

	if (gap->key == NULL || ended != gap->ended)
		return gap->key == NULL || ended;
	return ended ? key->msg.until_s >= gap->key->msg.until_s
		     : key->msg.from_s < gap->key->msg.from_s;
}

/* The key that is in use in a gap, as the supervisor has it (keychain.h). */
static void
gap_key(const struct config *config, const struct config_neighbor *neighbor,
    struct config_gap *gap)
{
	for (unsigned i = 0; i < neighbor->n_keys; i++) {
		const struct config_key *key =
		    model_key(config, neighbor->first_key + i);

		if (!gap_prefers(gap, key))
			continue;
		gap->key = key;
		gap->ended = ended_by(key, gap->from_s);
	}
}

bool
config_keys_gap(const struct config *config,
    const struct config_neighbor *neighbor, uint64_t now_s,
    struct config_gap *out)
{
	uint64_t at = now_s;
	uint64_t end;

	if (neighbor->n_keys == 0)
		return false;
	while (covered(config, neighbor, at, &end)) {
		if (end == 0)
			return false;
		at = end;
	}
	*out = (struct config_gap){ .from_s = at,
		.until_s = next_from(config, neighbor, at) };
	gap_key(config, neighbor, out);
	return true;
}
