/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proofs over the Merkle tree.
 *
 * Both kinds are the way from a node up to the root, with the sibling of each
 * node on it. The tree of RFC 6962 is the one in which a node without a right
 * sibling is its own parent; so only the sibling that holds the tree's last
 * leaf can be less than perfect, and is made of those that are.
 */
#include "store/proof.h"

#include <string.h>

#include "store/db.h"

/* The tree that a proof is made of. */
struct source {
	uint64_t size;
	proof_node *node;
	void *ctx;
};

/* Hash of the last n leaves, which begin at a multiple of a power of two >= n:
 * as seal_tree_root(), from right to left. */
static int
edge(const struct source *source, uint64_t n, uint8_t out[SEAL_LEN])
{
	uint8_t left[SEAL_LEN];
	bool first = true;
	int err;

	for (unsigned level = 0; level < SEAL_LEVELS; level++) {
		if ((n >> level & 1) == 0)
			continue;
		err = source->node(
		    source->ctx, level, (source->size >> level) - 1, left);
		if (err != 0)
			return err;
		if (first)
			memcpy(out, left, SEAL_LEN);
		else
			seal_node(left, out, out);
		first = false;
	}
	return 0;
}

/* The siblings from node index of a level up to the root. */
static int
climb(const struct source *source, unsigned level, uint64_t index,
    struct proof *proof)
{
	uint64_t last = (source->size - 1) >> level;
	uint8_t *out;
	int err = 0;

	for (; last > 0 && err == 0; level++, index >>= 1, last >>= 1) {
		if ((index & 1) == 0 && index == last)
			continue;
		if (proof->n == PROOF_MAX)
			return DB_MISUSE;
		out = proof->hash[proof->n++];
		if ((index & 1) == 1)
			err = source->node(source->ctx, level, index - 1, out);
		else if (index + 1 < last)
			err = source->node(source->ctx, level, index + 1, out);
		else
			err = edge(
			    source, source->size - ((index + 1) << level), out);
	}
	return err;
}

int
proof_inclusion(struct proof *proof, uint64_t index, uint64_t size,
    proof_node *node, void *ctx)
{
	const struct source source = { size, node, ctx };

	proof->n = 0;
	proof->zero = 0;
	if (index >= size)
		return DB_MISUSE;
	return climb(&source, 0, index, proof);
}

/* The way up from the last node of the old tree, which is in the new one, too.
 * RFC 6962 2.1.2: where that is the whole old tree, who checks knows it. */
int
proof_consistency(struct proof *proof, uint64_t old_size, uint64_t size,
    proof_node *node, void *ctx)
{
	const struct source source = { size, node, ctx };
	unsigned level = 0;
	uint64_t index;
	int err;

	proof->n = 0;
	proof->zero = 0;
	if (old_size > size)
		return DB_MISUSE;
	if (old_size == 0 || old_size == size)
		return 0;
	while ((old_size >> level & 1) == 0)
		level++;
	index = (old_size >> level) - 1;
	if (index != 0) {
		err = node(ctx, level, index, proof->hash[proof->n++]);
		if (err != 0)
			return err;
	}
	return climb(&source, level, index, proof);
}

int
proof_root(uint64_t size, proof_node *node, void *ctx, uint8_t out[SEAL_LEN])
{
	const struct source source = { size, node, ctx };

	if (size == 0) {
		seal_sha256("", 0, out);
		return 0;
	}
	return edge(&source, size, out);
}

/* ---- to check ---- */

static bool
equal(const uint8_t a[SEAL_LEN], const uint8_t b[SEAL_LEN])
{
	return memcmp(a, b, SEAL_LEN) == 0;
}

/* Where a check is on its way up: a node, and the last of its level. */
struct climber {
	uint64_t at;
	uint64_t last;
};

/* RFC 9162 2.1.3.2 4.2: over the levels at which it is its own parent. Says
 * whether the sibling stands left. */
static bool
climber_is_right(struct climber *climber)
{
	if ((climber->at & 1) == 0 && climber->at != climber->last)
		return false;
	while ((climber->at & 1) == 0 && climber->at != 0) {
		climber->at >>= 1;
		climber->last >>= 1;
	}
	return true;
}

static void
climber_up(struct climber *climber)
{
	climber->at >>= 1;
	climber->last >>= 1;
}

/* RFC 9162 2.1.3.2 */
bool
proof_check_inclusion(const struct proof *proof, uint64_t index, uint64_t size,
    const uint8_t leaf[SEAL_LEN], const uint8_t root[SEAL_LEN])
{
	struct climber climber = { index, size - 1 };
	uint8_t hash[SEAL_LEN];

	if (index >= size || proof->n > PROOF_MAX)
		return false;
	memcpy(hash, leaf, SEAL_LEN);
	for (uint32_t i = 0; i < proof->n; i++) {
		if (climber.last == 0)
			return false;
		if (climber_is_right(&climber))
			seal_node(proof->hash[i], hash, hash);
		else
			seal_node(hash, proof->hash[i], hash);
		climber_up(&climber);
	}
	return climber.last == 0 && equal(hash, root);
}

/* RFC 9162 2.1.4.2, from its step 4 on; first is the hash that it begins with:
 * the proof's own, or the old root. */
static bool
grows(const struct proof *proof, struct climber climber,
    const uint8_t first[SEAL_LEN], const uint8_t old_root[SEAL_LEN],
    const uint8_t root[SEAL_LEN])
{
	uint8_t was[SEAL_LEN], is[SEAL_LEN];
	uint32_t i = first == proof->hash[0] ? 1 : 0;

	memcpy(was, first, SEAL_LEN);
	memcpy(is, first, SEAL_LEN);
	for (; i < proof->n; i++) {
		if (climber.last == 0)
			return false;
		if (climber_is_right(&climber)) {
			seal_node(proof->hash[i], was, was);
			seal_node(proof->hash[i], is, is);
		} else {
			seal_node(is, proof->hash[i], is);
		}
		climber_up(&climber);
	}
	return climber.last == 0 && equal(was, old_root) && equal(is, root);
}

bool
proof_check_consistency(const struct proof *proof, uint64_t old_size,
    const uint8_t old_root[SEAL_LEN], uint64_t size,
    const uint8_t root[SEAL_LEN])
{
	struct climber climber = { old_size - 1, size - 1 };
	bool power = (old_size & (old_size - 1)) == 0;

	if (old_size > size || proof->n > PROOF_MAX)
		return false;
	if (old_size == 0)
		return proof->n == 0;
	if (old_size == size)
		return proof->n == 0 && equal(old_root, root);
	if (proof->n == 0)
		return false;
	while ((climber.at & 1) == 1)
		climber_up(&climber);
	return grows(
	    proof, climber, power ? old_root : proof->hash[0], old_root, root);
}
