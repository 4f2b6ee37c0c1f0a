/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys on the listeners: passwords (RFC 2385) and key chains (RFC 5925). They
 * are there before a connection begins, and what is accepted inherits them.
 *
 * The kernel lets an address have only one kind, and a socket that requires
 * TCP-AO of all no password: what goes is taken away before anything is put.
 */
#include "proxy/supervisor/supervisor.h"

#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"

#define NS_PER_S 1000000000u

/* ---- on all listeners of a family ---- */

struct listeners_put {
	const struct auth_chain *chain;
	int err; /* of the first that failed */
	char why[AUTH_WHY_MAX];
};

static void
listener_put(void *ctx, int fd)
{
	struct listeners_put *put = ctx;
	char why[AUTH_WHY_MAX];
	int err = auth_listen(put->chain, fd, why);

	if (err == 0 || put->err != 0)
		return;
	put->err = err;
	memcpy(put->why, why, sizeof(put->why));
}

static void
chain_put(struct supervisor *supervisor, const struct auth_chain *chain,
    const char *name)
{
	struct listeners_put put = { .chain = chain };

	listeners_each(
	    supervisor->listeners, chain->remote->afi, listener_put, &put);
	if (put.err < 0)
		log_line(LOG_ERROR, "peer %s: key not set: %s", name, put.why);
}

struct listeners_take {
	const struct auth_chain *chain;
	uint32_t mask;
};

static void
listener_take(void *ctx, int fd)
{
	const struct listeners_take *take = ctx;

	auth_unlisten(take->chain, fd, take->mask);
}

static void
chain_take(struct supervisor *supervisor, const struct auth_chain *chain,
    uint32_t mask)
{
	struct listeners_take take = { .chain = chain, .mask = mask };

	if (mask != 0)
		listeners_each(supervisor->listeners, chain->remote->afi,
		    listener_take, &take);
}

struct listeners_require {
	const struct tcp_ao *ao;
	bool required;
};

static void
listener_require(void *ctx, int fd)
{
	const struct listeners_require *require = ctx;

	(void)tcp_ao_require(require->ao, fd, require->required);
}

static void
family_require(struct supervisor *supervisor, unsigned afi, bool required)
{
	struct listeners_require require = { .ao = &supervisor->ao,
		.required = required };

	listeners_each(supervisor->listeners, afi, listener_require, &require);
}

/* ---- of a set ---- */

static struct auth_chain
setup_chain(struct supervisor *supervisor, const struct setup *setup)
{
	return (struct auth_chain){
		.ao = &supervisor->ao,
		.chain = &setup->chain,
		.remote = &setup->neighbor.remote,
		.len = setup->neighbor.range_len,
		.now_s = clock_wall_ns() / NS_PER_S,
	};
}

static void
password_put(struct supervisor *supervisor, const struct setup *setup)
{
	const struct msg_cfg_neighbor *neighbor = &setup->neighbor;
	struct password password;
	char unread[PASSWORD_WHY_MAX];
	const char *why = unread;
	int err;

	if (password_read(neighbor->password_file, &password, unread) == 0) {
		err = listeners_key(supervisor->listeners, &neighbor->remote,
		    neighbor->range_len, &password);
		/* A listener's keys are counted: net.core.optmem_max. */
		why = err < 0 ? strerror(-err) : NULL;
	}
	password_wipe(&password);
	if (why != NULL)
		log_line(
		    LOG_ERROR, "peer %s: key not set: %s", neighbor->name, why);
}

/* Places of the old chain whose keys the new one does not have. */
static uint32_t
chain_gone(const struct setup *old, const struct setup *new)
{
	uint32_t gone = 0;

	for (uint32_t i = 0; i < old->chain.n; i++) {
		const struct keychain_key *key = &old->chain.key[i];

		if (new == NULL || !new->keyed ||
		    new->neighbor.range_len != old->neighbor.range_len ||
		    keychain_find(&new->chain, key->send_id, key->receive_id) ==
			new->chain.n)
			gone |= UINT32_C(1) << i;
	}
	return gone;
}

/* new is NULL where the neighbour is not configured any more. */
static void
keys_take(struct supervisor *supervisor, const struct setup *old,
    const struct setup *new)
{
	const struct msg_cfg_neighbor *neighbor = &old->neighbor;
	struct auth_chain chain = setup_chain(supervisor, old);

	if (!old->keyed)
		return;
	if (neighbor->authenticated == AUTH_MD5 &&
	    (new == NULL || new->neighbor.authenticated != AUTH_MD5))
		(void)listeners_key(supervisor->listeners, &neighbor->remote,
		    neighbor->range_len, NULL);
	if (neighbor->authenticated == AUTH_AO)
		chain_take(supervisor, &chain, chain_gone(old, new));
}

/* All neighbours of the family have TCP-AO, and there is one. */
static bool
family_is_signed(const struct setup *setups, uint32_t n, unsigned afi)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct msg_cfg_neighbor *neighbor = &setups[i].neighbor;

		if (neighbor->remote.afi != afi)
			continue;
		if (neighbor->authenticated != AUTH_AO)
			return false;
		found++;
	}
	return found > 0;
}

void
keys_update(struct supervisor *supervisor, const struct setup *setups,
    const uint32_t *rows)
{
	uint32_t n = supervisor->set->neighbors.n;
	bool security = false;

	family_require(supervisor, AFI_IPV4, false);
	family_require(supervisor, AFI_IPV6, false);
	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		const struct setup *old = &supervisor->peers[i]->setup;
		uint32_t row = rows[old->neighbor.peer];

		keys_take(supervisor, old, row == 0 ? NULL : &setups[row - 1]);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct msg_cfg_neighbor *neighbor = &setups[i].neighbor;
		struct auth_chain chain = setup_chain(supervisor, &setups[i]);

		security = security || neighbor->ttl_hops != 0;
		if (!setups[i].keyed)
			continue;
		if (neighbor->authenticated == AUTH_MD5)
			password_put(supervisor, &setups[i]);
		else if (neighbor->authenticated == AUTH_AO)
			chain_put(supervisor, &chain, neighbor->name);
	}
	if (family_is_signed(setups, n, AFI_IPV4))
		family_require(supervisor, AFI_IPV4, true);
	if (family_is_signed(setups, n, AFI_IPV6))
		family_require(supervisor, AFI_IPV6, true);
	listeners_ttl(supervisor->listeners, security);
}

/* ---- of time ---- */

/* The last key is used beyond its time, or before: said once. */
static void
lapse_log(struct peer *peer, const struct auth_chain *chain)
{
	uint32_t wanted = keychain_wanted(chain->chain, chain->now_s);
	bool lapsed = !keychain_is_due(chain->chain, chain->now_s);

	if (lapsed && !peer->auth.lapsed)
		log_line(LOG_ERROR,
		    "peer %s: no key's time has come or lasts: key %u stays "
		    "in use",
		    peer->setup.neighbor.name,
		    chain->chain->key[wanted].send_id);
	peer->auth.lapsed = lapsed;
}

void
keys_tick(struct peer *peer, uint64_t now_s)
{
	struct auth_chain chain = setup_chain(peer->supervisor, &peer->setup);
	uint32_t taken;

	chain.now_s = now_s;
	if (!peer->setup.keyed)
		return;
	lapse_log(peer, &chain);
	taken = keychain_taken(chain.chain, now_s);
	if (peer->auth.taken == taken)
		return;
	/* Before the first time nobody knows which are there. */
	chain_take(peer->supervisor, &chain, ~taken);
	chain_put(peer->supervisor, &chain, peer->setup.neighbor.name);
	peer->auth.taken = taken;
}
