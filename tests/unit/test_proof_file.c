/* SPDX-License-Identifier: BSD-2-Clause */
/* Proofs of one record as text: what is printed is read, and holds; nothing
 * that was changed does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/proof.h"

#define ORIGIN  "example.net/edge1/1f0a77c2"
#define LOG_KEY ORIGIN "+849b6813+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
/* A tree of the five records 0 to 4, of one octet each; made by Go's
 * sumdb/tlog and sumdb/note. */
#define CHECKPOINT                                                             \
	ORIGIN "\n5\nuFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW8=\n\n"         \
	       "\u2014 " ORIGIN " hJtoE7KyvTen0nijAlzu80TfqWPnkyhOp4y/03axqD8" \
	       "IOhSb+pvTF/VQVvxDpAF5qu82vuCRyjfBr4OQ+f2Mtiz1JAc=\n"
#define HASHES                                                                 \
	"/PCmxwDdE+J0tvuo3uqN2bJuTu3eNJVxfKyECMnFF38=\n"                       \
	"ogv5p8wtyKCPX0FacbGfasQnurVNJO7IaLXTEDRJlTo=\n"                       \
	"TzUhLRL5rSA2SSyV8f55uvTse9m+89/6dXnyKT/1RqQ=\n"
#define HEAD       "c2sp.org/tlog-proof@v1\n"
#define FILE_OF_GO HEAD "extra Aw==\nindex 3\n" HASHES "\n" CHECKPOINT

static struct note_key
log_key(void)
{
	struct note_key key;

	assert_int_equal(note_key_parse(LOG_KEY, &key), 0);
	return key;
}

/* What Go proves holds here, and prints as it was. */
static void
proof_of_go_holds(void **state)
{
	struct note_key key = log_key();
	struct checkpoint checkpoint;
	struct proof_file file;
	char buf[sizeof(FILE_OF_GO)];
	uint8_t record[4];

	(void)state;
	assert_int_equal(proof_file_parse(FILE_OF_GO, strlen(FILE_OF_GO), &file,
			     record, sizeof(record)),
	    0);
	assert_int_equal(file.index, 3);
	assert_int_equal(file.record_len, 1);
	assert_int_equal(record[0], 3);
	assert_int_equal(file.proof.n, 3);
	assert_null(proof_file_check(&file, &key, &checkpoint));
	assert_int_equal(checkpoint.size, 5);
	assert_int_equal(
	    proof_file_print(&file, buf, sizeof(buf)), strlen(FILE_OF_GO));
	assert_string_equal(buf, FILE_OF_GO);
	for (size_t size = 0; size < sizeof(buf); size++)
		assert_int_equal(proof_file_print(&file, buf, size), -1);
}

/* No bit of the file can be changed. */
static void
changed_bit_never_holds(void **state)
{
	struct note_key key = log_key();
	struct checkpoint checkpoint;
	struct proof_file file;
	char buf[sizeof(FILE_OF_GO)];
	uint8_t record[16];
	size_t len = strlen(FILE_OF_GO);

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		memcpy(buf, FILE_OF_GO, len);
		buf[bit / 8] = (char)(buf[bit / 8] ^ (1 << bit % 8));
		if (proof_file_parse(buf, len, &file, record, sizeof(record)) ==
		    0)
			assert_non_null(
			    proof_file_check(&file, &key, &checkpoint));
	}
}

/* The longest record goes there and back. */
static void
longest_record_comes_back(void **state)
{
	static uint8_t record[65535], back[65535];
	static char text[PROOF_TEXT_MAX + 1];
	struct proof_file file = { .index = 3, .record = record };
	int len;

	(void)state;
	for (size_t i = 0; i < sizeof(record); i++)
		record[i] = (uint8_t)(i * 7);
	file.record_len = sizeof(record);
	file.proof.n = PROOF_MAX;
	file.note = CHECKPOINT;
	file.note_len = strlen(CHECKPOINT);
	len = proof_file_print(&file, text, sizeof(text));
	assert_in_range(len, sizeof(record), PROOF_TEXT_MAX);
	assert_int_equal(
	    proof_file_parse(text, (size_t)len, &file, back, sizeof(back)), 0);
	assert_memory_equal(back, record, sizeof(record));
	assert_int_equal(file.proof.n, PROOF_MAX);
	assert_int_equal(
	    proof_file_parse(text, (size_t)len, &file, back, sizeof(back) - 1),
	    -1);
}

struct row {
	const char *name;
	const char *text;
	const char *why; /* NULL: it holds; "": it does not even parse */
};

static const struct row rows[] = {
	{ "other_version",
	    "c2sp.org/tlog-proof@v2\nextra Aw==\nindex 3\n" HASHES
	    "\n" CHECKPOINT,
	    "" },
	{ "no_first_line", "extra Aw==\nindex 3\n" HASHES "\n" CHECKPOINT, "" },
	{ "no_index", HEAD "extra Aw==\n" HASHES "\n" CHECKPOINT, "" },
	{ "index_with_zero",
	    HEAD "extra Aw==\nindex 03\n" HASHES "\n" CHECKPOINT, "" },
	{ "index_with_blank",
	    HEAD "extra Aw==\nindex 3 \n" HASHES "\n" CHECKPOINT, "" },
	{ "index_beyond_63_bits",
	    HEAD "extra Aw==\nindex 9223372036854775808\n" HASHES
		 "\n" CHECKPOINT,
	    "" },
	{ "largest_index",
	    HEAD "extra Aw==\nindex 9223372036854775807\n" HASHES
		 "\n" CHECKPOINT,
	    "its checkpoint is older than the record" },
	{ "extra_not_canonical",
	    HEAD "extra Ax==\nindex 3\n" HASHES "\n" CHECKPOINT, "" },
	{ "extra_empty", HEAD "extra \nindex 3\n" HASHES "\n" CHECKPOINT, "" },
	{ "two_extras",
	    HEAD "extra Aw==\nextra Aw==\nindex 3\n" HASHES "\n" CHECKPOINT,
	    "" },
	{ "extra_behind_index",
	    HEAD "index 3\nextra Aw==\n" HASHES "\n" CHECKPOINT, "" },
	{ "no_extra", HEAD "index 3\n" HASHES "\n" CHECKPOINT,
	    "there is no record in it" },
	{ "no_hashes", HEAD "extra Aw==\nindex 3\n\n" CHECKPOINT,
	    "the record is not the one in the log" },
	{ "other_record", HEAD "extra BA==\nindex 3\n" HASHES "\n" CHECKPOINT,
	    "the record is not the one in the log" },
	{ "other_index", HEAD "extra Aw==\nindex 2\n" HASHES "\n" CHECKPOINT,
	    "the record is not the one in the log" },
	{ "short_hash", HEAD "extra Aw==\nindex 3\nAAAA\n\n" CHECKPOINT, "" },
	{ "no_checkpoint", HEAD "extra Aw==\nindex 3\n" HASHES "\n", "" },
	{ "no_empty_line", HEAD "extra Aw==\nindex 3\n" HASHES CHECKPOINT, "" },
	{ "line_behind", FILE_OF_GO "x\n", "" },
	{ "nothing", "", "" },
	{ "whole", FILE_OF_GO, NULL },
};

/* Each fault is found, and named. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct note_key key = log_key();
	struct checkpoint checkpoint;
	struct proof_file file;
	uint8_t record[16];
	int err = proof_file_parse(
	    row->text, strlen(row->text), &file, record, sizeof(record));

	if (row->why != NULL && row->why[0] == '\0') {
		assert_int_equal(err, -1);
		return;
	}
	assert_int_equal(err, 0);
	if (row->why == NULL)
		assert_null(proof_file_check(&file, &key, &checkpoint));
	else
		assert_string_equal(
		    proof_file_check(&file, &key, &checkpoint), row->why);
}

/* Another log's key, or another algorithm's, does not vouch for it. */
static void
other_keys_do_not_vouch(void **state)
{
	struct checkpoint checkpoint;
	struct proof_file file;
	struct note_key key, log = log_key();
	uint8_t record[16], other[SEAL_PUBLIC_LEN] = { 1 };

	(void)state;
	assert_int_equal(proof_file_parse(FILE_OF_GO, strlen(FILE_OF_GO), &file,
			     record, sizeof(record)),
	    0);
	assert_int_equal(note_key_make(&key, ORIGIN, NOTE_ED25519, other), 0);
	assert_string_equal(proof_file_check(&file, &key, &checkpoint),
	    "its checkpoint is not signed by the key");
	assert_int_equal(
	    note_key_make(&key, "other", NOTE_ED25519, log.public_key), 0);
	assert_string_equal(proof_file_check(&file, &key, &checkpoint),
	    "its checkpoint is another log's");
	assert_int_equal(
	    note_key_make(&key, ORIGIN, NOTE_COSIGNED, log.public_key), 0);
	assert_string_equal(proof_file_check(&file, &key, &checkpoint),
	    "its checkpoint is another log's");
}

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	struct CMUnitTest tests[N_ROWS + 4] = {
		cmocka_unit_test(proof_of_go_holds),
		cmocka_unit_test(changed_bit_never_holds),
		cmocka_unit_test(longest_record_comes_back),
		cmocka_unit_test(other_keys_do_not_vouch),
	};

	for (size_t i = 0; i < N_ROWS; i++) {
		tests[4 + i].name = rows[i].name;
		tests[4 + i].test_func = check_row;
		tests[4 + i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("proof_file", tests, NULL, NULL);
}
