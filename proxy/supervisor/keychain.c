/* SPDX-License-Identifier: BSD-2-Clause */
/* Key chains. */
#include "proxy/supervisor/keychain.h"

#include <string.h>

static bool
key_begun(const struct keychain_key *key, uint64_t now_s)
{
	return key->from_s <= now_s;
}

static bool
key_ended(const struct keychain_key *key, uint64_t now_s)
{
	return key->until_s != 0 && key->until_s <= now_s;
}

/* How much a key is wanted, by kind; then by its time. */
enum rank {
	RANK_FUTURE = 1,
	RANK_ENDED = 2,
	RANK_DUE = 3,
};

static enum rank
key_rank(const struct keychain_key *key, uint64_t now_s)
{
	if (key_ended(key, now_s))
		return RANK_ENDED;
	return key_begun(key, now_s) ? RANK_DUE : RANK_FUTURE;
}

/* b, further down than a, is wanted rather than a. */
static bool
key_beats(
    const struct keychain_key *b, const struct keychain_key *a, uint64_t now_s)
{
	enum rank rank = key_rank(b, now_s);

	if (rank != key_rank(a, now_s))
		return rank > key_rank(a, now_s);
	if (rank == RANK_DUE)
		return b->from_s >= a->from_s;
	if (rank == RANK_ENDED)
		return b->until_s >= a->until_s;
	return b->from_s < a->from_s;
}

uint32_t
keychain_wanted(const struct keychain *chain, uint64_t now_s)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < chain->n; i++) {
		if (key_beats(&chain->key[i], &chain->key[best], now_s))
			best = i;
	}
	return best;
}

uint32_t
keychain_taken(const struct keychain *chain, uint64_t now_s)
{
	uint32_t taken = 0;

	if (chain->n == 0)
		return 0;
	for (uint32_t i = 0; i < chain->n; i++) {
		if (!key_ended(&chain->key[i], now_s))
			taken |= UINT32_C(1) << i;
	}
	return taken | UINT32_C(1) << keychain_wanted(chain, now_s);
}

bool
keychain_is_due(const struct keychain *chain, uint64_t now_s)
{
	uint32_t wanted = keychain_wanted(chain, now_s);

	return key_rank(&chain->key[wanted], now_s) == RANK_DUE;
}

/* The earlier of next (0: never) and at, if at is still to come. */
static uint64_t
earlier(uint64_t next, uint64_t at, uint64_t now_s)
{
	return at > now_s && (next == 0 || at < next) ? at : next;
}

uint64_t
keychain_next(const struct keychain *chain, uint64_t now_s)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < chain->n; i++) {
		next = earlier(next, chain->key[i].from_s, now_s);
		next = earlier(next, chain->key[i].until_s, now_s);
	}
	return next;
}

/* The same on the wire: ids, algorithm, secret. */
static bool
key_equal(const struct keychain_key *a, const struct keychain_key *b)
{
	return a->send_id == b->send_id && a->receive_id == b->receive_id &&
	       a->algorithm == b->algorithm &&
	       a->exclude_options == b->exclude_options &&
	       password_id_equal(&a->id, &b->id);
}

/* Both cannot be on one connection. */
static bool
key_clashes(const struct keychain_key *a, const struct keychain_key *b)
{
	return (a->send_id == b->send_id || a->receive_id == b->receive_id) &&
	       !key_equal(a, b);
}

static bool
key_clashes_any(const struct keychain *chain, const struct keychain_key *key)
{
	for (uint32_t i = 0; i < chain->n; i++) {
		if (key_clashes(&chain->key[i], key))
			return true;
	}
	return false;
}

enum keychain_change
keychain_compare(const struct keychain *old, const struct keychain *new)
{
	bool same = old->n == new->n;

	for (uint32_t i = 0; i < new->n; i++) {
		const struct keychain_key *key = &new->key[i];

		if (key_clashes_any(old, key))
			return KEYCHAIN_CLASH;
		same = same && key_equal(key, &old->key[i]) &&
		       key->from_s == old->key[i].from_s &&
		       key->until_s == old->key[i].until_s &&
		       strncmp(key->file, old->key[i].file, PATH_LEN) == 0;
	}
	return same ? KEYCHAIN_SAME : KEYCHAIN_MOVED;
}

uint32_t
keychain_find(const struct keychain *chain, uint8_t send_id, uint8_t receive_id)
{
	uint32_t i = 0;

	while (i < chain->n && (chain->key[i].send_id != send_id ||
				   chain->key[i].receive_id != receive_id))
		i++;
	return i;
}
