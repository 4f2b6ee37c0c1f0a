/* SPDX-License-Identifier: BSD-2-Clause */
/* The Merkle tree against RFC 6962's words and Certificate Transparency's
 * published vectors; Ed25519 and base64 against their RFCs'. */
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

/* SHA-256 of so many 'a', around the lengths at which a block, or the padding
 * behind it, ends. */
static void
hash_of_every_length_is_the_standard_s(void **state)
{
	static const struct {
		size_t len;
		const char *hash;
	} rows[] = {
		{ 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785a"
		     "fee48bb" },
		{ 54, "a3f01b6939256127582ac8ae9fb47a382a244680806a3f613a118851"
		      "c1ca1d47" },
		{ 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e91"
		      "0f734318" },
		{ 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef797068"
		      "6ec6738a" },
		{ 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da45"
		      "7ddc2f34" },
		{ 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df"
		      "154668eb" },
		{ 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f"
		      "17eb0ae0" },
		{ 118, "879dc4f05b19ebc3b037f4683633df1332b054cf52fa372d323c421"
		       "cb893a2aa" },
		{ 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7e"
		       "a6584dcfb" },
		{ 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55"
		       "af904c21c" },
		{ 127, "c57e9278af78fa3cab38667bef4ce29d783787a2f731d4e12200270"
		       "f0c32320a" },
		{ 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e"
		       "013afb73e" },
		{ 129, "c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3d"
		       "b752166ae" },
		{ 1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5d"
			"b1b9737ea3" },
	};
	char data[1000], text[2 * SEAL_LEN + 1];
	uint8_t hash[SEAL_LEN];

	(void)state;
	memset(data, 'a', sizeof(data));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seal_sha256(data, rows[i].len, hash);
		hex(hash, text);
		assert_string_equal(text, rows[i].hash);
	}
}

/* A leaf's hash is that of its mark and its octets, whatever the length. */
static void
leaf_is_the_hash_of_mark_and_record(void **state)
{
	uint8_t data[201] = { 0x00 }, leaf[SEAL_LEN], wanted[SEAL_LEN];

	(void)state;
	for (size_t i = 1; i < sizeof(data); i++)
		data[i] = (uint8_t)(7 * i);
	for (size_t len = 0; len < sizeof(data); len++) {
		seal_leaf(&data[1], len, leaf);
		seal_sha256(data, len + 1, wanted);
		assert_memory_equal(leaf, wanted, SEAL_LEN);
	}
}

/* A tree that takes what another one made of each leaf is the same tree. */
static void
tree_of_taken_hashes_is_the_same(void **state)
{
	struct seal_tree made, taken;
	uint8_t leaf[SEAL_LEN], root[SEAL_LEN], again[SEAL_LEN];

	(void)state;
	seal_tree_init(&made);
	seal_tree_init(&taken);
	for (unsigned n = 0; n < SIZES; n++) {
		leaf_of(n, leaf);
		seal_tree_add(&made, leaf);
		seal_tree_take(&taken, seal_tree_last(&made));
		seal_tree_root(&made, root);
		seal_tree_root(&taken, again);
		assert_int_equal(taken.size, n + 1);
		assert_memory_equal(root, again, SEAL_LEN);
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

/* ---- Ed25519 ---- */

/* RFC 8032 7.1, test 2. */
static const uint8_t rfc8032_seed[SEAL_SEED_LEN] = { 0x4c, 0xcd, 0x08, 0x9b,
	0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
	0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed,
	0x4f, 0xb8, 0xa6, 0xfb };
static const char rfc8032_public[] =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
static const char rfc8032_signature[] =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da";

/* The published seed gives the published key and signature. */
static void
published_key_signs_as_published(void **state)
{
	struct seal_key *key = seal_key_load(rfc8032_seed);
	uint8_t public_key[SEAL_PUBLIC_LEN], signature[SEAL_SIGNATURE_LEN];
	uint8_t seed[SEAL_SEED_LEN];
	char text[2 * SEAL_LEN + 1];

	(void)state;
	assert_non_null(key);
	seal_key_public(key, public_key);
	hex(public_key, text);
	assert_string_equal(text, rfc8032_public);
	seal_sign(key, "\x72", 1, signature);
	hex(signature, text);
	assert_string_equal(text, rfc8032_signature);
	seal_key_seed(key, seed);
	assert_memory_equal(seed, rfc8032_seed, sizeof(seed));
	assert_true(seal_verify(public_key, "\x72", 1, signature));
	assert_false(seal_verify(public_key, "\x73", 1, signature));
	assert_false(seal_verify(public_key, "\x72", 0, signature));
	seal_key_free(key);
}

/* No bit of signature or key can be changed. */
static void
changed_signature_does_not_verify(void **state)
{
	struct seal_key *key = seal_key_make();
	uint8_t public_key[SEAL_PUBLIC_LEN], signature[SEAL_SIGNATURE_LEN];

	(void)state;
	assert_non_null(key);
	seal_key_public(key, public_key);
	seal_sign(key, "text", 4, signature);
	for (unsigned bit = 0; bit < 8 * SEAL_SIGNATURE_LEN; bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(seal_verify(public_key, "text", 4, signature));
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned bit = 0; bit < 8 * SEAL_PUBLIC_LEN; bit++) {
		public_key[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(seal_verify(public_key, "text", 4, signature));
		public_key[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(seal_verify(public_key, "text", 4, signature));
	seal_key_free(key);
	seal_key_free(NULL);
}

/* ---- base64 ---- */

struct base64_row {
	const char *name;
	const char *text;
	int len; /* -1: not taken */
};

/* RFC 4648 10, and what is another writing of the same octets. */
static const struct base64_row base64_rows[] = {
	{ "base64_of_nothing", "", 0 },
	{ "base64_of_f", "Zg==", 1 },
	{ "base64_of_fo", "Zm8=", 2 },
	{ "base64_of_foo", "Zm9v", 3 },
	{ "base64_of_foob", "Zm9vYg==", 4 },
	{ "base64_of_foobar", "Zm9vYmFy", 6 },
	{ "base64_stray_bits", "Zh==", -1 },
	{ "base64_stray_bits_of_two", "Zm9=", -1 },
	{ "base64_no_padding", "Zg", -1 },
	{ "base64_short_padding", "Zg=", -1 },
	{ "base64_long_padding", "Zg===", -1 },
	{ "base64_padding_alone", "====", -1 },
	{ "base64_padding_within", "Zg==Zg==", -1 },
	{ "base64_newline", "Zm9\n", -1 },
	{ "base64_blank", "Zm9 ", -1 },
	{ "base64_url_alphabet", "-_-_", -1 },
	{ "base64_too_long", "Zm9vYmFyZm9v", -1 },
};

/* Only the one writing is read, and it is the one that is written. */
static void
check_base64(void **state)
{
	const struct base64_row *row = *state;
	uint8_t out[6];
	char text[16];
	int len =
	    seal_base64_decode(row->text, strlen(row->text), out, sizeof(out));

	assert_int_equal(len, row->len);
	if (len < 0)
		return;
	assert_memory_equal(out, "foobar", (size_t)len);
	assert_int_equal(seal_base64(out, (size_t)len, text, sizeof(text)),
	    strlen(row->text));
	assert_string_equal(text, row->text);
	assert_int_equal(
	    seal_base64(out, (size_t)len, text, strlen(row->text)), -1);
}

/* Of all octets only the 64 of the alphabet are read, each as another. */
static void
only_the_alphabet_is_base64(void **state)
{
	char text[4] = "AAAA", again[5];
	uint8_t out[3];
	unsigned n = 0;

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		text[1] = (char)c;
		if (seal_base64_decode(text, 4, out, sizeof(out)) < 0)
			continue;
		n++;
		assert_int_equal(seal_base64(out, 3, again, sizeof(again)), 4);
		assert_memory_equal(again, text, 4);
	}
	assert_int_equal(n, 64);
}

#define N_STORIES 8
#define N_ROWS    (sizeof(base64_rows) / sizeof(base64_rows[0]))

int
main(void)
{
	struct CMUnitTest tests[N_STORIES + N_ROWS] = {
		cmocka_unit_test(published_leaves_give_published_roots),
		cmocka_unit_test(root_is_that_of_the_definition),
		cmocka_unit_test(hash_of_every_length_is_the_standard_s),
		cmocka_unit_test(leaf_is_the_hash_of_mark_and_record),
		cmocka_unit_test(tree_of_taken_hashes_is_the_same),
		cmocka_unit_test(packed_tree_comes_back_whole),
		cmocka_unit_test(packed_tree_of_wrong_length_is_refused),
		cmocka_unit_test(leaf_and_node_differ),
		cmocka_unit_test(published_key_signs_as_published),
		cmocka_unit_test(changed_signature_does_not_verify),
		cmocka_unit_test(only_the_alphabet_is_base64),
	};

	for (size_t i = 0; i < N_ROWS; i++) {
		tests[N_STORIES + i].name = base64_rows[i].name;
		tests[N_STORIES + i].test_func = check_base64;
		tests[N_STORIES + i].initial_state =
		    (void *)(uintptr_t)&base64_rows[i];
	}
	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
