/* SPDX-License-Identifier: BSD-2-Clause */
/* The Merkle tree against RFC 6962's words and Certificate Transparency's
 * published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/seal.h"

#define SIZES 300

static void
hex(const uint8_t hash[SEAL_LEN], char out[2 * SEAL_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (unsigned i = 0; i < SEAL_LEN; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[2 * SEAL_LEN] = '\0';
}

/* The eight leaves of Certificate Transparency's own tests. */
struct leaf {
	size_t len;
	uint8_t data[16];
};

static const struct leaf leaves[8] = {
	{ 0, { 0 } },
	{ 1, { 0x00 } },
	{ 1, { 0x10 } },
	{ 2, { 0x20, 0x21 } },
	{ 2, { 0x30, 0x31 } },
	{ 4, { 0x40, 0x41, 0x42, 0x43 } },
	{ 8, { 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57 } },
	{ 16, { 0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
		  0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f } },
};

/* And the roots of the trees of the first 0..8 of them. */
static const char *const roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

/* The published leaves give the published roots. */
static void
published_leaves_give_published_roots(void **state)
{
	struct seal_tree tree;
	uint8_t hash[SEAL_LEN];
	char text[2 * SEAL_LEN + 1];

	(void)state;
	seal_tree_init(&tree);
	for (unsigned n = 0; n <= 8; n++) {
		seal_tree_root(&tree, hash);
		hex(hash, text);
		assert_string_equal(text, roots[n]);
		if (n == 8)
			break;
		seal_leaf(leaves[n].data, leaves[n].len, hash);
		seal_tree_add(&tree, hash);
	}
}

static void
leaf_of(unsigned i, uint8_t out[SEAL_LEN])
{
	uint8_t record[2] = { (uint8_t)(i >> 8), (uint8_t)i };

	seal_leaf(record, sizeof(record), out);
}

/* RFC 6962 2.1, word by word. */
static void
naive_root(unsigned from, unsigned to, uint8_t out[SEAL_LEN])
{
	uint8_t left[SEAL_LEN], right[SEAL_LEN];
	unsigned k = 1;

	if (to - from == 1) {
		leaf_of(from, out);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	naive_root(from, from + k, left);
	naive_root(from + k, to, right);
	seal_node(left, right, out);
}

/* Adding leaf by leaf gives the root of the recursive definition. */
static void
root_is_that_of_the_definition(void **state)
{
	struct seal_tree tree;
	uint8_t leaf[SEAL_LEN], root[SEAL_LEN], wanted[SEAL_LEN];

	(void)state;
	seal_tree_init(&tree);
	for (unsigned n = 1; n <= SIZES; n++) {
		leaf_of(n - 1, leaf);
		seal_tree_add(&tree, leaf);
		seal_tree_root(&tree, root);
		naive_root(0, n, wanted);
		assert_memory_equal(root, wanted, SEAL_LEN);
	}
}

/* A packed tree goes on as if it had never been packed. */
static void
packed_tree_comes_back_whole(void **state)
{
	struct seal_tree tree, back;
	uint8_t packed[SEAL_PACKED_MAX], leaf[SEAL_LEN];
	uint8_t root[SEAL_LEN], again[SEAL_LEN];

	(void)state;
	seal_tree_init(&tree);
	for (unsigned n = 0; n < SIZES; n++) {
		size_t len = seal_tree_pack(&tree, packed);

		assert_int_equal(seal_tree_unpack(packed, len, &back), 0);
		leaf_of(n, leaf);
		seal_tree_add(&tree, leaf);
		seal_tree_add(&back, leaf);
		seal_tree_root(&tree, root);
		seal_tree_root(&back, again);
		assert_int_equal(tree.size, back.size);
		assert_memory_equal(root, again, SEAL_LEN);
	}
}

/* A packed tree whose length does not fit its size is refused. */
static void
packed_tree_of_wrong_length_is_refused(void **state)
{
	struct seal_tree tree;
	uint8_t packed[SEAL_PACKED_MAX + 1] = { 0 }, leaf[SEAL_LEN];
	size_t len;

	(void)state;
	seal_tree_init(&tree);
	for (unsigned n = 0; n < 11; n++) {
		leaf_of(n, leaf);
		seal_tree_add(&tree, leaf);
	}
	len = seal_tree_pack(&tree, packed);

	assert_int_equal(len, 8 + 3 * SEAL_LEN);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(seal_tree_unpack(packed, cut, &tree), -1);
	assert_int_equal(seal_tree_unpack(packed, len + 1, &tree), -1);
	assert_int_equal(tree.size, 0);
}

/* A leaf cannot be taken for a node, nor left for right. */
static void
leaf_and_node_differ(void **state)
{
	uint8_t pair[2 * SEAL_LEN], leaf[SEAL_LEN], node[SEAL_LEN];
	uint8_t turned[SEAL_LEN];

	(void)state;
	memset(pair, 1, SEAL_LEN);
	memset(&pair[SEAL_LEN], 2, SEAL_LEN);
	seal_leaf(pair, sizeof(pair), leaf);
	seal_node(pair, &pair[SEAL_LEN], node);
	seal_node(&pair[SEAL_LEN], pair, turned);

	assert_memory_not_equal(leaf, node, SEAL_LEN);
	assert_memory_not_equal(node, turned, SEAL_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_leaves_give_published_roots),
		cmocka_unit_test(root_is_that_of_the_definition),
		cmocka_unit_test(packed_tree_comes_back_whole),
		cmocka_unit_test(packed_tree_of_wrong_length_is_refused),
		cmocka_unit_test(leaf_and_node_differ),
	};

	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
