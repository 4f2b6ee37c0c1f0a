/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours and their keys: defaults, and what their keys hold together. */
#include "policy/dialect.h"
#include "proxy/loader/finish.h"
#include "proxy/loader/model.h"
#include "proxy/loader/walk.h"

#define BGP_PORT        179
#define CONNECT_RETRY_S 120 /* RFC 4271 10 */

void *
finish_neighbor_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted)
{
	const struct config_customer *customer = outer;
	struct config_neighbor *neighbor;

	*wanted = "at most 20000 neighbours in all";
	if (config->neighbors.n >= CONFIG_NEIGHBORS_MAX)
		return NULL;
	*wanted = "more memory";
	neighbor = model_list_push(&config->neighbors, sizeof(*neighbor));
	if (neighbor == NULL)
		return NULL;
	neighbor->msg.head.len = sizeof(neighbor->msg);
	neighbor->msg.head.kind = MSG_CFG_NEIGHBOR;
	neighbor->msg.index =
	    customer == NULL ? CFG_INTERNAL : customer->msg.index;
	neighbor->msg.remote.port = BGP_PORT;
	neighbor->msg.connect_retry_s = CONNECT_RETRY_S;
	if (customer == NULL)
		neighbor->msg.emit = DIALECT_STRICT;
	neighbor->at = *at;
	neighbor->first_key = (uint32_t)config->keys.n;
	return neighbor;
}

void *
finish_key_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct config_neighbor *neighbor = outer;
	struct config_key *key;

	*wanted = "at most 16 keys of a neighbour";
	if (neighbor->n_keys >= AO_KEYS_MAX)
		return NULL;
	*wanted = "more memory";
	key = model_list_push(&config->keys, sizeof(*key));
	if (key == NULL)
		return NULL;
	key->msg.head.len = sizeof(key->msg);
	key->msg.head.kind = MSG_CFG_KEY;
	key->msg.algorithm = AO_HMAC_SHA1;
	key->number = neighbor->n_keys++;
	key->at = *at;
	return key;
}

/* RFC 5925 3.1: an id of a connection stands for one key alone. */
void
finish_key(struct walk *walk, void *into)
{
	const struct config_key *key = into;

	if (key->msg.until_s != 0 && key->msg.from_s >= key->msg.until_s)
		walk_complain(walk, "until", NULL, "a time after from");
	for (unsigned i = 1; i <= key->number; i++) {
		const struct config_key *other = key - i;

		if (other->send_at.line > 0 &&
		    other->msg.send_id == key->msg.send_id)
			walk_complain(walk, "send_id", NULL,
			    "each send_id once: it is another key's too");
		if (other->receive_at.line > 0 &&
		    other->msg.receive_id == key->msg.receive_id)
			walk_complain(walk, "receive_id", NULL,
			    "each receive_id once: it is another key's too");
	}
}

static void
local_check(struct walk *walk, const struct config_neighbor *neighbor)
{
	if (neighbor->msg.local.afi != AFI_NONE &&
	    neighbor->msg.local.afi != neighbor->msg.remote.afi)
		walk_complain(walk, "local_address", NULL,
		    neighbor->msg.range_len > 0
			? "an address of the same family as range"
			: "an address of the same family as ip");
}

static void
auth_check(struct walk *walk, struct config_neighbor *neighbor)
{
	if (!walk_has(walk, "tcp_ao"))
		return;
	if (neighbor->n_keys == 0)
		walk_complain(walk, "tcp_ao", "an empty list",
		    "one key at least, or no such key");
	if (walk_has(walk, "password_file"))
		walk_complain(walk, "password_file", NULL,
		    "either password_file or tcp_ao: a connection is signed "
		    "in one way");
	neighbor->msg.authenticated = AUTH_AO;
}

/* Whoever comes is answered; nobody is called. */
static void
range_finish(struct walk *walk, struct config_neighbor *neighbor)
{
	static const char *const dials[] = { "port", "connect_retry", NULL };

	for (const char *const *key = dials; *key != NULL; key++) {
		if (walk_has(walk, *key))
			walk_complain(walk, *key, NULL,
			    "no such key: neighbours of a range are not "
			    "called");
	}
	if (walk_has(walk, "passive") && !neighbor->msg.passive)
		walk_complain(walk, "passive", NULL,
		    "true: neighbours of a range are not called");
	neighbor->msg.passive = 1;
	if (!walk_has(walk, "sessions"))
		neighbor->sessions = RANGE_SESSIONS;
}

void
finish_neighbor(struct walk *walk, void *into)
{
	struct config_neighbor *neighbor = into;
	bool range = walk_has(walk, "range");

	if (range && walk_has(walk, "ip"))
		walk_complain(walk, "range", NULL,
		    "either ip, for one neighbour, or range, for any inside");
	if (range)
		range_finish(walk, neighbor);
	else if (walk_has(walk, "sessions"))
		walk_complain(
		    walk, "sessions", NULL, "no such key: it is for a range");
	local_check(walk, neighbor);
	auth_check(walk, neighbor);
	if (neighbor->msg.ttl_hops > 0 && neighbor->msg.multihop > 0)
		walk_complain(walk, "multihop", NULL,
		    "either ttl_security, which says how far the neighbour "
		    "is, or multihop");
}

void
finish_internal(struct walk *walk, void *into)
{
	local_check(walk, into);
	auth_check(walk, into);
}
