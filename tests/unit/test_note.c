/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes: made octet for octet as Go's sumdb/note makes them from the same keys,
 * and nothing else is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/note.h"

/* Made by Go from seeds of 32 octets 1 (log) and 2 (witness). */
#define ORIGIN "example.net/edge1/1f0a77c2"
#define TEXT   ORIGIN "\n5\nuFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW8=\n"
#define LINE                                                                   \
	"\u2014 " ORIGIN " hJtoE7KyvTen0nijAlzu80TfqWPnkyhOp4y/03axqD8IOhSb+"  \
	"pvTF/VQVvxDpAF5qu82vuCRyjfBr4OQ+f2Mtiz1JAc=\n"
#define LOG_KEY ORIGIN "+849b6813+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
#define WITNESS "witness.example.net/w1"
#define WITNESS_KEY                                                            \
	WITNESS "+0abc1f19+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
#define WITNESS_LINE                                                           \
	"\u2014 " WITNESS " CrwfGQAAAABkGFDL0fEcXWa60K3m/Nc1pnv2DL6VpC0OWpn61" \
	"hCRn8Z8lMR8C1nlzIGuWgDHzLNC3avwj2iE6Ye/XOSGmnFiSSfrCw==\n"
#define WITNESS_TIME 1679315147
/* Published with Go's package. */
#define PUBLISHED_KEY                                                          \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PUBLISHED                                                              \
	"If you think cryptography is the answer to your problem,\n"           \
	"then you don't know what your problem is.\n\n"                        \
	"\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIu"  \
	"GUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static const char note[] = TEXT "\n" LINE WITNESS_LINE;

static struct note_key
key_of(const char *vkey)
{
	struct note_key key;

	assert_int_equal(note_key_parse(vkey, &key), 0);
	return key;
}

/* What Go signed is good, and says what it says. */
static void
notes_of_go_are_good(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	struct note_key witness = key_of(WITNESS_KEY);
	struct note_key published = key_of(PUBLISHED_KEY);
	struct checkpoint checkpoint;
	uint64_t time = 1;
	size_t text_len;

	(void)state;
	assert_true(
	    note_verify(PUBLISHED, strlen(PUBLISHED), &published, NULL));
	assert_true(note_verify(note, strlen(note), &log, &time));
	assert_int_equal(time, 0);
	assert_true(note_verify(note, strlen(note), &witness, &time));
	assert_int_equal(time, WITNESS_TIME);
	assert_false(note_verify(note, strlen(note), &published, &time));
	assert_int_equal(time, 0);
	assert_int_equal(
	    checkpoint_parse(note, strlen(note), &checkpoint, &text_len), 0);
	assert_string_equal(checkpoint.origin, ORIGIN);
	assert_int_equal(checkpoint.size, 5);
	assert_int_equal(text_len, strlen(TEXT));
}

/* The same keys and words give the same octets. */
static void
signatures_are_those_of_go(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	struct note_key witness = key_of(WITNESS_KEY);
	uint8_t seed[SEAL_SEED_LEN];
	struct seal_key *ours, *theirs;
	char buf[NOTE_MAX] = TEXT;
	size_t len = strlen(TEXT);

	(void)state;
	memset(seed, 1, sizeof(seed));
	ours = seal_key_load(seed);
	memset(seed, 2, sizeof(seed));
	theirs = seal_key_load(seed);
	assert_int_equal(
	    note_sign(buf, sizeof(buf), &len, strlen(TEXT), &log, ours, 0), 0);
	assert_int_equal(note_sign(buf, sizeof(buf), &len, strlen(TEXT),
			     &witness, theirs, WITNESS_TIME),
	    0);
	assert_int_equal(len, strlen(note));
	assert_memory_equal(buf, note, len);
	/* A secret that is not the key's would sign in vain. */
	assert_int_equal(
	    note_sign(buf, sizeof(buf), &len, strlen(TEXT), &log, theirs, 0),
	    -1);
	seal_key_free(ours);
	seal_key_free(theirs);
}

/* A note of which any bit is changed has lost a signature. */
static void
changed_bit_never_verifies(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	struct note_key witness = key_of(WITNESS_KEY);
	size_t len = strlen(note);
	char buf[sizeof(note)];

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		memcpy(buf, note, len);
		buf[bit / 8] = (char)(buf[bit / 8] ^ (1 << bit % 8));
		assert_false(note_verify(buf, len, &log, NULL) &&
			     note_verify(buf, len, &witness, NULL));
		if (bit / 8 < strlen(TEXT))
			assert_false(note_verify(buf, len, &log, NULL) ||
				     note_verify(buf, len, &witness, NULL));
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_false(note_verify(note, cut, &witness, NULL));
}

/* ---- form ---- */

struct form_row {
	const char *name;
	const char *text;
	bool good;
};

#define ROOT  "uFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW8="
#define GOOD  "\u2014 a AAAAAAA=\n" /* id and one octet */
#define BEGIN "a\n5\n" ROOT "\n"

static const struct form_row forms[] = {
	{ "plain_checkpoint", BEGIN "\n" GOOD, true },
	{ "extension_line", BEGIN "more\n\n" GOOD, true },
	{ "origin_with_spaces", "a log\n5\n" ROOT "\n\n" GOOD, true },
	{ "empty_tree", "a\n0\n" ROOT "\n\n" GOOD, true },
	{ "largest_size", "a\n9223372036854775807\n" ROOT "\n\n" GOOD, true },
	{ "size_beyond_63_bits", "a\n9223372036854775808\n" ROOT "\n\n" GOOD,
	    false },
	{ "size_beyond_64_bits", "a\n18446744073709551621\n" ROOT "\n\n" GOOD,
	    false },
	{ "leading_zero", "a\n05\n" ROOT "\n\n" GOOD, false },
	{ "two_zeroes", "a\n00\n" ROOT "\n\n" GOOD, false },
	{ "sign_before_size", "a\n+5\n" ROOT "\n\n" GOOD, false },
	{ "blank_before_size", "a\n 5\n" ROOT "\n\n" GOOD, false },
	{ "hexadecimal_size", "a\n0x5\n" ROOT "\n\n" GOOD, false },
	{ "no_size", "a\n\n" ROOT "\n\n" GOOD, false },
	{ "no_origin", "\n5\n" ROOT "\n\n" GOOD, false },
	{ "no_root", "a\n5\n\n" GOOD, false },
	{ "root_without_padding",
	    "a\n5\nuFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW8\n\n" GOOD,
	    false },
	{ "root_with_stray_bits",
	    "a\n5\nuFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWW9=\n\n" GOOD,
	    false },
	{ "root_of_31_octets",
	    "a\n5\nuFW0LWww9bCH4FJmeD+9bjlPe5JgE8yqZ3AKiwxaWQ==\n\n" GOOD,
	    false },
	{ "root_of_url_alphabet",
	    "a\n5\nuFW0LWww9bCH4FJmeD-9bjlPe5JgE8yqZ3AKiwxaWW8=\n\n" GOOD,
	    false },
	{ "blank_behind_root", "a\n5\n" ROOT " \n\n" GOOD, false },
	{ "empty_line_in_text", "a\n5\n" ROOT "\n\nb\n\n" GOOD, false },
	{ "no_signature", BEGIN "\n", false },
	{ "no_empty_line", BEGIN GOOD, false },
	{ "carriage_return", "a\r\n5\n" ROOT "\n\n" GOOD, false },
	{ "tab_in_extension", BEGIN "a\tb\n\n" GOOD, false },
	{ "broken_utf8", "a\xff\n5\n" ROOT "\n\n" GOOD, false },
	{ "overlong_utf8", "a\xc0\xaf\n5\n" ROOT "\n\n" GOOD, false },
	{ "surrogate", "a\xed\xa0\x80\n5\n" ROOT "\n\n" GOOD, false },
	{ "beyond_unicode", "a\xf4\x90\x80\x80\n5\n" ROOT "\n\n" GOOD, false },
	{ "hyphen_for_dash", BEGIN "\n- a AAAAAAA=\n", false },
	{ "signature_of_nothing", BEGIN "\n\u2014 a AAAAAA==\n", false },
	{ "signature_not_base64", BEGIN "\n\u2014 a AAAAAAA\n", false },
	{ "signature_without_name", BEGIN "\n\u2014  AAAAAAA=\n", false },
	{ "name_with_plus", BEGIN "\n\u2014 a+b AAAAAAA=\n", false },
	{ "two_blanks", BEGIN "\n\u2014 a  AAAAAAA=\n", false },
	{ "last_newline_missing", BEGIN "\n\u2014 a AAAAAAA=", false },
	{ "line_behind_signatures", BEGIN "\n" GOOD "x\n", false },
	{ "nothing", "", false },
	{ "newlines", "\n\n\n\n", false },
};

/* Only what has the form of a checkpoint is read; that prints as it was. */
static void
check_form(void **state)
{
	const struct form_row *row = *state;
	struct checkpoint checkpoint;
	char buf[NOTE_MAX];
	size_t text_len = 1;
	int len, err = checkpoint_parse(
		     row->text, strlen(row->text), &checkpoint, &text_len);

	assert_int_equal(err, row->good ? 0 : -1);
	if (!row->good) {
		assert_int_equal(text_len, 0);
		return;
	}
	len = checkpoint_print(&checkpoint, buf, sizeof(buf));
	assert_in_range(len, 1, text_len);
	assert_memory_equal(buf, row->text, (size_t)len);
}

/* ---- keys ---- */

static const struct form_row vkeys[] = {
	{ "key_of_a_log", LOG_KEY, true },
	{ "key_of_a_witness", WITNESS_KEY, true },
	{ "published_key", PUBLISHED_KEY, true },
	{ "other_id",
	    "PeterNeumann+c74f20a4+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    false },
	{ "id_in_capitals",
	    "PeterNeumann+C74F20A3+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    false },
	{ "other_name",
	    "PeterNeumanm+c74f20a3+"
	    "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    false },
	{ "unknown_algorithm",
	    "PeterNeumann+c74f20a3+"
	    "Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    false },
	{ "short_key",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmg==", false },
	{ "key_with_a_tail", PUBLISHED_KEY "A", false },
	{ "key_with_a_newline", PUBLISHED_KEY "\n", false },
	{ "no_name", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    false },
	{ "no_key", "PeterNeumann", false },
	{ "empty_text", "", false },
};

/* Only a whole key is read; it prints as it was. */
static void
check_vkey(void **state)
{
	const struct form_row *row = *state;
	struct note_key key;
	char buf[NOTE_VKEY_MAX];

	assert_int_equal(note_key_parse(row->text, &key), row->good ? 0 : -1);
	if (!row->good) {
		assert_int_equal(key.algorithm, 0);
		return;
	}
	assert_int_equal(
	    note_key_print(&key, buf, sizeof(buf)), strlen(row->text));
	assert_string_equal(buf, row->text);
	assert_int_equal(note_key_print(&key, buf, strlen(row->text)), -1);
}

static const struct form_row names[] = {
	{ "name_of_a_url", "example.net/a", true },
	{ "name_of_letters", "ed\u00e8", true },
	{ "name_with_blank", "a b", false },
	{ "name_with_hard_blank", "a\u00a0b", false },
	{ "name_with_line_separator", "a\u2028b", false },
	{ "name_with_newline", "a\nb", false },
	{ "name_with_delete", "a\x7f", false },
	{ "name_with_next_line", "a\xc2\x85", false },
	{ "name_with_sum", "a+b", false },
	{ "name_not_utf8", "a\x80", false },
	{ "name_cut_off", "a\xe2\x80", false },
	{ "name_missing", "", false },
};

static void
check_name(void **state)
{
	const struct form_row *row = *state;

	assert_int_equal(note_name_valid(row->text), row->good);
}

/* A name of 127 octets is one, one of 128 is not. */
static void
name_must_fit(void **state)
{
	char name[NOTE_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[NOTE_NAME_MAX] = '\0';
	assert_false(note_name_valid(name));
	name[NOTE_NAME_MAX - 1] = '\0';
	assert_true(note_name_valid(name));
}

/* ---- lines ---- */

/* A witness's answer is put behind the note, once; what is not good is not. */
static void
good_line_is_added_once(void **state)
{
	struct note_key witness = key_of(WITNESS_KEY);
	struct note_key published = key_of(PUBLISHED_KEY);
	char buf[NOTE_MAX] = TEXT "\n" LINE;
	size_t len = strlen(buf), before = len;
	char spoilt[] = WITNESS_LINE;

	(void)state;
	spoilt[60] = spoilt[60] == 'A' ? 'B' : 'A';
	assert_int_equal(
	    note_add(buf, sizeof(buf), &len, strlen(TEXT), spoilt, &witness),
	    0);
	assert_int_equal(note_add(buf, sizeof(buf), &len, strlen(TEXT),
			     "rubbish\n" WITNESS_LINE, &published),
	    0);
	assert_int_equal(note_add(buf, before + 20, &len, strlen(TEXT),
			     WITNESS_LINE, &witness),
	    -1);
	assert_int_equal(len, before);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(note_add(buf, sizeof(buf), &len, strlen(TEXT),
				     LINE WITNESS_LINE, &witness),
		    1);
		assert_int_equal(len, strlen(note));
		assert_memory_equal(buf, note, len);
	}
}

/* The lines of a whole note are taken as well. */
static void
line_of_a_whole_note_is_added(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	char buf[NOTE_MAX] = TEXT;
	size_t len = strlen(TEXT);

	(void)state;
	assert_int_equal(
	    note_add(buf, sizeof(buf), &len, strlen(TEXT), note, &log), 1);
	assert_memory_equal(buf, TEXT "\n" LINE, len);
	assert_true(note_verify(buf, len, &log, NULL));
}

/* A bad line by a known key spoils a note that has a good one, too. */
static void
bad_line_of_a_known_key_spoils_the_note(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	char buf[NOTE_MAX];
	int len = snprintf(buf, sizeof(buf), "%s%s", note, LINE);

	(void)state;
	assert_true(note_verify(buf, (size_t)len, &log, NULL));
	buf[len - 10] = buf[len - 10] == 'A' ? 'B' : 'A';
	assert_false(note_verify(buf, (size_t)len, &log, NULL));
}

/* A note as long as can be is taken, a longer one is not. */
static void
longest_note_is_taken(void **state)
{
	struct note_key log = key_of(LOG_KEY);
	static char buf[NOTE_MAX + 400];
	size_t len = strlen(TEXT "\n" LINE);
	struct checkpoint checkpoint;
	size_t text_len;

	(void)state;
	(void)snprintf(buf, sizeof(buf), "%s\n%s", TEXT, LINE);
	while (len < NOTE_MAX - 20) {
		memcpy(&buf[len], GOOD, strlen(GOOD));
		len += strlen(GOOD);
	}
	assert_true(note_verify(buf, len, &log, NULL));
	while (len <= NOTE_MAX) {
		memcpy(&buf[len], GOOD, strlen(GOOD));
		len += strlen(GOOD);
	}
	assert_false(note_verify(buf, len, &log, NULL));
	assert_int_equal(
	    checkpoint_parse(buf, len, &checkpoint, &text_len), -1);
}

/* ---- run ---- */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static size_t
fill(struct CMUnitTest *tests, const struct form_row *rows, size_t n,
    CMUnitTestFunction run)
{
	for (size_t i = 0; i < n; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = run;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return n;
}

int
main(void)
{
	const struct CMUnitTest stories[] = {
		cmocka_unit_test(notes_of_go_are_good),
		cmocka_unit_test(signatures_are_those_of_go),
		cmocka_unit_test(changed_bit_never_verifies),
		cmocka_unit_test(name_must_fit),
		cmocka_unit_test(good_line_is_added_once),
		cmocka_unit_test(line_of_a_whole_note_is_added),
		cmocka_unit_test(bad_line_of_a_known_key_spoils_the_note),
		cmocka_unit_test(longest_note_is_taken),
	};
	struct CMUnitTest rows[COUNT(forms) + COUNT(vkeys) + COUNT(names)] = {
		0
	};
	size_t at = 0;

	at += fill(&rows[at], forms, COUNT(forms), check_form);
	at += fill(&rows[at], vkeys, COUNT(vkeys), check_vkey);
	(void)fill(&rows[at], names, COUNT(names), check_name);
	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("note", stories, NULL, NULL) +
	       cmocka_run_group_tests_name("note", rows, NULL, NULL);
}
