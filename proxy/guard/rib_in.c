/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules in: a chained hash table by (peer, rule), and lists. */
#include "proxy/guard/rib_in.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/common/sieve.h"

#define BUCKETS_MIN 1024u

void
link_init(struct rib_link *head)
{
	head->prev = head;
	head->next = head;
}

void
link_append(struct rib_link *head, struct rib_link *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

void
link_remove(struct rib_link *link)
{
	/* Lists whose links are in what they link are beyond it.
	 * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link_init(link);
}

bool
link_empty(const struct rib_link *head)
{
	return head->next == head;
}

int
rib_in_init(struct rib_in *rib, const uint8_t key[HASH_KEY_LEN])
{
	memset(rib, 0, sizeof(*rib));
	link_init(&rib->all);
	memcpy(rib->key, key, HASH_KEY_LEN);
	rib->n_buckets = BUCKETS_MIN;
	rib->buckets = calloc(rib->n_buckets, sizeof(struct rib_rule *));
	rib->sieve = calloc(rib->n_buckets, 1);
	return rib->buckets == NULL || rib->sieve == NULL ? -1 : 0;
}

void
rib_in_fini(struct rib_in *rib)
{
	while (!link_empty(&rib->all))
		rib_in_remove(
		    rib, LINK_ENTRY(rib->all.next, struct rib_rule, all));
	free(rib->buckets);
	free(rib->sieve);
	memset(rib, 0, sizeof(*rib));
}

uint32_t
rib_hash(const uint8_t key[HASH_KEY_LEN], const struct rule *rule)
{
	uint32_t hash = (uint32_t)hash_sip(key, rule, rule_size(rule));

	return hash == 0 ? 1 : hash;
}

/* Rules of many peers may be the same: each peer's lie elsewhere. */
static size_t
bucket_of(const struct rib_in *rib, uint32_t peer, uint32_t hash)
{
	return (hash ^ peer * 0x9e3779b1u) & (rib->n_buckets - 1);
}

static void
chain_in(struct rib_in *rib, struct rib_rule *rule)
{
	size_t i = bucket_of(rib, rule->peer, rule->hash);

	rule->chain = rib->buckets[i];
	rib->buckets[i] = rule;
	sieve_add(rib->sieve, i, rule->hash);
}

static void
chain_out(struct rib_in *rib, const struct rib_rule *rule)
{
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as in link_remove(). */
	size_t i = bucket_of(rib, rule->peer, rule->hash);
	struct rib_rule **at = &rib->buckets[i];

	while (*at != rule)
		at = &(*at)->chain;
	*at = rule->chain;
	rib->sieve[i] = 0;
	for (rule = rib->buckets[i]; rule != NULL; rule = rule->chain)
		sieve_add(rib->sieve, i, rule->hash);
}

/* By four: every growth touches every rule. Failing to grow only slows. */
static void
grow(struct rib_in *rib)
{
	size_t n = rib->n_buckets * 4;
	struct rib_rule **buckets = calloc(n, sizeof(struct rib_rule *));
	uint8_t *sieve = calloc(n, 1);

	if (buckets == NULL || sieve == NULL) {
		free(buckets);
		free(sieve);
		return;
	}
	free(rib->buckets);
	free(rib->sieve);
	rib->buckets = buckets;
	rib->sieve = sieve;
	rib->n_buckets = n;
	for (struct rib_link *l = rib->all.next; l != &rib->all; l = l->next)
		chain_in(rib, LINK_ENTRY(l, struct rib_rule, all));
}

struct rib_rule *
rib_in_find(const struct rib_in *rib, uint32_t peer, const struct rule *rule)
{
	uint32_t hash = rib_hash(rib->key, rule);
	size_t i = bucket_of(rib, peer, hash);
	struct rib_rule *r;

	if (!sieve_may_hold(rib->sieve, i, hash))
		return NULL;
	r = rib->buckets[i];
	while (r != NULL && !(r->hash == hash && r->peer == peer &&
				rule_equal(&r->rule, rule)))
		r = r->chain;
	return r;
}

size_t
rib_in_rule_octets(const struct rule *rule)
{
	return offsetof(struct rib_rule, rule) + rule_size(rule);
}

struct rib_rule *
rib_in_add(struct rib_in *rib, uint32_t peer, const struct rule *rule)
{
	struct rib_rule *r = malloc(rib_in_rule_octets(rule));

	if (r == NULL)
		return NULL;
	if (rib->n_rules >= rib->n_buckets)
		grow(rib);
	memset(r, 0, offsetof(struct rib_rule, rule));
	memcpy(&r->rule, rule, rule_size(rule));
	r->hash = rib_hash(rib->key, rule);
	r->peer = peer;
	r->id = RULE_ID_NONE;
	r->old_id = RULE_ID_NONE;
	link_init(&r->of_peer);
	link_init(&r->waiting);
	link_init(&r->touched);
	link_init(&r->grounded);
	r->match_len = MATCH_LEN_NONE;
	link_append(&rib->all, &r->all);
	chain_in(rib, r);
	rib->n_rules++;
	return r;
}

void
rib_in_remove(struct rib_in *rib, struct rib_rule *rule)
{
	chain_out(rib, rule);
	link_remove(&rule->all);
	link_remove(&rule->of_peer);
	link_remove(&rule->waiting);
	link_remove(&rule->touched);
	link_remove(&rule->grounded);
	rib->n_rules--;
	free(rule);
}

struct rib_rule *
rib_in_by_id(struct rib_in *rib, uint64_t id)
{
	if (id == RULE_ID_NONE)
		return NULL;
	for (struct rib_link *l = rib->all.next; l != &rib->all; l = l->next) {
		struct rib_rule *r = LINK_ENTRY(l, struct rib_rule, all);

		if (r->id == id)
			return r;
	}
	return NULL;
}
