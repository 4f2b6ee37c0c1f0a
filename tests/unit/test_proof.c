/* SPDX-License-Identifier: BSD-2-Clause */
/* Proofs against the recursive words of RFC 6962, for all trees up to a size
 * and for very large ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/db.h"
#include "store/proof.h"
#include "tests/lib/small_tree.h"

#define SIZES 300

static struct small_tree tree;

/* RFC 6962 2.1: MTH(D[from:to]), by the letter. */
static void
naive_root(unsigned from, unsigned to, uint8_t out[SEAL_LEN])
{
	uint8_t left[SEAL_LEN], right[SEAL_LEN];
	unsigned k = 1;

	if (to - from == 1) {
		memcpy(out, tree.node[0][from], SEAL_LEN);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	naive_root(from, from + k, left);
	naive_root(from + k, to, right);
	seal_node(left, right, out);
}

static void
naive_put(struct proof *proof, unsigned from, unsigned to)
{
	naive_root(from, to, proof->hash[proof->n++]);
}

/* RFC 6962 2.1.1: PATH(m, D[from:to]), by the letter. */
static void
naive_path(struct proof *proof, unsigned m, unsigned from, unsigned to)
{
	unsigned k = 1;

	if (to - from == 1)
		return;
	while (2 * k < to - from)
		k *= 2;
	if (m < k) {
		naive_path(proof, m, from, from + k);
		naive_put(proof, from + k, to);
	} else {
		naive_path(proof, m - k, from + k, to);
		naive_put(proof, from, from + k);
	}
}

/* RFC 6962 2.1.2: SUBPROOF(m, D[from:to], b), by the letter. */
static void
naive_subproof(
    struct proof *proof, unsigned m, unsigned from, unsigned to, bool b)
{
	unsigned k = 1;

	if (m == to - from) {
		if (!b)
			naive_put(proof, from, to);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	if (m <= k) {
		naive_subproof(proof, m, from, from + k, b);
		naive_put(proof, from + k, to);
	} else {
		naive_subproof(proof, m - k, from + k, to, false);
		naive_put(proof, from, from + k);
	}
}

static void
assert_same(const struct proof *proof, const struct proof *wanted)
{
	assert_int_equal(proof->n, wanted->n);
	assert_int_equal(proof->zero, 0);
	assert_memory_equal(
	    proof->hash, wanted->hash, (size_t)wanted->n * SEAL_LEN);
}

/* Roots of all sizes are those of the definition. */
static void
root_of_each_size_is_that_of_the_definition(void **state)
{
	uint8_t root[SEAL_LEN], wanted[SEAL_LEN];

	(void)state;
	seal_sha256("", 0, wanted);
	for (unsigned n = 0; n <= SIZES; n++) {
		if (n > 0)
			naive_root(0, n, wanted);
		assert_int_equal(
		    proof_root(n, small_tree_node, &tree, root), 0);
		assert_memory_equal(root, wanted, SEAL_LEN);
	}
}

/* Every inclusion proof is the one of the definition, and holds for its own
 * leaf and place only. */
static void
every_inclusion_proof_is_that_of_the_definition(void **state)
{
	struct proof proof, wanted;
	uint8_t root[SEAL_LEN];

	(void)state;
	for (unsigned n = 1; n <= SIZES; n++) {
		small_tree_root(&tree, n, root);
		for (unsigned i = 0; i < n; i++) {
			const uint8_t *leaf = tree.node[0][i];

			wanted.n = 0;
			naive_path(&wanted, i, 0, n);
			assert_int_equal(proof_inclusion(&proof, i, n,
					     small_tree_node, &tree),
			    0);
			assert_same(&proof, &wanted);
			assert_true(
			    proof_check_inclusion(&proof, i, n, leaf, root));
			assert_false(proof_check_inclusion(
			    &proof, i, n, tree.node[0][i + 1], root));
			if (i + 1 < n)
				assert_false(proof_check_inclusion(
				    &proof, i + 1, n, leaf, root));
		}
	}
}

/* Every consistency proof is the one of the definition, and holds. */
static void
every_consistency_proof_is_that_of_the_definition(void **state)
{
	static uint8_t roots[SIZES + 1][SEAL_LEN];
	struct proof proof, wanted;

	(void)state;
	for (unsigned n = 0; n <= SIZES; n++)
		small_tree_root(&tree, n, roots[n]);
	for (unsigned n = 1; n <= SIZES; n++) {
		for (unsigned m = 1; m <= n; m++) {
			wanted.n = 0;
			naive_subproof(&wanted, m, 0, n, true);
			assert_int_equal(proof_consistency(&proof, m, n,
					     small_tree_node, &tree),
			    0);
			assert_same(&proof, &wanted);
			assert_true(proof_check_consistency(
			    &proof, m, roots[m], n, roots[n]));
			if (m == n)
				continue;
			assert_false(proof_check_consistency(
			    &proof, m, roots[m - 1], n, roots[n]));
			assert_false(proof_check_consistency(
			    &proof, m, roots[m], n, roots[n - 1]));
		}
	}
}

/* One bit changed, one hash more or one less: no proof holds any more. */
static void
changed_proof_does_not_hold(void **state)
{
	struct proof proof, other;
	uint8_t root[SEAL_LEN], old_root[SEAL_LEN];

	(void)state;
	small_tree_root(&tree, 299, root);
	small_tree_root(&tree, 77, old_root);
	assert_int_equal(
	    proof_consistency(&proof, 77, 299, small_tree_node, &tree), 0);
	for (uint32_t i = 0; i < proof.n; i++) {
		for (unsigned bit = 0; bit < 8 * SEAL_LEN; bit++) {
			other = proof;
			other.hash[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(proof_check_consistency(
			    &other, 77, old_root, 299, root));
		}
	}
	for (uint32_t n = 0; n <= PROOF_MAX + 1; n++) {
		other = proof;
		other.n = n;
		assert_int_equal(
		    proof_check_consistency(&other, 77, old_root, 299, root),
		    n == proof.n);
	}
	assert_int_equal(
	    proof_inclusion(&proof, 77, 299, small_tree_node, &tree), 0);
	for (uint32_t n = 0; n <= PROOF_MAX + 1; n++) {
		other = proof;
		other.n = n;
		assert_int_equal(proof_check_inclusion(
				     &other, 77, 299, tree.node[0][77], root),
		    n == proof.n);
	}
}

/* A fork is not consistent with what it left, whatever proof is given. */
static void
fork_is_not_proven(void **state)
{
	static struct small_tree fork;
	uint8_t old_root[SEAL_LEN], root[SEAL_LEN];
	struct proof proof;

	(void)state;
	small_tree_grow(&fork, 0, 0);
	small_tree_grow(&fork, 150, 1);
	for (unsigned m = 151; m < 200; m++) {
		small_tree_root(&tree, m, old_root);
		small_tree_root(&fork, 256, root);
		assert_int_equal(
		    proof_consistency(&proof, m, 256, small_tree_node, &fork),
		    0);
		assert_false(
		    proof_check_consistency(&proof, m, old_root, 256, root));
		assert_int_equal(
		    proof_consistency(&proof, m, 256, small_tree_node, &tree),
		    0);
		assert_false(
		    proof_check_consistency(&proof, m, old_root, 256, root));
	}
}

/* Nothing is proven of a tree before its first leaf or behind its last. */
static void
bounds_are_kept(void **state)
{
	struct proof proof = { 0 };
	uint8_t root[SEAL_LEN];

	(void)state;
	small_tree_root(&tree, 5, root);
	assert_int_equal(
	    proof_inclusion(&proof, 5, 5, small_tree_node, &tree), DB_MISUSE);
	assert_int_equal(
	    proof_consistency(&proof, 6, 5, small_tree_node, &tree), DB_MISUSE);
	assert_int_equal(
	    proof_consistency(&proof, 0, 5, small_tree_node, &tree), 0);
	assert_int_equal(proof.n, 0);
	assert_true(proof_check_consistency(&proof, 0, root, 5, root));
	assert_true(proof_check_consistency(&proof, 5, root, 5, root));
	assert_false(proof_check_consistency(&proof, 6, root, 5, root));
	assert_false(proof_check_consistency(&proof, 4, root, 5, root));
	assert_false(
	    proof_check_inclusion(&proof, 0, 0, tree.node[0][0], root));
	proof.n = 1;
	assert_false(proof_check_consistency(&proof, 0, root, 5, root));
	assert_false(proof_check_consistency(&proof, 5, root, 5, root));
	assert_int_equal(
	    proof_root(SMALL_TREE_LEAVES + 1, small_tree_node, &tree, root),
	    DB_NOT_FOUND);
}

/* ---- very large trees ---- */

/* Every leaf the same: then so is every perfect subtree of a level. */
static int
uniform_node(void *ctx, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	uint8_t(*uniform)[SEAL_LEN] = ctx;

	(void)index;
	memcpy(out, uniform[level], SEAL_LEN);
	return 0;
}

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Trees of up to 2^63 leaves: what is proven holds, and for no other size. */
static void
random_large_trees_are_proven(void **state)
{
	static uint8_t uniform[SEAL_LEVELS][SEAL_LEN];
	uint64_t random = 88172645463325252u;
	uint8_t root[SEAL_LEN], old_root[SEAL_LEN];
	struct proof proof;

	(void)state;
	seal_leaf((const uint8_t *)"x", 1, uniform[0]);
	for (unsigned i = 1; i < SEAL_LEVELS; i++)
		seal_node(uniform[i - 1], uniform[i - 1], uniform[i]);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t n = next_random(&random) >> (1 + i % 62);
		uint64_t m = n == 0 ? 0 : next_random(&random) % n;

		if (m == 0)
			continue;
		assert_int_equal(proof_root(n, uniform_node, uniform, root), 0);
		assert_int_equal(
		    proof_root(m, uniform_node, uniform, old_root), 0);
		assert_int_equal(
		    proof_inclusion(&proof, m, n, uniform_node, uniform), 0);
		assert_true(
		    proof_check_inclusion(&proof, m, n, uniform[0], root));
		assert_int_equal(
		    proof_consistency(&proof, m, n, uniform_node, uniform), 0);
		assert_true(
		    proof_check_consistency(&proof, m, old_root, n, root));
		assert_false(
		    proof_check_consistency(&proof, m, root, n, old_root));
	}
}

static int
setup(void **state)
{
	(void)state;
	small_tree_grow(&tree, 0, 0);
	return seal_init();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_of_each_size_is_that_of_the_definition),
		cmocka_unit_test(
		    every_inclusion_proof_is_that_of_the_definition),
		cmocka_unit_test(
		    every_consistency_proof_is_that_of_the_definition),
		cmocka_unit_test(changed_proof_does_not_hold),
		cmocka_unit_test(fork_is_not_proven),
		cmocka_unit_test(bounds_are_kept),
		cmocka_unit_test(random_large_trees_are_proven),
	};

	return cmocka_run_group_tests_name("proof", tests, setup, NULL);
}
