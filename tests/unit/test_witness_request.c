/* SPDX-License-Identifier: BSD-2-Clause */
/* add-checkpoint's text: what is taken, what is not, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/witness/hash64.h"
#include "proxy/witness/request.h"

#define DASH "\xe2\x80\x94 "
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define ONES "//////////////////////////////////////////8=\n"
#define NOTE "log.example\n8\n" ZERO "\n" DASH "log.example QUJD\n"
#define Z8   ZERO ZERO ZERO ZERO ZERO ZERO ZERO ZERO
#define Z56  Z8 Z8 Z8 Z8 Z8 Z8 Z8
#define Z63  Z56 ZERO ZERO ZERO ZERO ZERO ZERO ZERO

struct row {
	const char *name;
	const char *text;
	size_t len; /* 0: strlen */
	int hashes; /* -1: refused */
	uint64_t old_size;
};

static struct row rows[] = {
	{ "first_checkpoint", "old 0\n\n" NOTE, 0, 0, 0 },
	{ "one_hash", "old 7\n" ONES "\n" NOTE, 0, 1, 7 },
	{ "as_many_hashes_as_may_be", "old 7\n" Z63 "\n" NOTE, 0, 63, 7 },
	{ "largest_size", "old 18446744073709551615\n\n" NOTE, 0, 0,
	    UINT64_MAX },
	{ "note_with_extension",
	    "old 1\n\na\n8\n" ZERO "more\nand more\n\n" DASH "a QQ==\n", 0, 0,
	    1 },
	{ "note_of_an_empty_log", "old 0\n\na\n0\n" ONES "\n" DASH "a QQ==\n",
	    0, 0, 0 },
	{ "two_signatures", "old 0\n\n" NOTE DASH "w.example QUJD\n", 0, 0, 0 },

	{ "nothing", "", 0, -1, 0 },
	{ "newline", "\n", 0, -1, 0 },
	{ "no_size", "old \n\n" NOTE, 0, -1, 0 },
	{ "no_old", "0\n\n" NOTE, 0, -1, 0 },
	{ "old_in_capitals", "OLD 0\n\n" NOTE, 0, -1, 0 },
	{ "two_spaces", "old  0\n\n" NOTE, 0, -1, 0 },
	{ "tab", "old\t0\n\n" NOTE, 0, -1, 0 },
	{ "space_behind", "old 0 \n\n" NOTE, 0, -1, 0 },
	{ "zero_in_front", "old 07\n\n" NOTE, 0, -1, 0 },
	{ "two_zeroes", "old 00\n\n" NOTE, 0, -1, 0 },
	{ "sign", "old +7\n\n" NOTE, 0, -1, 0 },
	{ "below_zero", "old -1\n\n" NOTE, 0, -1, 0 },
	{ "hexadecimal", "old 0x7\n\n" NOTE, 0, -1, 0 },
	{ "size_one_too_large", "old 18446744073709551616\n\n" NOTE, 0, -1, 0 },
	{ "size_far_too_large", "old 99999999999999999999999\n\n" NOTE, 0, -1,
	    0 },
	{ "carriage_returns", "old 0\r\n\r\n" NOTE, 0, -1, 0 },
	{ "one_hash_too_many", "old 7\n" Z63 ZERO "\n" NOTE, 0, -1, 0 },
	{ "hash_without_padding",
	    "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n" NOTE, 0,
	    -1, 0 },
	{ "hash_too_short",
	    "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n" NOTE, 0, -1,
	    0 },
	{ "hash_of_33_octets",
	    "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n" NOTE, 0,
	    -1, 0 },
	{ "hash_with_bits_behind",
	    "old 7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n" NOTE, 0,
	    -1, 0 },
	{ "hash_of_the_url_alphabet",
	    "old 7\n-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" NOTE, 0,
	    -1, 0 },
	{ "padding_inside",
	    "old 7\nAAA=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" NOTE, 0,
	    -1, 0 },
	{ "no_empty_line", "old 0\n" NOTE, 0, -1, 0 },
	{ "no_note", "old 0\n\n", 0, -1, 0 },
	{ "note_without_origin", "old 0\n\n\n8\n" ZERO "\n" DASH "a QQ==\n", 0,
	    -1, 0 },
	{ "note_without_root", "old 0\n\na\n8\n\n" DASH "a QQ==\n", 0, -1, 0 },
	{ "note_with_a_bad_size", "old 0\n\na\n08\n" ZERO "\n" DASH "a QQ==\n",
	    0, -1, 0 },
	{ "note_with_a_bad_root", "old 0\n\na\n8\nAAAA\n\n" DASH "a QQ==\n", 0,
	    -1, 0 },
	{ "note_without_signature", "old 0\n\na\n8\n" ZERO "\n", 0, -1, 0 },
	{ "note_that_ends_before", "old 0\n\na\n8\n" ZERO, 0, -1, 0 },
	{ "hyphen_for_a_dash", "old 0\n\na\n8\n" ZERO "\n- a QQ==\n", 0, -1,
	    0 },
	{ "signature_of_nothing", "old 0\n\na\n8\n" ZERO "\n" DASH "\n", 0, -1,
	    0 },
	{ "no_last_newline", "old 0\n\na\n8\n" ZERO "\n" DASH "a QQ==", 0, -1,
	    0 },
	{ "something_behind", "old 0\n\n" NOTE "\n", 0, -1, 0 },
	{ "nul_inside", "old 0\n\n" NOTE DASH "a\0b\n",
	    sizeof("old 0\n\n" NOTE DASH "a\0b\n") - 1, -1, 0 },
	{ "nul_for_a_size", "old \0\n\n" NOTE, sizeof("old \0\n\n" NOTE) - 1,
	    -1, 0 },
};

/* One text. */
static void
test_row(void **state)
{
	const struct row *row = *state;
	size_t len = row->len == 0 ? strlen(row->text) : row->len;
	char text[REQUEST_MAX];
	struct request request;
	int printed;

	if (row->hashes < 0) {
		assert_int_equal(request_parse(row->text, len, &request), -1);
		return;
	}
	assert_int_equal(request_parse(row->text, len, &request), 0);
	assert_int_equal(request.proof.n, row->hashes);
	assert_true(request.old_size == row->old_size);
	printed = request_print(&request, text, sizeof(text));
	assert_int_equal(printed, len);
	assert_memory_equal(text, row->text, len);
	assert_int_equal(request_print(&request, text, len), len);
	assert_int_equal(request_print(&request, text, len - 1), -1);
}

/* No beginning of a request is one. */
static void
cut_request_is_refused(void **state)
{
	static const char text[] = "old 7\n" ONES ZERO "\n" NOTE;
	struct request request;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(request_parse(text, len, &request), -1);
	assert_int_equal(request_parse(text, sizeof(text) - 1, &request), 0);
}

/* A note of NOTE_MAX octets is taken, and of one more not. */
static void
note_has_a_longest(void **state)
{
	static const char head[] = "old 0\n\na\n8\n" ZERO;
	static const char tail[] = "\n\n" DASH "a QQ==\n";
	size_t before = strlen("old 0\n\n");
	char text[NOTE_MAX + 64];
	struct request request;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		size_t len = before + NOTE_MAX + more;

		memset(text, 'x', sizeof(text));
		memcpy(text, head, strlen(head));
		memcpy(&text[len - strlen(tail)], tail, strlen(tail));
		assert_int_equal(
		    request_parse(text, len, &request), more == 0 ? 0 : -1);
	}
}

/* A proof that no request may have is not written. */
static void
long_proof_is_not_printed(void **state)
{
	static char text[2 * REQUEST_MAX];
	struct request request = { .note = "x", .note_len = 1 };

	(void)state;
	request.proof.n = REQUEST_HASHES_MAX;
	assert_true(request_print(&request, text, sizeof(text)) > 0);
	request.proof.n = REQUEST_HASHES_MAX + 1;
	assert_int_equal(request_print(&request, text, sizeof(text)), -1);
}

struct size_row {
	const char *text;
	int result;
	uint64_t size;
};

/* text/x.tlog.size is a number and a newline. */
static void
size_is_read_strictly(void **state)
{
	static const struct size_row sizes[] = {
		{ "0\n", 0, 0 },
		{ "20852163\n", 0, 20852163 },
		{ "18446744073709551615\n", 0, UINT64_MAX },
		{ "18446744073709551616\n", -1, 0 },
		{ "", -1, 0 },
		{ "\n", -1, 0 },
		{ "1", -1, 0 },
		{ "01\n", -1, 0 },
		{ " 1\n", -1, 0 },
		{ "1 \n", -1, 0 },
		{ "1\r\n", -1, 0 },
		{ "1\n\n", -1, 0 },
		{ "1\n2\n", -1, 0 },
		{ "-1\n", -1, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct size_row *row = &sizes[i];
		uint64_t size = 0;

		assert_int_equal(
		    request_parse_size(row->text, strlen(row->text), &size),
		    row->result);
		assert_true(size == row->size);
	}
}

/* Every octet of a hash comes back. */
static void
hash_comes_back(void **state)
{
	uint8_t hash[SEAL_LEN], again[SEAL_LEN];
	char text[HASH64_LEN];

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		for (size_t k = 0; k < SEAL_LEN; k++)
			hash[k] = (uint8_t)(i * 7 + k * 31);
		hash64_print(hash, text);
		assert_int_equal(hash64_parse(text, again), 0);
		assert_memory_equal(hash, again, SEAL_LEN);
	}
}

/* As other programs write it. */
static void
hash_is_base64(void **state)
{
	static const char known[] =
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
	uint8_t hash[SEAL_LEN];
	char text[HASH64_LEN];

	(void)state;
	for (size_t k = 0; k < SEAL_LEN; k++)
		hash[k] = (uint8_t)k;
	hash64_print(hash, text);
	assert_memory_equal(text, known, HASH64_LEN);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(cut_request_is_refused),
		cmocka_unit_test(note_has_a_longest),
		cmocka_unit_test(long_proof_is_not_printed),
		cmocka_unit_test(size_is_read_strictly),
		cmocka_unit_test(hash_comes_back),
		cmocka_unit_test(hash_is_base64),
	};
	enum {
		N = sizeof(rows) / sizeof(rows[0]),
		M = sizeof(single) / sizeof(single[0])
	};
	struct CMUnitTest tests[N + M];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_row, NULL,
			NULL, &rows[i] };
	memcpy(&tests[N], single, sizeof(single));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
