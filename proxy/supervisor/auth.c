/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains on sockets. */
#include "proxy/supervisor/auth.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BIT(i) (UINT32_C(1) << (i))

static struct tcp_ao_key
key_of(const struct auth_chain *chain, uint32_t i)
{
	const struct keychain_key *key = &chain->chain->key[i];

	return (struct tcp_ao_key){
		.remote = *chain->remote,
		.len = chain->len,
		.send_id = key->send_id,
		.receive_id = key->receive_id,
		.algorithm = key->algorithm,
		.exclude_options = key->exclude_options,
	};
}

/* A key that a socket has, whose ever it is. */
static struct tcp_ao_key
key_held(const struct tcp_ao_held *held)
{
	return (struct tcp_ao_key){
		.remote = held->remote,
		.len = held->len,
		.send_id = held->send_id,
		.receive_id = held->receive_id,
	};
}

/* What an error of the kernel means here. */
static const char *
error_text(int err)
{
	switch (err) {
	case -EEXIST:
		return "another neighbour's key for this address has the id";
	case -EKEYREJECTED:
		return "there is an MD5 password for this address";
	case -EBUSY:
		return "the connection uses another secret of this id";
	case -ENOMEM:
		return "no memory for keys (net.core.optmem_max)";
	case -ENOENT:
		return "the kernel does not have the algorithm";
	default:
		return strerror(-err);
	}
}

/* Put key i on the socket. 0, or -errno and why. */
static int
key_put(const struct auth_chain *chain, int fd, uint32_t i, enum tcp_ao_use use,
    char *why)
{
	const struct keychain_key *from = &chain->chain->key[i];
	struct tcp_ao_key key = key_of(chain, i);
	char unread[PASSWORD_WHY_MAX];
	struct password secret;
	int err;

	if (password_read(from->file, &secret, unread) < 0) {
		(void)snprintf(
		    why, AUTH_WHY_MAX, "key file %s %s", from->file, unread);
		return -EACCES;
	}
	key.secret = &secret;
	err = tcp_ao_put(chain->ao, fd, &key, use);
	password_wipe(&secret);
	if (err < 0)
		(void)snprintf(why, AUTH_WHY_MAX, "key %u: %s", from->send_id,
		    error_text(err));
	return err;
}

/* ---- listeners ---- */

int
auth_listen(const struct auth_chain *chain, int fd, char *why)
{
	uint32_t taken = keychain_taken(chain->chain, chain->now_s);
	char ignored[AUTH_WHY_MAX] = "";
	int first = 0;

	for (uint32_t i = 0; i < chain->chain->n; i++) {
		int err;

		if ((taken & BIT(i)) == 0)
			continue;
		err = key_put(
		    chain, fd, i, TCP_AO_SPARE, first == 0 ? why : ignored);
		if (first == 0)
			first = err;
	}
	return first;
}

void
auth_unlisten(const struct auth_chain *chain, int fd, uint32_t mask)
{
	for (uint32_t i = 0; i < chain->chain->n; i++) {
		struct tcp_ao_key key = key_of(chain, i);

		if ((mask & BIT(i)) != 0)
			(void)tcp_ao_take(chain->ao, fd, &key);
	}
}

/* ---- connections ---- */

int
auth_dial(const struct auth_chain *chain, int fd, char *why)
{
	uint32_t wanted = keychain_wanted(chain->chain, chain->now_s);
	uint32_t taken = keychain_taken(chain->chain, chain->now_s);

	for (uint32_t i = 0; i < chain->chain->n; i++) {
		int err;

		if ((taken & BIT(i)) == 0)
			continue;
		err = key_put(chain, fd, i,
		    i == wanted ? TCP_AO_WANTED : TCP_AO_SPARE, why);
		if (err < 0)
			return err;
	}
	return tcp_ao_require(chain->ao, fd, true);
}

static bool
same_place(const struct auth_chain *chain, const struct tcp_ao_held *held)
{
	uint8_t whole = chain->remote->afi == AFI_IPV6 ? 128 : 32;

	return held->len == (chain->len > 0 ? chain->len : whole) &&
	       held->remote.afi == chain->remote->afi &&
	       memcmp(held->remote.addr, chain->remote->addr, ADDRESS_MAX) == 0;
}

/* It is one of the chain that sockets should have. */
static bool
key_belongs(const struct auth_chain *chain, uint32_t taken,
    const struct tcp_ao_held *held)
{
	uint32_t i =
	    keychain_find(chain->chain, held->send_id, held->receive_id);

	return i < chain->chain->n && (taken & BIT(i)) != 0 &&
	       same_place(chain, held);
}

/* Keys that the connection should not have go; one in use ends it. */
static int
strangers_take(const struct auth_chain *chain, int fd, uint32_t taken)
{
	struct tcp_ao_held held[TCP_AO_HELD_MAX];
	int n = tcp_ao_held(chain->ao, fd, held);

	for (int i = 0; i < n; i++) {
		struct tcp_ao_key key = key_held(&held[i]);
		int err;

		if (key_belongs(chain, taken, &held[i]))
			continue;
		err = tcp_ao_take(chain->ao, fd, &key);
		if (err < 0)
			return err == -EBUSY ? -ENOKEY : err;
	}
	return n < 0 ? n : 0;
}

/* It began without, or with a key that is not (any more) the neighbour's. */
static int
no_key(char *why, const char *text)
{
	(void)snprintf(why, AUTH_WHY_MAX, "%s", text);
	return -ENOKEY;
}

int
auth_connected(const struct auth_chain *chain, int fd, char *why)
{
	uint32_t wanted = keychain_wanted(chain->chain, chain->now_s);
	uint32_t taken = keychain_taken(chain->chain, chain->now_s);
	struct tcp_ao_info info;
	int err = tcp_ao_info(chain->ao, fd, &info);

	if (err < 0 || !info.has_current || !info.has_rnext)
		return no_key(why, "it is not signed with TCP-AO");
	for (uint32_t i = 0; i < chain->chain->n; i++) {
		if ((taken & BIT(i)) == 0)
			continue;
		err = key_put(chain, fd, i, TCP_AO_SPARE, why);
		if (err < 0)
			return err;
	}
	err = strangers_take(chain, fd, taken);
	if (err == -ENOKEY)
		return no_key(why, "it is signed with a key of before");
	if (err == 0)
		err = tcp_ao_ask(
		    chain->ao, fd, chain->chain->key[wanted].receive_id);
	if (err < 0)
		(void)snprintf(why, AUTH_WHY_MAX, "keys: %s", strerror(-err));
	return err;
}

/* ---- rollover ---- */

void
auth_roll_anew(struct auth_roll *roll)
{
	roll->taken = 0;
}

/* Put on what is missing. Keys that are there are not looked at: an id with
 * another secret starts the session anew. */
static int
missing_put(const struct auth_chain *chain, int fd, uint32_t taken, char *why)
{
	for (uint32_t i = 0; i < chain->chain->n; i++) {
		struct tcp_ao_key key = key_of(chain, i);
		struct tcp_ao_held held;
		int err;

		if ((taken & BIT(i)) == 0 ||
		    tcp_ao_find(chain->ao, fd, &key, &held) == 0)
			continue;
		err = key_put(chain, fd, i, TCP_AO_SPARE, why);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Another chain, or another time: what follows goes on until it has moved. */
static int
roll_start(const struct auth_chain *chain, int fd, struct auth_roll *roll,
    const struct tcp_ao_info *info, struct auth_event *event)
{
	uint32_t wanted = keychain_wanted(chain->chain, chain->now_s);
	uint32_t taken = keychain_taken(chain->chain, chain->now_s);
	const struct keychain_key *key = &chain->chain->key[wanted];
	struct tcp_ao_key ours = key_of(chain, wanted);
	struct tcp_ao_held held = { 0 };
	int err = missing_put(chain, fd, taken, event->why);

	if (err == 0)
		err = tcp_ao_find(chain->ao, fd, &ours, &held);
	if (err == 0 && info->rnext != key->receive_id) {
		err = tcp_ao_ask(chain->ao, fd, key->receive_id);
		roll->base_good = held.good;
		event->nudge = err == 0;
	}
	if (err < 0) {
		if (event->why[0] == '\0')
			(void)snprintf(event->why, sizeof(event->why),
			    "key %u: %s", key->send_id, strerror(-err));
		return err;
	}
	roll->taken = taken;
	roll->wanted = key->send_id;
	roll->moving = true;
	roll->until_ms =
	    chain->now_ms +
	    (chain->hold_ms > AUTH_HOLD_MS ? chain->hold_ms : AUTH_HOLD_MS);
	return 0;
}

/* Take a key away that the chain does not have. True: it has gone. */
static bool
key_retire(const struct auth_chain *chain, int fd,
    const struct tcp_ao_held *held, const struct tcp_ao_key *heir)
{
	struct tcp_ao_key key = key_held(held);
	int err = tcp_ao_take(chain->ao, fd, &key);

	if (err == -EBUSY && heir != NULL)
		err = tcp_ao_take_by_force(chain->ao, fd, &key, heir);
	return err == 0;
}

/* The peer signs with the wanted key, and so do we. */
static bool
roll_has_moved(const struct auth_chain *chain, int fd,
    const struct auth_roll *roll, const struct tcp_ao_key *wanted)
{
	struct tcp_ao_held held;

	return roll->current == wanted->send_id &&
	       tcp_ao_find(chain->ao, fd, wanted, &held) == 0 &&
	       held.good > roll->base_good;
}

/* See how far it is, and take away what can go. */
static void
roll_continue(const struct auth_chain *chain, int fd, struct auth_roll *roll,
    struct auth_event *event)
{
	uint32_t wanted = keychain_wanted(chain->chain, chain->now_s);
	struct tcp_ao_key heir = key_of(chain, wanted);
	bool moved = roll_has_moved(chain, fd, roll, &heir);
	bool expired = chain->now_ms >= roll->until_ms;
	struct tcp_ao_held held[TCP_AO_HELD_MAX];
	int n = tcp_ao_held(chain->ao, fd, held);
	bool left = n < 0;

	for (int i = 0; i < n; i++) {
		if (key_belongs(chain, roll->taken, &held[i]))
			continue;
		if ((moved || expired) &&
		    key_retire(chain, fd, &held[i], expired ? &heir : NULL)) {
			event->removed++;
			event->forced += !moved;
		} else {
			left = true;
		}
	}
	roll->moving = left || !(moved || expired);
}

/* What the kernel has counted and done since the last time. */
static void
roll_look(struct auth_roll *roll, const struct tcp_ao_info *info,
    struct auth_event *event)
{
	event->moved = roll->begun && (info->current != roll->current ||
					  info->rnext != roll->rnext);
	event->bad = info->bad - roll->bad;
	event->unknown = info->unknown - roll->unknown;
	event->unsigned_in = info->unsigned_in - roll->unsigned_in;
	roll->begun = true;
	roll->current = info->current;
	roll->rnext = info->rnext;
	roll->bad = info->bad;
	roll->unknown = info->unknown;
	roll->unsigned_in = info->unsigned_in;
}

int
auth_roll(const struct auth_chain *chain, int fd, struct auth_roll *roll,
    struct auth_event *event)
{
	const struct keychain *keys = chain->chain;
	uint32_t wanted = keychain_wanted(keys, chain->now_s);
	struct tcp_ao_info info;
	int err = tcp_ao_info(chain->ao, fd, &info);

	*event = (struct auth_event){ 0 };
	if (err < 0) {
		(void)snprintf(event->why, sizeof(event->why),
		    "TCP_AO_INFO: %s", strerror(-err));
		return err;
	}
	roll_look(roll, &info, event);
	if (roll->taken != keychain_taken(keys, chain->now_s) ||
	    roll->wanted != keys->key[wanted].send_id)
		return roll_start(chain, fd, roll, &info, event);
	if (roll->moving)
		roll_continue(chain, fd, roll, event);
	return 0;
}
